-- pg_stat_lambda and its reset.  Where the server shares no memory with the
-- library, which is so before 17 unless it is preloaded, a session counts for
-- itself: these tests are right either way.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA statistics;
SET search_path = statistics, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER counted FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER counted
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE items (id int) SERVER counted OPTIONS (function_arn 'items');
CREATE FOREIGN TABLE function_error (id int) SERVER counted OPTIONS (function_arn 'function_error');

SELECT lambda_fdw_stats_reset();
SELECT shared_by IN ('preload', 'registry', 'session') AS known, bytes > 0 AS has_bytes, stats_used, stats_evictions,
  stats_max >= 100 AS has_room, stats_reset BETWEEN now() - interval '1 min' AND now() AS is_new
FROM lambda_fdw_shared_memory();
SELECT count(*) FROM pg_stat_lambda;

-- a row for each function and qualifier
SELECT count(*) FROM items;
SELECT count(*) FROM items;
SELECT count(*) FROM function_error;
SELECT status_code FROM lambda_invoke('counted', 'items', '{}', qualifier => 'prod');
SELECT datname = current_database() AS here, usename = current_user AS me, server, service, function, qualifier,
  invocations, attempts, throttles, function_errors, service_errors, transport_errors, timeouts, cancelled, refused, rows
FROM pg_stat_lambda ORDER BY function, qualifier NULLS FIRST;
SELECT sent_bytes > 0 AS sent, received_bytes > 0 AS received, total_ms > 0 AS took, round(mean_ms * 2) = round(total_ms) AS mean,
  max_ms <= total_ms AND max_ms >= mean_ms AS max, array_length(histogram, 1), (SELECT sum(n) FROM unnest(histogram) n) AS ended,
  slot_wait_ms, reports, billed_ms, billed_gb_seconds, estimated_cost,
  last_error, last_error_at, since BETWEEN (SELECT stats_reset FROM lambda_fdw_shared_memory()) AND clock_timestamp() AS since
FROM pg_stat_lambda WHERE function = 'items' AND qualifier IS NULL;
SELECT last_error IS NOT NULL AS has_error, last_error_at >= since AS is_after
FROM pg_stat_lambda WHERE function = 'function_error';

-- what it costs where the prices are set; requests alone, as no log told of more
SET lambda_fdw.price_request = 0.5;
SELECT function, estimated_cost FROM pg_stat_lambda ORDER BY function, qualifier NULLS FIRST;
RESET lambda_fdw.price_request;

-- nothing is counted that is not to be
SET lambda_fdw.track = off;
SELECT count(*) FROM items;
RESET lambda_fdw.track;
SELECT invocations FROM pg_stat_lambda WHERE function = 'items' AND qualifier IS NULL;

-- the server has the name that it had at its last call, even when it is dropped
ALTER SERVER counted RENAME TO "zählt";
SELECT count(*) FROM items;
SELECT server, function, invocations FROM pg_stat_lambda ORDER BY function, qualifier NULLS FIRST;

-- another role sees how much there is, not what; it may not reset
CREATE ROLE regress_seer;
SET ROLE regress_seer;
SELECT usename IS NOT NULL AS by, datname IS NOT NULL AS there, serverid, server, service, function, qualifier, invocations, last_error
FROM pg_stat_lambda ORDER BY invocations;
SELECT lambda_fdw_stats_reset();
SELECT stats_used FROM lambda_fdw_shared_memory();
RESET ROLE;
GRANT pg_read_all_stats TO regress_seer;
GRANT EXECUTE ON FUNCTION lambda_fdw_stats_reset() TO regress_seer;
SET ROLE regress_seer;
SELECT server, function, qualifier, invocations FROM pg_stat_lambda ORDER BY function, qualifier NULLS FIRST;
SELECT lambda_fdw_stats_reset();
SELECT count(*) FROM pg_stat_lambda;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION lambda_fdw_stats_reset() FROM regress_seer;
DROP ROLE regress_seer;

-- a table of rows that are too many: those that are used stay
CREATE FUNCTION invoke(name text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lambda_invoke('zählt', name, '{}');
EXCEPTION WHEN OTHERS THEN
  NULL;
END $$;
SELECT lambda_fdw_stats_reset();
DO $$
BEGIN
  FOR i IN 1 .. 10 + (SELECT least(stats_max, 100) FROM lambda_fdw_shared_memory()) LOOP
    PERFORM invoke('none-' || i);
    PERFORM count(*) FROM items;
  END LOOP;
END $$;
SELECT stats_used <= stats_max AS within, (stats_evictions > 0) = (stats_max <= 100) AS evicted,
  stats_used + stats_evictions AS made
FROM lambda_fdw_shared_memory();
SELECT invocations FROM pg_stat_lambda WHERE function = 'items';

SET client_min_messages = warning;
DROP SCHEMA statistics CASCADE;
DROP SERVER "zählt" CASCADE;
SELECT server, function, invocations FROM pg_stat_lambda WHERE function = 'items';
\d pg_stat_lambda
