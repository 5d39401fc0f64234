/*-------------------------------------------------------------------------
 *
 * profile_ini.h
 *		AWS's shared config and credentials files.
 *
 * IDENTIFICATION
 *	  src/base/profile_ini.h
 *
 *-------------------------------------------------------------------------
 */
#ifndef LFDW_PROFILE_INI_H
#define LFDW_PROFILE_INI_H

#include "base/base.h"

/* A file longer than this is not read. */
#define LFDW_PROFILES_MAX_BYTES (1024 * 1024)

typedef enum LfdwSectionKind
{
	LFDW_SECTION_PROFILE,
	LFDW_SECTION_SERVICES,
	LFDW_SECTION_SSO_SESSION
} LfdwSectionKind;

/* What the files read so far say. */
typedef struct LfdwProfiles LfdwProfiles;

extern LfdwProfiles *lfdw_profiles_create(void);
extern bool lfdw_profiles_read(LfdwProfiles *profiles, const char *text,
							   size_t len, bool is_config);
extern bool lfdw_profiles_has(const LfdwProfiles *profiles,
							  LfdwSectionKind kind, const char *section);
extern const char *lfdw_profiles_get(const LfdwProfiles *profiles,
									 LfdwSectionKind kind,
									 const char *section, const char *key);
extern char *lfdw_profiles_get_nested(const LfdwProfiles *profiles,
									  LfdwSectionKind kind,
									  const char *section, const char *key,
									  const char *subkey);

#endif							/* LFDW_PROFILE_INI_H */
