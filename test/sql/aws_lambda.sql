-- The extensions aws_commons and aws_lambda: what the RDS user guide shows, and
-- what Lambda was asked for.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT

-- "Install the aws_lambda extension"
CREATE EXTENSION IF NOT EXISTS aws_lambda CASCADE;
SELECT extname, objid::regnamespace AS schema FROM pg_extension e JOIN pg_depend d ON d.refobjid = e.oid
 WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_namespace'::regclass AND extname ~ '^aws_' ORDER BY 1;
SELECT p.oid::regprocedure AS function, pronargdefaults AS defaults, proargnames AS names, has_function_privilege('public', p.oid, 'EXECUTE') AS public
  FROM pg_proc p WHERE pronamespace IN ('aws_lambda'::regnamespace, 'aws_commons'::regnamespace) ORDER BY 1;
\d aws_commons._lambda_function_arn_1

-- the settings of RDS, and the server
LOAD 'lambda_fdw';
SELECT name, setting, unit, context, min_val, max_val FROM pg_settings WHERE name LIKE 'aws\_lambda.%' ORDER BY name;
SET aws_lambda.request_timeout_ms = 0;
SET aws_lambda.connect_timeout_ms = 900001;
SET aws_lambda.endpoint_override = 'lambda.eu-west-1.amazonaws.com';
SET aws_lambda.endpoint = 'x';
SET aws_lambda.server = '';
SELECT set_config('aws_lambda.server', repeat('x', 64), false);
CREATE ROLE rds_admin SUPERUSER;
CREATE ROLE rds_user;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_lambda TO rds_user;
GRANT USAGE ON SCHEMA aws_lambda TO rds_user;
SET ROLE rds_user;
SELECT * FROM aws_lambda.invoke('simple', '{}'::json);
RESET ROLE;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA aws_lambda FROM rds_user;
REVOKE ALL ON SCHEMA aws_lambda FROM rds_user;
SET ROLE rds_admin;
SELECT * FROM aws_lambda.invoke('simple', '{}'::json);
SET ROLE rds_user;
SET aws_lambda.server = 'other';
SET aws_lambda.endpoint_override = 'http://127.0.0.1:1';
SET aws_lambda.request_timeout_ms = 2000;
SELECT * FROM aws_lambda.invoke('simple', '{}'::json);
SET ROLE rds_admin;
RESET aws_lambda.request_timeout_ms;
SET aws_lambda.server = 'my "server"';
SELECT * FROM aws_lambda.invoke('simple', '{}'::json);
RESET aws_lambda.server;
CREATE FOREIGN DATA WRAPPER another;
CREATE SERVER of_another FOREIGN DATA WRAPPER another;
SET aws_lambda.server = 'of_another';
SELECT * FROM aws_lambda.invoke('simple', '{}'::json);
RESET aws_lambda.server;
SET client_min_messages = warning;
DROP FOREIGN DATA WRAPPER another CASCADE;
RESET client_min_messages;
RESET ROLE;
CREATE SERVER aws_lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'us-west-2', endpoint :'endpoint');
SET ROLE rds_admin;
SELECT * FROM aws_lambda.invoke('simple', '{}'::json);
RESET ROLE;
CREATE USER MAPPING FOR CURRENT_USER SERVER aws_lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE rds_calls (seq int, function text, region text, account text, qualifier text, invocation_type text, payload json, headers jsonb)
  SERVER aws_lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE rds_reset_calls (cleared int) SERVER aws_lambda OPTIONS (function_arn 'reset_calls');
-- what Lambda was asked for, and forget it
CREATE FUNCTION rds_calls() RETURNS TABLE (function text, region text, qualifier text, type text, log text, context text) LANGUAGE plpgsql AS $$
DECLARE
  cleared bigint;
BEGIN
  RETURN QUERY SELECT c.function, c.region, c.qualifier, c.invocation_type, c.headers->>'x-amz-log-type',
      convert_from(decode(c.headers->>'x-amz-client-context', 'base64'), 'utf8') FROM rds_calls c ORDER BY seq;
  SELECT count(*) INTO cleared FROM rds_reset_calls;
END $$;
SELECT * FROM rds_calls();

-- "Use Lambda helper functions"
SELECT aws_commons.create_lambda_function_arn(
   'my-function',
   'us-west-2'
) AS aws_lambda_arn_1 \gset
SELECT aws_commons.create_lambda_function_arn(
   '111122223333:function:my-function',
   'us-west-2'
) AS lambda_partial_arn_1 \gset
SELECT aws_commons.create_lambda_function_arn(
   'arn:aws:lambda:us-west-2:111122223333:function:my-function'
) AS lambda_arn_1 \gset
\echo :aws_lambda_arn_1 :lambda_partial_arn_1 :lambda_arn_1

-- "Invoke a Lambda function"
SELECT * from aws_lambda.invoke(aws_commons.create_lambda_function_arn('arn:aws:lambda:us-west-2:444455556666:function:simple', 'us-west-2'), '{"body": "Hello from Postgres!"}'::json );
-- the examples, with the variables and without
SELECT * FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{"body": "Hello from Postgres!"}'::json);
SELECT * FROM aws_lambda.invoke(:'lambda_partial_arn_1', '{"body": "Hello from Postgres!"}'::json);
SELECT * FROM aws_lambda.invoke(:'lambda_arn_1', '{"body": "Hello from Postgres!"}'::json);
SELECT * FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{"body": "Hello from Postgres!"}'::json, 'RequestResponse');
SELECT * FROM aws_lambda.invoke(aws_commons.create_lambda_function_arn('my-function', 'us-west-2'),
'{"body": "Hello from Postgres!"}'::json
);
SELECT * FROM rds_calls();
SELECT * FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{"body": "Hello from Postgres!"}'::json, 'Event');
SELECT * FROM rds_calls();
\x on
SELECT status_code, payload, executed_version, regexp_replace(log, '[0-9a-f]{8}-[0-9a-f-]{27}|\d+\.\d+ ms.*', '...', 'g') AS log FROM (
SELECT *, convert_from(decode(log_result, 'base64'), 'utf-8') as log FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{"body": "Hello from Postgres!"}'::json, 'RequestResponse', 'Tail')
) x;
\x off
SELECT * FROM rds_calls();
SELECT * FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{"body": "Hello from Postgres!"}'::json, 'RequestResponse', 'None', NULL, 'custom_version');
SELECT * FROM aws_lambda.invoke(aws_commons.create_lambda_function_arn('my-function:custom_version', 'us-west-2'),
'{"body": "Hello from Postgres!"}'::json);
SELECT * FROM rds_calls();
-- as a page of the guide has them: the variable's name is a function's
SELECT * FROM aws_lambda.invoke('aws_lambda_arn_1', '{"body": "Hello from Postgres!"}'::json, 'Event');

-- the words of every overload, by position and by name
CREATE TABLE rds_arns (arn aws_commons._lambda_function_arn_1 NOT NULL);
INSERT INTO rds_arns VALUES (aws_commons.create_lambda_function_arn('my-function', 'eu-west-1'));
SELECT status_code FROM rds_arns, aws_lambda.invoke(arn, '{}'::json, 'Event');
SELECT status_code FROM rds_arns, aws_lambda.invoke(arn, '{}'::jsonb, 'RequestResponse', 'Tail', '{"custom": {"n": 1}}', '1');
SELECT status_code FROM rds_arns, aws_lambda.invoke(function_name => arn, payload => '{}'::json, invocation_type => 'DryRun', qualifier => 'prod');
SELECT status_code FROM rds_arns, aws_lambda.invoke(arn::text, '{}'::json);
SELECT * FROM rds_calls();
SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::json, 'eu-west-1', 'Event', 'Tail', '{"custom": {"n": 2}}'::json, 'v1');
SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::jsonb, 'eu-west-1', 'DryRun', 'None', '{"custom": {"n": 3}}', 'v1');
SELECT status_code FROM aws_lambda.invoke(function_name => 'my-function', payload => '{}'::jsonb, log_type => 'Tail', context => '{"env": {"n": 4}}');
SELECT status_code FROM aws_lambda.invoke(function_name => 'my-function', payload => '{}'::json, region => 'eu-west-1', invocation_type => 'Event', log_type => 'None', context => '{"env": {"n": 5}}');
SELECT * FROM rds_calls();
-- six arguments without types: the third decides which ones they are
SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::json, 'Event', 'Tail', '{"custom": {"n": 6}}', 'v1');
SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::json, 'eu-west-1', 'Event', 'Tail', '{"custom": {"n": 7}}');
SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::json, NULL, 'DryRun', NULL, '{"custom": {"n": 8}}');
SELECT status_code FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{}'::json, 'DryRun', NULL, NULL, NULL);
SELECT status_code FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{}'::json, 'us-west-2', 'DryRun', NULL, NULL);
SELECT * FROM rds_calls();
-- arguments that the TEXT overloads receive one place off
SELECT status_code FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{}'::jsonb, 'Event', 'None');
SELECT status_code FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{}'::json, 'RequestResponse', 'Tail', '{"custom": {"n": 9}}');
SELECT status_code FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{}'::jsonb, 'DryRun', NULL, '{"custom": {"n": 10}}');
SELECT status_code FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{}'::json, 'RequestResponse', 'None', NULL, qualifier => 'custom_version');
SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::json, 'Event', context => '{"custom": {"n": 11}}');
SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::json, 'DryRun', log_type => 'Tail');
SELECT status_code FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{}'::json, NULL, 'Tail');
SELECT status_code FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{}'::json, NULL, 'None', '{"custom": {"n": 12}}', 'prod');
SELECT status_code FROM aws_lambda.invoke(E' \t(my-function,"us-west-2") ', '{}'::json, 'DryRun');
SELECT * FROM rds_calls();

-- what JSON is sent and comes back: json as it is, jsonb as jsonb has it
SELECT status_code, payload, pg_typeof(payload) FROM aws_lambda.invoke('echo', '{"b": 1.50,  "a": [1e2, "é"], "b": 2}'::json);
SELECT status_code, payload, pg_typeof(payload) FROM aws_lambda.invoke('echo', '{"b": 1.50,  "a": [1e2, "é"], "b": 2}'::jsonb);
SELECT payload FROM rds_calls ORDER BY seq;
SELECT payload, payload IS NULL AS none FROM aws_lambda.invoke('raw', '{"response": " [1,  2.0] "}'::json);
SELECT payload, payload IS NULL AS none FROM aws_lambda.invoke('raw', '{"response": " [1,  2.0] "}'::jsonb);
SELECT payload, payload IS NULL AS none FROM aws_lambda.invoke('raw', '{"response": "null"}'::json);
SELECT payload, payload IS NULL AS none FROM aws_lambda.invoke('raw', '{"response": ""}'::jsonb);
SELECT payload FROM aws_lambda.invoke('raw', '{"response": "nonsense"}'::json);
SELECT payload FROM aws_lambda.invoke('echo', NULL::json);

-- regions: the argument's, the ARN's, the server's
SELECT count(*) FROM rds_calls();
SELECT status_code FROM aws_lambda.invoke('echo', '{}'::json, 'ap-south-1');
SELECT status_code FROM aws_lambda.invoke('arn:aws:lambda:eu-north-1:123456789012:function:echo', '{}'::json);
SELECT status_code FROM aws_lambda.invoke('arn:aws:lambda:eu-north-1:123456789012:function:echo', '{}'::json, 'eu-north-1');
SELECT status_code FROM aws_lambda.invoke('(my-function,sa-east-1)', '{}'::json, 'sa-east-1');
SELECT status_code FROM aws_lambda.invoke('(my-function,)', '{}'::json, 'sa-east-1');
-- an empty region is none
SELECT status_code FROM aws_lambda.invoke('echo', '{}'::json, '');
SELECT status_code FROM aws_lambda.invoke('echo', '{}'::jsonb, '', 'DryRun');
SELECT status_code FROM aws_lambda.invoke('arn:aws:lambda:eu-north-1:123456789012:function:echo', '{}'::json, region => '');
SELECT status_code FROM aws_lambda.invoke('(my-function,"")', '{}'::json, 'sa-east-1');
SELECT status_code FROM aws_lambda.invoke(aws_commons.create_lambda_function_arn('echo', ''), '{}'::json);
SELECT status_code FROM aws_lambda.invoke('echo', '{}'::json, '', 'DryRun', 'None', '{"custom": {}}');
SELECT function, region FROM rds_calls();
SELECT aws_lambda.invoke('arn:aws:lambda:eu-north-1:123456789012:function:echo', '{}'::json, 'eu-west-1');
SELECT aws_lambda.invoke(aws_commons.create_lambda_function_arn('arn:aws:lambda:eu-north-1:123456789012:function:echo', 'eu-west-1'), '{}'::json);
SELECT aws_lambda.invoke('(my-function,sa-east-1)', '{}'::json, 'eu-west-1');
SELECT aws_lambda.invoke('echo', '{}'::json, 'nowhere');
SELECT aws_lambda.invoke('(my-function,nowhere)', '{}'::json);
SELECT aws_lambda.invoke('(my-function,us-west-2)', '{}'::json, 'None');
SELECT aws_lambda.invoke('(,us-west-2)', '{}'::json, 'eu-west-1');

-- arguments that are refused
SELECT aws_lambda.invoke(NULL::text, '{}'::json);
SELECT aws_lambda.invoke(NULL::aws_commons._lambda_function_arn_1, '{}'::json);
SELECT aws_lambda.invoke(aws_commons.create_lambda_function_arn(NULL), '{}'::jsonb);
SELECT aws_lambda.invoke('(my-function)', '{}'::json);
SELECT aws_lambda.invoke('echo', '{}'::json, 'event');
SELECT aws_lambda.invoke('echo', '{}'::json, 'Event', 'DryRun');
SELECT aws_lambda.invoke('echo', '{}'::json, 'Event', log_type => 'tail');
SELECT aws_lambda.invoke('my-function', '{}'::json, NULL, 'None');
SELECT aws_lambda.invoke('echo', '{}'::json, 'Event', 'tail');
SELECT aws_lambda.invoke('echo', '{}'::json, 'Event', 'Tail', 'Tail');
SELECT aws_lambda.invoke('echo', '{}'::json, 'Event', 'None', 'nonsense');
SELECT aws_lambda.invoke('echo', '{}'::json, 'Event', 'None', '[1]');
SELECT aws_lambda.invoke('echo', '{}'::json, 'Event', 'None', '{}', context => '{"custom": {}}');
SELECT aws_lambda.invoke('echo', '{}'::json, 'request', 'None', NULL, 'custom_version');
SELECT aws_lambda.invoke('echo', '{}'::json, 'eu-west-1', 'None', NULL, '{}');
SELECT aws_lambda.invoke('echo', '{}'::json, context => 'null');
SELECT aws_lambda.invoke('echo:prod', '{}'::json, qualifier => 'custom_version');
SELECT aws_lambda.invoke('echo', '{}'::json, qualifier => 'not one');
SELECT aws_lambda.invoke('echo', '{}'::json, qualifier => '');
\set VERBOSITY terse
SELECT aws_lambda.invoke('my-function', '{}');
\set VERBOSITY default
SELECT count(*) AS calls FROM rds_calls();

-- errors, in the guide's words
CREATE FUNCTION rds_outcome(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  message text;
  detail text;
  hint text;
  context text;
BEGIN
  EXECUTE query;
  RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
  RETURN regexp_replace(concat_ws(E'\n', SQLSTATE || ' ' || message, 'DETAIL: ' || detail, 'HINT: ' || nullif(hint, ''), 'CONTEXT: ' || split_part(context, E'\n', 1)),
    '[0-9a-f]{8}-[0-9a-f-]{27}|127\.0\.0\.1:\d+|Failed to connect .*(?= after 3)', '...', 'g');
END $$;
\pset format unaligned
\t on
SELECT rds_outcome('SELECT aws_lambda.invoke(''function_error'', ''{"runtime": "java", "message": "it says \"no\""}''::json)');
SELECT rds_outcome('SELECT aws_lambda.invoke(''arn:aws:lambda:us-west-2:555555555555:function:function_error:prod'', ''{"runtime": "timeout"}''::json)');
SELECT rds_outcome('SELECT aws_lambda.invoke(''nosuch'', ''{}''::json)');
SELECT rds_outcome('SELECT aws_lambda.invoke(''status'', ''{"times": 1}''::json)');
SELECT rds_outcome('SELECT aws_lambda.invoke(''redirect'', ''{}''::json)');
SET aws_lambda.request_timeout_ms = 100;
SELECT rds_outcome('SELECT aws_lambda.invoke(''hang'', ''{}''::json)');
RESET aws_lambda.request_timeout_ms;
SET aws_lambda.endpoint_override = 'http://127.0.0.1:1';
SELECT rds_outcome('SELECT aws_lambda.invoke(''my-function'', ''{}''::json)');
RESET aws_lambda.endpoint_override;
-- it takes the place of the server's endpoint, and of the region's
ALTER SERVER aws_lambda OPTIONS (DROP endpoint, DROP region);
SELECT set_config('aws_lambda.endpoint_override', :'endpoint', false) <> '';
SELECT rds_outcome('SELECT aws_lambda.invoke(''my-function'', ''{}''::json)');
SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::json, 'eu-west-1');
ALTER SERVER aws_lambda OPTIONS (ADD use_fips_endpoint 'true', ADD region 'us-west-2');
SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::json);
ALTER SERVER aws_lambda OPTIONS (DROP use_fips_endpoint, ADD endpoint 'http://127.0.0.1:1');
SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::json);
\t off
\pset format aligned

-- "Grant other users permission"
SET ROLE rds_user;
SELECT * FROM aws_lambda.invoke('simple', '{}'::json);
RESET ROLE;
GRANT USAGE ON SCHEMA aws_lambda TO rds_user;
SET ROLE rds_user;
SELECT * FROM aws_lambda.invoke('simple', '{}'::json);
SELECT aws_commons.create_lambda_function_arn('simple');
RESET ROLE;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_lambda TO rds_user;
SET ROLE rds_user;
SELECT * FROM aws_lambda.invoke('simple', '{}'::json);
RESET ROLE;
CREATE USER MAPPING FOR PUBLIC SERVER aws_lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SET ROLE rds_user;
SELECT * FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{}'::json, 'RequestResponse', 'None', NULL, 'custom_version');
RESET ROLE;
-- literals need nothing of aws_commons; who has its type's name gets nothing in
BEGIN;
ALTER SCHEMA aws_commons RENAME TO aws_commons_away;
CREATE SCHEMA aws_commons;
CREATE TYPE aws_commons._lambda_function_arn_1 AS (function_name int, region int);
SELECT aws_lambda.invoke('(4096,4096)', '{}'::json);
ROLLBACK;
REVOKE USAGE ON SCHEMA aws_commons FROM PUBLIC;
SET ROLE rds_user;
SELECT status_code FROM aws_lambda.invoke(:'aws_lambda_arn_1', '{}'::json, 'DryRun');
RESET ROLE;
-- one overload is enough for itself
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_lambda FROM rds_user;
GRANT EXECUTE ON FUNCTION aws_lambda.invoke(text, json, text, text, text, json, varchar) TO rds_user;
SET ROLE rds_user;
SELECT * FROM aws_lambda.invoke('simple', '{}'::json);
SELECT * FROM aws_lambda.invoke('simple', '{}'::jsonb);
SELECT status_code FROM aws_lambda.invoke('simple', '{}'::json, 'us-west-2', 'DryRun', 'None', NULL);
RESET ROLE;
-- and none of those with json not enough for six words
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_lambda FROM rds_user;
GRANT EXECUTE ON FUNCTION aws_lambda.invoke(text, jsonb, text, text, text, jsonb, varchar) TO rds_user;
SET ROLE rds_user;
SELECT status_code FROM aws_lambda.invoke('simple', '{}'::json, 'us-west-2', 'DryRun', 'None', NULL);
RESET ROLE;

-- objects of users do not hinder dropping the extensions
DROP EXTENSION aws_commons;
SET client_min_messages = warning;
RESET aws_lambda.endpoint_override;
DROP EXTENSION aws_lambda;
DROP TABLE rds_arns;
DROP EXTENSION aws_commons;
SELECT nspname FROM pg_namespace WHERE nspname ~ '^aws_';
DROP FUNCTION rds_calls(), rds_outcome(text);
DROP SERVER aws_lambda CASCADE;
DROP ROLE rds_user, rds_admin;
