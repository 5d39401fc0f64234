-- deliver_at 'commit': what is written is held until the transaction commits.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA write_commit;
SET search_path = write_commit, public;
\set SHOW_CONTEXT never
\set VERBOSITY default
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint', max_concurrency '1');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, qualifier text, invocation_type text, payload jsonb, headers jsonb)
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
SELECT count(*) FROM reset_calls;

-- what the functions were called with, in order; then forgets it
CREATE FUNCTION sent() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT function || ' ' || payload::text FROM write_commit.calls ORDER BY seq;
  PERFORM FROM write_commit.reset_calls;
END $$;
CREATE FUNCTION hold(what text) RETURNS void LANGUAGE sql AS $$
  SELECT lambda_invoke('lambda', 'echo', to_jsonb(what), deliver_at => 'commit') $$;

-- ---------------------------------------------------------------------------
-- lambda_invoke
-- ---------------------------------------------------------------------------

BEGIN;
SELECT * FROM lambda_invoke('lambda', 'echo', '{"n": 1}', deliver_at => 'commit');
SELECT lambda_invoke('lambda', 'echo', '{"n": 2}', deliver_at => 'commit') IS NULL AS is_null;
SELECT status_code FROM lambda_invoke('lambda', 'echo', '{"n": "at once"}', deliver_at => 'statement');
SELECT status_code FROM lambda_invoke('lambda', 'echo', '{"n": "as ever"}', deliver_at => NULL);
SELECT * FROM sent();
COMMIT;
SELECT * FROM sent();
-- a transaction of one statement
SELECT * FROM lambda_invoke('lambda', 'echo', '{"n": 3}', deliver_at => 'commit');
SELECT * FROM sent();
-- how it is called
SELECT lambda_invoke('lambda', 'echo:prod', '1', deliver_at => 'commit', client_context => '{"custom": {"a": "b"}}') AS a,
       lambda_invoke('lambda', 'echo', '2', 'Event', '1', deliver_at => 'commit', tenant_id => 'blue') AS b,
       lambda_invoke('lambda', 'echo', deliver_at => 'commit') AS c;
SELECT function, qualifier, invocation_type, payload, headers->>'x-amz-tenant-id' AS tenant,
       convert_from(decode(headers->>'x-amz-client-context', 'base64'), 'utf8') AS context
  FROM calls ORDER BY seq;
SELECT count(*) FROM reset_calls;
-- each with its own name of a durable execution
SELECT count(lambda_invoke('lambda', 'echo', to_jsonb(g), deliver_at => 'commit', durable_execution_name => 'order-' || g))
  FROM generate_series(1, 2) g;
SELECT payload, headers->>'x-amz-durable-execution-name' AS name FROM calls ORDER BY seq;
SELECT count(*) FROM reset_calls;

-- what is refused at once
SELECT lambda_invoke('lambda', 'echo', '1', deliver_at => 'commit', durable_execution_name => 'a b');
SELECT lambda_invoke('lambda', 'echo', '1', deliver_at => 'Commit');
SELECT lambda_invoke('lambda', 'echo', '1', 'DryRun', deliver_at => 'commit');
SELECT lambda_invoke('lambda', 'echo', '1', 'event', deliver_at => 'commit');
SELECT lambda_invoke('lambda', 'not a name', '1', deliver_at => 'commit');
SELECT lambda_invoke('nosuch', 'echo', '1', deliver_at => 'commit');
SELECT lambda_invoke('lambda', 'echo', to_jsonb(repeat('x', 6 * 1024 * 1024)), deliver_at => 'commit');
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT hold('serializable');
COMMIT;
BEGIN READ ONLY;
SELECT hold('read only');
COMMIT;
BEGIN READ ONLY;
SELECT status_code FROM lambda_invoke('lambda', 'echo', '"statement"');
COMMIT;
SELECT * FROM sent();
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT hold('repeatable read');
SET TRANSACTION READ ONLY;
SELECT hold('read only');
ROLLBACK;
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT hold('repeatable read');
SET TRANSACTION READ ONLY;
COMMIT;
SELECT * FROM sent();
BEGIN;
SELECT hold('prepared');
PREPARE TRANSACTION 'held';
SELECT * FROM sent();

-- a parallel worker, in a function that says it may be run there
CREATE TABLE numbers AS SELECT g FROM generate_series(1, 10) g;
ALTER TABLE numbers SET (parallel_workers = 2);
CREATE FUNCTION hold_anywhere(int) RETURNS int LANGUAGE plpgsql PARALLEL SAFE AS $$
BEGIN
  PERFORM lambda_invoke('lambda', 'echo', '1', deliver_at => 'commit');
  RETURN $1;
END $$;
BEGIN;
SET LOCAL parallel_setup_cost = 0;
SET LOCAL parallel_tuple_cost = 0;
SET LOCAL min_parallel_table_scan_size = 0;
SET LOCAL max_parallel_workers_per_gather = 2;
SET LOCAL parallel_leader_participation = off;
SELECT count(*) FROM numbers WHERE hold_anywhere(g) > 0;
COMMIT;
SELECT * FROM sent();

-- a function that raises aborts the transaction
CREATE TABLE orders (id int, what text);
BEGIN;
INSERT INTO orders VALUES (1, 'gone');
SELECT hold('before');
SELECT FROM lambda_invoke('lambda', 'function_error', '{}', deliver_at => 'commit');
SELECT hold('after');
COMMIT;
TABLE orders;
SELECT * FROM sent();

-- ---------------------------------------------------------------------------
-- What is rolled back is not sent
-- ---------------------------------------------------------------------------

BEGIN;
SELECT hold('gone');
ROLLBACK;
SELECT hold('gone'), 1 / (SELECT count(*) - 1 FROM generate_series(1, 1));
BEGIN;
SELECT hold('gone');
SELECT 1 / 0;
COMMIT;
SELECT * FROM sent();
-- savepoints, in memory and on disk
CREATE PROCEDURE nest(filler text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hold('1' || filler);
  BEGIN
    PERFORM hold('2' || filler);
    BEGIN
      PERFORM hold('3, gone' || filler);
      BEGIN
        PERFORM hold('4, gone' || filler);
      EXCEPTION WHEN division_by_zero THEN
      END;
      RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN
      PERFORM hold('5' || filler);
    END;
    BEGIN
      BEGIN
        BEGIN
          PERFORM hold('6, gone' || filler);
        EXCEPTION WHEN division_by_zero THEN
        END;
      EXCEPTION WHEN division_by_zero THEN
      END;
      RAISE division_by_zero;
    EXCEPTION WHEN division_by_zero THEN
    END;
    BEGIN
      PERFORM hold('7' || filler);
    EXCEPTION WHEN division_by_zero THEN
    END;
  EXCEPTION WHEN division_by_zero THEN
  END;
  PERFORM hold('8' || filler);
END $$;
CALL nest('');
SELECT * FROM sent();
SET work_mem = '64kB';
CALL nest(repeat('x', 30000));
SELECT left(sent, 12) AS sent, length(sent) FROM sent();
RESET work_mem;
BEGIN;
SAVEPOINT a;
SELECT hold('gone');
SAVEPOINT b;
SELECT hold('gone');
RELEASE SAVEPOINT b;
ROLLBACK TO SAVEPOINT a;
SELECT hold('a');
SAVEPOINT c;
SAVEPOINT d;
SELECT hold('d');
SELECT 1 / 0;
ROLLBACK TO SAVEPOINT d;
ROLLBACK TO SAVEPOINT d;
SELECT hold('d again');
RELEASE SAVEPOINT d;
SAVEPOINT e;
SELECT hold('gone');
ROLLBACK TO SAVEPOINT e;
SELECT hold('e');
COMMIT;
SELECT * FROM sent();
-- by the thousand, each kept and each dropped in its own block
SELECT count(*) FROM reset_calls;
SET work_mem = '64kB';
DO $$
BEGIN
  FOR i IN 1..3000 LOOP
    BEGIN
      PERFORM hold(i || repeat('y', 1000));
      IF i % 500 <> 0 THEN
        RAISE division_by_zero;
      END IF;
    EXCEPTION WHEN division_by_zero THEN
    END;
  END LOOP;
END $$;
RESET work_mem;
SELECT left(sent, 10) AS sent, length(sent) FROM sent();

-- ---------------------------------------------------------------------------
-- Where a transaction commits
-- ---------------------------------------------------------------------------

CREATE PROCEDURE committing() LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hold('one');
  COMMIT;
  PERFORM hold('gone');
  ROLLBACK;
  FOR i IN 2..3 LOOP
    PERFORM hold(i::text);
    COMMIT AND CHAIN;
  END LOOP;
END $$;
CALL committing();
SELECT * FROM sent();
-- a cursor that is held holds what it still reads
BEGIN;
DECLARE held CURSOR WITH HOLD FOR SELECT hold(g::text) FROM generate_series(1, 3) g;
FETCH 1 FROM held;
COMMIT;
SELECT * FROM sent();
CLOSE held;
-- an outbox in one line
CREATE FUNCTION outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM lambda_invoke('lambda', 'echo', to_jsonb(NEW), deliver_at => 'commit');
  RETURN NULL;
END $$;
CREATE TRIGGER outbox AFTER INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION outbox();
BEGIN;
INSERT INTO orders VALUES (1, 'new'), (2, 'new');
SAVEPOINT a;
UPDATE orders SET what = 'gone';
ROLLBACK TO a;
UPDATE orders SET what = 'paid' WHERE id = 2;
COMMIT;
SELECT * FROM sent();
DROP TRIGGER outbox ON orders;
-- triggers that are deferred
CREATE FUNCTION deferred() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM hold('deferred ' || NEW.what);
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER deferred AFTER INSERT ON orders DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION deferred();
BEGIN;
INSERT INTO orders VALUES (1, 'late');
SELECT hold('statement');
COMMIT;
SELECT * FROM sent();
DROP TRIGGER deferred ON orders;


-- ---------------------------------------------------------------------------
-- Foreign tables
-- ---------------------------------------------------------------------------

SELECT count(*) FROM reset_calls;
CREATE FOREIGN TABLE reset_store (cleared int) SERVER lambda OPTIONS (function_arn 'reset_store');
SELECT count(*) FROM reset_store;
CREATE FOREIGN TABLE stock (id int OPTIONS (key 'true'), n int, what text DEFAULT 'none')
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true', truncatable 'true', deliver_at 'commit', batch_size '3');
CREATE FOREIGN TABLE other (id int OPTIONS (key 'true'), n int)
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true', deliver_at 'commit', payload '{"answer": "rows"}');
CREATE FOREIGN TABLE now_stock (id int OPTIONS (key 'true'), n int, what text)
  SERVER lambda OPTIONS (function_arn 'store', updatable 'true', payload '{"store": "stock"}');
-- the rows of each write, then forgets them
CREATE FUNCTION written() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT concat_ws(' ', e->>'operation', e->>'table', e->'rows')
    FROM (SELECT seq, payload->'lambda_fdw' AS e FROM write_commit.calls WHERE function = 'store') c
    WHERE e->>'operation' <> 'scan' ORDER BY seq;
  PERFORM FROM write_commit.reset_calls;
END $$;

-- rows of several statements join a batch; another table or operation closes it
BEGIN;
INSERT INTO stock VALUES (1, 10), (2, 20);
INSERT INTO stock (id) VALUES (3);
INSERT INTO stock VALUES (4, 40, 'four') RETURNING *;
SELECT * FROM stock;
SELECT * FROM written();
INSERT INTO other VALUES (1, 1);
SELECT hold('between');
INSERT INTO stock VALUES (5, 50);
COMMIT;
SELECT function FROM calls WHERE payload->'lambda_fdw'->>'operation' IS DISTINCT FROM 'scan' ORDER BY seq;
SELECT * FROM written();
SELECT * FROM stock ORDER BY id;
-- UPDATE and DELETE; COPY
BEGIN;
UPDATE stock SET n = n + 1 WHERE id <= 4 RETURNING id, n;
DELETE FROM stock WHERE id = 5 RETURNING id;
COPY stock FROM stdin;
6	60	six
7	\N	seven
\.
SELECT count(*) FROM stock;
COMMIT;
SELECT * FROM written();
SELECT * FROM stock ORDER BY id;
TRUNCATE stock;
SELECT * FROM written();
SELECT count(*) FROM stock;
-- rows that are not affected are told once
INSERT INTO stock VALUES (1, 1), (2, 2);
BEGIN;
UPDATE stock SET n = 3;
DELETE FROM now_stock WHERE id = 2;
COMMIT;
SELECT * FROM stock;
-- rolled back
SELECT count(*) FROM reset_calls;
BEGIN;
SAVEPOINT a;
INSERT INTO stock VALUES (10, 1);
ROLLBACK TO a;
INSERT INTO stock VALUES (11, 1);
SAVEPOINT b;
UPDATE stock SET n = 1 / (n - n);
ROLLBACK TO b;
DELETE FROM stock WHERE id = 99;
COMMIT;
SELECT * FROM written();

-- an error aborts everything
BEGIN;
INSERT INTO orders VALUES (7, 'gone');
INSERT INTO other VALUES (20, 1);
INSERT INTO stock SELECT g, g FROM generate_series(20, 25) g;
INSERT INTO other VALUES (21, 1);
INSERT INTO stock VALUES (26, 26), (1, 1), (27, 27);
COMMIT;
SELECT * FROM orders WHERE id = 7;
SELECT * FROM written();
-- triggers and WITH CHECK OPTION are local
CREATE FUNCTION trace() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE NOTICE '% % %', TG_WHEN, TG_OP, NEW;
  IF TG_WHEN = 'BEFORE' THEN
    NEW.what := 'by trigger';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER before BEFORE INSERT ON stock FOR EACH ROW EXECUTE FUNCTION trace();
CREATE TRIGGER after AFTER INSERT ON stock FOR EACH ROW EXECUTE FUNCTION trace();
CREATE VIEW small AS SELECT * FROM stock WHERE n < 100 WITH CHECK OPTION;
BEGIN;
INSERT INTO stock VALUES (40, 1);
SELECT count(*) FROM calls;
INSERT INTO small VALUES (41, 100);
ROLLBACK;
BEGIN;
INSERT INTO small VALUES (42, 1);
COMMIT;
SELECT * FROM written();
DROP TRIGGER before ON stock;
DROP TRIGGER after ON stock;

-- what is held goes where the table pointed, as whom it was written
CREATE ROLE write_commit_joe;
GRANT USAGE ON SCHEMA write_commit TO write_commit_joe;
GRANT ALL ON stock TO write_commit_joe;
CREATE USER MAPPING FOR write_commit_joe SERVER lambda
  OPTIONS (aws_access_key_id 'ASIAEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', aws_session_token 'session/token+example==');
CREATE FOREIGN TABLE signed (seq int, function text, access_key text, op text OPTIONS (path '/payload/lambda_fdw/operation'), rows jsonb OPTIONS (path '/payload/lambda_fdw/rows'))
  SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
BEGIN;
SET LOCAL ROLE write_commit_joe;
INSERT INTO stock VALUES (50, 1);
RESET ROLE;
INSERT INTO stock VALUES (51, 1);
SET LOCAL ROLE write_commit_joe;
INSERT INTO stock VALUES (52, 1);
RESET ROLE;
ALTER FOREIGN TABLE stock OPTIONS (ADD payload '{"store": "elsewhere"}');
INSERT INTO stock VALUES (53, 1);
ALTER USER MAPPING FOR CURRENT_USER SERVER lambda OPTIONS (SET aws_access_key_id 'ASIAEXAMPLE', ADD aws_session_token 'session/token+example==');
INSERT INTO stock VALUES (54, 1);
ALTER FOREIGN TABLE stock OPTIONS (DROP payload);
ALTER USER MAPPING FOR CURRENT_USER SERVER lambda OPTIONS (SET aws_access_key_id 'AKIDEXAMPLE', DROP aws_session_token);
SAVEPOINT a;
DROP FOREIGN TABLE other CASCADE;
ROLLBACK TO a;
INSERT INTO other VALUES (55, 1);
DROP FOREIGN TABLE other;
DROP USER MAPPING FOR write_commit_joe SERVER lambda;
COMMIT;
SELECT access_key, op, rows FROM signed ORDER BY seq;
SELECT array_agg(id ORDER BY id) FROM stock WHERE id >= 50;

-- Rows of tables that do not keep the order fill batches of their own, however they
-- alternate; where one keeps it, each row waits for those before.
CREATE FOREIGN TABLE left_rows (n int) SERVER lambda
  OPTIONS (function_arn 'echo', updatable 'true', deliver_at 'commit', max_concurrency '4', payload '{"side": "left"}');
CREATE FOREIGN TABLE right_rows (n int) SERVER lambda
  OPTIONS (function_arn 'echo', updatable 'true', deliver_at 'commit', max_concurrency '4', payload '{"side": "right"}');
CREATE PROCEDURE alternate() LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. 3 LOOP
    INSERT INTO write_commit.left_rows VALUES (i);
    INSERT INTO write_commit.right_rows VALUES (-i);
  END LOOP;
END $$;
SELECT count(*) >= 0 AS forgotten FROM reset_calls;
CALL alternate();
SELECT payload->>'side' AS side, jsonb_array_length(payload->'lambda_fdw'->'rows') AS rows FROM calls ORDER BY side;
SELECT count(*) FROM reset_calls;
ALTER FOREIGN TABLE right_rows OPTIONS (SET max_concurrency '1');
CALL alternate();
SELECT payload->>'side' AS side, payload #>> '{lambda_fdw,rows,0,values,n}' AS n FROM calls ORDER BY seq;
SELECT count(*) FROM reset_calls;

-- What cannot be written to leaves nothing until the transaction ends.
CREATE SERVER no_region FOREIGN DATA WRAPPER lambda_fdw;
CREATE USER MAPPING FOR CURRENT_USER SERVER no_region
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE nowhere (n int) SERVER no_region
  OPTIONS (function_arn 'echo', updatable 'true', deliver_at 'commit');
CREATE FUNCTION refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  message text;
  before bigint;
BEGIN
  FOR i IN 1 .. 200 LOOP
    SELECT coalesce(before, sum(total_bytes)) INTO before FROM pg_backend_memory_contexts WHERE name LIKE 'lambda_fdw%';
    BEGIN
      EXECUTE statement;
    EXCEPTION WHEN OTHERS THEN
      message := SQLERRM;
    END;
  END LOOP;
  RETURN format('%s, leaves less than 100 kB: %s', message,
    (SELECT sum(total_bytes) - before < 100000 FROM pg_backend_memory_contexts WHERE name LIKE 'lambda_fdw%'));
END $$;
SELECT refused('INSERT INTO write_commit.nowhere VALUES (1)');
SELECT refused($$SELECT lambda_invoke('no_region', 'echo', deliver_at => 'commit')$$);

SET client_min_messages = warning;
DROP SERVER no_region CASCADE;
DROP SCHEMA write_commit CASCADE;
DROP ROLE write_commit_joe;
DROP SERVER lambda CASCADE;
