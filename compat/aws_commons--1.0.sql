/* compat/aws_commons--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION aws_commons" to load this file. \quit

-- The schema is the extension's, whatever WITH SCHEMA says: dumps of RDS say
-- public.  One that another extension has made will do, if a superuser owns it.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
                 WHERE n.nspname = 'aws_commons' AND r.rolsuper) THEN
    CREATE SCHEMA aws_commons;
  END IF;
END $$;

-- Users have columns and variables of these types: they are never dropped or changed.
CREATE TYPE aws_commons._lambda_function_arn_1 AS (
  function_name text,
  region text);

COMMENT ON TYPE aws_commons._lambda_function_arn_1 IS 'a Lambda function and its region';

CREATE FUNCTION aws_commons.create_lambda_function_arn(
  function_name text,
  region text DEFAULT NULL)
RETURNS aws_commons._lambda_function_arn_1
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(function_name, region)::aws_commons._lambda_function_arn_1;

COMMENT ON FUNCTION aws_commons.create_lambda_function_arn(text, text) IS 'a Lambda function and its region, for aws_lambda.invoke';

CREATE TYPE aws_commons._s3_uri_1 AS (
  bucket text,
  file_path text,
  region text);

COMMENT ON TYPE aws_commons._s3_uri_1 IS 'an object of Amazon S3 and its region';

CREATE TYPE aws_commons._aws_credentials_1 AS (
  access_key text,
  secret_key text,
  session_token text);

COMMENT ON TYPE aws_commons._aws_credentials_1 IS 'keys of AWS';

CREATE FUNCTION aws_commons.create_s3_uri(
  bucket text,
  file_path text,
  region text DEFAULT NULL)
RETURNS aws_commons._s3_uri_1
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(bucket, file_path, region)::aws_commons._s3_uri_1;

COMMENT ON FUNCTION aws_commons.create_s3_uri(text, text, text) IS 'an object of Amazon S3 and its region, for the functions of aws_s3';

CREATE FUNCTION aws_commons.create_aws_credentials(
  access_key text,
  secret_key text,
  session_token text)
RETURNS aws_commons._aws_credentials_1
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(access_key, secret_key, session_token)::aws_commons._aws_credentials_1;

COMMENT ON FUNCTION aws_commons.create_aws_credentials(text, text, text) IS 'keys of AWS, for aws_s3.table_import_from_s3';

-- Nothing here calls AWS.
GRANT USAGE ON SCHEMA aws_commons TO PUBLIC;
