/* compat/aws_ml--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION aws_ml" to load this file. \quit

-- The schemas are the extension's, whatever WITH SCHEMA says: dumps of Aurora
-- say public.  One that another extension has made will do, if a superuser owns
-- it.  The role is of the cluster, not of the extension, which it outlives: other
-- databases may have the extension too, and pg_dumpall has the role before it.
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['aws_comprehend', 'aws_sagemaker'] LOOP
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
                   WHERE n.nspname = name AND r.rolsuper) THEN
      EXECUTE pg_catalog.format('CREATE SCHEMA %I', name);
    END IF;
  END LOOP;
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'aws_ml') THEN
    CREATE ROLE aws_ml NOLOGIN;
  END IF;
  IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'rds_superuser') THEN
    GRANT aws_ml TO rds_superuser;
  END IF;
END $$;

-- What the planner calls of the two below: it has the library loaded in time for
-- their calls to go in batches.
CREATE FUNCTION aws_comprehend.ml_support(internal)
RETURNS internal
AS 'MODULE_PATHNAME', 'aws_ml_support'
LANGUAGE C STRICT;

CREATE FUNCTION aws_comprehend.detect_sentiment(
  IN input_text varchar,
  IN language_code varchar,
  IN max_rows_per_batch int DEFAULT NULL,
  OUT sentiment varchar,
  OUT confidence real)
AS 'MODULE_PATHNAME', 'aws_ml_detect_sentiment'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 5000
SUPPORT aws_comprehend.ml_support;

CREATE FUNCTION aws_sagemaker.invoke_endpoint(
  IN endpoint_name varchar,
  IN max_rows_per_batch int,
  VARIADIC model_input "any",
  OUT model_output varchar)
AS 'MODULE_PATHNAME', 'aws_ml_invoke_endpoint'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 5000
SUPPORT aws_comprehend.ml_support;

COMMENT ON FUNCTION aws_comprehend.ml_support(internal) IS 'planner support of the functions of aws_ml';
COMMENT ON FUNCTION aws_comprehend.detect_sentiment(varchar, varchar, int) IS 'the sentiment of a text, by Amazon Comprehend';
COMMENT ON FUNCTION aws_sagemaker.invoke_endpoint(varchar, int, "any") IS 'what a model of Amazon SageMaker makes of its input';

REVOKE ALL ON FUNCTION aws_comprehend.ml_support(internal) FROM PUBLIC;
REVOKE ALL ON FUNCTION aws_comprehend.detect_sentiment(varchar, varchar, int) FROM PUBLIC;
REVOKE ALL ON FUNCTION aws_sagemaker.invoke_endpoint(varchar, int, "any") FROM PUBLIC;

-- The role administers the functions: it may call them, and let others.  Without
-- the support function its GRANT ... ON ALL FUNCTIONS would fail.
GRANT USAGE ON SCHEMA aws_comprehend, aws_sagemaker TO aws_ml WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION aws_comprehend.ml_support(internal) TO aws_ml WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION aws_comprehend.detect_sentiment(varchar, varchar, int) TO aws_ml WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION aws_sagemaker.invoke_endpoint(varchar, int, "any") TO aws_ml WITH GRANT OPTION;
