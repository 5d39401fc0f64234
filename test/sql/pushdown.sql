-- What the function receives for a condition, and that the rows are right.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA pushdown;
SET search_path = pushdown, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');

CREATE FOREIGN TABLE items (
  id int OPTIONS (pushdown '=, in'),
  name text,
  category text OPTIONS (pushdown '=, in'),
  price numeric(10,2),
  tags text[],
  active boolean,
  city text OPTIONS (path '/address/city')
) SERVER lambda OPTIONS (function_arn 'items');

-- runs a query, counts its rows, and shows what the function received:
-- the arguments, the filters, the columns
CREATE FUNCTION sent(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  PERFORM FROM pushdown.reset_calls;
  EXECUTE 'SELECT count(*) FROM (' || query || ') q' INTO n;
  RETURN NEXT n || ' rows';
  RETURN QUERY SELECT (payload - 'lambda_fdw')::text || ' ' || coalesce(payload->'lambda_fdw'->>'filters', '-')
    FROM pushdown.calls WHERE function <> 'calls' ORDER BY (payload - 'lambda_fdw')::text;
END $$;

-- the whole request
SELECT * FROM reset_calls;
SELECT id, name FROM items WHERE id = 3;
SELECT payload FROM calls;

-- declared operators are arguments and filters
SELECT sent('SELECT * FROM items WHERE id = 3');
SELECT sent('SELECT * FROM items WHERE 3 = id');
SELECT sent('SELECT * FROM items WHERE id IN (3, 1, 2, 3)');
SELECT sent('SELECT * FROM items WHERE id = ANY (''{5,NULL,6}'')');
SELECT sent('SELECT * FROM items WHERE category = ''red''');
SELECT sent('SELECT * FROM items WHERE id = 4 AND category = ''red''');
SELECT sent('SELECT * FROM items WHERE id = 3::bigint');
SELECT sent('SELECT * FROM items WHERE id = 3::smallint');
-- conditions on one column are intersected
SELECT sent('SELECT * FROM items WHERE id IN (1, 2, 3) AND id IN (2, 3, 4)');
SELECT sent('SELECT * FROM items WHERE id IN (1, 2, 3) AND id = ANY (''{3}'')');
PREPARE two_conditions(int, int[]) AS SELECT id FROM items WHERE id = $1 AND id = ANY ($2);
SELECT * FROM reset_calls;
EXECUTE two_conditions(3, '{1,2,3}');
SELECT payload->'id' AS id, payload->'lambda_fdw'->'filters' AS filters FROM calls;
-- nothing can match: nobody is asked
SELECT sent('SELECT * FROM items WHERE id IN (1, 2) AND id IN (3, 4)');
SELECT sent('SELECT * FROM items WHERE id = NULL::int');
SELECT sent('SELECT * FROM items WHERE id = ANY (NULL::int[])');
SELECT sent('SELECT * FROM items WHERE id = ANY (''{}'')');
SELECT sent('SELECT * FROM items WHERE id = ANY (''{NULL}'')');
SELECT sent('SELECT * FROM items WHERE id = 5000000000');
SELECT sent('SELECT * FROM items WHERE id = ANY (''{5000000000,7}''::bigint[])');
-- hints: undeclared, in the envelope alone, and only of safe types
SELECT sent('SELECT * FROM items WHERE name = ''item 5''');
SELECT sent('SELECT * FROM items WHERE name IN (''item 5'', ''item 6'')');
SELECT sent('SELECT * FROM items WHERE active');
SELECT sent('SELECT * FROM items WHERE NOT active');
SELECT sent('SELECT * FROM items WHERE active = false');
SELECT sent('SELECT * FROM items WHERE city = ''Oslo''');
SELECT sent('SELECT * FROM items WHERE price = 3.99');
-- what is not an equality on a column stays local
SELECT sent('SELECT * FROM items WHERE id > 18');
SELECT sent('SELECT * FROM items WHERE id <> 3');
SELECT sent('SELECT * FROM items WHERE id <> ANY (''{3}'')');
SELECT sent('SELECT * FROM items WHERE id NOT IN (1, 2)');
SELECT sent('SELECT * FROM items WHERE id + 1 = 4');
SELECT sent('SELECT * FROM items WHERE id::text = ''3''');
SELECT sent('SELECT * FROM items WHERE id = 3 OR category = ''red''');
SELECT sent('SELECT * FROM items WHERE id::numeric = 3');
SELECT sent('SELECT * FROM items WHERE name = upper(''a'') || random()');
-- stable functions and sub-selects are evaluated once
SELECT sent('SELECT * FROM items WHERE name = current_setting(''application_name'')');
SELECT sent('SELECT * FROM items WHERE id = (SELECT 7)');
SELECT sent('SELECT * FROM items WHERE id = ANY (ARRAY(SELECT generate_series(7, 9)))');

-- types: every value as the contract writes it
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE DOMAIN code AS text CHECK (VALUE <> '');
CREATE FOREIGN TABLE types (
  i2 smallint OPTIONS (pushdown '='), i8 bigint OPTIONS (pushdown '='), f4 real OPTIONS (pushdown '='),
  f8 float8 OPTIONS (pushdown '=, in'), n numeric OPTIONS (pushdown '=, in'), b boolean OPTIONS (pushdown '='),
  t text OPTIONS (pushdown '='), vc varchar(3) OPTIONS (pushdown '='), u uuid OPTIONS (pushdown '='),
  m mood OPTIONS (pushdown '=, in'), dm code OPTIONS (pushdown '='), d date OPTIONS (pushdown '='),
  tm time OPTIONS (pushdown '='), ts timestamp OPTIONS (pushdown '='), tz timestamptz OPTIONS (pushdown '='),
  es timestamptz OPTIONS (pushdown '=', format 'epoch_s'), em timestamptz OPTIONS (pushdown '=', format 'epoch_ms'),
  by bytea OPTIONS (pushdown '='), hx bytea OPTIONS (pushdown '=', format 'hex'), j jsonb OPTIONS (pushdown '='),
  arr int[] OPTIONS (pushdown '='), iv interval OPTIONS (pushdown '='), ip inet OPTIONS (pushdown '=')
) SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[]"}', envelope 'false');
CREATE FUNCTION sent_value(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  PERFORM FROM pushdown.reset_calls;
  EXECUTE 'SELECT FROM pushdown.types WHERE ' || condition;
  PERFORM FROM pushdown.calls;
  SELECT string_agg((payload - 'response')::text, ' ') INTO result FROM pushdown.calls;
  RETURN result;
END $$;
SELECT sent_value('i2 = 7'), sent_value('i8 = 9007199254740993'), sent_value('f8 = 0.1'), sent_value('f4 = 1.5::real');
SELECT sent_value('n = 12345678901234567890.12345678901234567890'), sent_value('n IN (1.0, 1.00, 2)');
SELECT sent_value('b'), sent_value($$t = E'quote " back \\ line \n é'$$), sent_value($$vc = 'abc'$$);
SELECT sent_value($$u = 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'$$), sent_value($$m = 'ok'$$), sent_value($$dm = 'x'$$);
SET timezone = 'America/New_York';
SET datestyle = 'SQL, DMY';
SELECT sent_value($$d = '2026-11-14'$$), sent_value($$tm = '09:00'$$), sent_value($$ts = '2026-11-14 09:00:00.5'$$);
SELECT sent_value($$tz = '2026-11-14 09:00:00+00'$$), sent_value($$es = '2026-11-14 09:00:00.25+00'$$), sent_value($$em = '2026-11-14 09:00:00.25+00'$$);
RESET timezone;
RESET datestyle;
SELECT sent_value($$by = '\x00ff10'$$), sent_value($$hx = '\x00ff10'$$), sent_value($$j = '{"a": [1, 2.50]}'$$);
SELECT sent_value($$arr = '{1,NULL,3}'$$), sent_value($$iv = '1 day 02:00'$$), sent_value($$ip = '10.0.0.1'$$);
-- what JSON cannot carry is not sent, and rechecked
SELECT sent_value($$f8 = 'NaN'$$), sent_value($$n = 'infinity'::float8::numeric$$), sent_value($$d = 'infinity'$$);
SELECT sent_value($$f8 IN (1, 'NaN')$$);

-- hints within 2^53 only, of plain types only, under deterministic collations only
CREATE FOREIGN TABLE hints (i8 bigint, vc varchar, vcn varchar(5), ch char(3), u uuid, n numeric, f8 float8, d date,
  dm code, "C" text COLLATE "C") SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[]"}');
CREATE FUNCTION hinted(condition text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text;
BEGIN
  PERFORM FROM pushdown.reset_calls;
  EXECUTE 'SELECT FROM pushdown.hints WHERE ' || condition;
  SELECT string_agg(payload->'lambda_fdw'->>'filters', ' ') INTO result FROM pushdown.calls;
  RETURN result;
END $$;
SELECT hinted('i8 = 9007199254740992'), hinted('i8 = 9007199254740993'), hinted('i8 IN (1, 9007199254740993)');
SELECT hinted($$vc = 'x'$$), hinted($$vcn = 'x'$$), hinted($$ch = 'x'$$);
SELECT hinted($$u = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'$$), hinted('n = 1'), hinted('f8 = 1'), hinted($$d = '2026-11-14'$$);
SELECT hinted($$dm = 'x'$$), hinted($$"C" = 'x'$$);

-- a function may ignore every filter
CREATE FOREIGN TABLE ignoring (
  id int OPTIONS (pushdown '=, in'), one int OPTIONS (path '/id', pushdown '=:one'), name text,
  category text OPTIONS (pushdown '=')
) SERVER lambda OPTIONS (function_arn 'items_ignoring');
SELECT sent('SELECT * FROM ignoring WHERE id IN (1, 2)');
-- two columns of one member ask for it once
SELECT * FROM reset_calls;
SELECT * FROM ignoring WHERE id = 1;
SELECT payload->'lambda_fdw'->'columns' AS columns FROM calls;
-- "=" alone, asked with a list: one call a value, each row once
SELECT sent('SELECT * FROM ignoring WHERE one IN (1, 2, 2, NULL, 99)');
SELECT sent('SELECT * FROM ignoring WHERE one IN (4, 5) AND category IN (''red'', ''green'')');
SELECT one, category FROM ignoring WHERE one IN (4, 5, 6) AND category IN ('red', 'green') ORDER BY one;
SELECT sent('SELECT * FROM ignoring WHERE one IN (1, 2) AND one = 2::int + random()::int * 0');
ALTER SERVER lambda OPTIONS (max_concurrency '2');
SELECT sent('SELECT * FROM ignoring WHERE one = ANY (''{1,2,3,4,5,6,7}'')');
-- a row of another call that comes last is no row, though the query wants it
ALTER SERVER lambda OPTIONS (SET max_concurrency '1');
SELECT one FROM ignoring WHERE one IN (20, 1);
ALTER SERVER lambda OPTIONS (SET max_concurrency '2');
SELECT sent('SELECT * FROM items WHERE id = ANY (ARRAY(SELECT generate_series(1, 40)))');

-- names: arguments of one's own, "in" alone, both apart
CREATE FOREIGN TABLE named (
  a int OPTIONS (pushdown '=:one, in:many'), b int OPTIONS (pushdown 'in'), c int OPTIONS (path '/x/y', pushdown '=')
) SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[]", "tenant": "acme"}');
SELECT sent('SELECT * FROM named WHERE a = 1');
SELECT sent('SELECT * FROM named WHERE a IN (1, 2)');
SELECT sent('SELECT * FROM named WHERE a IN (1, 2) AND a = (SELECT 2)');
SELECT sent('SELECT * FROM named WHERE b = 1');
SELECT sent('SELECT * FROM named WHERE c = 1');
-- the payload's members cannot be overridden
CREATE FOREIGN TABLE tenant (tenant text) SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[]", "tenant": "acme"}');
SELECT sent('SELECT * FROM tenant WHERE tenant = ''other''');

-- required columns
CREATE FOREIGN TABLE lookup (key int OPTIONS (pushdown '=, in', required 'true'), label text)
  SERVER lambda OPTIONS (function_arn 'lookup', payload '{"omit_key": false}');
SELECT * FROM lookup;
SELECT * FROM lookup WHERE label = 'x';
SELECT * FROM lookup WHERE key > 3;
DO $$
DECLARE
  detail text;
BEGIN
  EXECUTE format('SELECT FROM lookup WHERE key <> ALL (%L::int[])', (SELECT array_agg(i) FROM generate_series(1, 10000) i));
EXCEPTION WHEN fdw_dynamic_parameter_value_needed THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RAISE NOTICE 'a long list is shown short: %', regexp_replace(detail, ',5,[0-9,]*', ' ') || CASE WHEN length(detail) > 1000 THEN ' LONG' ELSE '' END;
END $$;
SELECT * FROM lookup WHERE key = 3;
SELECT * FROM lookup WHERE key IN (3, 4) ORDER BY key;
SELECT * FROM lookup WHERE key = NULL;
-- a join gives the value
SELECT n, l.label FROM generate_series(1, 3) n JOIN lookup l ON l.key = n ORDER BY n;
SELECT n, l.label FROM generate_series(1, 3) n LEFT JOIN lookup l ON l.key = n AND n <> 2 ORDER BY n;
SELECT * FROM lookup l, LATERAL (SELECT 1) x;
SELECT * FROM lookup WHERE key IN (SELECT n FROM generate_series(1, 3) n) ORDER BY key;
SELECT n FROM generate_series(1, 2) n WHERE NOT EXISTS (SELECT FROM lookup l WHERE l.key = n AND n = 1);
SELECT n, (SELECT label FROM lookup l WHERE l.key = n) FROM generate_series(1, 2) n;
SELECT a.key, b.label FROM lookup a JOIN lookup b ON a.key = b.key JOIN generate_series(1, 2) n ON n = b.key ORDER BY 1;
SELECT n, u.label FROM generate_series(1, 2) n
  JOIN (SELECT * FROM lookup UNION ALL SELECT * FROM lookup) u ON u.key = n ORDER BY n;
SELECT * FROM generate_series(1, 2) n FULL JOIN lookup l ON l.key = n;
SELECT * FROM lookup l LEFT JOIN generate_series(1, 2) n ON l.key = n;
-- a member that the function leaves out is the value the call carried
ALTER FOREIGN TABLE lookup OPTIONS (SET payload '{"omit_key": true}');
SELECT * FROM lookup WHERE key = 3;
SELECT * FROM lookup WHERE key = ANY ('{3}');
SELECT * FROM lookup WHERE key IN (3, 4);
ALTER FOREIGN TABLE lookup ALTER COLUMN key OPTIONS (SET pushdown '=');
SELECT * FROM lookup WHERE key IN (3, 4) ORDER BY key;
EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM lookup WHERE key IN (3, 4);
SELECT n, l.* FROM generate_series(1, 2) n, lookup l WHERE l.key = ANY (ARRAY[n, n + 10]) ORDER BY n, key;
-- without required it is NULL, and the recheck drops the row
ALTER FOREIGN TABLE lookup ALTER COLUMN key OPTIONS (SET required 'false');
SELECT * FROM lookup WHERE key = 3;
-- a NaN can't be sent, so a required column has no value
CREATE FOREIGN TABLE measure (key float8 OPTIONS (pushdown '=', required 'true'), label text)
  SERVER lambda OPTIONS (function_arn 'lookup');
SELECT * FROM measure WHERE key = 'NaN';
SELECT * FROM measure WHERE key = 1.5;

-- envelope 'false': arguments alone
ALTER FOREIGN TABLE items OPTIONS (ADD envelope 'false');
SELECT sent('SELECT * FROM items WHERE id = 3 AND name = ''item 3''');

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA pushdown CASCADE;
