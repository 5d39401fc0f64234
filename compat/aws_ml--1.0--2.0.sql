/* compat/aws_ml--1.0--2.0.sql */

-- complain if script is sourced in psql, rather than via ALTER EXTENSION
\echo Use "ALTER EXTENSION aws_ml UPDATE TO '2.0'" to load this file. \quit

-- 2.0 adds Amazon Bedrock.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner
                 WHERE n.nspname = 'aws_bedrock' AND r.rolsuper) THEN
    CREATE SCHEMA aws_bedrock;
  END IF;
  -- DROP ROLE may have come between
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'aws_ml') THEN
    CREATE ROLE aws_ml NOLOGIN;
  END IF;
END $$;

CREATE FUNCTION aws_bedrock.invoke_model(
  IN model_id varchar,
  IN content_type text,
  IN accept_type text,
  IN model_input text,
  OUT model_output varchar)
AS 'MODULE_PATHNAME', 'aws_ml_invoke_model'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 5000;

CREATE FUNCTION aws_bedrock.invoke_model_get_embeddings(
  IN model_id varchar,
  IN content_type text,
  IN json_key text,
  IN model_input text,
  OUT model_output float8[])
AS 'MODULE_PATHNAME', 'aws_ml_invoke_model_get_embeddings'
LANGUAGE C VOLATILE PARALLEL RESTRICTED COST 5000;

COMMENT ON FUNCTION aws_bedrock.invoke_model(varchar, text, text, text) IS 'the answer of a model of Amazon Bedrock';
COMMENT ON FUNCTION aws_bedrock.invoke_model_get_embeddings(varchar, text, text, text) IS 'the embedding that a model of Amazon Bedrock answers with';

REVOKE ALL ON FUNCTION aws_bedrock.invoke_model(varchar, text, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION aws_bedrock.invoke_model_get_embeddings(varchar, text, text, text) FROM PUBLIC;

GRANT USAGE ON SCHEMA aws_bedrock TO aws_ml WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION aws_bedrock.invoke_model(varchar, text, text, text) TO aws_ml WITH GRANT OPTION;
GRANT EXECUTE ON FUNCTION aws_bedrock.invoke_model_get_embeddings(varchar, text, text, text) TO aws_ml WITH GRANT OPTION;
