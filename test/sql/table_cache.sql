-- What the catalogs say of a foreign table is kept in the session until they change.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA table_cache;
SET search_path = table_cache, public;
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE echoed (given text OPTIONS (path '/a'), other text OPTIONS (path '/b')) SERVER lambda
  OPTIONS (function_arn 'echo', envelope 'false', payload '{"a": "one", "b": "two"}');
PREPARE asked AS SELECT * FROM echoed;
EXECUTE asked;

-- each change is seen at once: of the table, of a column, of a name, of the server
ALTER FOREIGN TABLE echoed OPTIONS (SET payload '{"a": "three", "b": "four"}');
EXECUTE asked;
ALTER FOREIGN TABLE echoed ALTER given OPTIONS (SET path '/b');
EXECUTE asked;
ALTER FOREIGN TABLE echoed ALTER given OPTIONS (SET path '/nowhere');
ALTER FOREIGN TABLE echoed ALTER other OPTIONS (DROP path);
ALTER FOREIGN TABLE echoed RENAME other TO b;
SELECT * FROM echoed;
ALTER FOREIGN TABLE echoed ALTER b TYPE int;
SELECT * FROM echoed;
ALTER FOREIGN TABLE echoed ALTER b TYPE text;
ALTER SERVER lambda OPTIONS (SET endpoint 'http://127.0.0.1:1', ADD max_attempts '1');
\set VERBOSITY sqlstate
SELECT * FROM echoed;
\set VERBOSITY terse
ALTER SERVER lambda OPTIONS (SET endpoint :'endpoint');
SELECT b FROM echoed;

-- what was rolled back never was
BEGIN;
ALTER FOREIGN TABLE echoed OPTIONS (SET payload '{"b": "five"}');
SELECT b FROM echoed;
SAVEPOINT s;
ALTER FOREIGN TABLE echoed OPTIONS (SET payload '{"b": "six"}');
SELECT b FROM echoed;
ROLLBACK TO s;
SELECT b FROM echoed;
ROLLBACK;
SELECT b FROM echoed;

-- a refusal is not kept
ALTER FOREIGN TABLE echoed OPTIONS (SET function_arn 'arn:aws:lambda:us-west-2:123456789012:function:echo');
SELECT b FROM echoed;
SELECT b FROM echoed;
ALTER FOREIGN TABLE echoed OPTIONS (SET function_arn 'echo');
SELECT b FROM echoed;

-- a scan goes on with what its table was
CREATE FOREIGN TABLE items (id int, name text) SERVER lambda OPTIONS (function_arn 'items');
BEGIN;
DECLARE c CURSOR FOR SELECT name FROM items ORDER BY id;
DECLARE d CURSOR FOR SELECT b, pg_typeof(b) FROM echoed, generate_series(1, 2);
FETCH 1 FROM d;
FETCH 1 FROM c;
ALTER SERVER lambda OPTIONS (ADD max_concurrency '3');
SELECT b FROM echoed;
FETCH 1 FROM c;
FETCH 1 FROM d;
COMMIT;

-- the next table of a name is another
DROP FOREIGN TABLE echoed;
CREATE FOREIGN TABLE echoed (b int) SERVER lambda OPTIONS (function_arn 'echo', envelope 'false', payload '{"b": 7}');
SELECT * FROM echoed;

-- many tables do not stay in memory, nor those that a change of their server outdates
CREATE FUNCTION kept() RETURNS bigint LANGUAGE sql
  AS $$ SELECT count(*) FROM pg_backend_memory_contexts WHERE name = 'lambda_fdw table' $$;
-- none is kept where caches are discarded at every turn, which takes its time
CREATE FUNCTION many() RETURNS int LANGUAGE sql
  AS $$ SELECT CASE current_setting('debug_discard_caches') WHEN '0' THEN 300 ELSE 2 END $$;
DO $$
BEGIN
  FOR i IN 1..many() LOOP
    EXECUTE format('CREATE FOREIGN TABLE t%s (b int) SERVER lambda OPTIONS (function_arn ''echo'')', i);
  END LOOP;
END $$;
DO $$
BEGIN
  FOR i IN 1..many() LOOP
    EXECUTE format('SELECT FROM t%s LIMIT 0', i);
  END LOOP;
END $$;
SELECT kept() < 260 AS bounded;
SELECT * FROM echoed;
ALTER SERVER lambda OPTIONS (SET max_concurrency '4');
SELECT * FROM echoed;
SELECT kept() < 10 AS freed;

-- a table of many columns, for runs in which the catalogs change while it is made: it is not kept then
DO $$
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE wide (%s) SERVER lambda OPTIONS (function_arn ''echo'', envelope ''false'', payload ''{"c1": 1}'')',
                 (SELECT string_agg(format('c%s int', n), ', ') FROM generate_series(1, 300) n));
END $$;
SELECT c1, c300 FROM wide;
SELECT c1, c300 FROM wide;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA table_cache CASCADE;
