/*-------------------------------------------------------------------------
 *
 * test_http_route.c
 *		Unit tests of src/base/http_route.c.
 *
 * IDENTIFICATION
 *	  test/unit/test_http_route.c
 *
 *-------------------------------------------------------------------------
 */
#include "unit.h"

#include "base/http_route.h"

/* A query as text, for comparison: its pairs in brackets. */
static void
show_query(StringInfo out, const LfdwHttpQuery *query)
{
	for (int i = 0; i < query->nparameters; i++)
		appendStringInfo(out, "[%s=%s]", query->parameters[i].name,
						 query->parameters[i].value);
}

/* A route as text, for comparison. */
static char *
show_route(const LfdwHttpRoute *route)
{
	StringInfoData out;

	initStringInfo(&out);
	appendStringInfo(&out, "%s %s%s", route->method, route->path,
					 route->has_body ? " body" : "");
	for (int i = 0; i < route->nsegments; i++)
	{
		const LfdwRouteSegment *segment = &route->segments[i];

		if (segment->name)
			appendStringInfo(&out, " {%s%s}", segment->name,
							 segment->greedy ? "+" : "");
		else
			appendStringInfo(&out, " %s", segment->text);
	}
	show_query(&out, &route->query);
	return out.data;
}

static const char *const routes[][2] = {
	{"GET /", "GET /"},
	{"GET /orders", "GET /orders orders"},
	{"HEAD   /orders/", "HEAD /orders/ orders "},
	{"DELETE /a/{id}", "DELETE /a/{id} a {id}"},
	{"POST /a", "POST /a body a"},
	{"PUT /a", "PUT /a body a"},
	{"PATCH /a", "PATCH /a body a"},
	{"OPTIONS /a", "OPTIONS /a body a"},
	{"GET /{a.b_c:D-9}/x/{rest+}", "GET /{a.b_c:D-9}/x/{rest+} {a.b_c:D-9} x {rest+}"},
	{"GET /{proxy+}", "GET /{proxy+} {proxy+}"},
	{"GET /a%20b/c:d;e=f,@!$&'()*+~", "GET /a%20b/c:d;e=f,@!$&'()*+~ a%20b c:d;e=f,@!$&'()*+~"},
	{"GET /stra\xC3\x9F" "e", "GET /stra\xC3\x9F" "e stra%C3%9Fe"},
	{"GET /...", "GET /... ..."},
	{"GET /a?", "GET /a a"},
	{"GET /a?x=1&y=b%20c+d&z&w=&=v&x=2", "GET /a a[x=1][y=b c d][z=][w=][=v][x=2]"},
	{"GET /a?&&x=a=b/c?d&", "GET /a a[x=a=b/c?d]"},
	{"POST /a?%C3%A9=%E2%82%AC", "POST /a body a[\xC3\xA9=\xE2\x82\xAC]"},
};

#define BAD_METHOD "A route begins with a method,"
#define BAD_ANY "A request has one method:"
#define NO_PATH "After the method and a blank a route has a path,"
#define NO_SEGMENT "A parameter is a whole segment of the path,"
#define BAD_NAME "A parameter's name has letters,"
#define SAME_NAME "Two parameters of the path have the same name."
#define NOT_LAST "A parameter with \"+\" is the path's last segment."
#define BAD_CHARACTER "Blanks and characters that no URL has are percent-encoded,"
#define BAD_ENCODING "A percent sign is followed by two hexadecimal digits,"
#define BAD_SEGMENT "A path has no empty segments,"

static const char *const bad_routes[][2] = {
	{"", BAD_METHOD},
	{"/orders", BAD_METHOD},
	{"get /orders", BAD_METHOD},
	{"FETCH /orders", BAD_METHOD},
	{"GETS /orders", BAD_METHOD},
	{" GET /orders", BAD_METHOD},
	{"GET\t/orders", BAD_METHOD},
	{"$default", BAD_METHOD},
	{"ANY /orders", BAD_ANY},
	{"GET", NO_PATH},
	{"GET ", NO_PATH},
	{"GET orders", NO_PATH},
	{"GET ?a=b", NO_PATH},
	{"GET https://h/orders", NO_PATH},
	{"GET /a{id}", NO_SEGMENT},
	{"GET /{id}a", NO_SEGMENT},
	{"GET /{id", NO_SEGMENT},
	{"GET /id}", NO_SEGMENT},
	{"GET /{a/b}", NO_SEGMENT},
	{"GET /{}", BAD_NAME},
	{"GET /{+}", BAD_NAME},
	{"GET /{a b}", BAD_NAME},
	{"GET /{a}{b}", BAD_NAME},
	{"GET /{a++}", BAD_NAME},
	{"GET /{\xC3\xA9}", BAD_NAME},
	{"GET /{a}/{a}", SAME_NAME},
	{"GET /{a}/{a+}", SAME_NAME},
	{"GET /{a+}/b", NOT_LAST},
	{"GET /{a+}/", NOT_LAST},
	{"GET /a b", BAD_CHARACTER},
	{"GET /a#b", BAD_CHARACTER},
	{"GET /a|b", BAD_CHARACTER},
	{"GET /a\nb", BAD_CHARACTER},
	{"GET /a?b c", BAD_CHARACTER},
	{"GET /a?b#c", BAD_CHARACTER},
	{"GET /a%2", BAD_ENCODING},
	{"GET /a%zz", BAD_ENCODING},
	{"GET /a%FF", BAD_ENCODING},
	{"GET /a?b=%", BAD_ENCODING},
	{"GET /a?%00=b", BAD_ENCODING},
	{"GET //a", BAD_SEGMENT},
	{"GET /a//b", BAD_SEGMENT},
	{"GET /a/./b", BAD_SEGMENT},
	{"GET /..", BAD_SEGMENT},
	{"GET /%2e%2E/a", BAD_SEGMENT},
};

static void
test_routes(void)
{
	for (int i = 0; i < (int) lengthof(routes); i++)
	{
		LfdwHttpRoute *route;
		const char *why = "";

		if (unit_ok(lfdw_http_route_parse(routes[i][0], &route, &why),
					"\"%s\" is a route", routes[i][0]))
			unit_is(show_route(route), routes[i][1], "it reads %s", routes[i][1]);
		else
			printf("# %s\n", why);
	}
	for (int i = 0; i < (int) lengthof(bad_routes); i++)
	{
		const char *expected = bad_routes[i][1];
		LfdwHttpRoute *route;
		const char *why = "";
		bool		refused = !lfdw_http_route_parse(bad_routes[i][0], &route, &why);

		if (!unit_ok(refused && strncmp(why, expected, strlen(expected)) == 0,
					 "route %d of the bad ones is refused: %s", i, expected))
			printf("# got: %s %s\n", refused ? "refused" : "accepted", why);
	}
}

static void
test_match(void)
{
	static const struct
	{
		const char *route;
		const char *path;
		const char *values;		/* NULL: does not fit */
	}			cases[] =

	{
		{"GET /", "/", ""},
		{"GET /", "/a", NULL},
		{"GET /a", "/a", ""},
		{"GET /a", "/a/", NULL},
		{"GET /a/", "/a/", ""},
		{"GET /a", "/b", NULL},
		{"GET /a%20b", "/a%20b", ""},
		{"GET /a:b", "/a%3Ab", ""},
		{"GET /a/{id}", "/a/5", "5;"},
		{"GET /a/{id}", "/a/5/6", NULL},
		{"GET /a/{id}", "/a/", NULL},
		{"GET /a/{id}", "/a", NULL},
		{"GET /a/{id}/b/{c}", "/a/x%2Fy%20z/b/%C3%A9", "x/y z;\xC3\xA9;"},
		{"GET /a/{rest+}", "/a/b/c%20d", "b/c d;"},
		{"GET /a/{rest+}", "/a/", NULL},
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		LfdwHttpRoute *route;
		const char *why;
		char	   *values[8];
		StringInfoData out;
		bool		fits;

		initStringInfo(&out);
		lfdw_http_route_parse(cases[i].route, &route, &why);
		fits = lfdw_http_route_match(route, cases[i].path, values);
		for (int n = 0; fits && n < route->nsegments; n++)
		{
			if (values[n])
				appendStringInfo(&out, "%s;", values[n]);
		}
		unit_is(fits ? out.data : "no", cases[i].values ? cases[i].values : "no",
				"%s and %s", cases[i].route, cases[i].path);
	}
}

#define NO_URL "It is no URL of http or https, no path and no query."

static void
test_targets(void)
{
	static const char *const cases[][3] = {
		{"https://h/a/b?x=1&y=2", "/o/5", "/a/b[x=1][y=2]"},
		{"HTTP://h:80/a#f", "/o/5", "/a"},
		{"https://h", "/o/5", "/"},
		{"https://h?x=1", "/o/5", "/[x=1]"},
		{"//h/a?x=/?", "/o/5", "/a[x=/?]"},
		{"/a/b?x=a+b%2Bc", "/o/5", "/a/b[x=a b+c]"},
		{"/a:b/c", "/o/5", "/a%3Ab/c"},
		{"?page=2", "/o/5", "/o/5[page=2]"},
		{"?", "/o/5", "/o/5"},
		{"6?x", "/o/5", "/o/6[x=]"},
		{"../p/6", "/o/5", "/p/6"},
		{"./6", "/o/5", "/o/6"},
		{"../../../a", "/o/5", "/a"},
		{"/a/../b/./c/..", "/o/5", "/b/"},
		{"/a/%2e%2e/b", "/o/5", "/b"},
		{"/\xC3\xA9 x?\xC3\xA9", "/o/5", "/%C3%A9%20x[\xC3\xA9=]"},
		{"/a?u=https://h/b", "/o/5", "/a[u=https://h/b]"},
		{"", "/o/5", NO_URL},
		{"abc", "/o/5", NO_URL},
		{"#a/b", "/o/5", NO_URL},
		{"ftp://h/a", "/o/5", NO_URL},
		{"urn:a/b", "/o/5", NO_URL},
		{"http:/a", "/o/5", NO_URL},
		{"/a%", "/o/5", BAD_ENCODING},
		{"/%FF", "/o/5", BAD_ENCODING},
		{"/a?x=%0", "/o/5", BAD_ENCODING},
	};

	for (int i = 0; i < (int) lengthof(cases); i++)
	{
		LfdwHttpTarget target;
		const char *why = "";
		StringInfoData out;

		initStringInfo(&out);
		if (lfdw_http_target_parse(cases[i][0], cases[i][1], &target, &why))
		{
			appendStringInfoString(&out, target.path);
			show_query(&out, &target.query);
		}
		else
			appendStringInfo(&out, "%.*s", (int) strlen(cases[i][2]), why);
		unit_is(out.data, cases[i][2], "the URL \"%s\"", cases[i][0]);
	}
}

int
main(void)
{
	test_routes();
	test_match();
	test_targets();
	return unit_done();
}
