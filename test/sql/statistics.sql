-- pg_stat_lambda and its reset.  Where the server shares no memory with the
-- library, which is so before 17 unless it is preloaded, a session counts for
-- itself: these tests are right either way.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
SELECT lambda_fdw_stats_reset();
SELECT shared_by IN ('preload', 'registry', 'session') AS known, bytes > 0 AS has_bytes, stats_used, stats_max >= 100 AS has_room, stats_reset <= now() + '1 h' AS is_set
FROM lambda_fdw_shared_memory();
SELECT * FROM pg_stat_lambda WHERE datname = current_database();
\d pg_stat_lambda
