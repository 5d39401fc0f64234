-- The case of bench/s3: the same CSV to and from S3, and to and from a file.
-- Variables: endpoint (a URL), file, megabytes, rounds.

\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE EXTENSION lambda_fdw;
CREATE EXTENSION aws_s3 CASCADE;
CREATE SERVER aws_s3 FOREIGN DATA WRAPPER lambda_fdw
  OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER aws_s3
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE',
           aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');

-- Rows of some hundred bytes.
CREATE TABLE bench_source AS
  SELECT i::bigint AS id, i % 5000 AS customer,
    '2026-01-01 UTC'::timestamptz + i * interval '7 seconds' AS placed_at,
    (i % 2000 + i % 97 / 100.0)::numeric(10, 2) AS total,
    (ARRAY['Ghent', 'Oslo', 'Turin', 'Porto', 'Graz'])[i % 5 + 1] AS city,
    i % 3 <> 0 AS active, 'second floor, the left-hand door' AS note
  FROM generate_series(1, :megabytes * 11000) i;
CREATE TABLE bench_target (LIKE bench_source);
VACUUM ANALYZE bench_source;

CREATE TABLE bench_contender (number int, name text, beside text, statement text);
INSERT INTO bench_contender VALUES
  (1, 'COPY TO a file', NULL,
   format('COPY (SELECT * FROM bench_source) TO %L WITH (FORMAT csv)', :'file')),
  (2, 'query_export_to_s3', 'COPY TO a file',
   $$SELECT aws_s3.query_export_to_s3('SELECT * FROM bench_source',
     'bench', 'bench.csv', options := 'format csv')$$),
  (3, 'COPY FROM a file', NULL,
   format('COPY bench_target FROM %L WITH (FORMAT csv)', :'file')),
  (4, 'table_import_from_s3', 'COPY FROM a file',
   $$SELECT aws_s3.table_import_from_s3('bench_target', '', '(format csv)',
     'bench', 'bench.csv', 'eu-west-1')$$);
CREATE TABLE bench_time (contender text, round int, wall float8, cpu float8,
  peak float8);

-- Seconds that this process has computed, of which Linux tells hundredths.
CREATE FUNCTION bench_cpu() RETURNS float8 LANGUAGE sql AS $$
  SELECT (words[12]::float8 + words[13]::float8) / 100
  FROM string_to_array(regexp_replace(pg_read_file('/proc/self/stat'),
    '^.*\) ', ''), ' ') words
$$;

-- Megabytes of memory of this process alone: now, or at the most so far.
CREATE FUNCTION bench_memory(name text) RETURNS float8 LANGUAGE sql AS $$
  SELECT substring(status, name || ':\s+(\d+)')::float8 / 1024
  FROM pg_read_file('/proc/self/status') status
$$;

-- The contenders take turns, so that whatever else the machine does meets all
-- of them; round 0 warms up.
CREATE PROCEDURE bench_measure(rounds int) LANGUAGE plpgsql AS $$
DECLARE
  contender bench_contender;
  started timestamptz;
  wall float8;
  cpu float8;
  before float8;
BEGIN
  FOR round IN 0 .. rounds LOOP
    FOR contender IN SELECT * FROM bench_contender ORDER BY number LOOP
      TRUNCATE bench_target;
      COMMIT;
      CHECKPOINT;
      -- Linux forgets the peak
      COPY (SELECT 5) TO '/proc/self/clear_refs';
      before := bench_memory('RssAnon');
      started := clock_timestamp();
      cpu := bench_cpu();
      EXECUTE contender.statement;
      COMMIT;
      wall := extract(epoch FROM clock_timestamp() - started);
      INSERT INTO bench_time VALUES (contender.name, round, wall,
        bench_cpu() - cpu, bench_memory('VmHWM') - bench_memory('RssShmem')
          - bench_memory('RssFile') - before);
      IF contender.number > 2 AND (SELECT count(*) FROM bench_target) <>
        (SELECT count(*) FROM bench_source) THEN
        RAISE EXCEPTION '% has other rows', contender.name;
      END IF;
    END LOOP;
  END LOOP;
  DELETE FROM bench_time WHERE round = 0;
END
$$;
CALL bench_measure(:rounds);

\pset footer off
WITH t AS (
  SELECT contender,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY wall) AS wall, min(wall) AS least,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu) AS cpu,
    min(cpu) AS least_cpu, max(peak) AS peak
  FROM bench_time GROUP BY contender)
SELECT c.name AS contender, round(t.wall::numeric, 2) AS "median s",
  round(t.least::numeric, 2) AS "least s",
  round(t.cpu::numeric, 2) AS "median cpu s",
  round(t.least_cpu::numeric, 2) AS "least cpu s",
  round((t.wall / b.wall)::numeric, 2) AS ratio,
  round((t.least / b.least)::numeric, 2) AS "least ratio",
  round(t.peak::numeric, 1) AS "peak MB"
FROM bench_contender c JOIN t ON t.contender = c.name
  LEFT JOIN t b ON b.contender = c.beside ORDER BY c.number;
