/* lambda_fdw--1.0.sql */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION lambda_fdw" to load this file. \quit

CREATE FUNCTION lambda_fdw_handler()
RETURNS fdw_handler
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

CREATE FUNCTION lambda_fdw_validator(text[], oid)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT;

CREATE FOREIGN DATA WRAPPER lambda_fdw
  HANDLER lambda_fdw_handler
  VALIDATOR lambda_fdw_validator;

CREATE FUNCTION lambda_fdw_options(
  OUT name text,
  OUT object text,
  OUT kind text,
  OUT minimum float8,
  OUT maximum float8,
  OUT default_value text,
  OUT sensitive boolean,
  OUT superuser_only boolean,
  OUT summary text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT STABLE PARALLEL SAFE;

COMMENT ON FUNCTION lambda_fdw_options() IS 'the options of lambda_fdw''s servers, user mappings, foreign tables and columns';
