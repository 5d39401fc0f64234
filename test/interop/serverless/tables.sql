-- A server that is serverless-aws-lambda, and a table for each of its functions.
CREATE EXTENSION lambda_fdw;
CREATE SERVER sls FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER sls
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE TABLE customers (id int, name text);
INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bob'), (3, 'Cid');

-- by name, by the name that deploying gives it, by ARN, and by ARN with a version
CREATE FOREIGN TABLE orders (
  id int, customer int OPTIONS (pushdown '=, in'), total numeric, city text OPTIONS (path '/address/city'), asked jsonb
) SERVER sls OPTIONS (function_arn 'orders');
CREATE FOREIGN TABLE orders_deployed (id int, asked jsonb) SERVER sls OPTIONS (function_arn 'interop-dev-orders');
CREATE FOREIGN TABLE orders_arn (id int, customer int OPTIONS (pushdown '='), asked jsonb) SERVER sls
  OPTIONS (function_arn 'arn:aws:lambda:eu-west-1:123456789012:function:orders');
CREATE FOREIGN TABLE orders_latest (id int, asked jsonb) SERVER sls
  OPTIONS (function_arn 'arn:aws:lambda:eu-west-1:123456789012:function:orders:$LATEST');
CREATE FOREIGN TABLE orders_qualified (id int, asked jsonb) SERVER sls OPTIONS (function_arn 'orders', qualifier '$LATEST');
CREATE FOREIGN TABLE orders_paged (id int, customer int OPTIONS (pushdown '=, in')) SERVER sls
  OPTIONS (function_arn 'orders', payload '{"paged": true}', cursor_argument 'from');

CREATE FOREIGN TABLE failing (sqlstate text OPTIONS (pushdown '=')) SERVER sls OPTIONS (function_arn 'failing');
CREATE FOREIGN TABLE echo (event jsonb, client_context jsonb, version text) SERVER sls
  OPTIONS (function_arn 'echo', payload '{"text": "snö ☃ \" \\ \u0001", "number": 12345678901.5}');
CREATE FOREIGN TABLE slow (ms int OPTIONS (pushdown '=')) SERVER sls OPTIONS (function_arn 'slow');
CREATE FOREIGN TABLE slow_hasty (ms int OPTIONS (pushdown '=')) SERVER sls
  OPTIONS (function_arn 'slow', request_timeout_ms '500');
CREATE FOREIGN TABLE impatient (ms int OPTIONS (pushdown '=')) SERVER sls OPTIONS (function_arn 'impatient');
CREATE FOREIGN TABLE meeting (member int OPTIONS (pushdown '=')) SERVER sls
  OPTIONS (function_arn 'meeting', payload '{"size": 4}');
CREATE FOREIGN TABLE journal (entry text) SERVER sls OPTIONS (function_arn 'journal');
CREATE FOREIGN TABLE nobody (id int) SERVER sls OPTIONS (function_arn 'nobody');
CREATE FOREIGN TABLE nobody_arn (id int) SERVER sls
  OPTIONS (function_arn 'arn:aws:lambda:eu-west-1:123456789012:function:nobody');
