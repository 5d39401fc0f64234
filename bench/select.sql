-- The first case of bench/run: the same 36,000 rows of seven columns from a
-- function, from JSON in memory, and from a CSV file.
-- Variables: endpoint (a URL), json and csv (files), rounds.

\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE EXTENSION lambda_fdw;
CREATE EXTENSION file_fdw;

CREATE SERVER aws FOREIGN DATA WRAPPER lambda_fdw
  OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER aws
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE',
           aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;

CREATE TYPE bench_row AS (id bigint, customer int, placed_at timestamptz,
  total numeric, city text, active boolean, note text);
CREATE FOREIGN TABLE bench_lambda (id bigint, customer int,
  placed_at timestamptz, total numeric, city text, active boolean, note text)
  SERVER aws OPTIONS (function_arn 'bench_rows');
CREATE FOREIGN TABLE bench_csv (id bigint, customer int,
  placed_at timestamptz, total numeric, city text, active boolean, note text)
  SERVER files OPTIONS (filename :'csv', format 'csv');

CREATE TABLE bench_contender (name text, rows_of text);
INSERT INTO bench_contender VALUES
  ('lambda_fdw', 'bench_lambda'),
  ('json_populate_recordset',
   'json_populate_recordset(NULL::bench_row, $1)'),
  ('file_fdw', 'bench_csv');
CREATE TABLE bench_time (contender text, round int, ms float8);

-- The contenders take turns, so that whatever else the machine does meets all
-- of them; rounds up to 0 warm up.
CREATE FUNCTION bench_measure(document json, rounds int) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  contender bench_contender;
  started timestamptz;
  counts bigint[];
BEGIN
  FOR round IN -2 .. rounds LOOP
    FOR contender IN SELECT * FROM bench_contender LOOP
      started := clock_timestamp();
      EXECUTE 'SELECT ARRAY[count(id), count(customer), count(placed_at),
        count(total), count(city), count(active), count(note)] FROM '
        || contender.rows_of INTO counts USING document;
      INSERT INTO bench_time VALUES (contender.name, round,
        extract(epoch FROM clock_timestamp() - started) * 1000);
      IF counts <> array_fill(36000::bigint, ARRAY[7]) THEN
        RAISE EXCEPTION '% counts %', contender.name, counts;
      END IF;
    END LOOP;
  END LOOP;
  DELETE FROM bench_time WHERE round < 1;
END
$$;

-- They must agree on every value before their times mean anything.
CREATE FUNCTION bench_agree(document json) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  contender bench_contender;
  digest text;
  digests text[];
BEGIN
  FOR contender IN SELECT * FROM bench_contender LOOP
    EXECUTE 'SELECT md5(string_agg(md5(ROW(id, customer, placed_at, total,
      city, active, note)::text), '''' ORDER BY id)) FROM '
      || contender.rows_of INTO digest USING document;
    digests := digests || digest;
  END LOOP;
  IF digests[1] <> digests[2] OR digests[1] <> digests[3] THEN
    RAISE EXCEPTION 'the contenders disagree';
  END IF;
END
$$;

SET max_parallel_workers_per_gather = 0;
SET jit = off;
\o /dev/null
SELECT bench_agree(pg_read_file(:'json')::json);
SELECT bench_measure(pg_read_file(:'json')::json, :rounds);
\o

WITH result AS (
  SELECT contender,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS median,
         min(ms) AS least
  FROM bench_time GROUP BY contender
)
SELECT r.contender, round(r.median::numeric, 1) AS "median ms",
       round(r.least::numeric, 1) AS "least ms",
       round((l.median / r.median)::numeric, 2) AS "lambda_fdw takes",
       g.goal AS "goal, at most",
       CASE WHEN g.goal IS NULL THEN NULL
            WHEN l.median / r.median <= g.goal THEN 'met'
            ELSE 'missed' END AS outcome
FROM result r
  JOIN result l ON l.contender = 'lambda_fdw'
  LEFT JOIN (VALUES ('json_populate_recordset', 0.25), ('file_fdw', 1.2))
    AS g (contender, goal) ON g.contender = r.contender
ORDER BY r.contender = 'lambda_fdw' DESC, g.goal;
