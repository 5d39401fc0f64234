-- aws_s3.query_export_to_s3: what the guides of RDS and Aurora show, what is in
-- S3 then, and what is refused.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
CREATE EXTENSION IF NOT EXISTS aws_s3 CASCADE;
RESET client_min_messages;
SET timezone = 'UTC';
SET datestyle = 'Postgres, MDY';
SET intervalstyle = postgres;
SET bytea_output = hex;
SET extra_float_digits = 1;
\set VERBOSITY default
\getenv endpoint LAMBDA_FDW_ENDPOINT
LOAD 'lambda_fdw';

-- what is missing, as a superuser whose name is known
CREATE ROLE s3_superuser SUPERUSER;
SET ROLE s3_superuser;
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'a-bucket', 'a-file');
CREATE SERVER aws_s3 FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'us-west-2', endpoint :'endpoint');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'a-bucket', 'a-file');
RESET ROLE;
CREATE USER MAPPING FOR CURRENT_USER SERVER aws_s3
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');

-- What is in S3, and what it was asked for.
CREATE FOREIGN TABLE s3_objects (bucket text, key text, size bigint, headers jsonb, text text, base64 text)
  SERVER aws_s3 OPTIONS (function_arn 's3_objects', payload '{"content": true}');
CREATE FOREIGN TABLE s3_clear (cleared int) SERVER aws_s3 OPTIONS (function_arn 's3_objects', payload '{"clear": true}');
CREATE FOREIGN TABLE s3_uploads (key text) SERVER aws_s3 OPTIONS (function_arn 's3_uploads');
CREATE FOREIGN TABLE s3_calls (operation text, parameters jsonb, status int)
  SERVER aws_s3 OPTIONS (function_arn 'service_calls', payload '{"service": "s3"}');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER aws_s3 OPTIONS (function_arn 'reset_calls');
CREATE VIEW objects AS
  SELECT bucket, key, size, coalesce(text, encode(decode(base64, 'base64'), 'escape')) AS content FROM s3_objects
   ORDER BY bucket, key COLLATE "C";
SELECT count(*) = 1 AS forgotten FROM s3_clear;

--
-- The guides
--
CREATE TABLE sample_table (bid bigint PRIMARY KEY, name varchar(80));
INSERT INTO sample_table (bid, name) VALUES (1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday');
SELECT aws_commons.create_s3_uri('amzn-s3-demo-bucket', 'sample-filepath', 'us-west-2') AS s3_uri_1 \gset
SELECT * FROM aws_s3.query_export_to_s3('SELECT * FROM sample_table', :'s3_uri_1');
SELECT * FROM objects;
SELECT * FROM aws_s3.query_export_to_s3('SELECT * FROM sample_table', aws_commons.create_s3_uri('amzn-s3-demo-bucket', 'sample-filepath', 'us-west-2'));
SELECT * FROM aws_s3.query_export_to_s3('SELECT * FROM sample_table', 'amzn-s3-demo-bucket', 'sample-filepath', 'us-west-2');
SELECT * FROM aws_s3.query_export_to_s3('SELECT * FROM sample_table', 'amzn-s3-demo-bucket', 'sample-filepath');
SELECT * FROM aws_s3.query_export_to_s3('SELECT * FROM sample_table', :'s3_uri_1', options :='format text');
SELECT * FROM aws_s3.query_export_to_s3('select * from sample_table', :'s3_uri_1', options :='format csv, delimiter $$:$$');
SELECT * FROM objects;
CREATE TABLE basic_test (a int, b text, c text, d text);
INSERT INTO basic_test VALUES (1, 'it''s "quoted"', 'Ωmega', NULL), (NULL, E'tab\tline\n', '', 'x,y:z');
SELECT * FROM aws_s3.query_export_to_s3('select * from basic_test', :'s3_uri_1', options :='format binary, encoding WIN1253');
SELECT * FROM objects;
SELECT * FROM aws_s3.query_export_to_s3('select * from basic_test', :'s3_uri_1', options := 'format csv, header true, force_quote(a,b)');
SELECT * FROM objects;
SELECT rows_uploaded FROM aws_s3.query_export_to_s3('select * from basic_test', :'s3_uri_1', 'FORMAT CSV, HEADER TRUE');
SELECT * FROM objects;
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3('select * from basic_test', :'s3_uri_1', ' NULL '''' ');
SELECT * FROM objects;
-- leniently, as import has them
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3('select a, c from basic_test', :'s3_uri_1', '(format csv, header)');
SELECT * FROM objects;
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3('select a, c from basic_test', :'s3_uri_1', 'CSV HEADER');
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3('select a, c from basic_test', :'s3_uri_1', '');

-- as drivers and PL/pgSQL call it
PREPARE jdbc(text, text, text, text, text) AS
  SELECT rows_uploaded FROM aws_s3.query_export_to_s3($1, aws_commons.create_s3_uri($2, $3, $4), options := $5);
EXECUTE jdbc('SELECT generate_series(1, 10)', 'a-bucket', 'of-jdbc', 'us-west-2', 'format csv');
DO $$
BEGIN
  PERFORM aws_s3.query_export_to_s3('SELECT 1', 'a-bucket', 'of-plpgsql', 'us-west-2');
END $$;
SELECT (aws_s3.query_export_to_s3('TABLE sample_table', 'a-bucket', 'of-table')).files_uploaded;
SELECT * FROM objects WHERE bucket = 'a-bucket';

-- as scripts of AWS archive partitions
SELECT * FROM aws_s3.query_export_to_s3('SELECT * FROM sample_table', aws_commons.create_s3_uri('a-bucket', 'of-the-servers-region'));

-- a customer's key
SELECT count(*) FROM reset_calls;
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3('SELECT 1', :'s3_uri_1', kms_key := 'arn:aws:kms:us-west-2:123456789012:key/key-example');
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3('SELECT 1', 'amzn-s3-demo-bucket', 'sample-filepath', 'us-west-2', 'format csv', 'alias/mine');
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3('SELECT 1', :'s3_uri_1', 'format csv', 'alias/of-words');
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3('SELECT 1', 'amzn-s3-demo-bucket', 'no-key', kms_key := '');
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3('SELECT 1', :'s3_uri_1', NULL, 'format csv, header true');
SELECT key, headers FROM s3_objects WHERE bucket = 'amzn-s3-demo-bucket' ORDER BY key COLLATE "C";
SELECT operation, status, count(*) FROM s3_calls GROUP BY 1, 2 ORDER BY 1, 2;
SELECT cleared > 0 AS forgotten FROM s3_clear;

--
-- What is in a file
--
-- there is one, even if there are no rows
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1 WHERE false', 'a-bucket', 'empty-text');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1 AS one WHERE false', 'a-bucket', 'empty-header', options := 'format csv, header');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1 WHERE false', 'a-bucket', 'empty-binary', options := 'format binary');
SELECT * FROM aws_s3.query_export_to_s3('select ''''', 'a-bucket', 'utl-file');
SELECT * FROM aws_s3.query_export_to_s3('SELECT', 'a-bucket', 'no-columns');
-- names
SELECT rows_uploaded FROM aws_s3.query_export_to_s3('SELECT 1', 'a-bucket', 'with blanks/ünï+cødé/%41 & "q" ''a''/日本.csv');
SELECT rows_uploaded FROM aws_s3.query_export_to_s3('SELECT 1', 'bucket.with.dots', 'file');
SELECT * FROM objects;
SELECT cleared > 0 AS forgotten FROM s3_clear;
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', '', 'file');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'a-bucket', '');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'a-bucket', NULL);
SELECT * FROM aws_s3.query_export_to_s3(NULL, 'a-bucket', 'file');
-- encodings
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3($$SELECT 'Zürich'$$, 'a-bucket', 'utf8');
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3($$SELECT 'Zürich'$$, 'a-bucket', 'latin1', options := 'encoding latin1');
SET client_encoding = 'latin1';
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3($$SELECT U&'Z\00FCrich'$$, 'a-bucket', 'client');
RESET client_encoding;
SELECT bytes_uploaded FROM aws_s3.query_export_to_s3($$SELECT 'Ω'$$, 'a-bucket', 'no-such', options := 'encoding latin1');
SELECT * FROM objects;
SELECT cleared > 0 AS forgotten FROM s3_clear;

-- several files, each of which stands by itself
SET aws_s3.file_size_limit = '1kB';
SELECT * FROM aws_s3.query_export_to_s3($$SELECT i, repeat('x', 300) AS x FROM generate_series(1, 10) i$$, 'a-bucket', 'cut.csv', options := 'format csv, header');
SELECT * FROM aws_s3.query_export_to_s3($$SELECT i, repeat('x', 300) AS x FROM generate_series(1, 10) i$$, 'a-bucket', 'cut.txt');
SELECT * FROM aws_s3.query_export_to_s3($$SELECT i, repeat('x', 300) AS x FROM generate_series(1, 10) i$$, 'a-bucket', 'cut.bin', options := 'format binary');
-- the last row fills the last file
SELECT * FROM aws_s3.query_export_to_s3($$SELECT repeat('x', 511) FROM generate_series(1, 4)$$, 'a-bucket', 'full');
-- a row is never cut
SELECT * FROM aws_s3.query_export_to_s3($$SELECT repeat('x', 5000) FROM generate_series(1, 2)$$, 'a-bucket', 'long');
RESET aws_s3.file_size_limit;
SELECT key, size, replace(content, repeat('x', 300), '...') AS content FROM objects WHERE key ~ '^cut.(csv|txt)';
SELECT key, size, substr(decode(base64, 'base64'), 1, 19) AS header, substr(decode(base64, 'base64'), size::int - 1) AS trailer FROM s3_objects WHERE key ~ '^cut.bin' ORDER BY key;
SELECT key, size FROM objects WHERE key !~ '^cut';
SELECT cleared > 0 AS forgotten FROM s3_clear;

--
-- Which queries
--
SELECT * FROM aws_s3.query_export_to_s3('VALUES (1), (2)', 'a-bucket', 'values');
SELECT * FROM aws_s3.query_export_to_s3('WITH w AS (SELECT 1 AS one) SELECT * FROM w', 'a-bucket', 'with');
SELECT * FROM aws_s3.query_export_to_s3('/* all */ SELECT 1; -- of it', 'a-bucket', 'comments');
SELECT * FROM aws_s3.query_export_to_s3($$INSERT INTO sample_table VALUES (4, 'Thursday'), (5, 'Friday') RETURNING *$$, 'a-bucket', 'insert');
SELECT * FROM aws_s3.query_export_to_s3($$UPDATE sample_table SET name = upper(name) WHERE bid > 3 RETURNING name$$, 'a-bucket', 'update') u,
  aws_s3.query_export_to_s3('SELECT * FROM sample_table WHERE bid > 3 ORDER BY bid', 'a-bucket', 'updated') e;
SELECT * FROM aws_s3.query_export_to_s3('DELETE FROM sample_table WHERE bid > 3 RETURNING bid', 'a-bucket', 'delete');
SELECT * FROM objects;
SELECT count(*) FROM sample_table;
-- notices, exports in exports, and the client's own COPY around them
CREATE FUNCTION note(i int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE 'row %', i;
  RETURN i;
END $$;
SELECT * FROM aws_s3.query_export_to_s3('SELECT note(i) FROM generate_series(1, 3) i', 'a-bucket', 'notices');
SELECT * FROM aws_s3.query_export_to_s3($$SELECT note(i), e.* FROM generate_series(1, 2) i,
  aws_s3.query_export_to_s3('SELECT note(10 + ' || i || ') FROM generate_series(1, 2)', 'a-bucket', 'inner' || i) e$$, 'a-bucket', 'outer');
COPY (SELECT note(7), e.* FROM generate_series(1, 2) i,
  aws_s3.query_export_to_s3('SELECT note(i) FROM generate_series(1, 2) i', 'a-bucket', 'in-copy' || i) e) TO STDOUT;
SELECT * FROM objects WHERE key ~ '^(notices|inner|outer|in-copy)';
-- as COPY TO does it, in a transaction that reads only, too
BEGIN READ ONLY;
SELECT * FROM aws_s3.query_export_to_s3('SELECT count(*) FROM sample_table', 'a-bucket', 'read-only');
SELECT * FROM aws_s3.query_export_to_s3('DELETE FROM sample_table RETURNING *', 'a-bucket', 'read-only');
ROLLBACK;
SELECT cleared > 0 AS forgotten FROM s3_clear;

-- errors, of which nothing is left in S3
SELECT * FROM aws_s3.query_export_to_s3('SELECT * FORM sample_table', 'a-bucket', 'none');
SELECT * FROM aws_s3.query_export_to_s3('SELECT * FROM no_such_table', 'a-bucket', 'none');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 10 / (3 - i) FROM generate_series(1, 5) i', 'a-bucket', 'none');
SELECT * FROM aws_s3.query_export_to_s3('', 'a-bucket', 'none');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1; SELECT 2', 'a-bucket', 'none');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1; DROP TABLE sample_table', 'a-bucket', 'none');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1) TO PROGRAM ''true'' --', 'a-bucket', 'none');
SELECT * FROM aws_s3.query_export_to_s3('DROP TABLE sample_table', 'a-bucket', 'none');
SELECT * FROM aws_s3.query_export_to_s3('COPY sample_table TO STDOUT', 'a-bucket', 'none');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1 INTO another', 'a-bucket', 'none');
SELECT * FROM aws_s3.query_export_to_s3('DELETE FROM sample_table', 'a-bucket', 'none');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'a-bucket', 'none', options := 'format parquet');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'a-bucket', 'none', options := 'format csv, no_such 1');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1 AS a', 'a-bucket', 'none', options := 'format csv, force_quote (b)');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'a-bucket', 'none', options := 'format csv) TO PROGRAM ''true'' --');
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'a-bucket', 'none', options := 'format csv); DROP TABLE sample_table; --');
DO $$
BEGIN
  PERFORM aws_s3.query_export_to_s3('SELECT 1 / 0', 'a-bucket', 'none');
EXCEPTION WHEN division_by_zero THEN
  PERFORM aws_s3.query_export_to_s3('SELECT 2', 'a-bucket', 'handled');
END $$;
SELECT * FROM objects;
SELECT * FROM s3_uploads;
SELECT to_regclass('another') AS another, count(*) FROM sample_table;

--
-- There and back
--
CREATE TABLE there (i int, t text, u text, n numeric, at timestamptz, b bytea, a text[], j jsonb);
INSERT INTO there VALUES
  (1, 'plain', NULL, 1.50, '2026-01-02 03:04:05.678901+00', '\x0001ff', '{a,NULL,"c,d"}', '{"k": [1, "ü"]}'),
  (2, E'a\tb\nc\rd\\e"f''g,h:i|j', '', 'NaN', 'infinity', '', '{}', 'null'),
  (3, '\.', '\N', -0.000001, '-infinity', NULL, NULL, '"\\.\n"'),
  (4, ' blanks ', 'NULL', 12345678901234567890, NULL, '\x5c2e0a', '{""}', NULL);
CREATE TABLE back (LIKE there);
CREATE FUNCTION travel(export_options text, import_options text, OUT said text, OUT same bool) LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE back;
  PERFORM aws_s3.query_export_to_s3('SELECT * FROM there', 'a-bucket', 'travel', options := export_options);
  said := aws_s3.table_import_from_s3('back', '', import_options, aws_commons.create_s3_uri('a-bucket', 'travel', 'us-west-2'));
  same := (SELECT array_agg(t::text ORDER BY i) FROM there t) = (SELECT array_agg(t::text ORDER BY i) FROM back t);
END $$;
SELECT options, said, same FROM unnest(ARRAY['format text', 'format csv', 'format csv, header', 'format csv, force_quote *',
  $$format csv, delimiter '|', quote '''', escape '\', null '?'$$, $$format text, delimiter ':', null '?'$$, 'format binary']) options, travel(options, '(' || replace(options, ', force_quote *', '') || ')');
SELECT * FROM travel('format text, encoding UTF8', 'ENCODING ''UTF8''');
SELECT * FROM travel(NULL, NULL);
-- several files, one after the other
SET aws_s3.file_size_limit = '1kB';
SELECT * FROM aws_s3.query_export_to_s3($$SELECT i, repeat('x', 100) FROM generate_series(1, 25) i$$, 'a-bucket', 'several', options := 'format csv, header');
RESET aws_s3.file_size_limit;
TRUNCATE back;
SELECT aws_s3.table_import_from_s3('back', 'i,t', '(format csv, header)', 'a-bucket', key, 'us-west-2') FROM (SELECT key FROM objects WHERE key ~ '^several') o ORDER BY key;
SELECT count(*), count(DISTINCT i), min(i), max(i), min(length(t)), max(length(t)) FROM back;

--
-- Privileges are the caller's
--
CREATE ROLE exporter;
SET ROLE exporter;
SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'a-bucket', 'of-role');
RESET ROLE;
GRANT USAGE ON SCHEMA aws_s3 TO exporter;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 TO exporter;
CREATE USER MAPPING FOR exporter SERVER aws_s3
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SET ROLE exporter;
SELECT * FROM aws_s3.query_export_to_s3('SELECT * FROM sample_table', 'a-bucket', 'of-role');
SET aws_s3.file_size_limit = '1kB';
RESET ROLE;
GRANT SELECT ON sample_table TO exporter;
ALTER TABLE sample_table ENABLE ROW LEVEL SECURITY;
CREATE POLICY odd ON sample_table USING (bid % 2 = 1);
SET ROLE exporter;
SELECT * FROM aws_s3.query_export_to_s3('SELECT * FROM sample_table', 'a-bucket', 'of-role');
RESET ROLE;
SELECT * FROM objects WHERE key = 'of-role';

SELECT cleared > 0 AS forgotten FROM s3_clear;
SET client_min_messages = warning;
DROP SERVER aws_s3 CASCADE;
DROP EXTENSION aws_commons CASCADE;
DROP VIEW IF EXISTS objects;
DROP TABLE sample_table, basic_test, there, back;
DROP FUNCTION note, travel;
DROP OWNED BY exporter;
DROP ROLE exporter, s3_superuser;
