-- The extension aws_ml: what the Aurora user guide shows, and what the services
-- were asked for.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT

-- versions, and what is in them
CREATE EXTENSION aws_ml VERSION '1.0' CASCADE;
SELECT p.oid::regprocedure AS function FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
  JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass WHERE extname = 'aws_ml' ORDER BY 1;
DROP EXTENSION aws_ml;
DROP ROLE aws_ml;
CREATE EXTENSION aws_ml VERSION '1.0' CASCADE;
ALTER EXTENSION aws_ml UPDATE;
DROP EXTENSION aws_ml;
CREATE EXTENSION IF NOT EXISTS aws_ml CASCADE;
RESET client_min_messages;
SELECT extname, extversion FROM pg_extension WHERE extname LIKE 'aws\_%' AND extname <> 'aws_lambda' AND extname <> 'aws_s3' ORDER BY 1;
SELECT p.oid::regprocedure AS function, proargnames AS names, pronargdefaults AS defaults, prorettype::regtype AS returns, procost AS cost,
    provolatile AS volatile, proparallel AS parallel, has_function_privilege('public', p.oid, 'EXECUTE') AS public, has_function_privilege('aws_ml', p.oid, 'EXECUTE WITH GRANT OPTION') AS role
  FROM pg_proc p WHERE pronamespace IN ('aws_bedrock'::regnamespace, 'aws_comprehend'::regnamespace, 'aws_sagemaker'::regnamespace) ORDER BY 1;
SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = 'aws_ml';
LOAD 'lambda_fdw';
SELECT name, setting, context FROM pg_settings WHERE name LIKE 'aws\_ml.%';

-- the server
CREATE ROLE ml_root SUPERUSER;
SET ROLE ml_root;
SELECT sentiment FROM aws_comprehend.detect_sentiment('This is great', 'en');
RESET ROLE;
CREATE SERVER aws_ml FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'us-west-2', endpoint :'endpoint');
SET ROLE ml_root;
SELECT sentiment FROM aws_comprehend.detect_sentiment('This is great', 'en');
RESET ROLE;
DROP ROLE ml_root;
CREATE USER MAPPING FOR CURRENT_USER SERVER aws_ml
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE ml_requests (seq int, service text, operation text, status int, parameters jsonb, headers jsonb)
  SERVER aws_ml OPTIONS (function_arn 'service_calls', payload '{"service": ["bedrock", "sagemaker", "comprehend"]}', envelope 'false');
CREATE FOREIGN TABLE ml_reset (cleared int) SERVER aws_ml OPTIONS (function_arn 'reset_calls');
-- what the services were asked for, and forget it
CREATE FUNCTION ml_requests() RETURNS TABLE (operation text, status int, parameters jsonb) LANGUAGE plpgsql AS $$
DECLARE
  cleared bigint;
BEGIN
  RETURN QUERY SELECT c.operation, c.status, c.parameters FROM ml_requests c ORDER BY seq;
  SELECT count(*) INTO cleared FROM ml_reset;
END $$;
-- how often, and with how many rows or texts each time
CREATE FUNCTION ml_batches() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(coalesce(parameters->>'rows', jsonb_array_length(parameters->'TextList')::text, '1'), ' ' ORDER BY ordinality)
    FROM ml_requests() WITH ORDINALITY
$$;
SELECT count(*) FROM ml_requests();

-- Amazon Comprehend
SELECT sentiment FROM aws_comprehend.detect_sentiment('This is great', 'en');
SELECT * FROM aws_comprehend.detect_sentiment('I like it, but it is broken', 'en', 25);
SELECT * FROM aws_comprehend.detect_sentiment('C''est mauvais "é" \ ' || chr(9), language_code => 'fr', max_rows_per_batch => NULL);
SELECT (aws_comprehend.detect_sentiment('chair', 'en')).sentiment;
SELECT * FROM ml_requests();
SELECT * FROM aws_comprehend.detect_sentiment(NULL, 'en');
SELECT * FROM aws_comprehend.detect_sentiment('x', NULL);
SELECT * FROM aws_comprehend.detect_sentiment('x', 'en', 0);
SELECT count(*) FROM ml_requests();
SELECT * FROM aws_comprehend.detect_sentiment('x', 'tlh');
SELECT * FROM aws_comprehend.detect_sentiment('', 'en');
SELECT * FROM aws_comprehend.detect_sentiment(repeat('x', 5001), 'en');
SELECT count(*) FROM ml_requests();

-- Amazon SageMaker: a line of CSV for each call
SELECT aws_sagemaker.invoke_endpoint('sum', NULL, 1, 2.5, 'x', NULL)::float;
SELECT aws_sagemaker.invoke_endpoint('echo', 100, 'a "b"', 'c,d', E'e\nf', date '2026-01-02', true, NULL, 1.5::real, '{"a": [1, 2]}'::jsonb);
SELECT aws_sagemaker.invoke_endpoint('sum', NULL, ARRAY[1, 2, 3.5]::real[]);
SELECT aws_sagemaker.invoke_endpoint('sum', NULL, VARIADIC ARRAY[1, 2, NULL]);
SELECT aws_sagemaker.invoke_endpoint('echo', NULL, NULL::text) = '' AS nothing;
SELECT (aws_sagemaker.invoke_endpoint('pair', NULL, 1, ARRAY[2, 3]))::point;
SELECT aws_sagemaker.invoke_endpoint('crlf', NULL, 4);
SELECT parameters->'endpoint_name' AS endpoint, parameters->'body' AS body FROM ml_requests();
SELECT aws_sagemaker.invoke_endpoint(NULL, NULL, 1);
SELECT aws_sagemaker.invoke_endpoint('sum', -1, 1);
SELECT aws_sagemaker.invoke_endpoint('sum', NULL, ROW(1, 2));
SELECT aws_sagemaker.invoke_endpoint('sum', NULL, ARRAY[ROW(1, 2)]);
SELECT aws_sagemaker.invoke_endpoint('sum', NULL, '{{1,2},{3,4}}'::int[]);
SELECT aws_sagemaker.invoke_endpoint('sum', NULL, '{}'::int[]);
SELECT aws_sagemaker.invoke_endpoint('sum', NULL, repeat('x', 6291457));
SELECT count(*) FROM ml_requests();
SELECT aws_sagemaker.invoke_endpoint('no-such', NULL, 1);
SELECT aws_sagemaker.invoke_endpoint('sagemaker-model', NULL, 1);
-- the guide's functions of one's own
CREATE FUNCTION classify_event (IN arg1 INT, IN arg2 DATE, OUT category INT)
AS $$
    SELECT aws_sagemaker.invoke_endpoint (
        'sum', NULL,
        arg1, arg2                        -- model inputs are separate arguments
        )::INT                            -- cast the output to INT
$$ LANGUAGE SQL PARALLEL SAFE COST 5000;
SELECT classify_event(7, '2026-01-02');
CREATE FUNCTION regression_model (params REAL[], OUT estimate REAL)
AS $$
    SELECT aws_sagemaker.invoke_endpoint (
        'sum', NULL,
        params                            -- model input parameters as an array
        )::REAL                           -- cast output to REAL
$$ LANGUAGE SQL PARALLEL SAFE COST 5000;
SELECT regression_model('{1.5, 2}');
CREATE TYPE company_forecasts AS (
    six_month_estimated_return real,
    one_year_bankruptcy_probability float);
CREATE FUNCTION analyze_company (
    IN free_cash_flow NUMERIC(18, 6),
    IN debt NUMERIC(18,6),
    IN max_rows_per_batch INT DEFAULT NULL,
    OUT prediction company_forecasts)
AS $$
    SELECT (aws_sagemaker.invoke_endpoint(
              'pair', max_rows_per_batch,
              free_cash_flow, debt))::company_forecasts;
$$ LANGUAGE SQL PARALLEL SAFE COST 5000;
SELECT (analyze_company(1.5, 2)).*;
SELECT count(*) FROM ml_requests();

-- Amazon Bedrock
SELECT aws_bedrock.invoke_model (
   model_id    := 'anthropic.claude-3-sonnet-20240229-v1:0',
   content_type:= 'application/json',
   accept_type := 'application/json',
   model_input := '{"prompt": "\n\nHuman: é\n\nAssistant:", "max_tokens_to_sample": 4096}');
SELECT aws_bedrock.invoke_model('arn:aws:bedrock:us-west-2:123456789012:inference-profile/us.x-v1:0', 'text/plain; x=1', NULL, '1')::json->>'content_type';
SELECT parameters->'path' AS path FROM ml_requests();
SELECT aws_bedrock.invoke_model_get_embeddings(
   model_id      := 'amazon.titan-embed-text-v1',
   content_type  := 'application/json',
   json_key      := 'embedding',
   model_input   := '{ "inputText": "Postgres"}') AS embedding;
SELECT array_length(aws_bedrock.invoke_model_get_embeddings('amazon.titan-embed-text-v2:0', 'application/json', 'embedding',
   json_build_object('inputText', 'é', 'dimensions', 1024)::text), 1);
SELECT aws_bedrock.invoke_model_get_embeddings('cohere.embed-v4:0', 'application/json', '/embeddings/float/1', '{"texts": ["a", "b"]}');
SELECT aws_bedrock.invoke_model_get_embeddings('raw:', 'text/plain', 'e', '{"e": []}');
SELECT aws_bedrock.invoke_model_get_embeddings('amazon.titan-embed-text-v1', 'application/json', 'embeddings', '{}');
SELECT aws_bedrock.invoke_model_get_embeddings('amazon.titan-embed-text-v1', 'application/json', 'inputTextTokenCount', '{}');
SELECT aws_bedrock.invoke_model_get_embeddings('cohere.embed-v4:0', 'application/json', 'embeddings', '{"texts": ["a"]}');
SELECT aws_bedrock.invoke_model_get_embeddings('cohere.embed-v4:0', 'application/json', '/embeddings/float', '{"texts": ["a"]}');
SELECT aws_bedrock.invoke_model_get_embeddings('raw:', 'text/plain', 'e', '[1]');
SELECT aws_bedrock.invoke_model_get_embeddings('raw:', 'text/plain', 'e', '{"e": [1, "2"]}');
SELECT aws_bedrock.invoke_model_get_embeddings('raw:', 'text/plain', 'e', 'oops');
SELECT aws_bedrock.invoke_model_get_embeddings('raw:', 'text/plain', '/~2', '{}');
SELECT aws_bedrock.invoke_model('x', 'application/json', 'application/json', NULL) IS NULL AS nothing;
SELECT aws_bedrock.invoke_model(NULL, 'application/json', 'application/json', '{}');
SELECT aws_bedrock.invoke_model('x', E'text/plain\r\nX: y', 'application/json', '{}');
SELECT aws_bedrock.invoke_model_get_embeddings('x', 'application/json', NULL, '{}');
SELECT length(aws_bedrock.invoke_model('raw:', 'text/plain', 'text/plain', repeat('é', 2000000)));
SELECT count(*) FROM ml_requests();

-- errors of the services
CREATE FUNCTION ml_error(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  state text;
  message text;
  detail text;
  hint text;
BEGIN
  EXECUTE statement;
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws('|', state, message, detail, hint);
END $$;
SELECT ml_error(format('SELECT aws_bedrock.invoke_model(%L, NULL, NULL, ''{}'')', model)) AS error
  FROM unnest(ARRAY['validation', 'model-error', 'model-stream-error', 'model-timeout', 'quota', 'unavailable', 'dependency', 'no/such']) WITH ORDINALITY AS m(model, n) ORDER BY n;
-- asked again where that may help, and only there
SELECT string_agg(status::text, ' ') FROM ml_requests();
SELECT aws_bedrock.invoke_model(model, NULL, NULL, '{}') IS NOT NULL AS answered FROM unnest(ARRAY['throttled', 'not-ready', 'flaky']) AS model;
SELECT aws_sagemaker.invoke_endpoint('throttled', NULL, 1);
SELECT string_agg(status::text, ' ') FROM ml_requests();
CREATE ROLE ml_denied;
GRANT aws_ml TO ml_denied;
GRANT USAGE ON FOREIGN SERVER aws_ml TO ml_denied;
CREATE USER MAPPING FOR ml_denied SERVER aws_ml OPTIONS (aws_access_key_id 'AKIDDENIED', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
GRANT EXECUTE ON FUNCTION ml_error(text) TO ml_denied;
SET ROLE ml_denied;
SELECT ml_error($$SELECT aws_bedrock.invoke_model('x', NULL, NULL, '{}')$$);
SELECT ml_error($$SELECT aws_sagemaker.invoke_endpoint('sum', NULL, 1)$$);
SELECT ml_error($$SELECT aws_comprehend.detect_sentiment('x', 'en')$$);
RESET ROLE;

-- privileges: none of PUBLIC's; the role's, and who it lets
CREATE ROLE ml_user;
CREATE ROLE ml_admin IN ROLE aws_ml;
CREATE USER MAPPING FOR PUBLIC SERVER aws_ml
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SET ROLE ml_user;
SELECT sentiment FROM aws_comprehend.detect_sentiment('bad', 'en');
SET ROLE ml_admin;
SELECT sentiment FROM aws_comprehend.detect_sentiment('bad', 'en');
SET ROLE aws_ml;
GRANT USAGE ON SCHEMA aws_comprehend TO ml_user;
GRANT EXECUTE ON FUNCTION aws_comprehend.detect_sentiment TO ml_user;
SET ROLE ml_user;
SELECT sentiment FROM aws_comprehend.detect_sentiment('bad', 'en');
SELECT aws_sagemaker.invoke_endpoint('sum', NULL, 1);
SET aws_ml.server = 'x';
RESET ROLE;
-- a server that is not a superuser's needs USAGE
ALTER SERVER aws_ml OPTIONS (DROP endpoint);
CREATE ROLE ml_owner;
GRANT USAGE ON FOREIGN DATA WRAPPER lambda_fdw TO ml_owner;
ALTER SERVER aws_ml OWNER TO ml_owner;
SET ROLE ml_user;
SELECT sentiment FROM aws_comprehend.detect_sentiment('bad', 'en');
RESET ROLE;
ALTER SERVER aws_ml OWNER TO CURRENT_USER;
ALTER SERVER aws_ml OPTIONS (ADD endpoint :'endpoint');
ALTER SERVER aws_ml OPTIONS (DROP region);
SELECT ml_error($$SELECT aws_comprehend.detect_sentiment('x', 'en')$$);
ALTER SERVER aws_ml OPTIONS (ADD region 'us-west-2');
SELECT count(*) FROM ml_requests();

SET client_min_messages = warning;
DROP SERVER aws_ml CASCADE;
DROP EXTENSION aws_ml;
DROP OWNED BY ml_user, ml_admin, ml_denied, ml_owner;
DROP ROLE ml_user, ml_admin, ml_denied, ml_owner;
DROP ROLE aws_ml;
DROP FUNCTION classify_event, regression_model, analyze_company, ml_error, ml_requests, ml_batches;
DROP TYPE company_forecasts;
