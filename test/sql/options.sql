-- The options: names, values, bounds, privileges.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA options;
SET search_path = options, public;
\set VERBOSITY terse
\set SHOW_CONTEXT never

-- lambda_fdw_options() lists every option once for each object
SELECT object, count(*), count(DISTINCT name) AS names, bool_and(description <> '') AS described
FROM lambda_fdw_options() GROUP BY object ORDER BY object;
SELECT name, object, kind, minimum, maximum, default_value
FROM lambda_fdw_options() WHERE minimum IS NOT NULL AND object = 'server' ORDER BY name;
SELECT name FROM lambda_fdw_options() WHERE sensitive ORDER BY 1;
SELECT name FROM lambda_fdw_options() WHERE superuser_only ORDER BY 1;

\set VERBOSITY default
-- a wrong name is answered with the closest right one
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (regoin 'eu-west-1');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (max_concurency '2');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (colour 'red');
ALTER FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1');
-- options of later versions are unknown, not ignored
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (updatable 'true');

-- bad values name the option and what is allowed
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'Europe');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (connect_timeout_ms '0');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (connect_timeout_ms 'soon');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (max_concurrency '1001');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (max_attempts '0');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (ca_bundle 'ca.pem');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (proxy 'socks5://10.0.0.1:1080');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (proxy 'http://user:pw@10.0.0.1:3128');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (endpoint 'https://lambda.example.com', use_fips_endpoint 'true');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (endpoint 'https://lambda.example.com', use_dualstack_endpoint 'true');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (fdw_tuple_cost 'NaN');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (keep_connections 'perhaps');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (endpoint 'ftp://example.com');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (endpoint 'https://user:pw@example.com');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (endpoint 'http://lambda.example.com');
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (endpoint 'http://lambda.example.com', allow_http 'true');
DROP SERVER s;
CREATE SERVER s FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1');

-- tables
CREATE FOREIGN TABLE t (a int) SERVER s;
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'no such/name');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f:prod', qualifier 'test');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', payload '[1]');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', payload '{"a":}');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', payload '{"lambda_fdw": 1}');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', rows_path 'rows');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', rows_path '/a~2');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', payload '{"next": {"page": 1}}', cursor_argument '/next/page/x');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', payload '{"page": {"size": 1}}', batch_argument '/page/list', page_argument '/page');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', envelope 'false', cursor_path '/next');

-- columns
CREATE FOREIGN TABLE t (a int OPTIONS (pushdown '~')) SERVER s OPTIONS (function_arn 'f');
CREATE FOREIGN TABLE t (a int OPTIONS (pushdown 'not  in, not in')) SERVER s OPTIONS (function_arn 'f');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', capabilities 'limit, sort');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', capabilities 'limit', envelope 'false');
CREATE FOREIGN TABLE t (a int OPTIONS (pushdown '=, =')) SERVER s OPTIONS (function_arn 'f');
CREATE FOREIGN TABLE t (a int OPTIONS (pushdown '=:')) SERVER s OPTIONS (function_arn 'f');
CREATE FOREIGN TABLE t (a int OPTIONS (pushdown '=:lambda_fdw')) SERVER s OPTIONS (function_arn 'f');
CREATE FOREIGN TABLE t (a int OPTIONS (pushdown '=:/query~2/a')) SERVER s OPTIONS (function_arn 'f');
CREATE FOREIGN TABLE t (a int OPTIONS (pushdown '=:/lambda_fdw/limit')) SERVER s OPTIONS (function_arn 'f');
CREATE FOREIGN TABLE t (a int OPTIONS (pushdown '=:"a, b')) SERVER s OPTIONS (function_arn 'f');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', event 'alb');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', no_rows_status '404, 4o4');
CREATE FOREIGN TABLE t (a int OPTIONS (path '', pushdown '=')) SERVER s OPTIONS (function_arn 'f');
CREATE FOREIGN TABLE t (a int OPTIONS (required 'true')) SERVER s OPTIONS (function_arn 'f');
CREATE FOREIGN TABLE t (a int OPTIONS (format 'roman')) SERVER s OPTIONS (function_arn 'f');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', log_type 'tail');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', client_context '{}');
CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (function_arn 'f', tenant_id E'a\r\nX-Evil: 1');
CREATE FOREIGN TABLE t (a int OPTIONS (pathh '/a')) SERVER s OPTIONS (function_arn 'f');

-- rules across objects are checked when a query is planned, without network
CREATE FOREIGN TABLE bad_format (a int OPTIONS (format 'hex')) SERVER s OPTIONS (function_arn 'f');
EXPLAIN (COSTS OFF) SELECT * FROM bad_format;
CREATE FOREIGN TABLE bad_column_form (a int OPTIONS (argument_format 'text')) SERVER s OPTIONS (function_arn 'f');
EXPLAIN (COSTS OFF) SELECT * FROM bad_column_form;
CREATE FOREIGN TABLE bad_region (a int) SERVER s
  OPTIONS (function_arn 'arn:aws:lambda:us-east-1:123456789012:function:f');
EXPLAIN (COSTS OFF) SELECT * FROM bad_region;
CREATE FOREIGN TABLE two_columns (a int OPTIONS (pushdown '='), b int OPTIONS (pushdown '=:a')) SERVER s
  OPTIONS (function_arn 'f');
EXPLAIN (COSTS OFF) SELECT * FROM two_columns;
CREATE FOREIGN TABLE two_operators (a int OPTIONS (pushdown '>=:x, <:x')) SERVER s
  OPTIONS (function_arn 'f');
EXPLAIN (COSTS OFF) SELECT * FROM two_operators;
CREATE FOREIGN TABLE payload_column (tenant text OPTIONS (pushdown '=')) SERVER s
  OPTIONS (function_arn 'f', payload '{"tenant": "acme"}');
EXPLAIN (COSTS OFF) SELECT * FROM payload_column;
CREATE FOREIGN TABLE cursor_column (next text OPTIONS (pushdown '=')) SERVER s
  OPTIONS (function_arn 'f', cursor_argument 'next');
EXPLAIN (COSTS OFF) SELECT * FROM cursor_column;
CREATE SERVER nowhere FOREIGN DATA WRAPPER lambda_fdw;
CREATE FOREIGN TABLE no_region (a int) SERVER nowhere OPTIONS (function_arn 'f');
EXPLAIN (COSTS OFF) SELECT * FROM no_region;
CREATE SERVER mars FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'mars-north-1');
CREATE FOREIGN TABLE no_partition (a int) SERVER mars OPTIONS (function_arn 'f');
EXPLAIN (COSTS OFF) SELECT * FROM no_partition;
-- what the server's environment may tell is checked when a query begins
CREATE USER MAPPING FOR PUBLIC SERVER nowhere OPTIONS (aws_access_key_id 'A', aws_secret_access_key 'hush');
CREATE USER MAPPING FOR PUBLIC SERVER mars OPTIONS (aws_access_key_id 'A', aws_secret_access_key 'hush');
SELECT * FROM no_region;
SELECT * FROM no_partition;

-- user mappings: a bad one never shows the secret
CREATE USER MAPPING FOR CURRENT_USER SERVER s OPTIONS (aws_secret_access_kee 'hush');
CREATE USER MAPPING FOR CURRENT_USER SERVER s OPTIONS (aws_secret_access_key '');
CREATE USER MAPPING FOR CURRENT_USER SERVER s OPTIONS (aws_session_token E'token\r\nX-Evil: 1');
CREATE USER MAPPING FOR CURRENT_USER SERVER s
  OPTIONS (aws_access_key_id 'A', aws_secret_access_key 'hush', profile 'default');
CREATE USER MAPPING FOR CURRENT_USER SERVER s
  OPTIONS (aws_access_key_id 'A', aws_secret_access_key 'hush', external_id 'xid');
CREATE USER MAPPING FOR CURRENT_USER SERVER s
  OPTIONS (aws_access_key_id 'A', aws_secret_access_key 'hush', role_arn 'reader');
CREATE USER MAPPING FOR CURRENT_USER SERVER s
  OPTIONS (aws_access_key_id 'A', aws_secret_access_key 'hush',
           role_arn 'arn:aws:iam::123456789012:role/reader', role_session_name 'not this');

-- what only a superuser may set
CREATE ROLE options_user;
GRANT USAGE ON FOREIGN DATA WRAPPER lambda_fdw TO options_user;
GRANT USAGE ON SCHEMA options TO options_user;
SET ROLE options_user;
CREATE SERVER mine FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', allow_http 'true');
CREATE SERVER mine FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', allow_http 'false');
ALTER SERVER mine OPTIONS (SET allow_http 'true');
ALTER SERVER mine OPTIONS (ADD proxy 'http://127.0.0.1:3128');
ALTER SERVER mine OPTIONS (ADD ca_bundle '/etc/ssl/certs/ca-certificates.crt');
CREATE USER MAPPING FOR PUBLIC SERVER mine OPTIONS (use_ambient_credentials 'true');
CREATE USER MAPPING FOR PUBLIC SERVER mine OPTIONS (use_ambient_credentials 'false');
RESET ROLE;
-- set by a superuser, it is refused all the same while a server's owner is none
ALTER SERVER mine OPTIONS (SET allow_http 'true');
CREATE USER MAPPING FOR CURRENT_USER SERVER mine OPTIONS (aws_access_key_id 'A', aws_secret_access_key 'hush');
CREATE FOREIGN TABLE owned (a int) SERVER mine OPTIONS (function_arn 'f');
SELECT * FROM owned;

SET client_min_messages = warning;
DROP SERVER s CASCADE;
DROP SERVER nowhere CASCADE;
DROP SERVER mars CASCADE;
DROP SERVER mine CASCADE;
REVOKE ALL ON FOREIGN DATA WRAPPER lambda_fdw FROM options_user;
DROP SCHEMA options CASCADE;
DROP ROLE options_user;
