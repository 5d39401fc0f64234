-- The extension aws_s3 and its import: what the guides of RDS and Aurora show,
-- and what S3 was asked for.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT

-- "Install the aws_s3 extension"
CREATE EXTENSION aws_s3 CASCADE;
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

DROP EXTENSION aws_commons CASCADE;
SELECT nspname FROM pg_namespace WHERE nspname ~ '^aws_';
