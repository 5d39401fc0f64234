-- What a statement may use: lambda_fdw.max_invocations, max_bytes and max_cost, by
-- what the functions received; and what it costs.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
CREATE EXTENSION IF NOT EXISTS aws_lambda CASCADE;
CREATE EXTENSION IF NOT EXISTS aws_s3 CASCADE;
CREATE EXTENSION IF NOT EXISTS aws_ml CASCADE;
RESET client_min_messages;
CREATE SCHEMA budget;
SET search_path = budget, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SET aws_lambda.server = 'lambda';
SET aws_s3.server = 'lambda';
SET aws_ml.server = 'lambda';
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE service_calls (seq int, service text, operation text)
  SERVER lambda OPTIONS (function_arn 'service_calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE FOREIGN TABLE items (id int OPTIONS (pushdown '=, in'), name text)
  SERVER lambda OPTIONS (function_arn 'items', max_batch_keys '2', max_concurrency '3', estimated_rows '100000');
CREATE TABLE local AS SELECT generate_series(1, 9) AS id;
ANALYZE local;
CREATE FOREIGN TABLE splits (id int, k int) SERVER lambda
  OPTIONS (function_arn 'split_rows', payload '{"test": {"total": 160}}', splits '16', estimated_rows '160');
CREATE FOREIGN TABLE pages (id int, name text) SERVER lambda
  OPTIONS (function_arn 'paged', payload '{"total": 100}', cursor_path '/cursor');
CREATE FOREIGN TABLE store (id int OPTIONS (key 'true'), name text) SERVER lambda
  OPTIONS (function_arn 'echo', updatable 'true', batch_size '2', max_concurrency '1');

-- what is known of calls since the last time, whoever made them
CREATE FUNCTION made() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  n text;
BEGIN
  SELECT string_agg(count || ' ' || function, ', ' ORDER BY function) INTO n
    FROM (SELECT function, count(*) FROM budget.calls GROUP BY 1
          UNION ALL SELECT service, count(*) FROM budget.service_calls GROUP BY 1) c;
  PERFORM FROM budget.reset_calls;
  RETURN coalesce(n, 'nothing');
END $$;
-- runs a query under a limit; what was raised, and the calls that were made
CREATE FUNCTION under(setting text, value text, query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  detail text;
  words text := 'done';
BEGIN
  PERFORM FROM budget.reset_calls;
  PERFORM set_config('lambda_fdw.' || setting, value, false);
  BEGIN
    EXECUTE query;
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    words := SQLSTATE || ' ' || SQLERRM || ' / ' || detail;
  END;
  PERFORM set_config('lambda_fdw.' || setting, '0', false);
  RETURN NEXT words;
  RETURN NEXT budget.made();
END $$;

-- ---------------------------------------------------------------------------
-- lambda_fdw.max_invocations
-- ---------------------------------------------------------------------------

SELECT count(*) >= 0 AS reset FROM reset_calls;
SET lambda_fdw.max_invocations = 5;
SELECT count(*) FROM (SELECT lambda_invoke('lambda', 'echo', to_jsonb(i)) FROM generate_series(1, 1000000) i) x;
-- a statement begins with nothing
SELECT count(*) FROM (SELECT lambda_invoke('lambda', 'echo', to_jsonb(i)) FROM generate_series(1, 5) i) x;
SELECT count(*) FROM (SELECT lambda_invoke('lambda', 'echo', to_jsonb(i)) FROM generate_series(1, 6) i) x;
RESET lambda_fdw.max_invocations;
SELECT made();
SELECT invocations, refused FROM pg_stat_lambda JOIN pg_foreign_server s ON s.oid = serverid AND srvname = 'lambda' WHERE function = 'echo';
-- scans: parts, splits, rescans
SELECT under('max_invocations', '3', 'SELECT * FROM items WHERE id IN (1, 2, 3, 4, 5, 6)');
SELECT under('max_invocations', '3', 'SELECT * FROM items WHERE id IN (1, 2, 3, 4, 5, 6, 7)');
SELECT under('max_invocations', '7', 'SELECT * FROM splits');
SELECT under('max_invocations', '16', 'SELECT * FROM splits');
SELECT under('max_invocations', '4', 'SELECT (SELECT name FROM items WHERE id = i + 0 * length(txid_current()::text)) FROM generate_series(1, 9) i');
-- pages, those that are asked for ahead too: what a LIMIT does not need is not asked for
SELECT under('max_invocations', '4', 'SELECT * FROM pages');
SELECT under('max_invocations', '10', 'SELECT * FROM pages');
SELECT under('max_invocations', '1', 'SELECT * FROM pages LIMIT 10');
SELECT under('max_invocations', '3', 'SELECT * FROM items WHERE id IN (1, 2, 3, 4, 5, 6, 7, 8, 9) LIMIT 6');
-- several tables, bind joins, functions within functions
SELECT under('max_invocations', '2', 'SELECT * FROM local JOIN items t USING (id)');
CREATE FUNCTION inner_call(i int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT name FROM budget.items WHERE id = i LIMIT 1);
END $$;
SELECT under('max_invocations', '3', 'DO $do$ BEGIN FOR i IN 1..10 LOOP PERFORM budget.inner_call(i); END LOOP; END $do$');
-- an error that is caught does not give calls back
SELECT under('max_invocations', '3', $q$DO $do$
DECLARE
  refused int := 0;
BEGIN
  FOR i IN 1..10 LOOP
    BEGIN
      PERFORM budget.inner_call(i);
      RAISE division_by_zero;
    EXCEPTION WHEN configuration_limit_exceeded THEN
      refused := refused + 1;
    WHEN division_by_zero THEN
    END;
  END LOOP;
  RAISE EXCEPTION 'refused %', refused;
END $do$ $q$);
-- writes, and what is held until the transaction commits
SELECT under('max_invocations', '2', 'INSERT INTO store SELECT i, ''x'' FROM generate_series(1, 9) i');
ALTER FOREIGN TABLE store OPTIONS (ADD deliver_at 'commit');
SET lambda_fdw.max_invocations = 2;
INSERT INTO store SELECT i, 'x' FROM generate_series(1, 9) i;
BEGIN;
INSERT INTO store SELECT i, 'x' FROM generate_series(1, 3) i;
INSERT INTO store SELECT i, 'x' FROM generate_series(4, 9) i;
COMMIT;
RESET lambda_fdw.max_invocations;
SELECT made();
-- the other services, and other ways to call Lambda
SELECT under('max_invocations', '2', 'SELECT aws_lambda.invoke(''echo'', to_json(i)) FROM generate_series(1, 9) i');
SELECT under('max_invocations', '1', 'SELECT aws_comprehend.detect_sentiment(''x '' || i, ''en'', 1) FROM generate_series(1, 9) i');
SELECT under('max_invocations', '2', 'SELECT aws_s3.query_export_to_s3(''SELECT '' || i, ''bucket'', ''key'' || i, ''eu-west-1'') FROM generate_series(1, 9) i');
SELECT under('max_invocations', '3', 'ANALYZE splits');
-- each FETCH is a statement of the client's
BEGIN;
DECLARE c CURSOR FOR SELECT lambda_invoke('lambda', 'echo', to_jsonb(i)) FROM generate_series(1, 9) i;
SET LOCAL lambda_fdw.max_invocations = 2;
MOVE 2 FROM c;
MOVE 2 FROM c;
MOVE 3 FROM c;
ROLLBACK;
SELECT made();
-- what the client sends as one message is one statement
SET lambda_fdw.max_invocations = 3;
SELECT FROM lambda_invoke('lambda', 'echo', '1') \; SELECT FROM lambda_invoke('lambda', 'echo', '2') \; SELECT FROM lambda_invoke('lambda', 'echo', '3') \; SELECT FROM lambda_invoke('lambda', 'echo', '4');
RESET lambda_fdw.max_invocations;
SELECT made();
-- retries belong to their call
CREATE FOREIGN TABLE throttled (id int) SERVER lambda
  OPTIONS (function_arn 'throttled', payload '{"times": 1, "retry_after": 0}', envelope 'false');
SELECT under('max_invocations', '1', 'SELECT * FROM throttled');

-- ---------------------------------------------------------------------------
-- lambda_fdw.max_bytes
-- ---------------------------------------------------------------------------

-- what would be sent; Event is answered with nothing
SELECT under('max_bytes', '2kB', 'SELECT lambda_invoke(''lambda'', ''echo'', to_jsonb(repeat(''x'', 1022)), ''Event'') FROM generate_series(1, 5)');
SELECT under('max_bytes', '1kB', 'SELECT lambda_invoke(''lambda'', ''echo'', to_jsonb(repeat(''x'', 2000)))');
-- what comes
SELECT under('max_bytes', '10kB', 'SELECT lambda_invoke(''lambda'', ''echo'', to_jsonb(repeat(''x'', 998))) FROM generate_series(1, 100)');
SELECT regexp_replace(u, 'received \d+', 'received N') FROM under('max_bytes', '2kB', 'SELECT * FROM items') u;

-- ---------------------------------------------------------------------------
-- lambda_fdw.max_cost
-- ---------------------------------------------------------------------------

SELECT under('max_cost', '1', 'SELECT * FROM pages');
SET lambda_fdw.price_request = 0.1;
SELECT under('max_cost', '0.3', 'SELECT lambda_invoke(''lambda'', ''echo'', to_jsonb(i)) FROM generate_series(1, 9) i');
SELECT under('max_cost', '0.9', 'SELECT lambda_invoke(''lambda'', ''echo'', to_jsonb(i)) FROM generate_series(1, 9) i');
-- throttled attempts are not billed; the other services have no price here
SELECT under('max_cost', '0.1', 'SELECT * FROM throttled');
SELECT under('max_cost', '0.1', 'SELECT aws_comprehend.detect_sentiment(''x '' || i, ''en'', 1) FROM generate_series(1, 3) i');
-- what was billed is asked for by itself, and is in no result
SET lambda_fdw.price_request = 0;
SET lambda_fdw.price_gb_second = 1000000;
SELECT under('max_cost', '0.00001', 'SELECT lambda_invoke(''lambda'', ''echo'', to_jsonb(i)) FROM generate_series(1, 9) i') ~ '^53400 .*1e-05 dollars.* / It has made 1 call, for an estimated \d+\.\d{9} dollars; the next was not sent\.|^1 echo$' AS right;
SET lambda_fdw.max_cost = 1000000;
SELECT log_result FROM lambda_invoke('lambda', 'echo', '1');
SELECT convert_from(decode(log_result, 'base64'), 'utf8') ~ 'REPORT RequestId' AS log
  FROM lambda_invoke('lambda', 'echo', '1', log_type => 'Tail');

-- ---------------------------------------------------------------------------
-- EXPLAIN ANALYZE
-- ---------------------------------------------------------------------------

CREATE FUNCTION cost(query text, options text DEFAULT 'ANALYZE, COSTS OFF, SUMMARY OFF') RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (' || options || ') ' || query LOOP
    IF line ~ 'Invocations|Attempts|Throttles|Cost|Billed' THEN
      RETURN NEXT regexp_replace(line, '(Billed.*: )\d+', '\1N');
    END IF;
  END LOOP;
END $$;
SET lambda_fdw.price_gb_second = 0;
SET lambda_fdw.price_request = 0.0000002;
SELECT cost('SELECT * FROM pages');
SELECT count(*) >= 0 AS reset FROM reset_calls;
SELECT cost('SELECT * FROM throttled');
SELECT cost('INSERT INTO store VALUES (1, ''x'')');
ALTER FOREIGN TABLE store OPTIONS (DROP deliver_at);
SELECT cost('INSERT INTO store VALUES (1, ''x''), (2, ''y''), (3, ''z'')');
RESET lambda_fdw.max_cost;
SELECT cost('SELECT * FROM pages');
-- the price of milliseconds, with the function's memory of 128 MB
SET lambda_fdw.max_cost = 1000000;
SET lambda_fdw.price_gb_second = 0.0000166667;
CREATE FUNCTION plan(query text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  plan jsonb;
BEGIN
  EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
  RETURN plan->0->'Plan';
END $$;
SELECT (plan->>'Estimated Cost')::numeric = round((plan->>'Invocations')::numeric * 0.0000002
    + (plan->>'Billed Duration')::numeric / 1000 * 128 / 1024 * 0.0000166667, 9) AS right
  FROM plan('SELECT * FROM pages');
-- as pg_stat_lambda has it
CREATE FOREIGN TABLE costly (id int, name text) SERVER lambda
  OPTIONS (function_arn 'paged:prod', payload '{"total": 100}', cursor_path '/cursor');
SELECT plan->>'Estimated Cost' AS cost FROM plan('SELECT * FROM costly') \gset
SELECT round(estimated_cost::numeric, 9) = :cost AS right, reports, attempts FROM pg_stat_lambda JOIN pg_foreign_server s ON s.oid = serverid AND srvname = 'lambda' WHERE qualifier = 'prod';
RESET lambda_fdw.max_cost;
RESET lambda_fdw.price_gb_second;
RESET lambda_fdw.price_request;
SELECT plan('SELECT * FROM pages') ? 'Estimated Cost' AS shown;

-- ---------------------------------------------------------------------------
-- who may set them
-- ---------------------------------------------------------------------------

CREATE ROLE budget_user;
SET ROLE budget_user;
SET lambda_fdw.max_invocations = 0;
SET lambda_fdw.price_request = 0;
RESET ROLE;
GRANT SET ON PARAMETER lambda_fdw.max_invocations TO budget_user;
SET ROLE budget_user;
SET lambda_fdw.max_invocations = 3;
SET lambda_fdw.max_cost = 0;
RESET lambda_fdw.max_invocations;
RESET ROLE;
REVOKE SET ON PARAMETER lambda_fdw.max_invocations FROM budget_user;
DROP ROLE budget_user;
SET lambda_fdw.max_invocations = -1;
SET lambda_fdw.max_cost = -1;

-- at the end, for the error of one scan may end a call of another before it is on its
-- way, or before the endpoint has counted it
SELECT u ~ '^53400 .* It has made 3 calls|^[1-3] items$' AS right
  FROM under('max_invocations', '3', 'SELECT * FROM items WHERE id IN (1, 2, 3, 4) UNION ALL SELECT * FROM items WHERE id IN (5, 6, 7, 8)') u;

SET client_min_messages = warning;
DROP SCHEMA budget CASCADE;
DROP SERVER lambda CASCADE;
