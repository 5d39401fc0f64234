-- Pages of all kinds: what the function is asked for, what ends them, and what
-- is an error.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA pages;
SET search_path = pages, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');

-- makes the table rows anew: the function's ways, and options
CREATE FUNCTION make(test text, options text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  SET LOCAL client_min_messages = warning;
  DROP FOREIGN TABLE IF EXISTS pages.rows;
  EXECUTE format('CREATE FOREIGN TABLE pages.rows (id int, k int OPTIONS (pushdown ''=, in''), name text) SERVER lambda
    OPTIONS (function_arn ''pages'', envelope ''false'', rows_path ''/items'', payload %L, %s%s)',
    json_build_object('test', test::json), options, CASE WHEN options !~ 'max_pages' THEN ', max_pages ''30''' END);
END $$;
-- runs a query, tells its rows, and what the function received for each page
CREATE FUNCTION sent(query text DEFAULT 'SELECT * FROM rows') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  n text;
BEGIN
  PERFORM FROM pages.reset_calls;
  EXECUTE 'SELECT count(*) || '' rows, '' || count(DISTINCT id) || '' ids'' FROM (' || query || ') q' INTO n;
  RETURN NEXT n;
  RETURN QUERY SELECT (payload - 'test')::text FROM pages.calls WHERE function = 'pages' ORDER BY seq;
END $$;
-- the same, with the error in place of the rows
CREATE FUNCTION fails(query text DEFAULT 'SELECT * FROM rows') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  message text; detail text; hint text;
BEGIN
  PERFORM FROM pages.reset_calls;
  BEGIN
    EXECUTE query;
    RETURN NEXT 'no error';
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN NEXT SQLSTATE || ' ' || message;
    RETURN NEXT detail;
    RETURN NEXT hint;
  END;
  RETURN QUERY SELECT (payload - 'test')::text FROM pages.calls WHERE function = 'pages' ORDER BY seq;
END $$;

-- numbers: up to a page without rows, or where more_path says so
SELECT make('{"by": "page"}', $$page_argument 'page'$$);
SELECT sent();
SELECT make('{"by": "page", "total": 0}', $$page_argument 'page'$$);
SELECT sent();
SELECT make('{"by": "page", "more": [true, false]}', $$page_argument 'page', more_path '/meta/more'$$);
SELECT sent();
SELECT make('{"by": "page", "first": 0, "more": ["yes", "false"]}', $$page_argument 'page', first_page '0', more_path '/meta/more'$$);
SELECT sent();
-- also at places of their own, and as text
SELECT make('{"by": "page", "at": "q", "more": [15, 0]}', $$page_argument '/q/page', more_path '/meta/more', argument_format 'text'$$);
SELECT sent();

-- limit_argument: a page with fewer rows ends them, once one had as many
SELECT make('{"by": "page"}', $$page_argument 'page', limit_argument 'limit', page_size '10'$$);
SELECT sent();
SELECT make('{"by": "page", "total": 20}', $$page_argument 'page', limit_argument 'limit', page_size '10'$$);
SELECT sent();
SELECT make('{"by": "page", "total": 7}', $$page_argument 'page', limit_argument 'limit', page_size '10'$$);
SELECT sent();
-- the function has a maximum of its own
SELECT make('{"by": "page", "maximum": 8}', $$page_argument 'page', limit_argument 'limit', page_size '10'$$);
SELECT sent();
SELECT make('{"by": "offset", "maximum": 8}', $$offset_argument 'offset', limit_argument 'limit', page_size '10'$$);
SELECT sent();
-- a short page is not the last where more_path says so
SELECT make('{"by": "page", "lie": "thin", "more": [true, false]}', $$page_argument 'page', limit_argument 'limit', page_size '10', more_path '/meta/more'$$);
SELECT sent();

-- offsets
SELECT make('{"by": "offset", "size": 9}', $$offset_argument 'offset'$$);
SELECT sent();
SELECT make('{"by": "offset"}', $$offset_argument '/offset', limit_argument '/limit', page_size '20'$$);
SELECT sent();
-- rows are counted as they came, before the recheck
SELECT make('{"by": "offset", "lie": "unfiltered", "size": 2}', $$offset_argument 'offset', max_pages '20'$$);
SELECT sent('SELECT * FROM rows WHERE k = 0');

-- the last row's value
SELECT make('{"by": "row"}', $$cursor_row_path '/id', cursor_argument 'after'$$);
SELECT sent();
SELECT make('{"by": "row", "more": [1, ""]}', $$cursor_row_path '/id', cursor_argument 'after', more_path '/meta/more'$$);
SELECT sent();
SELECT make('{"by": "row"}', $$cursor_row_path '/id', cursor_argument 'after', limit_argument 'limit', page_size '10'$$);
SELECT sent('SELECT id FROM rows');
SELECT make('{"by": "row", "lie": "no_id"}', $$cursor_row_path '/id', cursor_argument 'after'$$);
SELECT fails('SELECT name FROM rows');

-- a cursor that is an object, at a place of its own
SELECT make('{"by": "cursor", "at": "variables"}', $$cursor_path '/meta/next', cursor_argument '/variables/after'$$);
SELECT sent();
SELECT make('{"by": "cursor"}', $$cursor_path '/meta/next', cursor_argument 'after', argument_format 'text'$$);
SELECT sent();
-- what more_path says, whatever the cursor is; null says nothing
CREATE FUNCTION pages_with(more text) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  PERFORM make(format('{"by": "cursor", "more": [%s, null]}', more), $o$cursor_path '/meta/next', cursor_argument 'after', more_path '/meta/more'$o$);
  RETURN (SELECT count(*) - 1 FROM sent());
END $$;
SELECT more, pages_with(more)
FROM unnest('{false,0,"\"\"","\"false\"","{}","null",true,1,0.5,"\"0\"","\"x\""}'::text[]) more;
-- it may be where the cursor is
SELECT make('{"by": "cursor", "size": 5}', $$cursor_path '/meta/next', cursor_argument 'after', more_path '/meta/next'$$);
SELECT sent('SELECT * FROM rows WHERE k = 1');

-- a header of API Gateway's form
SELECT make('{"by": "header"}', $$cursor_header 'x-next', cursor_argument 'after'$$);
SELECT sent();
SELECT make('{"by": "header", "name": "x-NEXT", "form": "[\"\", \"%s\"]", "base64": true, "size": 5}', $$cursor_header 'X-Next', cursor_argument 'after'$$);
SELECT sent('SELECT * FROM rows WHERE k = 1');
-- a Link header, in the forms that RFC 8288 has for it
CREATE FUNCTION linked(form text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM make(format('{"by": "link", "size": 20, "form": %s}', to_json(form)), $o$cursor_header 'Link', cursor_argument 'after'$o$);
  RETURN QUERY SELECT * FROM sent();
END $$;
SELECT form, linked(form)
FROM unnest(ARRAY['"<%s>; rel=\"next\""', '"<%s>;rel=next"', '"<https://x/?p=1>; rel=\"prev\", <%s>; title=\"a, b\"; rel=\"last next\""',
  '["<https://x/?p=1>; rel=first", "<%s>; rel=next"]', '"<%s>; rel=\"prev\""']) form;
-- of CSV too
SELECT make('{"by": "link", "form": "\"<%s>; rel=next\"", "csv": true}', $$cursor_header 'link', cursor_argument 'after', answer_format 'csv'$$);
ALTER FOREIGN TABLE rows OPTIONS (DROP rows_path);
SELECT sent();
SELECT make('{"by": "page", "csv": true}', $$page_argument 'page', limit_argument 'limit', page_size '10', answer_format 'csv'$$);
ALTER FOREIGN TABLE rows OPTIONS (DROP rows_path);
SELECT sent();
SELECT make('{"by": "page", "csv": true, "lie": "ignore"}', $$page_argument 'page', answer_format 'csv'$$);
ALTER FOREIGN TABLE rows OPTIONS (DROP rows_path);
SELECT fails();
-- a header that the form does not have ends the pages; an answer of another form has none at all
SELECT make('{"by": "header", "name": "x-other"}', $$cursor_header 'x-next', cursor_argument 'after'$$);
SELECT sent();
SELECT make('{"by": "cursor"}', $$cursor_header 'x-next', cursor_argument 'after'$$);
SELECT fails();
-- one that nobody reads
SELECT make('{"by": "link", "form": "\"<%s>; rel=next\""}', $$max_pages '10'$$);
SELECT sent();

-- functions that do not do what the options say
SELECT make('{"by": "page", "lie": "ignore"}', $$page_argument 'page'$$);
SELECT fails();
SELECT make('{"by": "offset", "lie": "ignore"}', $$offset_argument 'offset'$$);
SELECT fails();
SELECT make('{"by": "page", "lie": "repeat"}', $$page_argument 'page'$$);
SELECT fails();
\set SHOW_CONTEXT errors
SELECT make('{"by": "page", "lie": "ignore", "size": 3}', $$page_argument 'page'$$);
SELECT id FROM rows WHERE k IN (0, 2);
\set SHOW_CONTEXT never
-- pages that end alike are not the same
SELECT make('{"by": "page", "lie": "footer"}', $$page_argument 'page'$$);
SELECT sent();
SELECT make('{"by": "row", "lie": "ignore"}', $$cursor_row_path '/id', cursor_argument 'after'$$);
SELECT fails();
SELECT make('{"by": "cursor", "lie": "same"}', $$cursor_path '/meta/next', cursor_argument 'after'$$);
SELECT fails();
SELECT make('{"by": "link", "lie": "same", "form": "\"<%s>; rel=next\""}', $$cursor_header 'link', cursor_argument 'after'$$);
SELECT fails();
-- a page without rows ends those that are counted; that more follow is a warning
SELECT make('{"by": "page", "lie": "gap", "more": [true, false]}', $$page_argument 'page', more_path '/meta/more'$$);
SELECT sent();
SELECT make('{"by": "page", "lie": "forever", "more": [true, false]}', $$page_argument 'page', more_path '/meta/more'$$);
SELECT sent();
SELECT make('{"by": "page", "lie": "gap", "more": [true, false]}', $$page_argument 'page'$$);
SELECT sent();
-- not those that a cursor asks for, as where a function filters what it has read
SELECT make('{"by": "cursor", "lie": "gap"}', $$cursor_path '/meta/next', cursor_argument 'after'$$);
SELECT sent();
SELECT make('{"by": "header", "lie": "omit"}', $$cursor_header 'x-next', cursor_argument 'after', no_rows_missing 'true'$$);
SELECT sent();
-- a cursor is missing although a page follows
CREATE FOREIGN TABLE no_cursor (id int) SERVER lambda OPTIONS (function_arn 'pages', envelope 'false', rows_path '/items',
  payload '{"page": 1, "test": {"by": "page", "more": [true, false]}}', cursor_path '/meta/next', cursor_argument 'after', more_path '/meta/more');
SELECT count(*) FROM no_cursor;
SELECT make('{"by": "page", "size": 1}', $$page_argument 'page', max_pages '3'$$);
SELECT fails();

-- an answer that says there are none ends pages that are counted, and no others
SELECT make('{"by": "page", "past": "status"}', $$page_argument 'page', no_rows_status '404'$$);
SELECT sent();
SELECT sent('SELECT * FROM rows WHERE k = 7');
SELECT make('{"by": "offset", "past": "raise"}', $$offset_argument 'offset', no_rows_errors 'NotFound'$$);
SELECT sent();
SELECT make('{"by": "row", "past": "status"}', $$cursor_row_path '/id', cursor_argument 'after', no_rows_status '404'$$);
SELECT fails();
SELECT make('{"by": "row", "past": "raise"}', $$cursor_row_path '/id', cursor_argument 'after', no_rows_errors 'NotFound'$$);
SELECT fails();

-- pages cost what they take, one after the other
CREATE FUNCTION cost(query text) RETURNS float LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
  RETURN plan->0->'Plan'->>'Total Cost';
END $$;
SELECT make('{"by": "page"}', $$page_argument 'page', limit_argument 'limit', page_size '1000', estimated_rows '1000'$$);
SELECT cost('SELECT * FROM rows') AS one_page \gset
ALTER FOREIGN TABLE rows OPTIONS (SET page_size '10');
SELECT round(cost('SELECT * FROM rows') / :one_page) AS times;

-- LIMIT: nothing is asked for that it does not want
SELECT make('{"by": "page"}', $$page_argument 'page', limit_argument 'limit', page_size '10'$$);
SELECT sent('SELECT * FROM rows LIMIT 10');
SELECT sent('SELECT * FROM rows LIMIT 11');
-- with the capability it is sent where it is less than page_size, the same for every page
SELECT make('{"by": "page"}', $$page_argument 'page', limit_argument 'limit', page_size '10', capabilities 'limit'$$);
SELECT sent('SELECT * FROM rows LIMIT 5');
SELECT sent('SELECT * FROM rows LIMIT 2 OFFSET 1');
SELECT sent('SELECT * FROM rows WHERE k = 2 LIMIT 5');
SELECT sent('SELECT * FROM rows WHERE k IN (1, 2) LIMIT 15');
SELECT sent('SELECT * FROM rows WHERE name <> ''x'' LIMIT 5');
-- pages of a smaller maximum are asked for until there are as many
SELECT make('{"by": "page", "maximum": 2}', $$page_argument 'page', limit_argument 'limit', page_size '10', capabilities 'limit'$$);
SELECT sent('SELECT * FROM rows LIMIT 5');
SELECT make('{"by": "page"}', $$page_argument 'page', limit_argument 'limit', capabilities 'limit'$$);
SELECT sent('SELECT * FROM rows LIMIT 5');
SELECT sent();
-- without pages the number is the query's
SELECT make('{"by": "offset", "size": 25}', $$limit_argument 'limit', capabilities 'limit'$$);
ALTER FOREIGN TABLE rows OPTIONS (SET payload '{"offset": 0, "test": {"by": "offset", "size": 25}}');
SELECT sent('SELECT * FROM rows LIMIT 5');
SELECT sent('SELECT * FROM rows WHERE name <> ''x'' LIMIT 5');
SELECT sent();

-- a join: each call has pages of its own
SELECT make('{"by": "page", "size": 3}', $$page_argument 'page', max_batch_keys '1', max_concurrency '1', estimated_rows '1000000'$$);
CREATE TABLE keys AS SELECT n AS k FROM generate_series(0, 1) n;
ANALYZE keys;
SELECT sent('SELECT r.* FROM keys JOIN rows r USING (k)');
SELECT make('{"by": "row"}', $$cursor_row_path '/id', cursor_argument 'after', limit_argument 'limit', page_size '6', estimated_rows '1000000'$$);
SELECT sent('SELECT r.* FROM keys JOIN rows r USING (k)');
-- a rescan begins at the first page
SELECT sent('SELECT r.* FROM generate_series(1, 2) n, LATERAL (SELECT * FROM rows WHERE k = n LIMIT 7) r');

-- the next page's URL takes the place of the route's, wherever its host is
CREATE FUNCTION by_url(event text, url text, options text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  n text;
BEGIN
  SET LOCAL client_min_messages = warning;
  DROP FOREIGN TABLE IF EXISTS pages.http;
  EXECUTE format('CREATE FOREIGN TABLE pages.http (id int, k int OPTIONS (pushdown ''='', required ''true'')) SERVER lambda
    OPTIONS (function_arn ''http_pages'', rows_path ''/value'', event %L, route %L, %s)', event, 'GET /rows/{k}?' || url, options);
  PERFORM FROM pages.reset_calls;
  EXECUTE 'SELECT count(*) || '' rows, '' || count(DISTINCT id) || '' ids'' FROM pages.http WHERE k = 1' INTO n;
  RETURN NEXT n;
  RETURN QUERY SELECT coalesce(payload->>'rawPath', payload->>'path') || ' ' || (payload->>'pathParameters') || ' ' || coalesce(payload->>'rawQueryString', payload->>'queryStringParameters')
    FROM pages.calls WHERE function = 'http_pages' ORDER BY seq;
END $$;
SELECT by_url('apigateway_v2', 'as=next&url=https://api.example/rows/1%3F%25s', $$cursor_path '/@odata.nextLink'$$);
SELECT by_url('apigateway_v1', 'as=next&url=/rows/1%3F%25s', $$cursor_path '/@odata.nextLink'$$);
SELECT by_url('apigateway_v2', 'as=link&url=%3F%25s', $$cursor_header 'link'$$);
-- one that is not a string
CREATE FOREIGN TABLE no_url (id int) SERVER lambda
  OPTIONS (function_arn 'raw', event 'apigateway_v2', route 'GET /', payload '{"response": "{\"rows\": [{\"id\": 1}], \"next\": 2}"}', cursor_path '/next');
SELECT fails('SELECT * FROM no_url');
ALTER FOREIGN TABLE no_url OPTIONS (SET payload '{"response": "{\"rows\": [{\"id\": 1}], \"next\": \"/?page=2\"}"}');
SELECT fails('SELECT * FROM no_url');
-- and one that nobody reads
ALTER FOREIGN TABLE no_url OPTIONS (DROP cursor_path);
SELECT * FROM no_url;

-- EXPLAIN shows the first page, and how many followed
SELECT make('{"by": "page", "first": 0}', $$page_argument 'page', first_page '0', limit_argument 'limit', page_size '10'$$);
EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM rows WHERE k = 1;
CREATE FUNCTION shown(pattern text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE query LOOP
    IF line ~ pattern THEN
      RETURN NEXT ltrim(line);
    END IF;
  END LOOP;
END $$;
SELECT shown('Invocations|Pages|Received', 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT id FROM rows');
SELECT shown('Invocations|Pages|Received', 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT id FROM rows LIMIT 5');
SELECT make('{"by": "offset"}', $$offset_argument 'offset', limit_argument 'limit', page_size '10', capabilities 'limit', argument_format 'text'$$);
SELECT shown('Payload|Pushed', 'EXPLAIN (VERBOSE, COSTS OFF) SELECT id FROM rows LIMIT 3');
PREPARE first_rows(int) AS SELECT id FROM rows LIMIT $1;
SET plan_cache_mode = force_generic_plan;
SELECT shown('Payload:', 'EXPLAIN (VERBOSE, COSTS OFF) EXECUTE first_rows(3)');
RESET plan_cache_mode;
ANALYZE rows;
SELECT reltuples FROM pg_class WHERE oid = 'rows'::regclass;

-- what options cannot say together
CREATE FUNCTION refused(options text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  message text; detail text;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE pages.bad (id int) SERVER lambda OPTIONS (function_arn ''pages'', %s)', options);
  DROP FOREIGN TABLE pages.bad;
  RETURN 'accepted';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN SQLSTATE || ' ' || message || E'\n' || detail;
END $$;
SELECT options, refused(options) FROM unnest(ARRAY[
  $$cursor_path '/next', page_argument 'page'$$,
  $$cursor_path '/next', cursor_header 'x'$$,
  $$cursor_header 'x', cursor_row_path '/id'$$,
  $$cursor_row_path '/id', offset_argument 'o'$$,
  $$page_argument 'page', offset_argument 'o'$$,
  $$page_argument 'page', cursor_argument 'after'$$,
  $$cursor_argument 'after'$$,
  $$cursor_argument 'after', rows_path '/items'$$,
  $$cursor_path '/next', envelope 'false'$$,
  $$cursor_header 'x', envelope 'false'$$,
  $$cursor_row_path '/id', envelope 'false'$$,
  $$cursor_row_path '/id'$$,
  $$first_page '0'$$,
  $$first_page '0', offset_argument 'o'$$,
  $$page_size '10'$$,
  $$page_size '10', page_argument 'page'$$,
  $$page_size '10', limit_argument 'limit', capabilities 'limit'$$,
  $$limit_argument 'limit'$$,
  $$limit_argument 'limit', page_argument 'page'$$,
  $$limit_argument 'limit', page_argument 'page', capabilities 'limit', envelope 'false'$$,
  $$limit_argument 'limit', capabilities 'limit, order_by', envelope 'false'$$,
  $$more_path '/more'$$,
  $$more_path '/items/more', page_argument 'page', rows_path '/items'$$,
  $$more_path '/data', page_argument 'page', rows_path '/data/items'$$,
  $$more_path '/next/more', cursor_path '/next'$$,
  $$more_path '/next', cursor_path '/next'$$,
  $$cursor_path '/data', rows_path '/data/items'$$,
  $$cursor_path ''$$,
  $$page_argument 'a', limit_argument 'a', page_size '1'$$,
  $$page_argument 'a', payload '{"a": 1}'$$,
  $$cursor_row_path '/id', answer_format 'csv'$$,
  $$cursor_row_path '/id', rows_format 'entries', rows_path '/items'$$,
  $$cursor_path '/next', answer_format 'csv'$$,
  $$cursor_path '/next', answer_format 'csv', rows_path '/report'$$,
  $$more_path '/more', page_argument 'page', answer_format 'raw'$$,
  $$cursor_argument 'after', answer_format 'csv'$$,
  $$cursor_header 'link', answer_format 'csv'$$,
  $$page_argument 'page', batch_argument '/keys', batch_answer 'aligned'$$,
  $$cursor_argument 'after', batch_argument '/keys', batch_answer 'aligned'$$,
  $$cursor_header 'x y'$$]) options;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA pages CASCADE;
