/*-------------------------------------------------------------------------
 *
 * xml_text.h
 *		The text of an element in a small XML document.
 *
 * IDENTIFICATION
 *	  src/base/xml_text.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_XML_TEXT_H
#define LFDW_XML_TEXT_H

#include "base/base.h"

/* Longer documents are not read; STS answers in a few kilobytes. */
#define LFDW_XML_MAX_BYTES (1024 * 1024)

/* Elements may be nested this deep, the outermost included. */
#define LFDW_XML_MAX_DEPTH 64

extern bool lfdw_xml_find(const char *xml, size_t len, const char *element,
						  char **text);

#endif							/* LFDW_XML_TEXT_H */
