-- lambda_fdw_check: where a foreign table and its function's description differ.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA checked;
SET search_path = checked, public;
\set SHOW_CONTEXT never
\pset null '(null)'
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, operation text, payload jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
-- what the function says of itself from now on
CREATE FUNCTION says(description jsonb) RETURNS void LANGUAGE sql
  AS $$ SELECT lambda_invoke('lambda', 'stockroom', jsonb_build_object('remember', description)) $$;
CREATE FUNCTION says_of_columns(columns text) RETURNS void LANGUAGE sql
  AS $$ SELECT says(jsonb_build_object('tables', jsonb_build_array(jsonb_build_object('name', 'orders', 'columns', columns::jsonb)))) $$;
CREATE FUNCTION says_of_table(options text) RETURNS void LANGUAGE sql
  AS $$ SELECT says(jsonb_build_object('tables', jsonb_build_array('{"name": "orders", "columns": [{"name": "id", "type": "int"}]}' || options::jsonb))) $$;

-- what was imported is the same, one question each time
IMPORT FOREIGN SCHEMA stockroom FROM SERVER lambda INTO checked;
SELECT * FROM stockroom;
SELECT count(*) >= 0 AS reset FROM reset_calls;
SELECT * FROM lambda_fdw_check('stockroom');
SELECT function, operation, payload FROM calls;
DROP FOREIGN TABLE stockroom;

-- every option that a function may say survives the way there and back
SELECT says('{"tables": [{"name": "orders", "columns": [
  {"name": "id", "type": "bigint", "pushdown": "=, in, <, <=, >, >=, <>, not in, is null, is not null", "key": true, "not_null": true},
  {"name": "total", "type": "numeric(10,2)", "pushdown": ["=:price", "in:prices"], "argument_format": "text"},
  {"name": "city", "type": "text", "collation": "C", "path": "/address/city", "pushdown": "=, in, like", "null_if": ""},
  {"name": "tags", "type": "varchar(20)[]"},
  {"name": "at", "type": "timestamp(3) with time zone", "format": "epoch_ms"},
  {"name": "query", "type": "character(3)", "input": true},
  {"name": "Odd \"name\"/~", "type": "interval day to second"}],
  "capabilities": ["limit", "order_by"], "estimated_rows": 250000.5, "argument_format": "digits",
  "splits": 4, "updatable": true, "truncatable": true, "batch_size": 500, "payload": {"b": 1, "a": [1, 2]},
  "no_rows_errors": ["KeyError", "NotFound"], "max_batch_keys": 77, "error_path": "/error", "analyze": false, "idempotent": true}]}');
IMPORT FOREIGN SCHEMA stockroom FROM SERVER lambda INTO checked;
SELECT * FROM lambda_fdw_check('orders');
-- in other words
ALTER FOREIGN TABLE orders OPTIONS (SET capabilities 'order_by,limit', SET estimated_rows '2.500005e5',
  SET argument_format 'DIGITS', SET updatable 'on', SET payload '{"a":[1,2],"b":1}',
  SET no_rows_errors 'NotFound, KeyError, NotFound', ADD first_page '1', ADD rows_format 'rows');
ALTER FOREIGN TABLE orders ALTER id OPTIONS (SET pushdown 'in,=,is not null,is null,not in,<>,>=,>,<=,<', ADD path '/id', ADD required 'false', ADD argument_format 'digits');
ALTER FOREIGN TABLE orders ALTER city OPTIONS (SET pushdown '= : address.city, in, like');
ALTER FOREIGN TABLE orders ALTER query OPTIONS (ADD required 'yes', ADD pushdown '=');
ALTER FOREIGN TABLE orders ALTER "Odd ""name""/~" OPTIONS (ADD path '/Odd "name"~1~0');
SELECT * FROM lambda_fdw_check('orders');
DROP FOREIGN TABLE orders;

-- a payload with what jsonb does not take is compared as it is
SELECT says_of_table('{}');
CREATE FOREIGN TABLE orders (id int) SERVER lambda OPTIONS (function_arn 'stockroom', payload '{"x": 1e200000}');
SELECT * FROM lambda_fdw_check('orders');
DROP FOREIGN TABLE orders;

-- columns: missing and extra ones, types, collations, NOT NULL
CREATE FOREIGN TABLE orders (a int, b numeric(10,2), c varchar(10), d text COLLATE "C", e text, f int NOT NULL, g int, i timestamp,
    gone int, later text) SERVER lambda OPTIONS (function_arn 'stockroom');
ALTER FOREIGN TABLE orders DROP gone;
SELECT says_of_columns('[{"name": "a", "type": "bigint"}, {"name": "b", "type": "numeric(12,2)"}, {"name": "c", "type": "varchar"},
  {"name": "d", "type": "text"}, {"name": "e", "type": "text", "collation": "POSIX"}, {"name": "f", "type": "int"},
  {"name": "g", "type": "int", "not_null": true}, {"name": "gone", "type": "date"}, {"name": "h", "type": "numeric(5)[]"},
  {"name": "i", "type": "timestamp(0)"}]');
SELECT * FROM lambda_fdw_check('orders');
-- another type of the same name
CREATE DOMAIN "timestamp" AS text;
ALTER FOREIGN TABLE orders ALTER i TYPE checked."timestamp";
SELECT says_of_columns('[{"name": "i", "type": "pg_catalog.\"timestamp\""}]');
SELECT * FROM lambda_fdw_check('orders') WHERE column_name = 'i';
-- the function compares as its own type and collation do
ALTER FOREIGN TABLE orders ALTER b OPTIONS (ADD pushdown '='), ALTER d OPTIONS (ADD pushdown '<');
SELECT says_of_columns('[{"name": "a", "type": "bigint"}, {"name": "b", "type": "numeric(12,2)", "pushdown": "="},
  {"name": "d", "type": "text", "pushdown": "<"}]');
SELECT * FROM lambda_fdw_check('orders') WHERE column_name IN ('a', 'b', 'd');
DROP FOREIGN TABLE orders;

-- options of columns; what the table relies on and the function does not say comes first
CREATE FOREIGN TABLE orders (
  a int OPTIONS (pushdown '=, in, <'),
  b int OPTIONS (pushdown '=', key 'true'),
  c text OPTIONS (path '/x/y', null_if ''),
  d text OPTIONS (pushdown 'like', required 'true'),
  e int OPTIONS (input 'true'),
  f int OPTIONS (pushdown '=:f_is, in:f_in'))
  SERVER lambda OPTIONS (function_arn 'stockroom');
SELECT says_of_columns('[{"name": "a", "type": "int", "pushdown": "=, in, >"}, {"name": "b", "type": "int", "pushdown": "=, in"},
  {"name": "c", "type": "text"}, {"name": "d", "type": "text", "path": "/d"}, {"name": "e", "type": "int"},
  {"name": "f", "type": "int", "pushdown": "=:f_is, in:other"}]');
SELECT * FROM lambda_fdw_check('orders');
DROP FOREIGN TABLE orders;

-- options of the table
CREATE FOREIGN TABLE orders (id int) SERVER lambda
  OPTIONS (function_arn 'stockroom', capabilities 'limit', idempotent 'true', updatable 'true', rows_path '/data', splits '2',
    payload '{"a": 1}', qualifier '1', max_attempts '1', no_rows_status '404, 204');
SELECT says_of_table('{"capabilities": "order_by", "estimated_rows": 5, "payload": {"a": 2}, "durable": true, "no_rows_status": "204"}');
SELECT * FROM lambda_fdw_check('orders');
-- how arguments are written is a matter of the table and of its columns
ALTER FOREIGN TABLE orders ALTER id OPTIONS (ADD pushdown '=', ADD argument_format 'digits');
SELECT says_of_table('{"argument_format": "digits"}');
SELECT column_name, property, in_table, in_function FROM lambda_fdw_check('orders') WHERE property IN ('argument_format', 'pushdown');
DROP FOREIGN TABLE orders;

-- which table it is
CREATE FOREIGN TABLE mine (id int) SERVER lambda OPTIONS (function_arn 'stockroom', table_name 'orders');
SELECT says_of_table('{}');
SELECT * FROM lambda_fdw_check('mine');
ALTER FOREIGN TABLE mine OPTIONS (DROP table_name);
SELECT * FROM lambda_fdw_check('mine');
SELECT says('{"tables": []}');
SELECT * FROM lambda_fdw_check('mine');
SELECT says('{"tables": [{"name": "Mine", "columns": [{"name": "id", "type": "int"}]}, {"name": "other", "columns": []}]}');
SELECT * FROM lambda_fdw_check('mine');
-- without an envelope no request names it, and the only one is meant
ALTER FOREIGN TABLE mine OPTIONS (ADD envelope 'false');
SELECT * FROM lambda_fdw_check('mine');
SELECT says_of_table('{"envelope": false}');
SELECT * FROM lambda_fdw_check('mine');
DROP FOREIGN TABLE mine;

-- what is none of ours, and functions that do not describe themselves
CREATE TABLE plain (id int);
CREATE VIEW viewed AS SELECT 1;
CREATE FOREIGN DATA WRAPPER other;
CREATE SERVER other FOREIGN DATA WRAPPER other;
CREATE FOREIGN TABLE others (id int) SERVER other;
SELECT * FROM lambda_fdw_check('plain');
SELECT * FROM lambda_fdw_check('viewed');
SELECT * FROM lambda_fdw_check('others');
SELECT * FROM lambda_fdw_check('plain_missing');
SELECT * FROM lambda_fdw_check(0);
SELECT * FROM lambda_fdw_check(NULL);
CREATE FOREIGN TABLE items (id int) SERVER lambda OPTIONS (function_arn 'items');
SELECT * FROM lambda_fdw_check('items');

-- only what is said of the table itself is read, and a type is whoever's: no value of it is made
CREATE ROLE regress_lambda_checker;
CREATE DOMAIN word AS text;
ALTER DOMAIN word OWNER TO regress_lambda_checker;
CREATE FOREIGN TABLE orders (id word) SERVER lambda OPTIONS (function_arn 'stockroom');
SELECT says('{"tables": [{"name": "orders", "columns": [{"name": "id", "type": "checked.word"}]}, {"name": "other", "columns": [{"name": "g", "type": "uninstalled"}]}]}');
SELECT * FROM lambda_fdw_check('orders');
ALTER FOREIGN TABLE orders OPTIONS (ADD table_name 'other');
SELECT * FROM lambda_fdw_check('orders');
ALTER FOREIGN TABLE orders OPTIONS (SET table_name 'missing');
SELECT * FROM lambda_fdw_check('orders');
ALTER FOREIGN TABLE orders OPTIONS (DROP table_name, ADD envelope 'false');
SELECT says_of_columns('[{"name": "id", "type": "checked.word"}]');
SELECT * FROM lambda_fdw_check('orders');
DROP FOREIGN TABLE orders;

-- who may: who may read the table, by a user mapping of his own
SELECT says(NULL);
CREATE FOREIGN TABLE stockroom (id bigint NOT NULL, label text) SERVER lambda OPTIONS (function_arn 'stockroom');
GRANT USAGE ON SCHEMA checked TO regress_lambda_checker;
SET ROLE regress_lambda_checker;
SELECT * FROM lambda_fdw_check('stockroom');
RESET ROLE;
GRANT SELECT (id) ON stockroom TO regress_lambda_checker;
SET ROLE regress_lambda_checker;
SELECT * FROM lambda_fdw_check('stockroom');
RESET ROLE;
GRANT SELECT ON stockroom TO regress_lambda_checker;
SET ROLE regress_lambda_checker;
SELECT * FROM lambda_fdw_check('stockroom');
RESET ROLE;
CREATE USER MAPPING FOR regress_lambda_checker SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDDENIED', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SET ROLE regress_lambda_checker;
SELECT * FROM lambda_fdw_check('stockroom');
RESET ROLE;
ALTER USER MAPPING FOR regress_lambda_checker SERVER lambda OPTIONS (SET aws_access_key_id 'AKIDEXAMPLE');
SET ROLE regress_lambda_checker;
SELECT * FROM lambda_fdw_check('stockroom');
RESET ROLE;
ALTER SERVER lambda OPTIONS (ADD allowed_functions 'items');
SELECT * FROM lambda_fdw_check('stockroom');
ALTER SERVER lambda OPTIONS (DROP allowed_functions);

-- all tables of a server, as docs/operations.md has it
ALTER FOREIGN TABLE stockroom ALTER label OPTIONS (ADD pushdown '=');
DROP FOREIGN TABLE items, calls, reset_calls;
SELECT t.ftrelid::regclass AS foreign_table, c.*
  FROM pg_foreign_table t JOIN pg_foreign_server s ON s.oid = t.ftserver,
       LATERAL lambda_fdw_check(t.ftrelid) c
 WHERE s.srvname = 'lambda';


-- the same by a function that goes on after one that fails
CREATE FOREIGN TABLE down (id int) SERVER lambda OPTIONS (function_arn 'function_error');
CREATE FUNCTION check_tables(server name)
RETURNS TABLE (foreign_table regclass, column_name name, property text, in_table text, in_function text)
LANGUAGE plpgsql AS $$
BEGIN
  FOR foreign_table IN SELECT t.ftrelid FROM pg_foreign_table t JOIN pg_foreign_server s ON s.oid = t.ftserver WHERE s.srvname = server LOOP
    BEGIN
      RETURN QUERY SELECT foreign_table, c.* FROM lambda_fdw_check(foreign_table) c;
    EXCEPTION WHEN OTHERS THEN
      column_name := NULL; property := 'error'; in_table := NULL; in_function := SQLERRM;
      RETURN NEXT;
    END;
  END LOOP;
END $$;
SELECT * FROM check_tables('lambda') ORDER BY foreign_table::text;

DROP OWNED BY regress_lambda_checker;
DROP ROLE regress_lambda_checker;
SET client_min_messages = warning;
DROP SCHEMA checked CASCADE;
DROP SERVER lambda CASCADE;
DROP FOREIGN DATA WRAPPER other CASCADE;
