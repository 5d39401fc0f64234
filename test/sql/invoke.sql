-- lambda_invoke, and what an invocation tells the function and is told by it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA invoke;
SET search_path = invoke, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, qualifier text, invocation_type text, payload jsonb, headers jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
SELECT count(*) FROM reset_calls;

-- the types of invocation
SELECT status_code, payload, executed_version, log_result FROM lambda_invoke('lambda', 'echo', '{"a": [1, "é", null]}');
SELECT status_code, payload, executed_version, log_result FROM lambda_invoke('lambda', 'echo:prod');
SELECT status_code, payload, executed_version, log_result
  FROM lambda_invoke('lambda', 'arn:aws:lambda:eu-west-1:123456789012:function:echo', 'null', qualifier => '1');
SELECT * FROM lambda_invoke('lambda', 'echo', '{"a": 1}', 'Event');
SELECT * FROM lambda_invoke('lambda', 'echo', '{"a": 1}', 'DryRun');
SELECT status_code, payload, convert_from(decode(log_result, 'base64'), 'utf8') ~ 'REPORT RequestId' AS log
  FROM lambda_invoke('lambda', 'echo', '17', log_type => 'Tail', client_context => '{"custom": {"a": "b"}}');
SELECT function, qualifier, invocation_type, payload,
       headers->>'x-amz-log-type' AS log_type,
       convert_from(decode(headers->>'x-amz-client-context', 'base64'), 'utf8') AS context
  FROM calls ORDER BY seq;

-- what does not work
SELECT lambda_invoke(NULL, 'echo');
SELECT lambda_invoke('lambda', NULL);
SELECT lambda_invoke('nosuch', 'echo');
SELECT lambda_invoke('lambda', 'not a name');
SELECT lambda_invoke('lambda', 'echo:prod', qualifier => 'v1');
SELECT lambda_invoke('lambda', 'arn:aws:lambda:us-east-1:123456789012:function:echo');
SELECT lambda_invoke('lambda', 'echo', '{}', 'event');
SELECT lambda_invoke('lambda', 'echo', '{}', log_type => 'tail');
SELECT lambda_invoke('lambda', 'echo', '{}', client_context => '[1]');
SELECT lambda_invoke('lambda', 'echo', '{}', client_context => jsonb_build_object('custom', repeat('x', 2700)));
SELECT lambda_invoke('lambda', 'echo', to_jsonb(repeat('x', 6 * 1024 * 1024)));
SELECT lambda_invoke('lambda', 'echo', to_jsonb(repeat('x', 1024 * 1024)), 'Event');
SELECT lambda_invoke('lambda', 'nosuch');
SELECT lambda_invoke('lambda', 'function_error');
SELECT lambda_invoke('lambda', 'raw', '{"response": "[1, "}');
SELECT lambda_invoke('lambda', 'raw', '{"response": ""}');
CREATE FOREIGN DATA WRAPPER another;
CREATE SERVER of_another FOREIGN DATA WRAPPER another;
SELECT lambda_invoke('of_another', 'echo');
-- a handler with settings of its own is the same one
ALTER FUNCTION lambda_fdw_handler() SET search_path = pg_catalog;
SELECT status_code FROM lambda_invoke('lambda', 'echo');
CREATE FOREIGN TABLE not_like (n int OPTIONS (pushdown 'like')) SERVER lambda
  OPTIONS (function_arn 'echo');
ALTER FUNCTION lambda_fdw_handler() RESET ALL;
DROP FOREIGN DATA WRAPPER another CASCADE;

-- a function that may have run is not invoked again, but where it may
SELECT count(*) FROM reset_calls;
SELECT lambda_invoke('lambda', 'status', '{"times": 1}');
SELECT status_code, payload FROM lambda_invoke('lambda', 'status', '{"times": 1, "n": 2}', idempotent => true);
SELECT payload, count(*), count(DISTINCT headers->>'amz-sdk-invocation-id') AS ids,
       string_agg(headers->>'amz-sdk-request', ', ' ORDER BY seq) AS requests
  FROM calls GROUP BY payload ORDER BY payload;

-- a durable execution: its name makes the call safe to repeat, and tells it from others
SELECT count(*) FROM reset_calls;
SELECT name, regexp_replace(durable_execution_arn, '[^/]+$', 'ID') AS arn,
       dense_rank() OVER (ORDER BY name COLLATE "C", durable_execution_arn) AS execution, dense_rank() OVER (ORDER BY i.payload) AS run
  FROM (VALUES ('order-17'), ('order-17'), ('order_18')) a (name),
       lambda_invoke('lambda', 'workflow:1', '{"order": 17}', tenant_id => 'blue/1', durable_execution_name => name) i
  ORDER BY name COLLATE "C";
SELECT lambda_invoke('lambda', 'workflow:1', '{"order": 18}', durable_execution_name => 'order-17');
SELECT status_code, payload, regexp_replace(durable_execution_arn, '[^/]+$', 'ID') AS arn
  FROM lambda_invoke('lambda', 'workflow:1', '{}', 'Event', durable_execution_name => 'in-background');
SELECT lambda_invoke('lambda', 'workflow:1', '{"times": 1}');
SELECT payload->0->'tenant' AS tenant
  FROM lambda_invoke('lambda', 'workflow:1', '{"times": 1, "n": 2}', tenant_id => 'green', durable_execution_name => 'again');
SELECT lambda_invoke('lambda', 'workflow', durable_execution_name => 'x');
SELECT payload, headers->>'x-amz-durable-execution-name' AS name, headers->>'x-amz-tenant-id' AS tenant, count(*)
  FROM calls GROUP BY 1, 2, 3 ORDER BY min(seq);
SELECT lambda_invoke('lambda', 'workflow:1', durable_execution_name => 'a b');
SELECT lambda_invoke('lambda', 'workflow:1', durable_execution_name => '');
SELECT lambda_invoke('lambda', 'workflow:1', durable_execution_name => repeat('x', 65));
SELECT lambda_invoke('lambda', 'workflow:1', tenant_id => 'ü');
SELECT lambda_invoke('lambda', 'workflow:1', tenant_id => E'a\r\nX-Evil: 1');
-- which execution it was, where it failed, and where its answer is none
CREATE FUNCTION context_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  context text;
BEGIN
  EXECUTE query;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS context = PG_EXCEPTION_CONTEXT;
  RETURN regexp_replace(substring(context from '(?:request|answer of)[^\n]*'), '[0-9a-f]{8}-[0-9a-f-]{27}', 'ID', 'g');
END $$;
SELECT context_of($$SELECT lambda_invoke('lambda', 'workflow:1', '{"fail": true}', durable_execution_name => 'fails')$$);
SELECT context_of($$SELECT lambda_invoke('lambda', 'workflow:1', '{"answer": "{"}', durable_execution_name => 'broken')$$);

-- the trace header
SET lambda_fdw.trace_id = 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1';
SELECT count(*) FROM reset_calls;
SELECT status_code FROM lambda_invoke('lambda', 'echo');
SET lambda_fdw.trace_id = E'Root=1\r\nX-Evil: 1';
SET lambda_fdw.trace_id = 'Root=ü';
SET lambda_fdw.trace_ids = 'x';
RESET lambda_fdw.trace_id;
SELECT status_code FROM lambda_invoke('lambda', 'echo');
SELECT headers->>'x-amzn-trace-id' AS trace FROM calls ORDER BY seq;
-- of all attempts of an invocation it is one, whatever is set between them
CREATE FOREIGN TABLE traced (id int, times int OPTIONS (pushdown '=', required 'true'))
  SERVER lambda OPTIONS (function_arn 'throttled', payload '{"retry_after": 1}');
SELECT count(*) FROM reset_calls;
BEGIN;
SET LOCAL lambda_fdw.trace_id = 'Root=1-67891233-abcdef012345678912345678';
DECLARE c CURSOR FOR SELECT times FROM traced WHERE times IN (0, 1);
FETCH 1 FROM c;
SET LOCAL lambda_fdw.trace_id = 'Root=1-67891234-12456789abcdef012345678a';
SET LOCAL application_name = 'Root=1-zzzzzzzz-zzzzzzzzzzzzzzzzzzzzzzzz';
FETCH ALL FROM c;
COMMIT;
SELECT payload->'times' AS times, headers->>'x-amzn-trace-id' AS trace FROM calls
  WHERE function = 'throttled' ORDER BY times, seq;
-- how many connections they took is of no matter below
SELECT lambda_fdw_disconnect('lambda');

-- who asks, and for which tenant
SET application_name = 'invoke "test"';
CREATE ROLE invoke_user;
GRANT USAGE ON SCHEMA invoke TO invoke_user;
CREATE FOREIGN TABLE items (id int, name text) SERVER lambda
  OPTIONS (function_arn 'items', client_context 'true', tenant_id 'blue/1', log_type 'Tail');
GRANT SELECT ON items TO invoke_user;
CREATE USER MAPPING FOR invoke_user SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SELECT count(*) FROM reset_calls;
SET ROLE invoke_user;
SELECT count(*) FROM items;
RESET ROLE;
SELECT headers->>'x-amz-tenant-id' AS tenant, headers->>'x-amz-log-type' AS log_type,
       context->>'application_name' AS application, context->>'user' AS "user",
       context->>'database' = current_database() AS database
  FROM calls, LATERAL (SELECT (convert_from(decode(headers->>'x-amz-client-context', 'base64'), 'utf8')::jsonb)->'custom') c (context);
RESET application_name;

-- what EXPLAIN tells of the invocations, and what it does not where it varies
CREATE FUNCTION explain(query text, options text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE format('EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF, SUMMARY OFF, %s) %s', options, query) LOOP
    IF line !~ 'actual' THEN
      RETURN NEXT line;
    END IF;
  END LOOP;
END $$;
SELECT explain('SELECT * FROM items', 'TIMING OFF');
SELECT regexp_replace(explain, '[0-9.]+ (ms|MB)', 'N \1') AS explain FROM explain('SELECT * FROM items', 'TIMING ON');
DO $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM items' INTO plan;
  plan := plan->0->'Plan';
  RAISE NOTICE '% % % % % %', plan->'Invocations', plan->'Attempts', plan->'Throttles',
    (plan->>'Function Duration')::float8 BETWEEN 0 AND (plan->>'Billed Duration')::float8,
    (plan->>'Init Duration')::float8 >= 0, plan->'Max Memory Used';
END $$;
CREATE FOREIGN TABLE workflow (run int) SERVER lambda OPTIONS (function_arn 'workflow:1');
SELECT regexp_replace(explain, '[0-9a-f]{8}-[0-9a-f-]{27}', 'ID', 'g') AS explain FROM explain('SELECT * FROM workflow', 'TIMING OFF');
CREATE FOREIGN TABLE throttled (id int) SERVER lambda
  OPTIONS (function_arn 'throttled', payload '{"times": 1, "retry_after": 0}');
SELECT explain('SELECT * FROM throttled', 'TIMING OFF');

-- what a session holds
SELECT server_name, user_name = current_user AS mine, address, valid FROM lambda_fdw_connections();
SELECT lambda_fdw_disconnect('lambda');
SELECT count(*) FROM lambda_fdw_connections();
SELECT * FROM lambda_fdw_credentials('lambda');

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA invoke CASCADE;
DROP ROLE invoke_user;
