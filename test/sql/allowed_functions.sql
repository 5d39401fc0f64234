-- The option allowed_functions: which functions may be called through a server.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
CREATE EXTENSION IF NOT EXISTS aws_lambda CASCADE;
RESET client_min_messages;
CREATE SCHEMA allowed_functions;
SET search_path = allowed_functions, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER control FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR PUBLIC SERVER control
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE USER MAPPING FOR PUBLIC SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, qualifier text) SERVER control OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER control OPTIONS (function_arn 'reset_calls');
SELECT count(*) FROM reset_calls;

-- what is no list
ALTER SERVER lambda OPTIONS (ADD allowed_functions '');
ALTER SERVER lambda OPTIONS (ADD allowed_functions 'echo,');
ALTER SERVER lambda OPTIONS (ADD allowed_functions 'echo:prod');
ALTER SERVER lambda OPTIONS (ADD allowed_functions 'arn:aws:lambda:eu-west-1:123456789012:function:echo');
ALTER SERVER lambda OPTIONS (ADD allowed_functions '123456789012:echo');
ALTER SERVER lambda OPTIONS (ADD allowed_functions 'a b');
CREATE FOREIGN TABLE wrong (id int) SERVER lambda OPTIONS (function_arn 'items', allowed_functions '*');

-- all ways of a server, each of a function that it has, and of one that it has not
CREATE FOREIGN TABLE echoed (id int OPTIONS (pushdown '=')) SERVER lambda OPTIONS (function_arn 'echo');
CREATE FOREIGN TABLE items (id int, name text) SERVER lambda OPTIONS (function_arn 'items');
CREATE FOREIGN TABLE stored (id int OPTIONS (key 'true'), name text) SERVER lambda
  OPTIONS (function_arn 'stored', updatable 'true', truncatable 'true');
CREATE FOREIGN TABLE held (id int, name text) SERVER lambda
  OPTIONS (function_arn 'stored', updatable 'true', deliver_at 'commit');
PREPARE all_items AS SELECT count(*) FROM items;
EXECUTE all_items;
ALTER SERVER lambda OPTIONS (ADD allowed_functions ' ech* , 123456789012:function:it*');
SELECT count(*) FROM reset_calls;
\set VERBOSITY sqlstate
SELECT * FROM items;
\set VERBOSITY default
EXECUTE all_items;
EXPLAIN (COSTS OFF) SELECT * FROM items;
ANALYZE items;
INSERT INTO stored VALUES (1, 'a');
UPDATE stored SET name = 'b' WHERE id = 1;
DELETE FROM stored WHERE id = 1;
TRUNCATE stored;
COPY stored FROM stdin;
1	a
\.
INSERT INTO held VALUES (1, 'a');
SELECT lambda_invoke('lambda', 'items');
SELECT lambda_invoke('lambda', 'items', '{}', 'Event');
SELECT lambda_invoke('lambda', 'items', '{}', deliver_at => 'commit');
SELECT lambda_fdw_sketch('lambda', 'items');
SET aws_lambda.server = 'lambda';
SELECT aws_lambda.invoke('items', '{}'::json);
SELECT aws_lambda.invoke(aws_commons.create_lambda_function_arn('items', 'eu-west-1'), '{}'::json);
SELECT count(*) FROM calls;
SELECT status_code FROM lambda_invoke('lambda', 'echo');
SELECT status_code FROM aws_lambda.invoke('echo', '{}'::json);

-- the forms of a function's name: its qualifier and region do not count, its account does
SELECT status_code FROM lambda_invoke('lambda', 'echo:prod');
SELECT status_code FROM lambda_invoke('lambda', 'echo', qualifier => '1');
SELECT status_code FROM lambda_invoke('lambda', '123456789012:function:items');
SELECT status_code FROM lambda_invoke('lambda', 'eu-west-1:123456789012:function:items');
SELECT status_code FROM lambda_invoke('lambda', 'arn:aws:lambda:eu-west-1:123456789012:function:items:prod');
SELECT status_code FROM aws_lambda.invoke('arn:aws:lambda:eu-west-1:123456789012:function:items', '{}'::json);
SELECT function, qualifier FROM calls ORDER BY seq;
SELECT count(*) FROM reset_calls;
SELECT lambda_invoke('lambda', 'Echo');
SELECT lambda_invoke('lambda', 'items:echo');
SELECT lambda_invoke('lambda', '123456789012:function:echo');
SELECT lambda_invoke('lambda', '999999999999:function:items');
SELECT lambda_invoke('lambda', 'arn:aws:lambda:eu-west-1:999999999999:function:echo');
SELECT lambda_invoke('lambda', 'ech%6F');
SELECT lambda_invoke('lambda', 'items/../echo');
SELECT lambda_invoke('lambda', '*');

-- the owner of a table cannot get around it, nor who has USAGE
CREATE ROLE regress_lambda_tables;
GRANT USAGE ON FOREIGN SERVER lambda TO regress_lambda_tables;
GRANT USAGE, CREATE ON SCHEMA allowed_functions TO regress_lambda_tables;
SET ROLE regress_lambda_tables;
CREATE FOREIGN TABLE mine (id int) SERVER lambda OPTIONS (function_arn 'items');
SELECT * FROM mine;
ALTER FOREIGN TABLE mine OPTIONS (SET function_arn 'arn:aws:lambda:eu-west-1:999999999999:function:items');
SELECT * FROM mine;
ALTER FOREIGN TABLE mine OPTIONS (ADD qualifier 'echo');
SELECT * FROM mine;
ALTER FOREIGN TABLE mine OPTIONS (ADD allowed_functions '*');
ALTER SERVER lambda OPTIONS (DROP allowed_functions);
RESET ROLE;
SELECT count(*) FROM calls;

-- its server's owner, who is no superuser, may set it; it holds from the next statement on
ALTER SERVER control OWNER TO regress_lambda_tables;
SET ROLE regress_lambda_tables;
ALTER SERVER control OPTIONS (ADD allowed_functions 'calls, reset_calls');
RESET ROLE;
ALTER SERVER control OWNER TO CURRENT_USER;
ALTER SERVER lambda OPTIONS (SET allowed_functions '*');
EXECUTE all_items;
SELECT lambda_invoke('lambda', '123456789012:function:items');
ALTER SERVER lambda OPTIONS (SET allowed_functions '*:function:*');
EXECUTE all_items;
SELECT status_code FROM lambda_invoke('lambda', '123456789012:function:items');
ALTER SERVER lambda OPTIONS (DROP allowed_functions);
EXECUTE all_items;
SELECT count(*) FROM calls;

DROP OWNED BY regress_lambda_tables;
DROP ROLE regress_lambda_tables;
SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SERVER control CASCADE;
DROP SCHEMA allowed_functions CASCADE;
DROP EXTENSION aws_lambda;
DROP EXTENSION aws_commons;
