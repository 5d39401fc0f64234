-- IMPORT FOREIGN SCHEMA: tables of what functions say that they serve.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA import;
CREATE SCHEMA imported;
SET search_path = import, public;
SET intervalstyle = postgres_verbose;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR PUBLIC SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, qualifier text, payload jsonb) SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');

-- imports what a function describes that answers with this
CREATE PROCEDURE import(description text, options text DEFAULT '', what text DEFAULT '', rows text DEFAULT '{}')
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('IMPORT FOREIGN SCHEMA describe %s FROM SERVER lambda INTO imported OPTIONS (payload %L %s)',
                 what, format('{"describe": %s, "rows": %s}', description, rows), options);
END $$;

-- the columns of a table, without what they have in common
CREATE PROCEDURE columns(columns text) LANGUAGE sql AS $$
  CALL import(format('{"tables": [{"name": "t", "columns": [%s]}]}', columns));
$$;
CREATE PROCEDURE options(options text) LANGUAGE sql AS $$
  CALL import(format('{"tables": [{"name": "t", "columns": [{"name": "id", "type": "int"}], %s}]}', options));
$$;

-- what was imported, and drops it
CREATE FUNCTION imported() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  relid regclass;
BEGIN
  FOR relid IN SELECT oid FROM pg_class WHERE relnamespace = 'imported'::regnamespace AND relkind = 'f' ORDER BY relname LOOP
    RETURN NEXT relid::text || ' ' || (SELECT coalesce(string_agg(o, ' ' ORDER BY i), '') FROM pg_foreign_table f, unnest(f.ftoptions) WITH ORDINALITY u(o, i) WHERE f.ftrelid = relid AND o NOT LIKE 'payload=%');
    RETURN QUERY SELECT '  ' || concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        CASE WHEN a.attcollation <> t.typcollation THEN 'COLLATE ' || a.attcollation::regcollation::text END,
        CASE WHEN a.attnotnull THEN 'NOT NULL' END, a.attfdwoptions::text)
      FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = relid AND a.attnum > 0 ORDER BY a.attnum;
    EXECUTE format('DROP FOREIGN TABLE %s', relid);
  END LOOP;
END $$;

--
-- what a function can say
--
SELECT count(*) FROM reset_calls;
SET datestyle = 'ISO';
SET timezone = 'UTC';
CALL import('{"tables": [{"name": "orders", "columns": [
    {"name": "id", "type": "bigint", "pushdown": ["=", "in", "<>", "<", "is null"], "key": true, "not_null": true},
    {"name": "total", "type": "numeric(10,2)", "pushdown": "=, in"},
    {"name": "city", "type": "text", "collation": "C", "path": "/address/city"},
    {"name": "state", "type": "varchar(2)", "null_if": "", "collation": null, "not_null": false},
    {"name": "placed", "type": "timestamp(3) with time zone", "format": "epoch_ms"},
    {"name": "Tags", "type": "text[]"}, {"name": "span", "type": "interval day to second (2)"}],
  "capabilities": ["limit", "order_by"], "estimated_rows": 1.5e3, "argument_format": "digits",
  "updatable": true, "truncatable": false, "batch_size": "500", "no_rows_errors": ["a,b", "c\"d", "e"], "analyze": false,
  "no_rows_status": [404, "410"]},
 {"name": "Empty", "columns": []}]}',
 rows => '{"orders": [{"id": 1, "total": "2.50", "address": {"city": "Oslo"}, "state": "", "placed": 0, "Tags": ["a"], "span": "1 day"}]}');
SELECT payload->'lambda_fdw' AS envelope FROM calls;
SELECT * FROM imported.orders WHERE id = 1 AND total = 2.5;
SELECT payload->'id' AS id, payload->'lambda_fdw'->'filters' AS filters, payload->'lambda_fdw'->'table' AS "table" FROM calls ORDER BY seq DESC LIMIT 1;
SELECT * FROM imported();

-- lists: empty ones say nothing, elements are of the option's list
CALL columns('{"name": "a", "type": "int", "pushdown": []}, {"name": "b", "type": "int", "pushdown": ["=:x,y", "in:p:q"]}');
SELECT * FROM imported();
CALL columns('{"name": "a", "type": "int", "pushdown": ["=, in"]}');
CALL columns('{"name": "a", "type": "int", "pushdown": ["=", 1]}');
CALL columns('{"name": "a", "type": "int", "pushdown": [["="]]}');
CALL columns('{"name": "a", "type": "int", "path": ["/a"]}');
CALL options('"capabilities": ["limit, order_by"]');
CALL options('"capabilities": {"limit": true}');
CALL options('"item_payload": {"a": 1}, "batch_argument": "b", "capabilities": [], "rows_path": null');
SELECT * FROM imported();

--
-- forms of the answer
--
CALL import('"{\"tables\": [{\"name\": \"t\", \"columns\": [{\"name\": \"a\", \"type\": \"int\"}]}]}"');
CALL import('{"statusCode": 200, "body": "{\"tables\": [{\"name\": \"u\", \"columns\": [{\"name\": \"a\", \"type\": \"int\"}]}]}"}');
SELECT * FROM imported();
CALL import('{"tables": []}');
SELECT * FROM imported();

-- those that are no description
CALL import('null');
CALL import('[1, 2]');
CALL import('{"rows": []}');
CALL import('{"tables": {"a": 1}}');
CALL import('"a,b"');
CALL import('{"statusCode": 404, "body": "no such route"}');
CALL import('{"errorMessage": "no event", "errorType": "KeyError"}');
CALL import('{"lambda_fdw_error": {"message": "no tables today", "detail": "Sunday", "hint": "Ask on Monday", "sqlstate": "ZZ001"}}');
IMPORT FOREIGN SCHEMA function_error FROM SERVER lambda INTO imported;
IMPORT FOREIGN SCHEMA nosuch FROM SERVER lambda INTO imported;
\set SHOW_CONTEXT always
CALL import('{"lambda_fdw_error": {"message": "no tables today"}}');
CALL columns('{"name": "a", "type": "int x"}');
\set SHOW_CONTEXT never

--
-- what a description cannot have
--
CALL import('{"tables": [], "version": 1}');
CALL import('{"tables": [1]}');
CALL import('{"tables": [{"columns": []}]}');
CALL import('{"tables": [{"name": "t"}]}');
CALL import('{"tables": [{"name": "", "columns": []}]}');
CALL import('{"tables": [{"name": 1, "columns": []}]}');
CALL import('{"tables": [{"name": "t", "columns": {}}]}');
IMPORT FOREIGN SCHEMA raw FROM SERVER lambda INTO imported OPTIONS (payload '{"response": "{\"tables\": [{\"name\": \"t\", \"columns\": [], \"name\": \"u\"}]}"}');
IMPORT FOREIGN SCHEMA raw FROM SERVER lambda INTO imported OPTIONS (payload '{"response": "{\"tables\": [], \"tables\": []}"}');
CALL import('{"tables": [{"name": "t", "columns": []}, {"name": "t", "columns": []}]}');
CALL import('{"tables": [{"name": "two\nlines", "columns": []}]}');
CALL columns('1');
CALL columns('{"name": "a"}');
CALL columns('{"type": "int"}');
CALL columns('{"name": "a", "type": "int"}, {"type": "int"}');
CALL columns('{"name": "a", "type": 1}');
CALL columns('{"name": "a", "type": "int", "not_null": "true"}');
CALL columns('{"name": "a", "type": "int"}, {"name": "a", "type": "text"}');
CALL columns('{"name": "ctid", "type": "int"}');
CALL columns('{"name": "a", "type": "int", "pushdwn": "="}');
CALL columns('{"name": "a", "type": "int", "nullable": true}');
CALL columns('{"name": "a", "type": "int", "xyzzy": true}');
CALL columns('{"name": "a", "type": "int", "splits": 2}');
CALL columns('{"name": "a", "type": "int", "key": "maybe"}');
IMPORT FOREIGN SCHEMA raw FROM SERVER lambda INTO imported OPTIONS (payload '{"response": "{\"tables\": [{\"name\": \"t\", \"columns\": [{\"name\": \"a\", \"type\": \"int\", \"key\": true, \"key\": true}]}]}"}');
CALL options('"columnes": []');
CALL options('"estimated_row": 1');
CALL options('"splits": 0');
CALL options('"argument_format": "digit"');
CALL options('"payload": {"lambda_fdw": 1}');
-- what others decide about
CALL options('"function_arn": "other"');
CALL options('"qualifier": "prod"');
CALL options('"table_name": "other"');
CALL options('"request_timeout_ms": 1');
CALL options('"tenant_id": "t"');
CALL options('"client_context": true');
CALL options('"deliver_at": "commit"');
CALL options('"max_concurrency": 1000');
-- options that do not go together are core's to have refused, in the CREATE of that table
\set SHOW_CONTEXT always
CALL options('"cursor_path": "/c", "page_argument": "p"');
\set SHOW_CONTEXT never
SELECT * FROM imported();

--
-- types
--
CALL columns('{"name": "a", "type": "\"char\""}, {"name": "b", "type": "char(3)"}, {"name": "c", "type": "bpchar"}, {"name": "d", "type": "bit(4)"}, {"name": "e", "type": "pg_catalog.int4 array"}, {"name": "f", "type": "float(3)"}');
SELECT * FROM imported();
CALL columns('{"name": "a", "type": "nosuch"}');
CALL columns('{"name": "a", "type": "numeric(2000)"}');
CALL columns('{"name": "a", "type": "int(3)"}');
CALL columns('{"name": "a", "type": "trigger"}');
CALL columns('{"name": "a", "type": "record[]"}');
CALL columns('{"name": "a", "type": "setof int"}');
CALL columns('{"name": "a", "type": ""}');
CALL columns('{"name": "a", "type": "int", "collation": "C"}');
CALL columns('{"name": "a", "type": "text", "collation": "nosuch"}');
CALL columns('{"name": "a", "type": "text", "collation": "pg_catalog.C"}');
-- a type of the search path does not come before that of pg_catalog
CREATE DOMAIN import.text AS pg_catalog.text CHECK (false);
SET search_path = import, public, pg_catalog;
CALL columns('{"name": "a", "type": "text"}, {"name": "b", "type": "import.text"}, {"name": "c", "type": "import.text[]"}');
SET search_path = import, public;
SELECT * FROM imported();
DROP DOMAIN import.text;

--
-- OPTIONS, LIMIT TO, EXCEPT
--
\set two '{"tables": [{"name": "a", "columns": [{"name": "id", "type": "int"}], "estimated_rows": 5}, {"name": "b", "columns": []}]}'
CALL import(:'two', $$, import_prefix 'x_', estimated_rows '7', qualifier 'prod'$$);
SELECT * FROM imported();
CALL import(:'two', $$, import_prefix 'x_'$$, 'LIMIT TO (x_b)');
SELECT * FROM imported();
CALL import(:'two', what => 'EXCEPT (b, c)');
SELECT * FROM imported();
CALL import(:'two', what => 'LIMIT TO (a, c)');
-- of what is not wanted, only the name is read
\set uninstalled '{"tables": [{"name": "a", "columns": [{"name": "id", "type": "int"}]}, {"name": "b", "columns": [{"name": "g", "type": "uninstalled"}]}]}'
CALL import(:'uninstalled', what => 'EXCEPT (b)');
SELECT * FROM imported();
CALL import(:'uninstalled', what => 'LIMIT TO (a)');
SELECT * FROM imported();
CALL import(:'uninstalled', what => 'LIMIT TO (b)');
CALL import(:'uninstalled');
CALL import('{"tables": [{"columns": []}]}', what => 'LIMIT TO (a)');
CALL import(:'two', $$, import_prefix 'x_'$$, 'LIMIT TO (a)');
CALL import('{"tables": []}', what => 'LIMIT TO (a)');
CALL import(:'two', $$, import_prefx 'x'$$);
CALL import(:'two', $$, xyzzy 'x'$$);
CALL import(:'two', $$, table_name 'x'$$);
CALL import(:'two', $$, splits '0'$$);
CALL import(:'two', $$, splits '1', splits '2'$$);
CALL import(:'two', $$, import_prefix 'a', import_prefix 'b'$$);
CALL import(:'two', $$, import_prefix '', import_prefix 'b'$$);
CALL import(:'two', $$, import_prefix '123456789012345678901234567890123456789012345678901234567890123'$$);
-- envelope 'false' leaves the name out, whoever says it
CALL import(:'two', $$, envelope 'false'$$);
SELECT * FROM imported();
CALL options('"envelope": false');
SELECT * FROM imported();

-- whom it asks
SELECT count(*) FROM reset_calls;
IMPORT FOREIGN SCHEMA "describe:prod" FROM SERVER lambda INTO imported OPTIONS (payload '{"describe": {"tables": [{"name": "a", "columns": []}]}}');
IMPORT FOREIGN SCHEMA "123456789012:function:describe" FROM SERVER lambda INTO imported OPTIONS (payload '{"describe": {"tables": [{"name": "b", "columns": []}]}}');
IMPORT FOREIGN SCHEMA any_name FROM SERVER lambda INTO imported OPTIONS (function_arn 'arn:aws:lambda:eu-west-1:123456789012:function:describe', qualifier 'prod', payload '{"describe": {"tables": [{"name": "c", "columns": []}]}}');
SELECT * FROM imported();
SELECT function, qualifier FROM calls ORDER BY seq;
IMPORT FOREIGN SCHEMA "describe:prod" FROM SERVER lambda INTO imported OPTIONS (qualifier 'test');
IMPORT FOREIGN SCHEMA "a function" FROM SERVER lambda INTO imported;
IMPORT FOREIGN SCHEMA "arn:aws:lambda:eu-west-1:123456789012:function:describe_what_there_is" FROM SERVER lambda INTO imported;

--
-- a table knows its function's name for it, whatever its own
--
CREATE FOREIGN TABLE stored (id int OPTIONS (key 'true'), name text) SERVER lambda
  OPTIONS (function_arn 'store', table_name 'import_orders', updatable 'true', truncatable 'true');
SELECT count(*) FROM reset_calls;
ALTER FOREIGN TABLE stored RENAME TO renamed;
INSERT INTO renamed VALUES (1, 'a'), (2, 'b');
UPDATE renamed SET name = 'c' WHERE id = 2;
DELETE FROM renamed WHERE id = 1;
SELECT * FROM renamed;
TRUNCATE renamed;
SELECT DISTINCT payload->'lambda_fdw'->>'table' AS name, payload->'lambda_fdw'->>'operation' AS operation FROM calls ORDER BY 2;
ALTER FOREIGN TABLE renamed OPTIONS (DROP table_name);
SELECT count(*) FROM reset_calls;
SELECT * FROM renamed;
SELECT payload->'lambda_fdw'->>'table' AS name FROM calls;
CREATE FOREIGN TABLE wrong (id int) SERVER lambda OPTIONS (function_arn 'items', table_name 'a', envelope 'false');
CREATE FOREIGN TABLE wrong (id int) SERVER lambda OPTIONS (function_arn 'items', table_name 'a', event 'apigateway_v1', route 'GET /a');
CREATE FOREIGN TABLE wrong (id int) SERVER lambda OPTIONS (function_arn 'items', table_name '');

SET client_min_messages = warning;
DROP SCHEMA imported CASCADE;
DROP SERVER lambda CASCADE;
DROP SCHEMA import CASCADE;
