-- The case of bench/write: the same rows into a function and, by postgres_fdw, into
-- a table of this server.
-- Variables: endpoint (a URL), folder (for a file), rows, rounds.

\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE EXTENSION lambda_fdw;
CREATE EXTENSION postgres_fdw;
CREATE SERVER aws FOREIGN DATA WRAPPER lambda_fdw
  OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER aws
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE',
           aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
SELECT format('CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw
    OPTIONS (host %L, dbname %L)', current_setting('unix_socket_directories'),
  current_database()) \gexec
CREATE USER MAPPING FOR CURRENT_USER SERVER loopback OPTIONS (user 'postgres');

-- Rows of some hundred bytes, in a table and in a file.
CREATE TABLE bench_source AS
  SELECT i::bigint AS id, i % 5000 AS customer,
    '2026-01-01 UTC'::timestamptz + i * interval '7 seconds' AS placed_at,
    (i % 2000 + i % 97 / 100.0)::numeric(10, 2) AS total,
    (ARRAY['Ghent', 'Oslo', 'Turin', 'Porto', 'Graz'])[i % 5 + 1] AS city,
    i % 3 <> 0 AS active, 'second floor, the left-hand door' AS note
  FROM generate_series(1, :rows) i;
CREATE TABLE bench_many AS
  SELECT s.* FROM bench_source s, generate_series(1, 10);
CREATE TABLE bench_few AS SELECT * FROM bench_source WHERE id <= 10000;
VACUUM ANALYZE bench_source, bench_many, bench_few;
SELECT :'folder' || '/bench.csv' AS file \gset
COPY bench_source TO :'file' WITH (FORMAT csv);

-- What is written to: the function, a heap, and a table with a key.
CREATE FOREIGN TABLE lambda (id bigint OPTIONS (key 'true'), customer int,
  placed_at timestamptz, total numeric, city text, active boolean, note text)
  SERVER aws OPTIONS (function_arn 'sink', updatable 'true', batch_size '100',
    estimated_rows '10000', max_concurrency '16');
CREATE FOREIGN TABLE lambda_at_commit (id bigint OPTIONS (key 'true'), customer int,
  placed_at timestamptz, total numeric, city text, active boolean, note text)
  SERVER aws OPTIONS (function_arn 'sink', updatable 'true', batch_size '100',
    estimated_rows '10000', max_concurrency '16', deliver_at 'commit');
CREATE FOREIGN TABLE bench_sink (invocations bigint, rows bigint, bytes bigint)
  SERVER aws OPTIONS (function_arn 'sink_counts');
CREATE TABLE bench_heap (LIKE bench_source);
CREATE FOREIGN TABLE postgres (id bigint, customer int,
  placed_at timestamptz, total numeric, city text, active boolean, note text)
  SERVER loopback OPTIONS (table_name 'bench_heap', batch_size '100');
CREATE TABLE bench_keyed (LIKE bench_source, PRIMARY KEY (id));
CREATE FOREIGN TABLE postgres_keyed (id bigint, customer int,
  placed_at timestamptz, total numeric, city text, active boolean, note text)
  SERVER loopback OPTIONS (table_name 'bench_keyed', use_remote_estimate 'true');

-- A case is one statement, for each contender with its table in place of %1$s and
-- with its batch_size and, of lambda_fdw, max_concurrency.
CREATE TABLE bench_case (number int, name text, rows bigint, goal float8,
  statement text);
INSERT INTO bench_case VALUES
  (1, 'INSERT ... SELECT', :rows, 1.0,
   'INSERT INTO %1$s SELECT * FROM bench_source'),
  (2, 'COPY FROM', :rows, 1.0,
   format('COPY %%1$s FROM %L WITH (FORMAT csv)', :'file')),
  (3, 'INSERT ... RETURNING', least(:rows, 10000), NULL,
   'WITH w AS (INSERT INTO %1$s SELECT * FROM bench_few RETURNING id)
    SELECT count(*) FROM w'),
  (4, 'UPDATE', least(:rows, 10000), NULL,
   'UPDATE %1$s t SET total = s.total, city = s.city FROM bench_few s WHERE s.id = t.id'),
  (5, 'DELETE', least(:rows, 10000), NULL,
   'DELETE FROM %1$s t USING bench_few s WHERE s.id = t.id');
CREATE TABLE bench_contender (number int, name text, beside text, batch int,
  concurrency int);
INSERT INTO bench_contender VALUES
  (1, 'postgres_fdw', NULL, 100, NULL), (2, 'lambda_fdw', 'postgres_fdw', 100, 16),
  (3, 'lambda_fdw, in order', 'postgres_fdw', 100, 1),
  (4, 'lambda_fdw, at commit', 'postgres_fdw', 100, 16),
  (5, 'postgres_fdw', NULL, 1000, NULL), (6, 'lambda_fdw', 'postgres_fdw', 1000, 16),
  (7, 'lambda_fdw, in order', 'postgres_fdw', 1000, 1);
-- What has no batches in postgres_fdw is measured once.
CREATE VIEW bench_run AS
  SELECT c.number * 10 + p.number AS number, c.name AS case_name, p.name, p.beside,
    CASE WHEN c.number <= 2 THEN p.batch END AS batch, p.concurrency, c.rows, c.goal,
    c.number IN (4, 5) AS keyed,
    format(c.statement, CASE WHEN p.name LIKE '%at commit' THEN 'lambda_at_commit'
      WHEN p.name LIKE 'lambda%' THEN 'lambda'
      WHEN c.number IN (4, 5) THEN 'postgres_keyed' ELSE 'postgres' END) AS statement
  FROM bench_case c, bench_contender p
  WHERE p.batch = 100 OR c.number <= 2;
CREATE TABLE bench_time (number int, round int, wall float8, cpu float8, calls bigint);

-- Seconds that this process has computed, of which Linux tells hundredths.
CREATE FUNCTION bench_cpu() RETURNS float8 LANGUAGE sql AS $$
  SELECT (words[12]::float8 + words[13]::float8) / 100
  FROM string_to_array(regexp_replace(pg_read_file('/proc/self/stat'),
    '^.*\) ', ''), ' ') words
$$;

CREATE PROCEDURE bench_prepare(run bench_run) LANGUAGE plpgsql AS $$
BEGIN
  TRUNCATE bench_heap, bench_keyed;
  IF run.keyed THEN
    INSERT INTO bench_keyed SELECT * FROM bench_few;
  END IF;
  EXECUTE (SELECT string_agg(format('ALTER FOREIGN TABLE %I OPTIONS (SET batch_size %L);',
    name, coalesce(run.batch, 100)), ' ')
    FROM unnest(ARRAY['postgres', 'lambda', 'lambda_at_commit']) name);
  EXECUTE format('ALTER FOREIGN TABLE lambda OPTIONS (SET max_concurrency %L)',
    coalesce(run.concurrency, 16));
  COMMIT;
  ANALYZE bench_keyed;
  PERFORM FROM bench_sink;
  COMMIT;
END
$$;

-- The statement came to all rows: where nothing else can tell, on the other side.
CREATE PROCEDURE bench_check(run bench_run, got bigint) LANGUAGE plpgsql AS $$
DECLARE
  sink bench_sink;
  others bigint;
BEGIN
  SELECT * INTO sink FROM bench_sink;
  others := CASE WHEN run.name LIKE 'lambda%' THEN sink.rows
    WHEN run.keyed THEN run.rows ELSE (SELECT count(*) FROM bench_heap) END;
  IF others IS DISTINCT FROM run.rows OR got <> run.rows AND got <> 1 THEN
    RAISE EXCEPTION '% by %: % rows, of which % came', run.case_name, run.name, got, others;
  END IF;
  UPDATE bench_time SET calls = sink.invocations WHERE calls IS NULL;
END
$$;

-- The contenders take turns, so that whatever else the machine does meets all
-- of them; round 0 warms up.
CREATE PROCEDURE bench_measure(rounds int) LANGUAGE plpgsql AS $$
DECLARE
  run bench_run;
  started timestamptz;
  wall float8;
  cpu float8;
  got bigint;
BEGIN
  FOR round IN 0 .. rounds LOOP
    FOR run IN SELECT * FROM bench_run ORDER BY number LOOP
      CALL bench_prepare(run);
      started := clock_timestamp();
      cpu := bench_cpu();
      EXECUTE run.statement;
      GET DIAGNOSTICS got = ROW_COUNT;
      COMMIT;
      wall := extract(epoch FROM clock_timestamp() - started);
      INSERT INTO bench_time VALUES (run.number, round, wall, bench_cpu() - cpu);
      CALL bench_check(run, got);
    END LOOP;
  END LOOP;
  DELETE FROM bench_time WHERE round = 0;
END
$$;
CALL bench_measure(:rounds);

\pset footer off
WITH t AS (
  SELECT number, percentile_cont(0.5) WITHIN GROUP (ORDER BY wall) AS wall,
    min(wall) AS least, percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu) AS cpu,
    max(calls) AS calls
  FROM bench_time GROUP BY number)
SELECT r.case_name AS statement, r.rows, r.batch, r.name AS contender,
  round(t.wall::numeric, 3) AS "median s", round(t.least::numeric, 3) AS "least s",
  round(t.cpu::numeric, 2) AS "cpu s", round((t.wall / b.wall)::numeric, 2) AS ratio,
  round((t.least / b.least)::numeric, 2) AS "least ratio",
  round((t.cpu / b.cpu)::numeric, 2) AS "cpu ratio",
  t.calls,
  CASE WHEN r.goal IS NULL OR r.name <> 'lambda_fdw' THEN NULL
    WHEN t.wall / b.wall <= r.goal THEN 'met' ELSE 'missed' END AS goal
FROM bench_run r JOIN t USING (number)
  LEFT JOIN bench_run o ON o.case_name = r.case_name AND o.name = r.beside
    AND o.batch IS NOT DISTINCT FROM r.batch
  LEFT JOIN t b ON b.number = o.number
ORDER BY r.number;

-- The most memory of its own that a session takes during a statement, on top of
-- what it had after a small one.  Each has a session of its own: what one has had
-- once it keeps.
CREATE TABLE bench_peak (number serial, statement text, rows bigint, peak float8);
CREATE FUNCTION bench_memory(name text) RETURNS float8 LANGUAGE sql AS $$
  SELECT substring(status, name || ':\s+(\d+)')::float8 / 1024
  FROM pg_read_file('/proc/self/status') status
$$;
CREATE PROCEDURE bench_peak(statement text, many text, rows bigint) LANGUAGE plpgsql AS $$
DECLARE
  before float8;
BEGIN
  EXECUTE format(statement, '(SELECT * FROM bench_few LIMIT 2000)');
  COMMIT;
  before := bench_memory('RssAnon');
  EXECUTE format(statement, many);
  COMMIT;
  INSERT INTO bench_peak (statement, rows, peak) VALUES (format(statement, '...'), rows,
    bench_memory('VmHWM') - bench_memory('RssShmem') - bench_memory('RssFile') - before);
END
$$;
\c
CALL bench_peak('INSERT INTO lambda SELECT * FROM %s s', 'bench_source', :rows);
\c
CALL bench_peak('INSERT INTO lambda SELECT * FROM %s s', 'bench_many', 10 * :rows);
\c
CALL bench_peak('INSERT INTO lambda_at_commit SELECT * FROM %s s', 'bench_source', :rows);
\c
CALL bench_peak('INSERT INTO lambda_at_commit SELECT * FROM %s s', 'bench_many', 10 * :rows);
\c
CALL bench_peak('INSERT INTO postgres SELECT * FROM %s s', 'bench_source', :rows);
\c
CALL bench_peak('INSERT INTO postgres SELECT * FROM %s s', 'bench_many', 10 * :rows);
SELECT statement, rows, round(peak::numeric, 1) AS "peak MB" FROM bench_peak ORDER BY number;
