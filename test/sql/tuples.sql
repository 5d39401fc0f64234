-- Keys of several columns in joins, and input columns: what the function receives,
-- and that the rows are right.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA tuples;
SET search_path = tuples, public;
SET datestyle = 'Postgres, MDY';
SET bytea_output = hex;
SET extra_float_digits = 1;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER tuples FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER tuples
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb)
  SERVER tuples OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER tuples OPTIONS (function_arn 'reset_calls');

-- runs a query, counts its rows, and shows what the function received
CREATE FUNCTION sent(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  PERFORM FROM tuples.reset_calls;
  EXECUTE 'SELECT count(*) FROM (' || query || ') q' INTO n;
  RETURN NEXT n || ' rows';
  RETURN QUERY SELECT (payload - 'lambda_fdw')::text || coalesce(' ' || (payload->'lambda_fdw'->>'filters'), '')
    FROM tuples.calls WHERE function <> 'calls' ORDER BY 1;
END $$;

CREATE TABLE t (id int, base text, quote text, day date);
INSERT INTO t VALUES (1, 'EUR', 'USD', '2026-11-01'), (2, 'EUR', 'USD', '2026-11-02'), (3, 'EUR', 'GBP', '2026-11-02'),
  (4, 'EUR', 'USD', '2026-11-01'), (5, NULL, 'USD', '2026-11-01'), (6, 'ZZZ', 'USD', '2026-11-01'), (7, 'EUR', 'USD', '2026-11-03');
ANALYZE t;
CREATE FOREIGN TABLE fx (
  base text OPTIONS (pushdown '=', required 'true'),
  quote text OPTIONS (pushdown '=', required 'true'),
  day date OPTIONS (pushdown '=', required 'true'),
  rate int
) SERVER tuples OPTIONS (function_arn 'rates', envelope 'false');
CREATE FOREIGN TABLE fx_days (
  base text OPTIONS (pushdown '=', required 'true'),
  quote text OPTIONS (pushdown '=', required 'true'),
  day date OPTIONS (pushdown '=, in', required 'true'),
  rate int
) SERVER tuples OPTIONS (function_arn 'rates');

-- a call for each distinct tuple
SELECT t.id, fx.rate FROM t JOIN fx USING (base, quote, day) ORDER BY 1;
SELECT sent('SELECT * FROM t JOIN fx USING (base, quote, day)');
-- tuples that agree in all but one column that takes lists share one
SELECT t.id, fx_days.rate FROM t JOIN fx_days USING (base, quote, day) ORDER BY 1;
SELECT sent('SELECT * FROM t JOIN fx_days USING (base, quote, day)');
-- and all kinds of joins
SELECT t.id, f.rate FROM t LEFT JOIN fx_days f USING (base, quote, day) ORDER BY 1;
SELECT id FROM t WHERE EXISTS (SELECT FROM fx_days f WHERE (f.base, f.quote, f.day) = (t.base, t.quote, t.day)) ORDER BY 1;
SELECT id FROM t WHERE NOT EXISTS (SELECT FROM fx_days f WHERE (f.base, f.quote, f.day) = (t.base, t.quote, t.day)) ORDER BY 1;
-- the column that leaves the fewest calls is the list, whichever it is
CREATE FOREIGN TABLE fx_lists (
  base text OPTIONS (pushdown '=, in', required 'true'),
  quote text OPTIONS (pushdown '=, in:quotes', required 'true'),
  day date OPTIONS (pushdown '=, in', required 'true'),
  rate int
) SERVER tuples OPTIONS (function_arn 'raw', payload '{"response": "[]"}');
SELECT sent('SELECT * FROM (VALUES (''a'', ''x'', date ''2026-11-01''), (''a'', ''x'', ''2026-11-02''), (''a'', ''y'', ''2026-11-01'')) v (base, quote, day)
  JOIN fx_lists USING (base, quote, day)');
SELECT sent('SELECT * FROM (VALUES (''a'', ''x'', date ''2026-11-01''), (''a'', ''y'', ''2026-11-01''), (''a'', ''z'', ''2026-11-01''), (''b'', ''x'', ''2026-11-01'')) v (base, quote, day)
  JOIN fx_lists USING (base, quote, day)');
SELECT sent('SELECT * FROM (VALUES (''a'', ''x'', date ''2026-11-01''), (''b'', ''x'', ''2026-11-01'')) v (base, quote, day)
  JOIN fx_lists USING (base, quote, day)');
-- what conditions on the same columns exclude is not sent
SELECT sent('SELECT * FROM t JOIN fx_days USING (base, quote, day) WHERE fx_days.day IN (''2026-11-02'', ''2026-11-03'') AND quote <> ''GBP''');
SELECT sent('SELECT * FROM t JOIN fx USING (quote, day) WHERE fx.base IN (''EUR'', ''CHF'') AND t.id < 3');
SELECT sent('SELECT * FROM t JOIN fx_days USING (base, quote, day) WHERE day IN (''2027-01-01'')');
-- a condition for one column, the join for the others
SELECT sent('SELECT * FROM t JOIN fx_days f USING (base, quote) WHERE f.day = ''2026-11-05''');
SELECT sent('SELECT * FROM t JOIN fx_days f USING (base, quote) WHERE f.day IN (''2026-11-05'', ''2026-11-06'')');
-- rows without their keys: one value each is told by the call, several are not
ALTER FOREIGN TABLE fx_days OPTIONS (ADD payload '{"omit": ["base", "quote"]}');
SELECT t.id, fx_days.base, fx_days.rate FROM t JOIN fx_days USING (base, quote, day) ORDER BY 1;
ALTER FOREIGN TABLE fx_days OPTIONS (SET payload '{"omit": ["day"]}');
\set SHOW_CONTEXT always
SELECT t.id, fx_days.rate FROM t JOIN fx_days USING (base, quote, day) WHERE id IN (1, 2, 7) ORDER BY 1;
WITH v AS MATERIALIZED (SELECT 'a' AS base, 'b' AS quote, date '2026-11-01' + n AS day FROM generate_series(0, 24) n)
  SELECT count(*) FROM v JOIN fx_days USING (base, quote, day);
\set SHOW_CONTEXT never
-- a function that ignores what it is given returns no row twice
ALTER FOREIGN TABLE fx OPTIONS (ADD payload '{"ignore": true}');
SELECT t.id, fx.rate FROM t JOIN fx USING (base, quote, day) ORDER BY 1;
ALTER FOREIGN TABLE fx OPTIONS (DROP payload);
ALTER FOREIGN TABLE fx_days OPTIONS (DROP payload, ADD max_batch_keys '2');
SELECT sent('SELECT * FROM t JOIN fx_days USING (base, quote, day)');
ALTER FOREIGN TABLE fx_days OPTIONS (DROP max_batch_keys);
-- what is too large goes in halves: tuples, or the values of a list beside them
CREATE FOREIGN TABLE greedy (key int OPTIONS (pushdown '=, in', required 'true'), other int OPTIONS (pushdown 'in', required 'true'), label text)
  SERVER tuples OPTIONS (function_arn 'greedy', payload '{"most": 3}', envelope 'false');
SELECT sent('SELECT * FROM generate_series(1, 10) g JOIN greedy ON key = g AND other = g % 2');
CREATE FOREIGN TABLE greedy_lists (key int OPTIONS (pushdown '=, in', required 'true'), other int OPTIONS (pushdown 'in', required 'true'), how text OPTIONS (pushdown '=', required 'true'), label text)
  SERVER tuples OPTIONS (function_arn 'greedy', payload '{"most": 2}', envelope 'false');
SELECT sent('SELECT * FROM (VALUES (1, ''a''), (1, ''b'')) v (key, how) JOIN greedy_lists USING (key, how) WHERE other IN (1, 2, 3, 4)');
-- many distinct tuples, side by side
CREATE TABLE many AS SELECT CASE WHEN n % 2 = 0 THEN 'EUR' ELSE 'CHF' END AS base, 'Q' || n % 10 AS quote,
  date '2026-11-01' + n % 25 AS day FROM generate_series(1, 250) n;
ANALYZE many;
SELECT count(*), count(DISTINCT (base, quote, day)), (SELECT count(*) FROM (SELECT DISTINCT base, quote FROM many) q) FROM many;
SELECT * FROM reset_calls;
SELECT count(*), sum(rate) FROM many JOIN fx USING (base, quote, day);
SELECT count(*) FROM calls WHERE function = 'rates';
SELECT * FROM reset_calls;
SELECT count(*), sum(rate) FROM many JOIN fx_days USING (base, quote, day);
SELECT count(*) FROM calls WHERE function = 'rates';
-- equal values that are spelled differently
CREATE FOREIGN TABLE spelled (a numeric OPTIONS (pushdown '='), b numeric OPTIONS (pushdown '=, in'), x int)
  SERVER tuples OPTIONS (function_arn 'raw', payload '{"response": "[{\"a\": 1.0, \"b\": 2.00, \"x\": 1}, {\"a\": 1, \"b\": 2, \"x\": 2}, {\"a\": 1.00, \"b\": 3, \"x\": 3}]"}', envelope 'false');
SELECT * FROM (VALUES (1.0, 2.0), (1.00, 2), (1.00, 2.0)) v (a, b) JOIN spelled s ON s.a = v.a AND s.b = v.b ORDER BY x, v.a::text, v.b::text;
SELECT sent('SELECT * FROM (VALUES (1.0, 2.0), (1.00, 2), (1.00, 2.0)) v (a, b) JOIN spelled s ON s.a = v.a AND s.b = v.b');
-- what JSON cannot carry is left to PostgreSQL where it may be, and an error where it may not
SELECT sent('SELECT * FROM (VALUES (''NaN''::numeric, 2.0), (1, 2.0), (1, 3)) v (a, b) JOIN spelled s ON s.a = v.a AND s.b = v.b');
SELECT * FROM (VALUES (date '2026-11-01', 'a', 'b'), ('infinity', 'a', 'b')) v (day, base, quote) JOIN fx USING (base, quote, day);
-- integers out of range
CREATE FOREIGN TABLE small (a smallint OPTIONS (pushdown '=', required 'true'), b int OPTIONS (pushdown '=, in', required 'true'), x int)
  SERVER tuples OPTIONS (function_arn 'raw', payload '{"response": "[]"}', envelope 'false');
SELECT sent('SELECT * FROM (VALUES (70000, 2::bigint), (1, 2), (1, 3), (2, 5000000000)) v (a, b) JOIN small s ON s.a = v.a AND s.b = v.b');
-- what EXPLAIN shows of it
CREATE FUNCTION explained(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY EXECUTE 'EXPLAIN (COSTS off, VERBOSE) ' || query;
END $$;
SELECT line FROM explained('SELECT t.id, f.rate FROM t JOIN fx_days f USING (base, quote, day)') line WHERE line !~ 'Join Filter';

-- input columns: the value is the query's
CREATE FOREIGN TABLE places (address text OPTIONS (input 'true'), lat int, lon int)
  SERVER tuples OPTIONS (function_arn 'geocode');
SELECT * FROM places WHERE address = 'Korenmarkt';
SELECT * FROM places WHERE address IN ('Korenmarkt', 'nowhere', 'Dam 1', 'Dam 1', NULL) ORDER BY 1;
SELECT sent('SELECT * FROM places WHERE address IN (''Korenmarkt'', ''nowhere'', ''Dam 1'')');
SELECT count(*) FROM places WHERE address = NULL;
SELECT * FROM reset_calls;
SELECT lat FROM places WHERE address = 'Dam 1';
SELECT payload->'lambda_fdw'->'columns' FROM calls;
SELECT * FROM places;
ANALYZE places;
-- whatever the answer says
ALTER FOREIGN TABLE places OPTIONS (ADD payload '{"wrong": true}');
SELECT * FROM places WHERE address = 'Dam 1';
ALTER FOREIGN TABLE places OPTIONS (DROP payload);
CREATE TABLE shops (id int, address text);
INSERT INTO shops VALUES (1, 'Dam 1'), (2, 'nowhere 2'), (3, NULL), (4, 'Korenmarkt'), (5, 'Dam 1');
ANALYZE shops;
SELECT id, lat FROM shops JOIN places USING (address) ORDER BY 1;
SELECT id, lat FROM shops LEFT JOIN places USING (address) ORDER BY 1;
SELECT id FROM shops s WHERE NOT EXISTS (SELECT FROM places p WHERE p.address = s.address) ORDER BY 1;
SELECT id, p.lat FROM shops s, LATERAL (SELECT * FROM places p WHERE p.address = upper(s.address)) p ORDER BY 1;
SELECT sent('SELECT id, lat FROM shops JOIN places USING (address)');
SET lambda_fdw.enable_bind_join = off;
SELECT id, lat FROM shops JOIN places USING (address) ORDER BY 1;
RESET lambda_fdw.enable_bind_join;
PREPARE where_is(text) AS SELECT * FROM places WHERE address = $1;
EXECUTE where_is('Dam 1');
SET plan_cache_mode = force_generic_plan;
EXECUTE where_is('Dam 2');
EXECUTE where_is(NULL);
RESET plan_cache_mode;
EXPLAIN (COSTS off, VERBOSE) SELECT * FROM places WHERE address = 'Dam 1';
EXPLAIN (COSTS off, VERBOSE) SELECT * FROM places WHERE address IN ('Dam 1', 'Dam 2');
-- a list would not tell whose the rows are; a function that takes nothing else has lists of one
CREATE FOREIGN TABLE scored (
  a int OPTIONS (input 'true', pushdown '=, in:many'), b int OPTIONS (input 'true', pushdown 'in:bs'), score int OPTIONS (path '/0'))
  SERVER tuples OPTIONS (function_arn 'raw', payload '{"response": "[[7], [8]]"}');
SELECT * FROM scored WHERE a IN (1, 2) AND b = 3 ORDER BY 1, 2, 3;
SELECT sent('SELECT * FROM scored WHERE a IN (1, 2) AND b IN (3, 4)');
SELECT sent('SELECT * FROM (VALUES (1, 3), (1, 4)) v (a, b) JOIN scored USING (a, b)');
SELECT * FROM (VALUES (1, 3), (1, 4)) v (a, b) JOIN scored USING (a, b) ORDER BY 1, 2, 3;
-- input columns do not count where rows are arrays or single values
CREATE FOREIGN TABLE plain (n int OPTIONS (input 'true'), square int, cube int)
  SERVER tuples OPTIONS (function_arn 'raw', payload '{"response": "[[4, 8]]"}', envelope 'false');
SELECT * FROM plain WHERE n = 2;
CREATE FOREIGN TABLE single (n int OPTIONS (input 'true'), square int)
  SERVER tuples OPTIONS (function_arn 'raw', payload '{"response": "4"}', envelope 'false');
SELECT * FROM single WHERE n = 2;
CREATE FOREIGN TABLE by_name (n int OPTIONS (input 'true'), square int, cube int)
  SERVER tuples OPTIONS (function_arn 'raw', payload '{"response": "{\"columns\": [\"n\", \"cube\", \"square\"], \"rows\": [[1, 8, 4]]}"}', envelope 'false');
SELECT * FROM by_name WHERE n = 2;
ALTER FOREIGN TABLE plain OPTIONS (SET payload '{"response": "{\"n\": 2, \"Square\": 4}"}');
SELECT * FROM plain WHERE n = 2;
-- values as the column's type holds them
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE FOREIGN TABLE typed (n numeric(6,2) OPTIONS (input 'true', path '/other/name'), c char(3) OPTIONS (input 'true'),
  p positive OPTIONS (input 'true'), e timestamptz OPTIONS (input 'true', format 'epoch_s'), x int OPTIONS (path ''))
  SERVER tuples OPTIONS (function_arn 'raw', payload '{"response": "[1]"}', envelope 'false');
SELECT n, c, p, e AT TIME ZONE 'UTC', x FROM typed WHERE n = 1.5 AND c = 'a' AND p = 3 AND e = timestamptz '2026-11-01 00:00:00+00';
SELECT sent('SELECT * FROM typed WHERE n = 1.5 AND c = ''a'' AND p = 3 AND e = timestamptz ''2026-11-01 00:00:00+00''');
SELECT count(*) FROM typed WHERE n IN (1.5, 1.50, 2) AND c = 'a' AND p = 3 AND e = timestamptz '2026-11-01 00:00:00+00';
SELECT count(*) FROM typed WHERE n = 1.555 AND c = 'a' AND p = 3 AND e = timestamptz '2026-11-01 00:00:00+00';
SELECT count(*) FROM (VALUES (1.5), (1.50)) v (n) JOIN typed USING (n) WHERE c = 'a' AND p = 3 AND e = timestamptz '2026-11-01 00:00:00+00';
-- equal values, however they are spelled, are asked for once
CREATE FOREIGN TABLE spelled_input (n numeric OPTIONS (input 'true'), x int OPTIONS (path ''))
  SERVER tuples OPTIONS (function_arn 'raw', payload '{"response": "[1]"}', envelope 'false');
SELECT * FROM spelled_input WHERE n IN (1.5, 1.50);
SELECT v.n, s.n FROM (VALUES (1.5), (1.50)) v (n) JOIN spelled_input s ON s.n = v.n ORDER BY v.n::text;
-- what cannot be an input column
CREATE FOREIGN TABLE bad (a int OPTIONS (input 'true', pushdown '=, <')) SERVER tuples OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE bad (a text OPTIONS (input 'true', null_if '')) SERVER tuples OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE bad (a text OPTIONS (input 'true', path '')) SERVER tuples OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE bad (a json OPTIONS (input 'true')) SERVER tuples OPTIONS (function_arn 'raw');
-- several required columns of one equivalence class: core joins one of them
CREATE TABLE w (n text, m text);
INSERT INTO w VALUES ('1', '1'), ('2', '3'), (NULL, '1');
ANALYZE w;
CREATE FOREIGN TABLE classes (a text OPTIONS (pushdown '=, in:as', required 'true'), b text OPTIONS (pushdown '=', required 'true'),
  c text OPTIONS (pushdown '=', required 'true'), k int) SERVER tuples OPTIONS (function_arn 'raw', payload '{"response": "[{\"k\": 7}]"}', envelope 'false');
SELECT * FROM w JOIN classes t ON t.a = w.n AND t.b = w.n AND t.c = w.n ORDER BY 1;
SELECT sent('SELECT t.k FROM w JOIN classes t ON t.a = w.n AND t.b = t.a AND t.c = w.m');
SELECT sent('SELECT FROM w WHERE EXISTS (SELECT FROM classes t WHERE t.a = w.n AND t.b = w.n AND t.c = w.n)');
SELECT sent('SELECT t.k FROM w JOIN w v ON w.n = v.m JOIN classes t ON t.a = w.n AND t.b = v.m AND t.c = ''x''');
SELECT sent('SELECT FROM w, LATERAL (SELECT t.k FROM classes t WHERE t.a = w.n AND t.b = w.n AND t.c = w.n LIMIT 1) q');
SET lambda_fdw.enable_bind_join = off;
SELECT * FROM w JOIN classes t ON t.a = w.n AND t.b = w.n AND t.c = w.n ORDER BY 1;
SELECT sent('SELECT t.k FROM w JOIN classes t ON t.a = w.n AND t.b = t.a AND t.c = w.m');
RESET lambda_fdw.enable_bind_join;

SET client_min_messages = warning;
DROP SCHEMA tuples CASCADE;
DROP SERVER tuples CASCADE;
