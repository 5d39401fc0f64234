-- Function names in every form, and whose keys sign.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA functions;
SET search_path = functions, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, qualifier text, region text, path text, payload jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');

CREATE FOREIGN TABLE f (id int) SERVER lambda OPTIONS (function_arn 'items');
DO $$
DECLARE
  name text;
BEGIN
  PERFORM FROM reset_calls;
  FOREACH name IN ARRAY ARRAY[
    'items', 'items:prod', 'items:2', 'items:$LATEST',
    '123456789012:function:items', '123456789012:function:items:prod',
    'eu-west-1:123456789012:function:items',
    'arn:aws:lambda:eu-west-1:123456789012:function:items',
    'arn:aws:lambda:eu-west-1:123456789012:function:items:prod',
    'arn:aws:lambda:eu-west-1:123456789012:function:items:$LATEST']
  LOOP
    EXECUTE format('ALTER FOREIGN TABLE f OPTIONS (SET function_arn %L)', name);
    PERFORM count(*) FROM f;
  END LOOP;
  ALTER FOREIGN TABLE f OPTIONS (SET function_arn 'items', ADD qualifier 'v1');
  PERFORM count(*) FROM f;
  ALTER FOREIGN TABLE f OPTIONS (DROP qualifier);
END $$;
SELECT function, qualifier, path FROM calls ORDER BY seq;

-- a qualifier in the name is a qualifier
ALTER FOREIGN TABLE f OPTIONS (SET function_arn 'items:prod');
EXPLAIN (COSTS OFF) SELECT id FROM f;
ALTER FOREIGN TABLE f OPTIONS (SET function_arn 'nobody');
SELECT id FROM f;
ALTER FOREIGN TABLE f OPTIONS (SET function_arn 'items:nothing');
SELECT id FROM f;

-- every partition, each on a server without a region
CREATE SERVER anywhere FOREIGN DATA WRAPPER lambda_fdw OPTIONS (endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER anywhere
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE p (id int) SERVER anywhere
  OPTIONS (function_arn 'arn:aws:lambda:us-east-1:123456789012:function:items');
SELECT count(*) FROM p;
ALTER FOREIGN TABLE p OPTIONS (SET function_arn 'arn:aws-cn:lambda:cn-north-1:123456789012:function:items');
SELECT count(*) FROM p;
ALTER FOREIGN TABLE p OPTIONS (SET function_arn 'arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:items');
SELECT count(*) FROM p;
ALTER FOREIGN TABLE p OPTIONS (SET function_arn 'arn:aws-us-gov:lambda:eu-west-1:123456789012:function:items');

-- whose keys: those of the role that the scan runs as
SELECT * FROM reset_calls;
CREATE ROLE functions_user;
GRANT USAGE ON SCHEMA functions TO functions_user;
GRANT SELECT ON f TO functions_user;
ALTER FOREIGN TABLE f OPTIONS (SET function_arn 'items');
SET ROLE functions_user;
SELECT count(*) FROM f;
RESET ROLE;
CREATE VIEW v AS SELECT * FROM f;
GRANT SELECT ON v TO functions_user;
SET ROLE functions_user;
SELECT count(*) FROM v;
RESET ROLE;
CREATE USER MAPPING FOR functions_user SERVER lambda OPTIONS (aws_access_key_id 'AKIDEXAMPLE');
SET ROLE functions_user;
SELECT count(*) FROM f;
RESET ROLE;
ALTER USER MAPPING FOR functions_user SERVER lambda OPTIONS (aws_secret_access_key 'not the secret');
SET ROLE functions_user;
SELECT count(*) FROM f;
SELECT count(*) FROM v;
RESET ROLE;
-- temporary keys carry a token
ALTER USER MAPPING FOR functions_user SERVER lambda OPTIONS (SET aws_access_key_id 'ASIAEXAMPLE',
  SET aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', aws_session_token 'session/token+example==');
SET ROLE functions_user;
SELECT count(*) FROM f;
RESET ROLE;
ALTER USER MAPPING FOR functions_user SERVER lambda OPTIONS (DROP aws_session_token);
SET ROLE functions_user;
SELECT count(*) FROM f;
RESET ROLE;
ALTER USER MAPPING FOR functions_user SERVER lambda OPTIONS (SET aws_access_key_id 'AKIDDENIED');
SET ROLE functions_user;
SELECT count(*) FROM f;
RESET ROLE;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SERVER anywhere CASCADE;
DROP SCHEMA functions CASCADE;
DROP ROLE functions_user;
