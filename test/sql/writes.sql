-- Writes: what a function is sent by INSERT, UPDATE and DELETE, and what it keeps.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA writes;
SET search_path = writes, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint', max_concurrency '1');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb, written int)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE FOREIGN TABLE reset_store (cleared int) SERVER lambda OPTIONS (function_arn 'reset_store');
CREATE FOREIGN TABLE orders (
  id int OPTIONS (key 'true'),
  item text,
  price numeric(10,2),
  city text OPTIONS (path '/address/city')
) SERVER lambda OPTIONS (function_arn 'store', updatable 'true', batch_size '2');

SELECT count(*) >= 0 AS cleared FROM reset_store;
SELECT count(*) >= 0 AS cleared FROM reset_calls;
EXPLAIN (VERBOSE, COSTS OFF) INSERT INTO orders VALUES (1, 'one', 1.50, 'Ulm');
INSERT INTO orders VALUES (1, 'one', 1.50, 'Ulm'), (2, 'two', NULL, 'Rom'), (3, 'three', 3, NULL);
SELECT seq, payload, written FROM calls ORDER BY seq;
SELECT * FROM orders ORDER BY id;
UPDATE orders SET item = upper(item), city = 'Bonn' WHERE id < 3;
DELETE FROM orders WHERE id = 2;
SELECT * FROM orders ORDER BY id;
SELECT seq, payload, written FROM calls ORDER BY seq;
