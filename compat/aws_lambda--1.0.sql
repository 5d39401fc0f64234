/* compat/aws_lambda--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION aws_lambda" to load this file. \quit

-- The schema is the extension's, whatever WITH SCHEMA says: dumps of RDS say
-- public.  One that another extension has made will do, if a superuser owns it.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
                 WHERE n.nspname = 'aws_lambda' AND r.rolsuper) THEN
    CREATE SCHEMA aws_lambda;
  END IF;
END $$;

-- The four overloads that Amazon RDS documents.

CREATE FUNCTION aws_lambda.invoke(
  IN function_name text,
  IN payload json,
  IN region text DEFAULT NULL,
  IN invocation_type text DEFAULT 'RequestResponse',
  IN log_type text DEFAULT 'None',
  IN context json DEFAULT NULL,
  IN qualifier varchar(128) DEFAULT NULL,
  OUT status_code int,
  OUT payload json,
  OUT executed_version text,
  OUT log_result text)
AS 'MODULE_PATHNAME', 'aws_lambda_invoke'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

CREATE FUNCTION aws_lambda.invoke(
  IN function_name aws_commons._lambda_function_arn_1,
  IN payload json,
  IN invocation_type text DEFAULT 'RequestResponse',
  IN log_type text DEFAULT 'None',
  IN context json DEFAULT NULL,
  IN qualifier varchar(128) DEFAULT NULL,
  OUT status_code int,
  OUT payload json,
  OUT executed_version text,
  OUT log_result text)
AS 'MODULE_PATHNAME', 'aws_lambda_invoke_arn'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

CREATE FUNCTION aws_lambda.invoke(
  IN function_name text,
  IN payload jsonb,
  IN region text DEFAULT NULL,
  IN invocation_type text DEFAULT 'RequestResponse',
  IN log_type text DEFAULT 'None',
  IN context jsonb DEFAULT NULL,
  IN qualifier varchar(128) DEFAULT NULL,
  OUT status_code int,
  OUT payload jsonb,
  OUT executed_version text,
  OUT log_result text)
AS 'MODULE_PATHNAME', 'aws_lambda_invoke'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

CREATE FUNCTION aws_lambda.invoke(
  IN function_name aws_commons._lambda_function_arn_1,
  IN payload jsonb,
  IN invocation_type text DEFAULT 'RequestResponse',
  IN log_type text DEFAULT 'None',
  IN context jsonb DEFAULT NULL,
  IN qualifier varchar(128) DEFAULT NULL,
  OUT status_code int,
  OUT payload jsonb,
  OUT executed_version text,
  OUT log_result text)
AS 'MODULE_PATHNAME', 'aws_lambda_invoke_arn'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

-- A call with six arguments, four of them literals: RDS finds no best overload.
CREATE FUNCTION aws_lambda.invoke(
  IN function_name text,
  IN payload json,
  IN region_or_invocation_type text,
  IN invocation_or_log_type text,
  IN log_type_or_context text,
  IN context_or_qualifier text,
  OUT status_code int,
  OUT payload json,
  OUT executed_version text,
  OUT log_result text)
AS 'MODULE_PATHNAME', 'aws_lambda_invoke_words'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION aws_lambda.invoke(text, json, text, text, text, json, varchar) IS 'invokes a Lambda function';
COMMENT ON FUNCTION aws_lambda.invoke(aws_commons._lambda_function_arn_1, json, text, text, json, varchar) IS 'invokes a Lambda function';
COMMENT ON FUNCTION aws_lambda.invoke(text, jsonb, text, text, text, jsonb, varchar) IS 'invokes a Lambda function';
COMMENT ON FUNCTION aws_lambda.invoke(aws_commons._lambda_function_arn_1, jsonb, text, text, jsonb, varchar) IS 'invokes a Lambda function';
COMMENT ON FUNCTION aws_lambda.invoke(text, json, text, text, text, text) IS 'invokes a Lambda function';

REVOKE ALL ON FUNCTION aws_lambda.invoke(text, json, text, text, text, json, varchar) FROM PUBLIC;
REVOKE ALL ON FUNCTION aws_lambda.invoke(aws_commons._lambda_function_arn_1, json, text, text, json, varchar) FROM PUBLIC;
REVOKE ALL ON FUNCTION aws_lambda.invoke(text, jsonb, text, text, text, jsonb, varchar) FROM PUBLIC;
REVOKE ALL ON FUNCTION aws_lambda.invoke(aws_commons._lambda_function_arn_1, jsonb, text, text, jsonb, varchar) FROM PUBLIC;

-- No dump of RDS grants EXECUTE on the fifth: everybody has it, and the function
-- refuses whoever has none on the overloads that it stands for.
GRANT EXECUTE ON FUNCTION aws_lambda.invoke(text, json, text, text, text, text) TO PUBLIC;
