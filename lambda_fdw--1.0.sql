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
  OUT description text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT STABLE PARALLEL SAFE;

COMMENT ON FUNCTION lambda_fdw_options() IS 'the options of lambda_fdw''s servers, user mappings, foreign tables and columns';

CREATE FUNCTION lambda_fdw_version(
  OUT component text,
  OUT built_with text,
  OUT runs_with text,
  OUT details text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT STABLE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_version() IS 'the versions of what lambda_fdw was built with and runs with';

CREATE FUNCTION lambda_invoke(
  server text,
  function text,
  payload jsonb DEFAULT NULL,
  invocation_type text DEFAULT 'RequestResponse',
  qualifier text DEFAULT NULL,
  log_type text DEFAULT 'None',
  client_context jsonb DEFAULT NULL,
  idempotent boolean DEFAULT false,
  tenant_id text DEFAULT NULL,
  durable_execution_name text DEFAULT NULL,
  deliver_at text DEFAULT 'statement',
  OUT status_code integer,
  OUT payload jsonb,
  OUT executed_version text,
  OUT log_result text,
  OUT durable_execution_arn text)
RETURNS record
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_invoke(text, text, jsonb, text, text, text, jsonb, boolean, text, text, text) IS 'invokes a Lambda function through a foreign server';

REVOKE ALL ON FUNCTION lambda_invoke(text, text, jsonb, text, text, text, jsonb, boolean, text, text, text) FROM PUBLIC;

CREATE FUNCTION lambda_fdw_sketch(
  server text,
  function text,
  payload jsonb DEFAULT NULL,
  row_limit integer DEFAULT 1000)
RETURNS text
AS 'MODULE_PATHNAME'
LANGUAGE C VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_sketch(text, text, jsonb, integer) IS 'invokes a Lambda function once, and writes a CREATE FOREIGN TABLE for what it answers; for those who may execute lambda_invoke';

CREATE FUNCTION lambda_fdw_check(
  table_name regclass,
  OUT column_name name,
  OUT property text,
  OUT in_table text,
  OUT in_function text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_check(regclass) IS 'where a foreign table and what its function says of it differ';

CREATE FUNCTION lambda_fdw_connections(
  OUT server_name text,
  OUT user_name text,
  OUT address text,
  OUT port integer,
  OUT opened_at timestamptz,
  OUT valid boolean)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_connections() IS 'the connections this session keeps to Lambda';

CREATE FUNCTION lambda_fdw_disconnect(server text)
RETURNS boolean
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_disconnect(text) IS 'closes this session''s connections to a server';

CREATE FUNCTION lambda_fdw_credentials(
  server text,
  OUT source text,
  OUT access_key_id text,
  OUT expires_at timestamptz,
  OUT problem text)
RETURNS record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_credentials(text) IS 'which credentials the current user''s invocations are signed with, or why there are none';

CREATE FUNCTION lambda_fdw_stats(
  OUT dbid oid,
  OUT userid oid,
  OUT serverid oid,
  OUT server text,
  OUT service text,
  OUT function text,
  OUT qualifier text,
  OUT invocations bigint,
  OUT attempts bigint,
  OUT throttles bigint,
  OUT function_errors bigint,
  OUT service_errors bigint,
  OUT transport_errors bigint,
  OUT timeouts bigint,
  OUT cancelled bigint,
  OUT refused bigint,
  OUT rows bigint,
  OUT sent_bytes bigint,
  OUT received_bytes bigint,
  OUT cache_hits bigint,
  OUT cache_misses bigint,
  OUT total_ms float8,
  OUT mean_ms float8,
  OUT max_ms float8,
  OUT histogram bigint[],
  OUT slot_wait_ms float8,
  OUT reports bigint,
  OUT billed_ms bigint,
  OUT billed_gb_seconds float8,
  OUT estimated_cost float8,
  OUT last_error text,
  OUT last_error_at timestamptz,
  OUT since timestamptz)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_stats() IS 'the rows of pg_stat_lambda, by the ids of databases and roles';

CREATE VIEW pg_stat_lambda AS
  SELECT s.dbid, d.datname, s.userid, u.rolname AS usename,
         s.serverid, s.server, s.service, s.function, s.qualifier,
         s.invocations, s.attempts, s.throttles, s.function_errors,
         s.service_errors, s.transport_errors, s.timeouts, s.cancelled,
         s.refused, s.rows, s.sent_bytes, s.received_bytes,
         s.cache_hits, s.cache_misses,
         s.total_ms, s.mean_ms, s.max_ms, s.histogram, s.slot_wait_ms,
         s.reports, s.billed_ms, s.billed_gb_seconds, s.estimated_cost,
         s.last_error, s.last_error_at, s.since
  FROM lambda_fdw_stats() s
  LEFT JOIN pg_catalog.pg_database d ON d.oid = s.dbid
  LEFT JOIN pg_catalog.pg_roles u ON u.oid = s.userid;

COMMENT ON VIEW pg_stat_lambda IS 'what the calls of functions came to, by function, server, role and database';

GRANT SELECT ON pg_stat_lambda TO PUBLIC;

CREATE FUNCTION lambda_fdw_stats_reset()
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_stats_reset() IS 'empties pg_stat_lambda';

REVOKE ALL ON FUNCTION lambda_fdw_stats_reset() FROM PUBLIC;

CREATE FUNCTION lambda_fdw_shared_memory(
  OUT shared_by text,
  OUT bytes bigint,
  OUT backends integer,
  OUT servers_max integer,
  OUT stats_max integer,
  OUT stats_used integer,
  OUT stats_evictions bigint,
  OUT stats_reset timestamptz)
RETURNS record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_shared_memory() IS 'how sessions share the memory of statistics and limits: by preload or registry, or as session each its own; and what there is in it';

CREATE FUNCTION lambda_fdw_activity(
  OUT pid integer,
  OUT leader_pid integer,
  OUT datid oid,
  OUT usesysid oid,
  OUT operation text,
  OUT callerid oid,
  OUT serverid oid,
  OUT server text,
  OUT service text,
  OUT function text,
  OUT qualifier text,
  OUT state text,
  OUT state_since timestamptz,
  OUT attempt integer,
  OUT request_id text,
  OUT calls_done bigint,
  OUT calls_under_way bigint,
  OUT calls_to_do bigint,
  OUT rows bigint,
  OUT sent_bytes bigint,
  OUT received_bytes bigint,
  OUT started_at timestamptz,
  OUT trace_id text)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_activity() IS 'the rows of pg_stat_lambda_activity, by the ids of databases and roles';

CREATE VIEW pg_stat_lambda_activity AS
  SELECT a.pid, a.leader_pid, a.datid, d.datname, a.usesysid, u.rolname AS usename,
         a.operation, c.rolname AS caller, a.serverid, a.server, a.service,
         a.function, a.qualifier, a.state, a.state_since, a.attempt, a.request_id,
         a.calls_done, a.calls_under_way, a.calls_to_do, a.rows, a.sent_bytes,
         a.received_bytes, a.started_at, a.trace_id
  FROM lambda_fdw_activity() a
  LEFT JOIN pg_catalog.pg_database d ON d.oid = a.datid
  LEFT JOIN pg_catalog.pg_roles u ON u.oid = a.usesysid
  LEFT JOIN pg_catalog.pg_roles c ON c.oid = a.callerid;

COMMENT ON VIEW pg_stat_lambda_activity IS 'what the sessions ask of functions now: a row for each scan, join, write or function of SQL that makes calls';

GRANT SELECT ON pg_stat_lambda_activity TO PUBLIC;

CREATE FUNCTION lambda_fdw_cache(
  OUT dbid oid,
  OUT relid oid,
  OUT userid oid,
  OUT answers bigint,
  OUT asking bigint,
  OUT rows bigint,
  OUT bytes bigint,
  OUT hits bigint,
  OUT oldest_ms float8)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_cache() IS 'the rows of pg_stat_lambda_cache, by the ids of databases, tables and roles';

CREATE VIEW pg_stat_lambda_cache AS
  SELECT c.dbid, d.datname, c.relid, r.relname, c.userid, u.rolname AS usename,
         c.answers, c.asking, c.rows, c.bytes, c.hits, c.oldest_ms
  FROM lambda_fdw_cache() c
  LEFT JOIN pg_catalog.pg_database d ON d.oid = c.dbid
  LEFT JOIN pg_catalog.pg_class r
    ON r.oid = c.relid AND d.datname = pg_catalog.current_database()
  LEFT JOIN pg_catalog.pg_roles u ON u.oid = c.userid;

COMMENT ON VIEW pg_stat_lambda_cache IS 'answers that are kept, by table and role: how many, how large, how old, how often used';

GRANT SELECT ON pg_stat_lambda_cache TO PUBLIC;

CREATE FUNCTION lambda_fdw_cache_clear(foreign_table regclass DEFAULT NULL)
RETURNS void
AS 'MODULE_PATHNAME'
LANGUAGE C CALLED ON NULL INPUT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_cache_clear(regclass) IS 'forgets the answers of a foreign table, or all that are kept';

CREATE FUNCTION lambda_fdw_server_limits(
  OUT datid oid,
  OUT serverid oid,
  OUT server text,
  OUT max_in_flight integer,
  OUT in_flight integer,
  OUT waiting integer,
  OUT max_calls_per_minute integer,
  OUT calls bigint,
  OUT breaker text,
  OUT failures integer,
  OUT opened_at timestamptz,
  OUT next_probe_at timestamptz,
  OUT last_failure text,
  OUT last_failure_at timestamptz)
RETURNS SETOF record
AS 'MODULE_PATHNAME'
LANGUAGE C STRICT VOLATILE PARALLEL RESTRICTED;

COMMENT ON FUNCTION lambda_fdw_server_limits() IS 'the rows of pg_stat_lambda_servers, by the ids of databases';

CREATE VIEW pg_stat_lambda_servers AS
  SELECT s.datid, d.datname, s.serverid, s.server, s.max_in_flight, s.in_flight,
         s.waiting, s.max_calls_per_minute, s.calls, s.breaker, s.failures,
         s.opened_at, s.next_probe_at, s.last_failure, s.last_failure_at
  FROM lambda_fdw_server_limits() s
  JOIN pg_catalog.pg_database d ON d.oid = s.datid
  WHERE d.datname <> pg_catalog.current_database()
     OR EXISTS (SELECT FROM pg_catalog.pg_foreign_server f WHERE f.oid = s.serverid);

COMMENT ON VIEW pg_stat_lambda_servers IS 'servers with limits: calls under way, sessions that wait, and whether calls fail at once';

GRANT SELECT ON pg_stat_lambda_servers TO PUBLIC;
