/* compat/aws_s3--1.1.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION aws_s3" to load this file. \quit

-- The schema is the extension's, whatever WITH SCHEMA says: dumps of RDS say
-- public.  One that another extension has made will do, if a superuser owns it.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
                 WHERE n.nspname = 'aws_s3' AND r.rolsuper) THEN
    CREATE SCHEMA aws_s3;
  END IF;
END $$;

-- The signatures that Amazon RDS documents.

CREATE FUNCTION aws_s3.table_import_from_s3(
  table_name text,
  column_list text,
  options text,
  s3_info aws_commons._s3_uri_1)
RETURNS text
AS 'MODULE_PATHNAME', 'aws_s3_import_uri'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

CREATE FUNCTION aws_s3.table_import_from_s3(
  table_name text,
  column_list text,
  options text,
  s3_info aws_commons._s3_uri_1,
  credentials aws_commons._aws_credentials_1)
RETURNS text
AS 'MODULE_PATHNAME', 'aws_s3_import_uri'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

-- The region has no default: psql's literals of an object and of credentials,
-- which are of unknown type, would be bucket and file_path.
CREATE FUNCTION aws_s3.table_import_from_s3(
  table_name text,
  column_list text,
  options text,
  bucket text,
  file_path text,
  region text,
  access_key text DEFAULT NULL,
  secret_key text DEFAULT NULL,
  session_token text DEFAULT NULL)
RETURNS text
AS 'MODULE_PATHNAME', 'aws_s3_import_bucket'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

CREATE FUNCTION aws_s3.query_export_to_s3(
  IN query text,
  IN s3_info aws_commons._s3_uri_1,
  IN options text DEFAULT NULL,
  IN kms_key text DEFAULT NULL,
  OUT rows_uploaded bigint,
  OUT files_uploaded bigint,
  OUT bytes_uploaded bigint)
AS 'MODULE_PATHNAME', 'aws_s3_export_uri'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

CREATE FUNCTION aws_s3.query_export_to_s3(
  IN query text,
  IN bucket text,
  IN file_path text,
  IN region text DEFAULT NULL,
  IN options text DEFAULT NULL,
  IN kms_key text DEFAULT NULL,
  OUT rows_uploaded bigint,
  OUT files_uploaded bigint,
  OUT bytes_uploaded bigint)
AS 'MODULE_PATHNAME', 'aws_s3_export_bucket'
LANGUAGE C VOLATILE PARALLEL UNSAFE;

COMMENT ON FUNCTION aws_s3.table_import_from_s3(text, text, text, aws_commons._s3_uri_1) IS 'imports an object of Amazon S3 into a table';
COMMENT ON FUNCTION aws_s3.table_import_from_s3(text, text, text, aws_commons._s3_uri_1, aws_commons._aws_credentials_1) IS 'imports an object of Amazon S3 into a table';
COMMENT ON FUNCTION aws_s3.table_import_from_s3(text, text, text, text, text, text, text, text, text) IS 'imports an object of Amazon S3 into a table';
COMMENT ON FUNCTION aws_s3.query_export_to_s3(text, aws_commons._s3_uri_1, text, text) IS 'exports the result of a query to Amazon S3';
COMMENT ON FUNCTION aws_s3.query_export_to_s3(text, text, text, text, text, text) IS 'exports the result of a query to Amazon S3';

REVOKE ALL ON FUNCTION aws_s3.table_import_from_s3(text, text, text, aws_commons._s3_uri_1) FROM PUBLIC;
REVOKE ALL ON FUNCTION aws_s3.table_import_from_s3(text, text, text, aws_commons._s3_uri_1, aws_commons._aws_credentials_1) FROM PUBLIC;
REVOKE ALL ON FUNCTION aws_s3.table_import_from_s3(text, text, text, text, text, text, text, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aws_s3.query_export_to_s3(text, aws_commons._s3_uri_1, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aws_s3.query_export_to_s3(text, text, text, text, text, text) FROM PUBLIC;
