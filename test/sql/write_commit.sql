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

-- what is refused at once
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

SET client_min_messages = warning;
DROP SCHEMA write_commit CASCADE;
DROP SERVER lambda CASCADE;
