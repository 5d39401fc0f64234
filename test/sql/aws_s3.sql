-- The extension aws_s3 and its import: what the guides of RDS and Aurora show,
-- and what S3 was asked for.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
-- "Install the aws_s3 extension"
CREATE EXTENSION aws_s3 CASCADE;
RESET client_min_messages;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
SELECT extname, extversion, objid::regnamespace AS schema FROM pg_extension e JOIN pg_depend d ON d.refobjid = e.oid
 WHERE d.refclassid = 'pg_extension'::regclass AND d.classid = 'pg_namespace'::regclass AND extname ~ '^aws_' ORDER BY 1;
SELECT description FROM pg_description JOIN pg_extension e ON objoid = e.oid AND classoid = 'pg_extension'::regclass AND extname = 'aws_s3';
\pset format unaligned
SELECT proname AS function, pg_get_function_arguments(oid) AS arguments, pg_get_function_result(oid) AS result, provolatile AS volatile, proparallel AS parallel,
  has_function_privilege('public', oid, 'EXECUTE') AS public
  FROM pg_proc WHERE pronamespace IN ('aws_s3'::regnamespace, 'aws_commons'::regnamespace) AND proname <> 'create_lambda_function_arn' ORDER BY proname, pronargs;
\pset format aligned
\d aws_commons._s3_uri_1
\d aws_commons._aws_credentials_1

-- the settings
LOAD 'lambda_fdw';
SELECT name, setting, unit, context, min_val, max_val FROM pg_settings WHERE name ~ '^aws_(s3|ml)\.' ORDER BY name;
SET aws_s3.server = '';
SET aws_s3.no_such = 1;
SET aws_ml.no_such = 1;

-- the server that they call S3 through
CREATE ROLE s3_user;
CREATE TABLE t1 (col1 varchar(80), col2 varchar(80));
GRANT INSERT ON t1 TO s3_user;
GRANT USAGE ON SCHEMA aws_s3 TO s3_user;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 TO s3_user;
SET ROLE s3_user;
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1');
SET aws_s3.server = 'other';
SET aws_s3.file_size_limit = '1MB';
RESET ROLE;
CREATE SERVER aws_s3 FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'us-west-2', endpoint :'endpoint');
SET ROLE s3_user;
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1');
RESET ROLE;
CREATE USER MAPPING FOR CURRENT_USER SERVER aws_s3
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
-- objects for it
CREATE FUNCTION s3_objects(request json) RETURNS void LANGUAGE sql AS $$ SELECT FROM lambda_invoke('aws_s3', 's3_objects', request::jsonb) $$;
CREATE FUNCTION s3_put(key text, content text, headers json DEFAULT '{}') RETURNS void LANGUAGE sql AS
  $$ SELECT s3_objects(json_build_object('put', json_build_object('bucket', 'amzn-s3-demo-bucket', 'key', key, 'text', content, 'headers', headers))) $$;
CREATE FUNCTION s3_put(key text, content bytea) RETURNS void LANGUAGE sql AS
  $$ SELECT s3_objects(json_build_object('put', json_build_object('bucket', 'amzn-s3-demo-bucket', 'key', key, 'base64', translate(encode(content, 'base64'), E'\n', '')))) $$;
CREATE FUNCTION s3_fault(request json) RETURNS void LANGUAGE sql AS $$ SELECT FROM lambda_invoke('aws_s3', 's3_fault', request::jsonb) $$;
-- what S3 was asked for since it was asked last
CREATE FOREIGN TABLE s3_calls (seq int, operation text, region text, access_key text, status int, parameters jsonb) SERVER aws_s3
  OPTIONS (function_arn 'service_calls', payload '{"service": "s3"}', envelope 'false');
CREATE FOREIGN TABLE s3_reset_calls (cleared int) SERVER aws_s3 OPTIONS (function_arn 'reset_calls');
CREATE FUNCTION s3_asked() RETURNS TABLE (operation text, object text, region text, access_key text, status int) LANGUAGE plpgsql AS $$
DECLARE
  cleared bigint;
BEGIN
  RETURN QUERY SELECT c.operation, concat_ws('/', c.parameters->>'bucket', c.parameters->>'key'), c.region, c.access_key, c.status FROM s3_calls c ORDER BY seq;
  SELECT count(*) INTO cleared FROM s3_reset_calls;
END $$;
SELECT s3_put('sample.csv', E'a,b\nc,d\ne,f\n');
SELECT * FROM s3_asked();

-- "Importing data from an Amazon S3 file"
SELECT aws_commons.create_s3_uri(
   'amzn-s3-demo-bucket',
   'sample.csv',
   'us-east-1'
) AS s3_uri \gset
\echo :s3_uri
SELECT aws_s3.table_import_from_s3(
   't1',
   '',
   '(format csv)',
   :'s3_uri'
);
TABLE t1;
SELECT * FROM s3_asked();
-- "Using security credentials": those of another role
SELECT aws_commons.create_aws_credentials(
   'ASIAEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', 'session/token+example==')
AS creds \gset
SELECT aws_s3.table_import_from_s3(
    't1', '', '(format csv)',
    :'s3_uri',
    :'creds'
);
SELECT aws_s3.table_import_from_s3(
    't1',
    '',
    '(format csv)',
    aws_commons.create_s3_uri('amzn-s3-demo-bucket', 'sample.csv', 'us-east-1'),
    aws_commons.create_aws_credentials('AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', '')
);
SELECT * FROM s3_asked();
SELECT count(*) FROM t1;
-- "Handling Amazon S3 file formats"
SELECT s3_put('pipeDelimitedSampleFile', E'1|foo1|bar1|elephant1\n2|foo2|bar2|elephant2\n3|foo3|bar3|elephant3\n');
CREATE TABLE test (a text, b text, c text, d text, e text);
SELECT aws_s3.table_import_from_s3('test', 'a,b,d,e', 'DELIMITER ''|''', 'amzn-s3-demo-bucket', 'pipeDelimitedSampleFile', 'us-east-2');
SELECT * FROM test;
TRUNCATE test;
SELECT s3_put('encoded', convert_to(E'\u0432\u0435\u0442\u0435\u0440,1\n', 'WIN1251'));
SELECT aws_s3.table_import_from_s3('test', 'a,b', 'CSV encoding ''WIN1251''', 'amzn-s3-demo-bucket', 'encoded', 'us-east-1');
SELECT a, b FROM test;
TRUNCATE test;
-- "Importing an Amazon S3 compressed (gzip) file"
SELECT s3_objects('{"put": {"bucket": "amzn-s3-demo-bucket", "key": "test.gz", "gzip": ["1|foo1\n2|fo", "o2\n3|foo3\n"], "headers": {"Content-Encoding": "gzip"}}}');
SELECT regexp_replace(aws_s3.table_import_from_s3('test', 'a,b', 'DELIMITER ''|''', 'amzn-s3-demo-bucket', 'test.gz', 'us-east-1'), '\d+ bytes', 'N bytes');
SELECT a, b FROM test;
TRUNCATE test;
SELECT * FROM s3_asked();

-- options in all their spellings
CREATE TABLE spelled (n int, v text, w text);
CREATE FUNCTION spelled(options text, content text) RETURNS TABLE (line text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM s3_put('spelled', content);
  TRUNCATE spelled;
  RETURN QUERY SELECT aws_s3.table_import_from_s3('spelled', '', options, 'amzn-s3-demo-bucket', 'spelled', 'us-east-1');
  RETURN QUERY SELECT s::text FROM spelled s;
END $$;
\t on
SELECT spelled('(format csv)', E'1,a,\n');
SELECT spelled('(format csv, header true)', E'n,v,w\n1,a,""\n');
SELECT spelled('(FORMAT CSV, HEADER)', E'n,v,w\n1,a,b\n');
SELECT spelled('CSV HEADER', E'n,v,w\n1,a,b\n');
SELECT spelled(E'\n csv header QUOTE \'~\' ', E'n,v,w\n1,~a,b~,c\n');
SELECT spelled('DELIMITER ''|''', E'1|a|\\N\n');
SELECT spelled('DELIMITER AS ''^''', E'1^a^b\n');
SELECT spelled('delimiter''|''', E'1|a|b\n');
SELECT spelled('USING DELIMITERS ''|''', E'1|a|b\n');
SELECT spelled('encoding ''WIN1252''', E'1\ta\tb\n');
SELECT spelled(E'(delimiter E\'\\t\', format csv, header)', E'n\tv\tw\n1\ta\tb\n');
SELECT spelled('(format csv, header true, null ''NULL'')', E'n,v,w\n1,NULL,b\n');
SELECT spelled('(FORMAT csv, HEADER true, DELIMITER '','', QUOTE ''"'', ESCAPE ''\'')', E'n,v,w\n1,"a\\"b",c\n');
SELECT spelled('WITH (FORMAT csv)', E'1,a,b\n');
SELECT spelled('WITH CSV FORCE NOT NULL v, w', E'1,,\n');
SELECT spelled('null ''''', E'1\t\tb\n');
SELECT spelled('', E'1\ta\tb\n');
SELECT spelled(NULL, E'1\ta\tb\n');
-- the new form without its parentheses, as an export has it
SELECT spelled('format csv, header true', E'n,v,w\n1,a,b\n');
SELECT spelled(E' \n FORMAT csv, DELIMITER $$;$$', E'1;a;b\n');
SELECT spelled('force_null (v, w), format csv', E'1,"",""\n');
SELECT spelled('(format csv) WHERE n > 1', E'1,a,b\n2,c,d\n');
SELECT spelled('CSV WHERE n > 1 AND v IS DISTINCT FROM ''c''', E'1,a,b\n2,c,d\n3,e,f\n');
SELECT spelled('(format csv) -- all of it', E'1,a,b\n');
SELECT spelled('(format csv);', E'1,a,b\n');
-- the end of the data, before the object's; and formats without text
SELECT spelled('', E'1\ta\tb\n\\.\n2\tc\td\n');
SELECT s3_fault('{"operation": "GetObject", "action": "chunked", "times": 2}');
SELECT spelled('', E'1\ta\tb\n\\.\n2\tc\td\n');
SELECT spelled('', E'1\ta\tb\n2\tc\td\n');
SELECT spelled('', '');
SELECT s3_put('binary', '\x5047434f50590aff0d0a00000000000000000000030000000400000007000000017800000001'::bytea || '\x79ffff');
SELECT s3_put(E'\u00dcbersicht 1+2 100%.csv', E'1,a,b\n');
\t off
SELECT aws_s3.table_import_from_s3('spelled', '', '(format binary)', 'amzn-s3-demo-bucket', 'binary', 'us-east-1');
SELECT aws_s3.table_import_from_s3('spelled', '', 'BINARY', 'amzn-s3-demo-bucket', 'binary', 'us-east-1');
SELECT aws_s3.table_import_from_s3('spelled', '', 'CSV', 'amzn-s3-demo-bucket', E'\u00dcbersicht 1+2 100%.csv', 'us-east-1');
SELECT aws_s3.table_import_from_s3('spelled', '', '(format binary)', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1');
TABLE spelled;
SELECT count(*) FROM s3_asked();

-- what is more than one COPY FROM STDIN is refused, and nobody asked
CREATE FUNCTION s3_import(table_name text, column_list text DEFAULT '', options text DEFAULT '', file_path text DEFAULT 'sample.csv') RETURNS text LANGUAGE sql AS
  $$ SELECT aws_s3.table_import_from_s3(table_name, column_list, options, 'amzn-s3-demo-bucket', file_path, 'us-east-1') $$;
SELECT s3_import('t1; DROP TABLE t1');
SELECT s3_import('t1', '', '; DROP TABLE t1');
SELECT s3_import('t1', '', '(format csv); DROP TABLE t1; --');
SELECT s3_import('t1 FROM PROGRAM ''true''; --');
SELECT s3_import('t1 FROM PROGRAM ''true'' WHERE col1 IS DISTINCT');
SELECT s3_import('t1 FROM ''/etc/passwd'' WHERE col1 IS DISTINCT');
SELECT s3_import('t1 FROM STDIN; --', 'col1', '(format csv)');
SELECT s3_import('t1 FROM STDIN --', 'col1', '(format csv)');
SELECT s3_import('t1 /*', '', '*/ FROM PROGRAM ''true''');
SELECT s3_import('t1 TO ''/tmp/t1'' --');
SELECT s3_import('(SELECT 1) TO STDOUT --');
SELECT s3_import('t1 FROM STDIN; SELECT 1 IS NOT DISTINCT');
SELECT s3_import('t1', 'col1) FROM STDIN --', '(format csv)');
SELECT s3_import('t1', 'col1) FROM PROGRAM ''true'' --', '(format csv)');
SELECT s3_import('t1', 'col1) FROM PROGRAM ''true''; COPY t1 (col1');
SELECT s3_import('t1', 'col1) /*', '*/');
SELECT s3_import('t1', '', 'format csv) ; COPY t1 FROM PROGRAM ''true'' (format csv');
SELECT s3_import('t1', '', '''');
SELECT s3_import('t1', '', '(format csv) RETURNING *');
SELECT s3_import('t1', '', '(no_such true)');
SELECT s3_import('t1', '', '(format csv, format csv)');
SELECT s3_import('t1', '', '(delimiter ''||'')');
SELECT s3_import('t1', '', 'CSV WHERE no_such');
SELECT s3_import('t1', '', 'CSV WHERE col1');
SELECT s3_import('t1', 'col1, no_such');
SELECT s3_import('t1', 'col1, col1');
SELECT s3_import('"T1"');
SELECT s3_import('no_such.t1');
SELECT s3_import('SELECT');
\set SHOW_CONTEXT errors
DO $$ BEGIN PERFORM aws_s3.table_import_from_s3('t1', '', '(format csv', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1'); END $$;
\set SHOW_CONTEXT never
-- arguments that are missing
SELECT s3_import(NULL);
SELECT s3_import('');
SELECT aws_s3.table_import_from_s3('t1', '', '', NULL::aws_commons._s3_uri_1);
SELECT aws_s3.table_import_from_s3('t1', '', '', aws_commons.create_s3_uri(NULL, 'sample.csv', 'us-east-1'));
SELECT aws_s3.table_import_from_s3('t1', '', '', aws_commons.create_s3_uri('amzn-s3-demo-bucket', '', 'us-east-1'));
SELECT aws_s3.table_import_from_s3('t1', '', '', '', 'sample.csv', 'us-east-1');
SELECT aws_s3.table_import_from_s3('t1', '', '', 'amzn-s3-demo-bucket', NULL, 'us-east-1');
\set VERBOSITY terse
SELECT aws_s3.table_import_from_s3('t1', '', '', 'amzn-s3-demo-bucket', 'sample.csv');
\set VERBOSITY default
SELECT aws_s3.table_import_from_s3('t1', '', '', '(amzn-s3-demo-bucket,sample.csv)', NULL, NULL);
SELECT aws_s3.table_import_from_s3('t1', '', '', '(amzn-s3-demo-bucket,,us-east-1)', NULL, NULL);
SELECT aws_s3.table_import_from_s3('t1', '', '', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1', 'AKIDEXAMPLE');
SELECT aws_s3.table_import_from_s3('t1', '', '', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1', NULL, 'x', 'y');
SELECT aws_s3.table_import_from_s3('t1', '', '', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1', session_token => 'y');
SELECT aws_s3.table_import_from_s3('t1', '', '', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1', 'x', 'y', E'z\r\nX-Other: header');
SELECT aws_s3.table_import_from_s3('t1', '', '', aws_commons.create_s3_uri('amzn-s3-demo-bucket', 'sample.csv', 'us-east-1'), aws_commons.create_aws_credentials(E'x\n', 'y', ''));
SELECT aws_s3.table_import_from_s3('t1', '', '', 'amzn-s3-demo-bucket', 'sample.csv', 'nowhere');
SELECT count(*) FROM s3_asked();

-- the forms of a call
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', aws_commons.create_s3_uri('amzn-s3-demo-bucket', 'sample.csv', NULL));
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', aws_commons.create_s3_uri('amzn-s3-demo-bucket', 'sample.csv', ''), NULL);
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', 'amzn-s3-demo-bucket', 'sample.csv', NULL, 'ASIAEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', 'session/token+example==');
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', 'amzn-s3-demo-bucket', 'sample.csv', 'eu-west-1', 'AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', 'amzn-s3-demo-bucket', 'sample.csv', 'eu-west-1', '', '', '');
SELECT aws_s3.table_import_from_s3(table_name => 't1', column_list => '', options => '(format csv)', s3_info => :'s3_uri');
SELECT aws_s3.table_import_from_s3(table_name => 't1', column_list => '', options => '(format csv)', bucket => 'amzn-s3-demo-bucket', file_path => 'sample.csv', region => 'eu-west-1');
PREPARE import (text, text, text, text, text, text) AS SELECT aws_s3.table_import_from_s3($1, $2, $3, aws_commons.create_s3_uri($4, $5, $6));
EXECUTE import ('t1', 'col1,col2', '(format csv)', 'amzn-s3-demo-bucket', 'sample.csv', 'eu-west-1');
DO $$ BEGIN PERFORM aws_s3.table_import_from_s3('t1', '', '(format csv)', aws_commons.create_s3_uri('amzn-s3-demo-bucket', 'sample.csv', 'eu-west-1')); END $$;
DO $$ BEGIN EXECUTE 'EXPLAIN ANALYZE SELECT aws_s3.table_import_from_s3(''t1'', '''', ''(format csv)'', ''amzn-s3-demo-bucket'', ''sample.csv'', ''us-east-1'')'; END $$;
-- psql's literal of an object, where PostgreSQL takes it for a bucket
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', :'s3_uri', NULL, NULL);
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', :'s3_uri', 'AKIDEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', :'s3_uri', 'ASIAEXAMPLE', 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', 'session/token+example==');
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', :'s3_uri', NULL, NULL, access_key => 'AKIDEXAMPLE', secret_key => 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', :'s3_uri', 'AKIDEXAMPLE', 'secret', NULL, 'another');
SELECT region, access_key, status, count(*) FROM s3_asked() GROUP BY 1, 2, 3 ORDER BY 1, 2;
SELECT count(*) FROM t1;

-- what S3 refuses
SELECT s3_import('t1', '', '', 'no/such.csv');
\echo :LAST_ERROR_SQLSTATE
SELECT aws_s3.table_import_from_s3('t1', '', '', 'denied', 'sample.csv', 'us-east-1');
\echo :LAST_ERROR_SQLSTATE
SELECT aws_s3.table_import_from_s3('t1', '', '', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1', 'AKIDEXAMPLE', 'wrong');
\echo :LAST_ERROR_SQLSTATE
SELECT * FROM s3_asked();

-- tables of all kinds
\set SHOW_CONTEXT errors
SELECT s3_put('numbers.csv', E'1,one\n2,two\n3,three\n');
CREATE SCHEMA s3_schema;
CREATE TABLE s3_schema."Some Table" (id int PRIMARY KEY, "Name" text CHECK ("Name" <> 'four'), n int GENERATED ALWAYS AS (id * 10) STORED, s serial, d text DEFAULT 'x');
SELECT s3_import('s3_schema."Some Table"', 'id, "Name"', '(format csv)', 'numbers.csv');
SELECT * FROM s3_schema."Some Table";
SET search_path = s3_schema, public;
SELECT s3_import('"Some Table"', 'id', '(format csv)', 'numbers.csv');
SELECT s3_put('bad.csv', E'4,vier\n5,five\nsix,six\n');
SELECT s3_import('"Some Table"', 'id, "Name"', '(format csv)', 'bad.csv');
SELECT s3_put('bad.csv', E'4,vier\n5,four\n');
SELECT s3_import('"Some Table"', 'id, "Name"', '(format csv)', 'bad.csv');
SELECT s3_import('"Some Table"', 'id, n', '(format csv)', 'numbers.csv');
SELECT s3_import('"Some Table"', 'id, "Name"', 'csv WHERE n > 10', 'numbers.csv');
SELECT s3_put('bad.csv', '\xff0a');
SELECT s3_import('t1', 'col1', '', 'bad.csv');
SELECT count(*) FROM "Some Table";
RESET search_path;
-- partitions, also foreign ones
CREATE TABLE parts (id int, name text) PARTITION BY RANGE (id);
CREATE TABLE parts_low PARTITION OF parts FOR VALUES FROM (0) TO (2);
CREATE TABLE parts_middle PARTITION OF parts FOR VALUES FROM (2) TO (3);
SELECT s3_import('parts', '', '(format csv)', 'numbers.csv');
CREATE FOREIGN TABLE parts_foreign PARTITION OF parts FOR VALUES FROM (3) TO (9) SERVER aws_s3 OPTIONS (function_arn 'items');
SELECT s3_import('parts', '', '(format csv)', 'numbers.csv');
SELECT s3_import('parts', '', '(format csv) WHERE id < 3', 'numbers.csv');
SELECT tableoid::regclass, * FROM ONLY parts_low UNION ALL SELECT tableoid::regclass, * FROM parts_middle;
SELECT s3_import('parts_foreign', '', '(format csv)', 'numbers.csv');
-- views
CREATE VIEW view_of_t1 AS SELECT * FROM t1;
SELECT s3_import('view_of_t1', '', '(format csv)');
CREATE FUNCTION insert_t1() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t1 VALUES (NEW.col1, 'by a view'); RETURN NEW; END $$;
CREATE TRIGGER insert_t1 INSTEAD OF INSERT ON view_of_t1 FOR EACH ROW EXECUTE FUNCTION insert_t1();
SELECT s3_import('view_of_t1', '', '(format csv)');
SELECT * FROM t1 WHERE col2 = 'by a view';
-- a transaction that only reads, and what it may write
BEGIN READ ONLY;
SAVEPOINT s;
SELECT s3_import('t1', '', '(format csv)');
ROLLBACK TO s;
ROLLBACK;
CREATE TEMP TABLE own (a text, b text);
BEGIN READ ONLY;
SELECT s3_import('own', '', '(format csv)');
ROLLBACK;
BEGIN;
CREATE TABLE fresh (a text, b text);
SELECT s3_import('fresh', '', '(format csv, freeze)');
ROLLBACK;
-- the rows are there for the next statement, and for the same one's functions
DO $$
BEGIN
  TRUNCATE t1;
  PERFORM s3_import('t1', '', '(format csv)');
  ASSERT (SELECT count(*) FROM t1) = 3;
END $$;

-- triggers, also such that import
CREATE TABLE log (what text);
CREATE TABLE outer_table (id int, name text);
CREATE TABLE inner_table (a text, b text);
CREATE FUNCTION on_outer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO log SELECT format('%s of %s', type, relid::regclass) FROM pg_stat_progress_copy WHERE NEW.id = 1;
  IF NEW.id = 2 THEN
    PERFORM s3_import('inner_table', '', '(format csv)');
  ELSE
    BEGIN
      PERFORM s3_import('inner_table', 'a', '(format csv)');
    EXCEPTION WHEN bad_copy_file_format THEN
      INSERT INTO log VALUES (format('row %s: %s', NEW.id, SQLERRM));
    END;
  END IF;
  NEW.name = upper(NEW.name);
  RETURN NEW;
END $$;
CREATE TRIGGER on_outer BEFORE INSERT ON outer_table FOR EACH ROW EXECUTE FUNCTION on_outer();
SELECT s3_import('outer_table', '', '(format csv)', 'numbers.csv');
TABLE outer_table;
TABLE inner_table;
TABLE log;
SELECT count(*) AS copies FROM pg_stat_progress_copy;
CREATE FUNCTION count_new() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log SELECT 'new rows: ' || count(*) FROM new; RETURN NULL; END $$;
CREATE TRIGGER count_new AFTER INSERT ON t1 REFERENCING NEW TABLE AS new FOR EACH STATEMENT EXECUTE FUNCTION count_new();
TRUNCATE log;
SELECT s3_import('t1', '', '(format csv)');
TABLE log;
DROP TRIGGER count_new ON t1;
\set SHOW_CONTEXT never

-- "Using AWS_S3 for other users": privileges of the table, as COPY wants them
CREATE USER MAPPING FOR PUBLIC SERVER aws_s3
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SET ROLE s3_user;
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1');
SELECT aws_s3.table_import_from_s3('t1', '', '(format csv) WHERE col1 <> ''a''', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1');
SELECT aws_s3.table_import_from_s3('inner_table', '', '(format csv)', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1');
RESET ROLE;
GRANT INSERT (a), SELECT (b) ON inner_table TO s3_user;
SET ROLE s3_user;
SELECT aws_s3.table_import_from_s3('inner_table', '', '(format csv)', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1');
SELECT aws_s3.table_import_from_s3('inner_table', 'a', '', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1');
SELECT aws_s3.table_import_from_s3('inner_table', 'a', 'delimiter ''|'' WHERE b IS NULL', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1');
SELECT aws_s3.table_import_from_s3('inner_table', 'a', 'delimiter ''|'' WHERE a IS NULL', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1');
RESET ROLE;
GRANT INSERT ON inner_table TO s3_user;
ALTER TABLE inner_table ENABLE ROW LEVEL SECURITY;
SET ROLE s3_user;
SELECT aws_s3.table_import_from_s3('inner_table', '', '(format csv)', 'amzn-s3-demo-bucket', 'sample.csv', 'us-east-1');
RESET ROLE;

-- objects of users do not hinder dropping the extensions
CREATE TABLE uris (uri aws_commons._s3_uri_1);
DROP EXTENSION aws_commons;
SET client_min_messages = warning;
DROP TABLE uris;
DROP EXTENSION aws_commons CASCADE;
SELECT nspname FROM pg_namespace WHERE nspname ~ '^aws_';
DROP SERVER aws_s3 CASCADE;
DROP SCHEMA s3_schema CASCADE;
DROP VIEW view_of_t1;
DROP TABLE t1, test, spelled, log, outer_table, inner_table, parts, own;
DROP FUNCTION s3_asked(), s3_objects(json), s3_fault(json), s3_put(text, text, json), s3_put(text, bytea), s3_import(text, text, text, text), spelled(text, text),
  insert_t1(), on_outer(), count_new();
DROP ROLE s3_user;
