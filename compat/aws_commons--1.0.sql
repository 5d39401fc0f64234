/* compat/aws_commons--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION aws_commons" to load this file. \quit

-- Users have columns and variables of this type: it is never dropped or changed.
CREATE TYPE @extschema@._lambda_function_arn_1 AS (
  function_name text,
  region text);

COMMENT ON TYPE @extschema@._lambda_function_arn_1 IS 'a Lambda function and its region';

CREATE FUNCTION @extschema@.create_lambda_function_arn(
  function_name text,
  region text DEFAULT NULL)
RETURNS @extschema@._lambda_function_arn_1
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ROW(function_name, region)::@extschema@._lambda_function_arn_1;

COMMENT ON FUNCTION @extschema@.create_lambda_function_arn(text, text) IS 'a Lambda function and its region, for aws_lambda.invoke';

-- Nothing here invokes anything.
GRANT USAGE ON SCHEMA @extschema@ TO PUBLIC;
