-- Events of other callers: API Gateway's, Redshift's and Snowflake's.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA events;
SET search_path = events, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload json) SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
-- the events that came since, without what is another in each
CREATE FUNCTION sent() RETURNS SETOF jsonb LANGUAGE sql AS $$
  SELECT payload::jsonb #- '{requestContext,requestId}' #- '{requestContext,extendedRequestId}'
           #- '{requestContext,requestTime}' #- '{requestContext,requestTimeEpoch}'
           #- '{requestContext,time}' #- '{requestContext,timeEpoch}'
    FROM events.calls WHERE function = 'http_orders' ORDER BY seq
$$;

-- whole events, as they came
CREATE FOREIGN TABLE order_v1 (
  id int OPTIONS (required 'true', pushdown '=:order_id'), customer text, total numeric
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'GET /orders/{order_id}', rows_path '/orders');
ALTER FOREIGN TABLE order_v1 OPTIONS (SET route 'GET /orders/{id}');
ALTER FOREIGN TABLE order_v1 ALTER id OPTIONS (SET pushdown '=');
CREATE FOREIGN TABLE order_v2 (
  id int OPTIONS (required 'true', pushdown '=, in'), customer text, total numeric
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'GET /orders/{id}', rows_path '/orders');
CREATE FOREIGN TABLE search_v1 (
  id int, customer text OPTIONS (pushdown 'in:customers'), status text OPTIONS (pushdown '=')
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v1', route 'POST /orders/search', rows_path '/orders');
CREATE FOREIGN TABLE search_v2 (
  id int, customer text OPTIONS (pushdown 'in:/body/customers'), status text OPTIONS (pushdown '=')
) SERVER lambda OPTIONS (function_arn 'http_orders', event 'apigateway_v2', route 'POST /orders/search', rows_path '/orders');
SELECT count(*) FROM reset_calls;
SELECT * FROM order_v1 WHERE id = 3;
SELECT * FROM search_v1 WHERE status = 'open' AND customer IN ('c1', 'c"2ü');
SELECT jsonb_pretty(sent) FROM sent();
SELECT count(*) FROM reset_calls;
SELECT * FROM order_v2 WHERE id IN (3, 5) ORDER BY id;
SELECT * FROM search_v2 WHERE status = 'closed' ORDER BY id;
SELECT count(*) FROM search_v2;
SELECT jsonb_pretty(sent) FROM sent();

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA events CASCADE;
