/*-------------------------------------------------------------------------
 *
 * profile_ini.c
 *		AWS's shared config and credentials files.
 *
 * The format is the one that the AWS SDKs and Tools Reference Guide describes
 * and that the SDKs' shared set of parser tests fixes.  Where those call a
 * file invalid, only the line or section in question is ignored here, as
 * nothing else of the file depends on it.
 *
 * IDENTIFICATION
 *	  src/base/profile_ini.c
 *
 *-------------------------------------------------------------------------
 */
#include "base/base.h"

#include "base/profile_ini.h"

/* Where an entry was found, which decides among several for one key. */
typedef enum EntryOrigin
{
	ORIGIN_CREDENTIALS,			/* before any of the config file */
	ORIGIN_CONFIG,
	ORIGIN_CONFIG_DEFAULT		/* [default], void beside [profile default] */
} EntryOrigin;

/* A property, or a section by itself. */
typedef struct Entry
{
	struct Entry *older;
	EntryOrigin origin;
	LfdwSectionKind kind;
	const char *section;
	const char *key;			/* NULL: the section */
	const char *value;
} Entry;

/*
 * Entries are kept as they come, since merging them would need an index; the
 * newest is first because of several for one key the last one counts.
 */
struct LfdwProfiles
{
	Entry	   *newest;
	bool		profile_default;	/* the config file has [profile default] */
};

/* A piece of the text. */
typedef struct Span
{
	const char *start;
	const char *end;
} Span;

/* Where the reading of a file stands. */
typedef struct FileState
{
	LfdwProfiles *profiles;
	bool		is_config;
	Entry	   *section;		/* NULL: none, or one to ignore */
	Entry	   *property;		/* which continuation lines continue, or NULL */
	StringInfoData value;		/* of the property, so far */
} FileState;

/* White space within a line; the SDKs know no other. */
static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_comment(char c)
{
	return c == '#' || c == ';';
}

static Span
trimmed(Span span)
{
	while (span.start < span.end && is_blank(*span.start))
		span.start++;
	while (span.end > span.start && is_blank(span.end[-1]))
		span.end--;
	return span;
}

/* The span up to a comment, which begins behind a blank. */
static Span
without_comment(Span span)
{
	for (const char *at = span.start; at + 1 < span.end; at++)
		if (is_blank(at[0]) && is_comment(at[1]))
		{
			span.end = at;
			break;
		}
	return span;
}

/* Whether it may be the name of a section or a property without quotes. */
static bool
is_name(Span span)
{
	for (const char *at = span.start; at < span.end; at++)
		if (!((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
			  (*at >= '0' && *at <= '9') || strchr("-_/.%@:+", *at)))
			return false;
	return span.start < span.end;
}

/* Takes "key = value" apart; false where it has no "=" or no key. */
static bool
split_property(Span line, Span *key, Span *value)
{
	const char *sign;

	line = without_comment(line);
	sign = memchr(line.start, '=', line.end - line.start);
	if (sign == NULL)
		return false;
	key->start = line.start;
	key->end = sign;
	*key = trimmed(*key);
	value->start = sign + 1;
	value->end = line.end;
	*value = trimmed(*value);
	return key->start < key->end;
}

static Entry *
add_entry(LfdwProfiles *profiles, EntryOrigin origin, LfdwSectionKind kind,
		  const char *section, const char *key)
{
	Entry	   *entry = palloc0(sizeof(Entry));

	entry->older = profiles->newest;
	entry->origin = origin;
	entry->kind = kind;
	entry->section = section;
	entry->key = key;
	entry->value = "";
	profiles->newest = entry;
	return entry;
}

/*
 * What is between the brackets of a section's line.  A bracket within quotes
 * does not close it, and only a comment may follow.
 */
static bool
section_title(Span line, Span *title)
{
	char		quote = '\0';
	const char *at = line.start + 1;

	for (; at < line.end; at++)
	{
		if (quote != '\0')
			quote = *at == quote ? '\0' : quote;
		else if (*at == '"' || *at == '\'')
			quote = *at;
		else if (*at == ']')
			break;
	}
	if (at == line.end)
		return false;
	title->start = line.start + 1;
	title->end = at;
	*title = trimmed(*title);
	line.start = at + 1;
	line = trimmed(line);
	return line.start == line.end || is_comment(*line.start);
}

/* Takes the quotes off a name, which may then hold anything but quotes. */
static bool
section_name(Span *name)
{
	char		quote;

	if (name->start == name->end || (*name->start != '"' &&
									 *name->start != '\''))
		return is_name(*name);
	quote = *name->start;
	if (name->end - name->start < 3 || name->end[-1] != quote)
		return false;
	name->start++;
	name->end--;
	return memchr(name->start, quote, name->end - name->start) == NULL;
}

/* The kind that the word before a name in the config file stands for. */
static bool
section_prefix(Span *title, LfdwSectionKind *kind)
{
	static const struct
	{
		const char *word;
		LfdwSectionKind kind;
	}			prefixes[] =
	{
		{"profile", LFDW_SECTION_PROFILE},
		{"services", LFDW_SECTION_SERVICES},
		{"sso-session", LFDW_SECTION_SSO_SESSION}
	};

	for (int i = 0; i < (int) lengthof(prefixes); i++)
	{
		size_t		len = strlen(prefixes[i].word);

		if (title->end - title->start > (ptrdiff_t) len &&
			is_blank(title->start[len]) &&
			memcmp(title->start, prefixes[i].word, len) == 0)
		{
			title->start += len;
			*title = trimmed(*title);
			*kind = prefixes[i].kind;
			return true;
		}
	}
	return false;
}

/* Begins the section of a line, or an ignored one. */
static void
read_section(FileState *state, Span line)
{
	Span		title;
	LfdwSectionKind kind = LFDW_SECTION_PROFILE;
	EntryOrigin origin = ORIGIN_CREDENTIALS;
	bool		is_default;

	state->section = NULL;
	if (!section_title(line, &title))
		return;
	is_default = title.end - title.start == 7 &&
		memcmp(title.start, "default", 7) == 0;
	if (state->is_config)
	{
		origin = is_default ? ORIGIN_CONFIG_DEFAULT : ORIGIN_CONFIG;
		if (!is_default && !section_prefix(&title, &kind))
			return;
	}
	if (!section_name(&title))
		return;
	state->section = add_entry(state->profiles, origin, kind,
							   pnstrdup(title.start, title.end - title.start),
							   NULL);
	if (origin == ORIGIN_CONFIG && kind == LFDW_SECTION_PROFILE &&
		strcmp(state->section->section, "default") == 0)
		state->profiles->profile_default = true;
}

static void
read_property(FileState *state, Span line)
{
	const Entry *section = state->section;
	Span		key;
	Span		value;

	if (section == NULL || !split_property(line, &key, &value) || !is_name(key))
		return;
	state->property = add_entry(state->profiles, section->origin,
								section->kind, section->section,
								pnstrdup(key.start, key.end - key.start));
	resetStringInfo(&state->value);
	appendBinaryStringInfo(&state->value, value.start,
						   value.end - value.start);
}

/* Notes the value of the property, which is whole now. */
static void
end_property(FileState *state)
{
	if (state->property)
		state->property->value = pnstrdup(state->value.data, state->value.len);
	state->property = NULL;
}

static void
read_line(FileState *state, Span line)
{
	Span		content = trimmed(line);

	if (content.start == content.end || is_comment(*line.start))
		return;
	if (is_blank(*line.start))
	{
		/* comments count as text here: the SDKs' tests have it so */
		if (state->property)
		{
			appendStringInfoChar(&state->value, '\n');
			appendBinaryStringInfo(&state->value, content.start,
								   content.end - content.start);
		}
		return;
	}
	end_property(state);
	if (*line.start == '[')
		read_section(state, line);
	else
		read_property(state, line);
}

/* Nothing read yet.  The result and all it will hold are palloc'd. */
LfdwProfiles *
lfdw_profiles_create(void)
{
	return palloc0(sizeof(LfdwProfiles));
}

/*
 * Adds what a config or a credentials file says.  Whatever the order in which
 * they are read, the credentials file counts before the config file; of two
 * files of one kind the last one counts.
 *
 * The text is copied, in the current memory context, which must live as long
 * as the profiles.  A NUL hides the rest of its line.  False, and nothing
 * added, where the text is too long.
 */
bool
lfdw_profiles_read(LfdwProfiles *profiles, const char *text, size_t len,
				   bool is_config)
{
	FileState	state = {.profiles = profiles,.is_config = is_config};
	const char *at = text;
	const char *end;

	if (len > LFDW_PROFILES_MAX_BYTES)
		return false;
	if (len == 0)
		return true;
	end = text + len;
	if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		at += 3;				/* the byte order mark some editors leave */
	initStringInfo(&state.value);
	while (at < end)
	{
		Span		line = {at, at};
		const char *nul;

		while (line.end < end && *line.end != '\n' && *line.end != '\r')
			line.end++;
		at = line.end + 1;
		nul = memchr(line.start, '\0', line.end - line.start);
		if (nul)
			line.end = nul;
		read_line(&state, line);
	}
	end_property(&state);
	pfree(state.value.data);
	return true;
}

/* The entry that counts for a key, or for a section where key is NULL. */
static const Entry *
find_entry(const LfdwProfiles *profiles, LfdwSectionKind kind,
		   const char *section, const char *key)
{
	const Entry *found = NULL;

	for (const Entry *entry = profiles->newest; entry; entry = entry->older)
	{
		if (entry->kind != kind || strcmp(entry->section, section) != 0 ||
			(entry->key == NULL) != (key == NULL) ||
			(key && pg_strcasecmp(entry->key, key) != 0) ||
			(entry->origin == ORIGIN_CONFIG_DEFAULT &&
			 profiles->profile_default))
			continue;
		if (entry->origin == ORIGIN_CREDENTIALS)
			return entry;
		if (found == NULL)
			found = entry;
	}
	return found;
}

/* Whether there is such a section, be it empty.  The name's case matters. */
bool
lfdw_profiles_has(const LfdwProfiles *profiles, LfdwSectionKind kind,
				  const char *section)
{
	return find_entry(profiles, kind, section, NULL) != NULL;
}

/*
 * The value of a property, NULL where there is none.  Only the section's case
 * matters.  It belongs to the profiles.
 */
const char *
lfdw_profiles_get(const LfdwProfiles *profiles, LfdwSectionKind kind,
				  const char *section, const char *key)
{
	const Entry *entry = find_entry(profiles, kind, section, key);

	return entry ? entry->value : NULL;
}

/*
 * The value of a property within a property, as of "endpoint_url" in
 *
 *		lambda =
 *			endpoint_url = https://example.com
 *
 * palloc'd; NULL where there is none.
 */
char *
lfdw_profiles_get_nested(const LfdwProfiles *profiles, LfdwSectionKind kind,
						 const char *section, const char *key,
						 const char *subkey)
{
	const char *at = lfdw_profiles_get(profiles, kind, section, key);
	size_t		subkey_len = strlen(subkey);
	char	   *found = NULL;

	/* a value that begins on the line of its key has no properties */
	if (at == NULL || *at != '\n')
		return NULL;
	while (*at == '\n')
	{
		Span		line = {at + 1, at + 1 + strcspn(at + 1, "\n")};
		Span		name;
		Span		value;

		at = line.end;
		if (!split_property(line, &name, &value) ||
			name.end - name.start != (ptrdiff_t) subkey_len ||
			pg_strncasecmp(name.start, subkey, subkey_len) != 0)
			continue;
		if (found)
			pfree(found);
		found = pnstrdup(value.start, value.end - value.start);
	}
	return found;
}
