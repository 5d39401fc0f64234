-- Which conditions are sent for which type, how long lists are divided, and
-- what is said of what cannot be sent.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA "values";
SET search_path = "values", public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
-- runs a query and shows its rows' number and what the function received
CREATE FUNCTION sent(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  n bigint;
BEGIN
  PERFORM FROM "values".reset_calls;
  EXECUTE 'SELECT count(*) FROM (' || query || ') q' INTO n;
  RETURN NEXT n || ' rows';
  RETURN QUERY SELECT (payload - 'lambda_fdw' - 'data' - 'response')::text
    FROM "values".calls WHERE function <> 'calls' ORDER BY payload::text;
END $$;

-- a type that borrows another's order: cidr compares as inet, varchar as text
CREATE DOMAIN network AS cidr;
CREATE FOREIGN TABLE nets (
  c cidr OPTIONS (pushdown '=, in, <>:not, <:below'), d network OPTIONS (pushdown '='),
  v varchar(9) OPTIONS (pushdown '=, in, like:pattern, <>:unlike')
) SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[]"}');
SELECT sent($$SELECT FROM nets WHERE c = '10.0.0.0/8'$$);
SELECT sent($$SELECT FROM nets WHERE c IN ('10.0.0.1/32', '10.0.0.2')$$);
SELECT sent($$SELECT FROM nets WHERE c <> '10.0.0.0/8' AND c < '11.0.0.0/8' AND d = '10.1.0.0/16'$$);
SELECT sent($$SELECT FROM nets WHERE c = '10.0.0.1/8'::inet$$);
SELECT sent($$SELECT FROM nets WHERE v = 'a' AND v LIKE 'a%' AND v <> 'b'::text$$);

-- an operator that can never be sent for the column's type is an error when it
-- is declared, whichever statement declares it
CREATE FOREIGN TABLE never (v json OPTIONS (pushdown '=')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE never (v int OPTIONS (pushdown '=, like')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE never (v point OPTIONS (pushdown '<')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE never (v regclass OPTIONS (pushdown '=')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE never (v json[] OPTIONS (pushdown 'in')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE never (v char(3) OPTIONS (pushdown 'ilike')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE TYPE pair AS (a int, b int);
CREATE FOREIGN TABLE never (v pair OPTIONS (pushdown 'is null')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE never (v json OPTIONS (pushdown 'is null'), w int) SERVER lambda OPTIONS (function_arn 'raw');
ALTER FOREIGN TABLE never ALTER w OPTIONS (ADD pushdown 'ilike');
ALTER FOREIGN TABLE never ADD x xml OPTIONS (pushdown '<>');
ALTER FOREIGN TABLE never ALTER w OPTIONS (ADD pushdown '<');
ALTER FOREIGN TABLE never ALTER w TYPE json;
ALTER FOREIGN TABLE never ALTER w TYPE numeric;
-- in a session that has not seen the library yet, too
\c -
SET search_path = "values", public;
ALTER FOREIGN TABLE never ALTER w OPTIONS (SET pushdown 'like');
-- where the library was not there to see it, the next query says so
UPDATE pg_attribute SET attfdwoptions = '{pushdown=like}' WHERE attrelid = 'never'::regclass AND attname = 'w';
SELECT w FROM never;
DROP FOREIGN TABLE never;
-- other wrappers' tables are none of ours
CREATE FOREIGN DATA WRAPPER other;
CREATE SERVER other FOREIGN DATA WRAPPER other;
CREATE FOREIGN TABLE others (v json OPTIONS (pushdown '=')) SERVER other;

-- a required column whose condition cannot be sent: which one, and why
CREATE FOREIGN TABLE needy (id int OPTIONS (pushdown '=, in', required 'true'), f float8 OPTIONS (pushdown '<')
) SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[]"}');
CREATE TABLE numbers AS SELECT 1.5 AS n, 7 AS i;
SELECT FROM needy;
SELECT FROM needy WHERE id = 3.0;
SELECT FROM needy WHERE id > 3;
SELECT FROM needy WHERE id + 1 = 3;
SELECT FROM needy WHERE id = 1 OR f < 3;
SELECT FROM needy WHERE id = (random() * 3)::int;
SELECT FROM needy WHERE id::text = '3';
SELECT FROM needy JOIN numbers ON id = n;
SELECT FROM numbers WHERE EXISTS (SELECT FROM needy WHERE id = numbers.n);
PREPARE by_number(numeric) AS SELECT FROM needy WHERE id = $1;
EXECUTE by_number(3);
SET plan_cache_mode = force_generic_plan;
EXECUTE by_number(3);
RESET plan_cache_mode;
-- a join that cannot give it its value
SELECT n.id FROM generate_series(1, 3) g FULL JOIN needy n ON n.id = g;
SELECT n.id FROM needy n LEFT JOIN generate_series(1, 3) g ON n.id = g;
SELECT n.id FROM needy n JOIN needy m ON n.id = m.id;
SELECT n.id FROM needy n CROSS JOIN generate_series(1, 3) g;
ALTER FOREIGN TABLE needy ALTER id OPTIONS (DROP required), ALTER f OPTIONS (ADD required 'true');
SELECT FROM needy WHERE f < 'Infinity';
SELECT FROM needy WHERE f < 2;
ALTER FOREIGN TABLE needy OPTIONS (ADD envelope 'false');
SELECT FROM needy WHERE f < 2;

-- every list of every call is within max_batch_keys
CREATE FOREIGN TABLE lists (
  a int OPTIONS (pushdown '=, in'), b int OPTIONS (pushdown 'in:bs'), c int OPTIONS (pushdown '='), d int OPTIONS (pushdown 'not in:nots'), e int
) SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[]"}', max_batch_keys '3', max_concurrency '1', capabilities 'order_by, limit');
SELECT sent('SELECT FROM lists WHERE a = ANY (ARRAY[1,2,3,4]) AND b = ANY (ARRAY[5,6,7,8,9])');
SELECT sent('SELECT FROM lists WHERE a IN (1,2,3) AND b IN (5,6,7,8) AND c IN (1,2)');
-- a list that cannot be divided is not sent where it is longer
SELECT sent('SELECT FROM lists WHERE d NOT IN (1,2,3)');
SELECT sent('SELECT FROM lists WHERE d NOT IN (1,2,3,4)');
SELECT FROM reset_calls;
SELECT FROM lists WHERE e IN (1,2,3,4);
SELECT FROM lists WHERE e IN (1,2,3);
SELECT FROM lists WHERE a IN (1,2,3) ORDER BY e;
SELECT FROM lists WHERE a IN (1,2,3,4) ORDER BY e;
SELECT payload->'a' AS a, payload->'lambda_fdw'->'filters' AS filters, payload->'lambda_fdw'->'order_by' IS NOT NULL AS sorted
FROM calls ORDER BY (payload->'a')::text NULLS FIRST, 3, (payload->'lambda_fdw'->'filters')::text;
-- a function that takes a few only: each list is split in two, the short one too
CREATE FOREIGN TABLE greedy (key int OPTIONS (pushdown 'in'), label text, other int OPTIONS (pushdown 'in'))
  SERVER lambda OPTIONS (function_arn 'greedy', payload '{"most": 3, "how": "request"}', max_batch_keys '10');
SELECT count(*), count(DISTINCT key) FROM greedy WHERE key = ANY (ARRAY(SELECT generate_series(1, 9)));
ALTER FOREIGN TABLE greedy OPTIONS (SET payload '{"most": 1, "how": "answer"}');
SELECT count(*), count(DISTINCT (key, other)) FROM greedy
WHERE key = ANY (ARRAY(SELECT generate_series(1, 12))) AND other IN (1, 2, 3);

-- equal values that are written differently are each sent, and no row comes twice
CREATE FOREIGN TABLE mirror (v numeric OPTIONS (pushdown '=, in:vs'), w text) SERVER lambda
  OPTIONS (function_arn 'mirror', payload '{"data": [1, 1.0, 1.00, 2]}', envelope 'false');
SELECT sent('SELECT FROM mirror WHERE v IN (1.0, 1.00, 1.0, 2)');
SELECT v FROM mirror WHERE v IN (1.0, 1.00, 2) ORDER BY v::text;
ALTER FOREIGN TABLE mirror ALTER v OPTIONS (SET pushdown '=');
SELECT sent('SELECT FROM mirror WHERE v IN (1.0, 1.00)');
SELECT v FROM mirror WHERE v IN (1.0, 1.00) ORDER BY v::text;
ALTER FOREIGN TABLE mirror OPTIONS (SET function_arn 'raw', SET payload '{"response": "[{\"v\": 1.0}, {\"v\": 1.00}, {\"v\": 1.000}]"}');
SELECT v FROM mirror WHERE v IN (1.0, 1.00) ORDER BY v::text;
ALTER FOREIGN TABLE mirror ALTER v OPTIONS (SET pushdown 'in:vs'), OPTIONS (SET function_arn 'mirror', SET payload '{"data": [1, 1.0, 1.00, 2]}');
CREATE TABLE keys (k numeric);
INSERT INTO keys VALUES (1.0), (1.00), (2), (3);
ANALYZE keys;
SELECT k, v FROM keys JOIN mirror ON v = k ORDER BY k::text, v::text;
-- what came for one spelling is not the answer to another, asked later
ALTER FOREIGN TABLE mirror OPTIONS (ADD max_batch_keys '1', ADD max_concurrency '1');
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT k, v FROM keys JOIN mirror ON v = k ORDER BY k::text, v::text;
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_nestloop;

-- no limit is sent with them: a call's rows may all be another's
CREATE FOREIGN TABLE cut (v numeric OPTIONS (pushdown '=')) SERVER lambda
  OPTIONS (function_arn 'raw', payload '{"response": "[{\"v\": 1.00}]"}', capabilities 'limit', max_concurrency '1');
SELECT FROM reset_calls;
SELECT v FROM cut WHERE v IN (1.0, 1.00) LIMIT 1;
SELECT v FROM cut WHERE v IN (1) LIMIT 1;
SELECT DISTINCT payload->'lambda_fdw'->'limit' AS "limit" FROM calls;

-- a list that is NULL, empty, has NULLs, or values twice
SELECT sent('SELECT FROM lists WHERE b = ANY (NULL::int[])');
SELECT sent('SELECT FROM lists WHERE b = ANY (''{}''::int[])');
SELECT sent('SELECT FROM lists WHERE b = ANY (''{NULL,2,2,NULL}''::int[])');
SELECT sent('SELECT FROM lists WHERE b = ANY (''{{1,2},{2,3}}''::int[])');
SELECT sent('SELECT FROM lists WHERE d <> ALL (''{}''::int[])');
SELECT sent('SELECT FROM lists WHERE d <> ALL (''{1,NULL}''::int[])');
SELECT sent('SELECT FROM lists WHERE d <> ALL (''{1,1,2}''::int[])');
SELECT sent('SELECT FROM lists WHERE d <> ALL (''{5000000000}''::bigint[])');
-- integers of every width, with each other: as constants, in lists, as keys
CREATE TABLE widths AS SELECT n::smallint AS i2, n::int AS i4, n::bigint AS i8 FROM generate_series(1, 5) n;
ANALYZE widths;
CREATE FOREIGN TABLE wide (k2 smallint OPTIONS (path '/key', pushdown '=:key, in:key'), label text)
  SERVER lambda OPTIONS (function_arn 'lookup');
CREATE FUNCTION by_width(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  result text := '';
  one text;
  width text;
BEGIN
  FOREACH width IN ARRAY '{smallint,int,bigint}'::text[] LOOP
    EXECUTE format('ALTER FOREIGN TABLE wide ALTER k2 TYPE %s', width);
    FOREACH one IN ARRAY '{smallint,int,bigint}'::text[] LOOP
      EXECUTE format(replace(query, 'WIDTH', one), 'i' || CASE one WHEN 'smallint' THEN 2 WHEN 'int' THEN 4 ELSE 8 END) INTO one;
      result := result || one || ' ';
    END LOOP;
  END LOOP;
  RETURN result;
END $$;
SELECT by_width('SELECT label FROM wide WHERE k2 = 3::WIDTH');
SELECT by_width('SELECT count(*) FROM wide WHERE k2 = ANY (''{3,4,NULL,3}''::WIDTH[])');
SELECT by_width('SELECT count(*) FROM wide WHERE k2 = ANY (''{3,4}''::WIDTH[]) AND k2 <> 3');
SELECT by_width('SELECT count(*) || ''-'' || sum(k2) FROM widths JOIN wide ON k2 = %I');
SELECT by_width('SELECT count(*) FROM widths WHERE NOT EXISTS (SELECT FROM wide WHERE k2 = %I)');
-- domains: of the value, of the elements, of the whole list
CREATE DOMAIN whole AS int;
CREATE DOMAIN wholes AS int[];
SELECT sent('SELECT FROM lists WHERE b = ANY (''{1,2}''::whole[])');
SELECT sent('SELECT FROM lists WHERE b = ANY (''{1,2}''::wholes)');
SELECT sent('SELECT FROM lists WHERE a = 1::whole');
CREATE FOREIGN TABLE arrays (v whole[] OPTIONS (pushdown '=')) SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[]"}');
SELECT sent('SELECT FROM arrays WHERE v = ''{1,NULL,2}''');

-- values are the session's, what is sent is not
SET datestyle = 'SQL, DMY';
SET timezone = 'Asia/Tokyo';
CREATE FOREIGN TABLE settings (t text OPTIONS (pushdown '='), r tstzrange OPTIONS (pushdown '=')) SERVER lambda
  OPTIONS (function_arn 'raw', payload '{"response": "[]"}');
SELECT sent($$SELECT FROM settings WHERE t = date '2026-11-14'::text$$);
SELECT sent($$SELECT FROM settings WHERE t = current_setting('timezone')$$);
SELECT sent($$SELECT FROM settings WHERE r = '[14/11/2026 09:00,)'$$);
RESET datestyle;
RESET timezone;

-- wrong names
CREATE FOREIGN TABLE wrong (v int OPTIONS (column_name 'x')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE wrong (v int OPTIONS (json_path 'x')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE wrong (v int OPTIONS (pushdwon '=')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE wrong (v int OPTIONS (is_required 'true')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE wrong (v int OPTIONS (region 'x')) SERVER lambda OPTIONS (function_arn 'raw');
CREATE FOREIGN TABLE wrong (v int) SERVER lambda OPTIONS (function_name 'raw');
CREATE FOREIGN TABLE wrong (v int) SERVER lambda OPTIONS (function 'raw');
CREATE FOREIGN TABLE wrong (v int) SERVER lambda OPTIONS (batch_keys '3');
CREATE FOREIGN TABLE wrong (v int) SERVER lambda OPTIONS (timeout '3');
CREATE SERVER wrong FOREIGN DATA WRAPPER lambda_fdw OPTIONS (url 'https://x');
CREATE SERVER wrong FOREIGN DATA WRAPPER lambda_fdw OPTIONS (aws_region 'x');
CREATE SERVER wrong FOREIGN DATA WRAPPER lambda_fdw OPTIONS (zzz 'x');
CREATE USER MAPPING FOR PUBLIC SERVER lambda OPTIONS (secret_key 'x');
CREATE USER MAPPING FOR PUBLIC SERVER lambda OPTIONS (access_key_id 'x');
CREATE USER MAPPING FOR PUBLIC SERVER lambda OPTIONS (password 'x');
CREATE USER MAPPING FOR PUBLIC SERVER lambda OPTIONS (session_name 'x');

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP FOREIGN DATA WRAPPER other CASCADE;
DROP SCHEMA "values" CASCADE;
