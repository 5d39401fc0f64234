-- The result cache: what an answer serves, and what statements see of it.  The function
-- numbers its answers, so that "call" tells whether it was asked again.  What other
-- sessions have of it is tested in test/tap/120_cache.pl.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA cache;
SET search_path = cache, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER cached FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER cached
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER cached OPTIONS (function_arn 'reset_calls');
CREATE FOREIGN TABLE calls (function text, payload json) SERVER cached
  OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE kept (id int OPTIONS (pushdown '=, in', required 'true'), call int, "row" int, note text)
  SERVER cached OPTIONS (function_arn 'changing', envelope 'false', cache_ttl_ms '3600000');
-- what the function was asked for since this was read last
CREATE FUNCTION asked() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT payload->>'id' FROM calls WHERE function = 'changing';
  PERFORM FROM reset_calls;
END $$;
SELECT FROM reset_calls;

-- options
CREATE FOREIGN TABLE wrong (id int) SERVER cached OPTIONS (function_arn 'changing', cache_ttl_ms '-1');
CREATE FOREIGN TABLE wrong (id int) SERVER cached OPTIONS (function_arn 'changing', cache_match 'narrower');
ALTER SERVER cached OPTIONS (ADD cache_ttl_ms '1');

-- key by key
SELECT id, "row" FROM kept WHERE id IN (1, 2) ORDER BY id;
SELECT asked();
SELECT id, "row" FROM kept WHERE id IN (1, 2, 3) ORDER BY id;
SELECT asked();
SELECT k.id, call IS NOT NULL AS answered FROM generate_series(0, 4) AS k(id) LEFT JOIN kept ON kept.id = k.id ORDER BY 1;
SELECT asked();
SELECT k.id, call IS NOT NULL AS answered FROM generate_series(0, 4) AS k(id) LEFT JOIN kept ON kept.id = k.id ORDER BY 1;
SELECT asked();

-- a generic plan asks what is not known when it runs
SET plan_cache_mode = force_generic_plan;
PREPARE one(int) AS SELECT id, note IS NULL AS no_note FROM kept WHERE id = $1;
EXECUTE one(7);
EXECUTE one(7);
EXECUTE one(8);
SELECT asked();
RESET plan_cache_mode;
DEALLOCATE one;

-- EXPLAIN
EXPLAIN (COSTS OFF) SELECT * FROM kept WHERE id IN (1, 9);
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT id FROM kept WHERE id IN (1, 9) \g (footer=off) |grep 'Invocations\|Cache [HMR]'
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT id FROM kept WHERE id IN (1, 9) \g (footer=off) |grep 'Invocations\|Cache [HMR]'
SELECT asked();

-- a statement that changes or locks rows asks for them anew
SELECT id FROM kept WHERE id = 7 FOR UPDATE;
SELECT asked();

-- what a transaction changes and takes back
BEGIN;
ALTER FOREIGN TABLE kept OPTIONS (ADD estimated_rows '5');
SELECT id FROM kept WHERE id = 7;
SELECT asked();
ROLLBACK;
SELECT id FROM kept WHERE id = 7;
SELECT asked();

-- a session that wants none of it
SET lambda_fdw.cache = off;
SELECT id FROM kept WHERE id = 7;
SELECT asked();
RESET lambda_fdw.cache;
SELECT lambda_fdw_cache_clear('kept');
SELECT id FROM kept WHERE id = 7;
SELECT asked();

-- what is kept
SELECT datname = current_database() AS here, relname, usename = current_user AS me, answers, asking, rows,
  bytes >= answers * 256 AS has_bytes, hits, oldest_ms >= 0 AS has_age
FROM pg_stat_lambda_cache WHERE relname = 'kept';
SELECT cache_hits > 0 AS hits, cache_misses > 0 AS misses FROM pg_stat_lambda WHERE function = 'changing' AND server = 'cached';
SELECT lambda_fdw_cache_clear('calls'::regclass);
SELECT lambda_fdw_cache_clear('pg_class');
SELECT lambda_fdw_cache_clear(0);

SET client_min_messages = warning;
DROP SCHEMA cache CASCADE;
DROP SERVER cached CASCADE;
