-- The extension aws_ml: what the Aurora user guide shows, and what the services
-- were asked for.
SET datestyle = ISO;
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
-- every plan is copied, and goes through its text, where a server with assertions has that
SELECT count(set_config(name, 'on', false)) >= 0 AS nodes FROM pg_settings
  WHERE name IN ('debug_copy_parse_plan_trees', 'debug_write_read_parse_plan_trees');

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
-- no array has so many elements
SELECT aws_bedrock.invoke_model_get_embeddings('raw:', 'text/plain', '/e/4294967296', '{"e": [[1]]}');
SELECT aws_bedrock.invoke_model_get_embeddings('raw:', 'text/plain', 'e', '[1]');
SELECT aws_bedrock.invoke_model_get_embeddings('raw:', 'text/plain', 'e', '{"e": [1, "2"]}');
SELECT aws_bedrock.invoke_model_get_embeddings('raw:', 'text/plain', 'e', 'oops');
SELECT aws_bedrock.invoke_model_get_embeddings('raw:', 'text/plain', '/~2', '{}');
SELECT aws_bedrock.invoke_model('x', 'application/json', 'application/json', NULL) IS NULL AS nothing;
SELECT aws_bedrock.invoke_model(NULL, 'application/json', 'application/json', '{}');
SELECT aws_bedrock.invoke_model('x', '', ' ', '{}');
SELECT aws_bedrock.invoke_model('x', E'text/plain\r\nX: y', 'application/json', '{}');
SELECT aws_bedrock.invoke_model_get_embeddings('x', 'application/json', NULL, '{}');
SELECT length(aws_bedrock.invoke_model('raw:', 'text/plain', 'text/plain', repeat('é', 2000000)));
SELECT count(*) FROM ml_requests();

-- many rows in one request: functions in FROM
CREATE TABLE ml_docs (id int PRIMARY KEY, c text, lang text, a int, b numeric);
INSERT INTO ml_docs SELECT i, (ARRAY['good', 'bad', 'chair', 'good but bad'])[i % 4 + 1] || ' ' || i, 'en', i, i / 4.0 FROM generate_series(1, 100) i;
ANALYZE ml_docs;
EXPLAIN (VERBOSE, COSTS OFF) SELECT t.id, s.* FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en', 25) s WHERE t.id < 90 AND s.confidence > 0.5;
SELECT count(*), sum(id) AS ids, count(*) FILTER (WHERE s.sentiment = (ARRAY['POSITIVE', 'NEGATIVE', 'NEUTRAL', 'MIXED'])[t.id % 4 + 1]) AS right
  FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en', 25) s;
SELECT ml_batches();
SELECT count(*) FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en') s WHERE s.sentiment = 'POSITIVE' AND s.confidence >= 0.7 AND t.id <= 30;
SELECT ml_batches();
SELECT count(*) FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en', 40) s WHERE id <= 60;
SELECT ml_batches();
SELECT count(*) FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en', 1) s WHERE id <= 3;
SELECT operation FROM ml_requests();
-- the order of the rows, and conditions of both sides
SELECT t.id, s.sentiment FROM ml_docs t CROSS JOIN LATERAL aws_comprehend.detect_sentiment(t.c, t.lang, 2) s WHERE t.id BETWEEN 3 AND 7 AND t.c LIKE lower(left(s.sentiment, 0)) || '%';
SELECT ml_batches();
-- NULLs are not sent; other languages go in requests of their own
UPDATE ml_docs SET c = NULL WHERE id IN (2, 5);
UPDATE ml_docs SET lang = 'fr', c = 'bon' WHERE id IN (7, 8);
SELECT t.id, s.sentiment, s.confidence FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, t.lang, 25) s WHERE t.id < 12 ORDER BY id;
SELECT ml_batches();
SELECT t.id, s.sentiment FROM ml_docs t LEFT JOIN LATERAL aws_comprehend.detect_sentiment(t.c, 'en') s ON s.sentiment <> 'NEUTRAL' WHERE t.id < 6 ORDER BY id;
SELECT t.id, s.sentiment FROM ml_docs t LEFT JOIN LATERAL aws_comprehend.detect_sentiment(t.c, 'en') s ON s.sentiment <> 'NEUTRAL' AND t.id > 3 WHERE t.id < 6 AND coalesce(s.sentiment, 'x') <> 'POSITIVE' ORDER BY id;
SELECT t.id, s.sentiment FROM ml_docs t LEFT JOIN LATERAL aws_comprehend.detect_sentiment(t.c, 'en') s ON true WHERE t.id < 4 ORDER BY id;
SELECT ml_batches();
EXPLAIN (COSTS OFF) SELECT t.id, s.sentiment FROM ml_docs t LEFT JOIN LATERAL aws_comprehend.detect_sentiment(t.c, 'en') s ON s.sentiment <> 'NEUTRAL' AND t.id > 3 WHERE t.id < 6 AND coalesce(s.sentiment, 'x') <> 'POSITIVE';
-- a query that ends early asks for little more than it returns
SELECT t.id, s.sentiment FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en') s LIMIT 3;
SELECT ml_batches();
SELECT t.id, s.sentiment, n FROM ml_docs t CROSS JOIN LATERAL aws_comprehend.detect_sentiment(t.c, 'en') s, generate_series(1, length(s.sentiment)) n LIMIT 4;
SELECT ml_batches();
SELECT t.id, s.sentiment, generate_series(1, 3) AS n FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en') s LIMIT 4;
SELECT ml_batches();
BEGIN;
DECLARE c CURSOR FOR SELECT t.id, s.sentiment FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en') s WHERE id > 10;
FETCH 2 FROM c;
SELECT ml_batches();
FETCH 1 FROM c;
SELECT ml_batches();
COMMIT;
SELECT EXISTS (SELECT FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en') s WHERE s.sentiment = 'MIXED');
SELECT ml_batches();
-- Amazon SageMaker
SELECT count(*), sum(p::numeric) - sum(a + b) AS difference FROM ml_docs t CROSS JOIN LATERAL aws_sagemaker.invoke_endpoint('sum', 40, t.a, t.b) p;
SELECT ml_batches();
SELECT count(*), sum(p::numeric) - sum(a + b) AS difference FROM ml_docs t, aws_sagemaker.invoke_endpoint('commas', NULL, t.a, t.b) AS p;
SELECT count(*), sum(p::numeric) - sum(a + b) AS difference FROM ml_docs t, aws_sagemaker.invoke_endpoint('crlf', NULL, ARRAY[t.a, t.b]) AS p;
SELECT ml_batches();
SELECT a, p FROM ml_docs t, aws_sagemaker.invoke_endpoint('echo', 4, t.c, t.a, E'x\ny"') p WHERE id < 6;
SELECT ml_batches();
SELECT count(*) FROM ml_docs t, aws_sagemaker.invoke_endpoint('short', NULL, t.a) p;
SELECT count(*) FROM ml_docs t, aws_sagemaker.invoke_endpoint('long', NULL, t.a) p;
SELECT count(*) FROM ml_docs t, aws_sagemaker.invoke_endpoint('nothing', NULL, t.a) p;
SELECT a, p FROM ml_docs t, aws_sagemaker.invoke_endpoint('json', NULL, t.a) p WHERE id < 4;
SELECT a, p FROM ml_docs t, aws_sagemaker.invoke_endpoint('json', 1, t.a) p WHERE id < 4;
SELECT ml_batches();
-- 6 MB a request
SELECT count(*), min(length(p)) FROM generate_series(1, 7) i, aws_sagemaker.invoke_endpoint('echo', NULL, repeat('x', 1048000 + i * 0)) p;
SELECT ml_batches();
-- the guide's functions of one's own go in batches, too
EXPLAIN (VERBOSE, COSTS OFF) SELECT t.id, f.category FROM ml_docs t, classify_event(t.a, '2026-01-02') f;
SELECT sum(f.category) FROM ml_docs t, classify_event(t.a, '2026-01-02') f;
SELECT sum(f) FROM ml_docs t, regression_model(ARRAY[t.a, 1]) f;
SELECT ml_batches();
-- in a select list each row is a request
SELECT sum(classify_event(a, NULL)) FROM ml_docs WHERE id <= 3;
SELECT ml_batches();
-- several functions, other tables, sorts above and below
EXPLAIN (COSTS OFF) SELECT t.id, s.sentiment, p FROM ml_docs t JOIN ml_docs u ON u.id = t.a, aws_comprehend.detect_sentiment(u.c, 'en') s,
  aws_sagemaker.invoke_endpoint('sum', NULL, t.a, length(s.sentiment)) p WHERE t.id < 20 ORDER BY t.id;
SELECT sum(t.id), count(DISTINCT s.sentiment), sum(p::int) FROM ml_docs t JOIN ml_docs u ON u.id = t.a, aws_comprehend.detect_sentiment(u.c, 'en') s,
  aws_sagemaker.invoke_endpoint('sum', NULL, t.a, length(s.sentiment)) p WHERE t.id < 20;
SELECT ml_batches();
-- again for each row around, with its parameter
SELECT i, (SELECT count(*) FROM ml_docs t, aws_comprehend.detect_sentiment(t.c || i, 'en') s WHERE t.id <= 10 * i AND s.sentiment = 'POSITIVE') FROM generate_series(1, 3) i;
SELECT ml_batches();
-- where each of them ends early, each begins with a row
SELECT i FROM generate_series(1, 6) i WHERE EXISTS (SELECT FROM ml_docs t, aws_comprehend.detect_sentiment(t.c || i, 'en') s WHERE s.confidence > 0);
SELECT ml_batches();
INSERT INTO ml_docs SELECT t.id + 1000, s.sentiment FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en') s WHERE t.id < 30;
SELECT count(*), min(c), max(c) FROM ml_docs WHERE id > 1000;
SELECT ml_batches();
-- what is left to core: volatile arguments, ordinality, row locks, whole rows, casts to rows
SELECT count(*) FROM ml_docs t, aws_comprehend.detect_sentiment(t.c || left(random()::text, 0), 'en') s WHERE id BETWEEN 10 AND 12;
SELECT count(*), max(ordinality) FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en') WITH ORDINALITY s WHERE id BETWEEN 10 AND 12;
SELECT s FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en') s WHERE id BETWEEN 10 AND 12 FOR UPDATE OF t;
CREATE TYPE ml_pair AS (sentiment text, confidence real);
SELECT t.id, s.* FROM ml_docs t, CAST(CAST(aws_comprehend.detect_sentiment(t.c, 'en') AS text) AS ml_pair) s WHERE id BETWEEN 10 AND 12;
SELECT ml_batches();
SELECT s FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en') s WHERE id BETWEEN 10 AND 12;
SELECT ml_batches();
-- texts that Comprehend could not do: asked for again, or an error
SELECT s.sentiment FROM (VALUES ('good'), ('refuse-once:InternalServerException bad'), ('chair')) AS t(c), aws_comprehend.detect_sentiment(t.c, 'en') s;
SELECT operation FROM ml_requests();
SELECT s.sentiment FROM (VALUES ('good'), (repeat('x', 5001)), ('chair')) AS t(c), aws_comprehend.detect_sentiment(t.c, 'en') s;
SELECT s.sentiment FROM (VALUES ('good'), ('refuse:InternalServerException')) AS t(c), aws_comprehend.detect_sentiment(t.c, 'en') s;
SELECT s.sentiment FROM (VALUES ('good'), ('forget me')) AS t(c), aws_comprehend.detect_sentiment(t.c, 'en') s;
SELECT operation FROM ml_requests();
SELECT count(*) FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en', t.id - 20) s WHERE id BETWEEN 18 AND 25;
-- what EXPLAIN ANALYZE counts
CREATE FUNCTION ml_explain(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF) ' || statement LOOP
    RETURN NEXT regexp_replace(line, '(rows=\d+)\.00', '\1');   -- 18 has decimals
  END LOOP;
END $$;
SELECT * FROM ml_explain($$SELECT FROM ml_docs t, aws_comprehend.detect_sentiment(t.c, 'en', 25) s WHERE t.id <= 60 AND s.sentiment <> 'NEUTRAL'$$);
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
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_comprehend TO ml_user;
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
-- a batch needs EXECUTE as a call does
SET ROLE ml_user;
SELECT s.sentiment FROM (VALUES ('good'), ('bad')) AS t(c), aws_comprehend.detect_sentiment(t.c, 'en') s;
SET ROLE aws_ml;
REVOKE EXECUTE ON FUNCTION aws_comprehend.detect_sentiment FROM ml_user;
SET ROLE ml_user;
SELECT s.sentiment FROM (VALUES ('good'), ('bad')) AS t(c), aws_comprehend.detect_sentiment(t.c, 'en') s;
RESET ROLE;
SELECT count(*) FROM ml_requests();

SET client_min_messages = warning;
DROP SERVER aws_ml CASCADE;
DROP EXTENSION aws_ml;
DROP OWNED BY ml_user, ml_admin, ml_denied, ml_owner;
DROP ROLE ml_user, ml_admin, ml_denied, ml_owner;
DROP ROLE aws_ml;
DROP FUNCTION classify_event, regression_model, analyze_company, ml_error, ml_explain, ml_requests, ml_batches;
DROP TYPE company_forecasts, ml_pair;
DROP TABLE ml_docs;
