/*-------------------------------------------------------------------------
 *
 * test_csv.c
 *		Unit tests of src/base/csv.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_csv.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/csv.h"

/*
 * What a text is read as: fields in <>, quoted ones in [], ; behind each record
 * with the number of its line, ! and the error.
 */
static const struct
{
	const char *text;
	const char *records;
}			texts[] =

{
	{"", ""},
	{"a", "1<a>;"},
	{"a,b\n1,2\n", "1<a><b>;2<1><2>;"},
	{"a,b\n1,2", "1<a><b>;2<1><2>;"},
	{"a,b\r\n1,2\r\n", "1<a><b>;2<1><2>;"},
	{"a\r1\r2", "1<a>;2<1>;3<2>;"},
	{"\xEF\xBB\xBF" "a,b\n1,2", "1<a><b>;2<1><2>;"},
	{"\xEF\xBB\xBF", ""},
	{"\xEF\xBB", "1<\xEF\xBB>;"},
	{"\n\n", "1<>;2<>;"},
	{",", "1<><>;"},
	{",\n,,\n", "1<><>;2<><><>;"},
	{" a , b ", "1< a >< b >;"},
	{"a\\nb\n\\.\n", "1<a\\nb>;2<\\.>;"},

	/* quotes */
	{"\"\"", "1[];"},
	{"\"a\",\"\",b,", "1[a][]<b><>;"},
	{"\"a,b\"", "1[a,b];"},
	{"\"a\"\"b\"", "1[a\"b];"},
	{"\"\"\"\"", "1[\"];"},
	{"\"\"\"a\"\"\"", "1[\"a\"];"},
	{"\"\"\"\"\"\"", "1[\"\"];"},
	{"x\"a,b\"y,z", "1[xa,by]<z>;"},
	{"x\"\"y", "1[xy];"},
	{"x\"\"\"y\"", "1[x\"y];"},
	{"\"a\" ,b", "1[a ]<b>;"},
	{"\"a\"\"b\"\"\",\"c\"", "1[a\"b\"][c];"},

	/* line ends in quotes */
	{"\"a\nb\",c\nd", "1[a\nb]<c>;3<d>;"},
	{"\"a\r\nb\"\nd", "1[a\r\nb];3<d>;"},
	{"x\r\n\"a\nb\"\r\nd\r\n", "1<x>;2[a\nb];4<d>;"},
	{"x\r\"a\rb\"\rd", "1<x>;2[a\rb];4<d>;"},

	/* what is no CSV */
	{"a\n\"b\n", "1<a>;!2 unterminated CSV quoted field"},
	{"a,\"", "!1 unterminated CSV quoted field"},
	{"\"a\"\"", "!1 unterminated CSV quoted field"},
	{"a\nb\r", "1<a>;!2 unquoted carriage return found in data"},
	{"a\nb\r\nc", "1<a>;!2 unquoted carriage return found in data"},
	{"a\r\nb\nc", "1<a>;!2 unquoted newline found in data"},
	{"a\r\nb\rc", "1<a>;!2 unquoted carriage return found in data"},
	{"a\rb\nc", "1<a>;!2 unquoted newline found in data"},
	{"\"a\nb\"\nc\rd", "1[a\nb];!3 unquoted carriage return found in data"},
};

/* Appends the records of a text in the words of the table. */
static LfdwCsvStatus
append_records(StringInfo out, const char *text, size_t len)
{
	char	   *value = palloc(len + 1);
	LfdwCsvStatus status;
	LfdwCsv		csv;

	lfdw_csv_init(&csv, text, len);
	while ((status = lfdw_csv_next(&csv)) == LFDW_CSV_RECORD)
	{
		appendStringInfo(out, UINT64_FORMAT, csv.line);
		for (int i = 0; i < csv.nfields; i++)
		{
			const LfdwCsvField *field = &csv.fields[i];
			size_t		n = lfdw_csv_decode(field, value);

			appendStringInfoChar(out, field->quoted ? '[' : '<');
			appendBinaryStringInfo(out, value, n);
			appendStringInfoChar(out, field->quoted ? ']' : '>');
		}
		appendStringInfoChar(out, ';');
	}
	if (status == LFDW_CSV_BAD)
		appendStringInfo(out, "!" UINT64_FORMAT " %s", csv.line, csv.error);
	if (csv.fields)
		pfree(csv.fields);
	pfree(value);
	return status;
}

/* Reads a text of its own size, so that a byte read past it is noticed. */
static char *
records_of(const char *text, size_t len, LfdwCsvStatus *status)
{
	char	   *copy = malloc(len > 0 ? len : 1);
	StringInfoData out;

	memcpy(copy, text, len);
	initStringInfo(&out);
	*status = append_records(&out, copy, len);
	free(copy);
	return out.data;
}

/* How many leading bytes two texts share. */
static size_t
common(const char *a, const char *b)
{
	size_t		n = 0;

	while (a[n] && a[n] == b[n])
		n++;
	return n;
}

/*
 * Cut after any byte, a text has the records before the one that is cut, and
 * that one to the cut, or an error in it.
 */
static bool
cuts_agree(const char *text)
{
	LfdwCsvStatus status;
	char	   *whole = records_of(text, strlen(text), &status);

	for (size_t len = 0; len < strlen(text); len++)
	{
		char	   *part = records_of(text, len, &status);
		char	   *cut = strrchr(part, status == LFDW_CSV_BAD ? '!' : ';');
		size_t		sure = 0;

		/* the records before the last of the part are those of the whole */
		for (const char *p = part; cut && p < cut; p++)
		{
			if (*p == ';' && p[1] >= '1' && p[1] <= '9')
				sure = p + 1 - part;
		}
		if (common(whole, part) < sure)
		{
			printf("# %zu bytes: %s\n", len, part);
			return false;
		}
		pfree(part);
	}
	pfree(whole);
	return true;
}

/* A record of many fields, and of a large one. */
static void
test_large(void)
{
	StringInfoData text;
	LfdwCsv		csv;

	initStringInfo(&text);
	for (int i = 0; i < 1000; i++)
		appendStringInfo(&text, "%s\"%d\"", i > 0 ? "," : "", i);
	lfdw_csv_init(&csv, text.data, text.len);
	unit_ok(lfdw_csv_next(&csv) == LFDW_CSV_RECORD && csv.nfields == 1000 &&
			csv.fields[999].len == 3 && memcmp(csv.fields[999].text, "999", 3) == 0 &&
			csv.start == 0 && csv.size == (size_t) text.len,
			"a record of 1000 fields");
	unit_ok(lfdw_csv_next(&csv) == LFDW_CSV_END, "is the last");
	pfree(csv.fields);
	pfree(text.data);
}

int
main(void)
{
	for (int i = 0; i < (int) lengthof(texts); i++)
	{
		LfdwCsvStatus status;
		char	   *got = records_of(texts[i].text, strlen(texts[i].text), &status);

		unit_is(got, texts[i].records, "text %d", i);
		unit_ok(cuts_agree(texts[i].text), "text %d, cut anywhere", i);
		pfree(got);
	}
	test_large();
	return unit_done();
}
