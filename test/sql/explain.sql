-- What EXPLAIN says is sent is what the function receives; what is not known
-- yet, or stays local, is said to be so.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA explain;
SET search_path = explain, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE calls (seq int, function text, payload jsonb) SERVER lambda OPTIONS (function_arn 'calls', envelope 'false');
CREATE FOREIGN TABLE reset_calls (cleared int) SERVER lambda OPTIONS (function_arn 'reset_calls');
CREATE FOREIGN TABLE t (id int OPTIONS (pushdown '=, in, <, >:above, <>, not in, is null'), small smallint OPTIONS (path '/id', pushdown '=:small'),
    category text OPTIONS (pushdown '=:one, in:many'), price float8 OPTIONS (pushdown '=, >, >=:least'), name text)
  SERVER lambda OPTIONS (function_arn 'items_ignoring', capabilities 'limit', max_batch_keys '5', estimated_rows '1000000');
CREATE TABLE pairs AS SELECT i AS k FROM generate_series(1, 3) i;
ANALYZE pairs;

-- The payload that EXPLAIN shows, as the others see it: without its parameters.
CREATE FUNCTION plan_of(query text, whole boolean DEFAULT false) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  EXECUTE 'EXPLAIN (VERBOSE, FORMAT JSON) ' || query INTO plan;
  plan := plan->0->'Plan';
  WHILE NOT whole AND plan->>'Node Type' <> 'Foreign Scan' AND plan->'Plans' IS NOT NULL LOOP
    plan := plan->'Plans'->-1;
  END LOOP;
  RETURN plan;
END $$;
-- Is what is shown what was received?  A query that is limited may fail after it.
CREATE FUNCTION compare(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  shown text;
  gated boolean;
  received jsonb[];
  row record;
BEGIN
  -- a call that EXPLAIN made would be one of those received
  PERFORM FROM reset_calls;
  shown := explain.plan_of(query)->>'Payload';
  gated := explain.plan_of(query, true)::text ~ 'One-Time Filter';
  BEGIN
    FOR row IN EXECUTE query LOOP
    END LOOP;
  EXCEPTION WHEN fdw_inconsistent_descriptor_information THEN
    NULL;
  END;
  SELECT coalesce(array_agg(payload ORDER BY seq), '{}') INTO received FROM calls WHERE function = 'items_ignoring';
  IF shown LIKE 'none%' OR shown IS NULL OR gated THEN
    RETURN CASE WHEN received = '{}' THEN 'nobody is asked' ELSE concat('DIFFERENT: ', shown, ' ', received) END;
  END IF;
  IF shown ~ '\$[0-9]' THEN
    RETURN 'not known yet';
  END IF;
  RETURN CASE WHEN received = ARRAY[shown::jsonb] THEN 'same' ELSE concat('DIFFERENT: ', shown, ' ', received) END;
END $$;
SELECT condition, compare('SELECT * FROM t WHERE ' || condition) FROM (VALUES
  ('true'), ('id = 5'), ('5 = id'), ('id = 5 AND id = 5'), ('id = 5 AND id IN (5, 6)'), ('id IN (5, 6) AND id = 5'),
  ('id IN (1, 2, 3) AND id > 1'), ('id IN (3, 1, 2, 3)'), ('id IN (1, 2, NULL)'), ('id IN (1, 2, 3) AND id <> 2'),
  ('id IN (1, 2, 3) AND id NOT IN (1, 4)'), ('id IN (1, 2, 3) AND id IN (3, 2, 7)'), ('id = 5 AND id > 7'), ('id = 5 AND id <> 5'),
  ('id = 5 AND id = 6'), ('id IN (1, 2) AND id IN (3, 4)'), ('id > 7 AND id < 3'), ('id > 3 AND id < 3'), ('id IS NULL AND id = 3'),
  ('id > 1 AND id > 3 AND id > 2'), ('id > 3'), ('id <> 4'), ('id NOT IN (4, 5)'), ('id NOT IN (4, NULL)'), ('id IS NULL'), ('id = 1 OR id = 2'),
  ('id = 3000000000'), ('id < 3000000000'), ('id > 3000000000'), ('id IN (1, 3000000000)'), ('small = 70000'), ('small = 7'),
  ('category = ''red'''), ('category IN (''red'', ''blue'')'), ('category = ''red'' AND category IN (''red'', ''blue'')'),
  ('category IN (''red'', ''blue'') AND category <> ''red'''),
  ('price > 1.5 AND price > 2.5'), ('price >= 1.5 AND price >= 2.5 AND price >= 0'), ('price > ''infinity'''), ('price = ''NaN'' AND id = 2'),
  ('price > 2 AND price > ''-infinity'''), ('name = ''item 1'''), ('name = ''item 1'' AND id = 1'), ('name LIKE ''item%'''),
  ('id = ANY (''{}'')'), ('id <> ALL (''{}'')'), ('id = 1 LIMIT 3'), ('id = 1 LIMIT 3 OFFSET 2'), ('id = 1 AND name = ''item 1'' LIMIT 3'),
  ('id > 3 AND price > ''-infinity'' LIMIT 3'), ('id IN (1, 2, 2) LIMIT 4'), ('id = 1 LIMIT ALL'), ('id IN (1, 2, 3, 4, 5, 6)'),
  ('small IN (1, 2)'), ('small IN (1, 1)')) v (condition);

-- what is not known yet has a placeholder, and that a meaning
CREATE FUNCTION shown(query text) RETURNS TABLE (label text, value text) LANGUAGE sql AS $$
  SELECT key, CASE WHEN key = 'Payload' THEN regexp_replace(value, '"version":\d+,"operation":"scan","table":"t","columns":[^]]*],', '') ELSE value END
    FROM json_each_text(explain.plan_of(query)) WHERE key IN ('Pushed Filter', 'Local Filter', 'Pushed Limit', 'Payload', 'Payload Parameters')
$$;
SET TimeZone = 'UTC';
SELECT * FROM shown('SELECT id FROM t WHERE id IN (1, 2, 3) AND id > current_setting(''x.y'', true)::int');
SELECT * FROM shown('SELECT id FROM t WHERE id = 5 AND id = current_setting(''x.y'', true)::int');
SELECT * FROM shown('SELECT id FROM t WHERE id = 5 AND id = ANY (current_setting(''x.y'', true)::int[])');
SELECT * FROM shown('SELECT id FROM t WHERE id = current_setting(''x.y'', true)::int AND id IN (1, 2)');
SELECT * FROM shown('SELECT id FROM t WHERE id > 3 AND id > current_setting(''x.y'', true)::int');
SELECT * FROM shown('SELECT id FROM t WHERE id IS NULL AND id = current_setting(''x.y'', true)::int');
SELECT * FROM shown('SELECT id FROM t WHERE small = ANY (current_setting(''x.y'', true)::smallint[])');
SELECT * FROM shown('SELECT id FROM t WHERE small IN (1, 2, 3)');
SELECT * FROM shown('SELECT id FROM t WHERE id IN (1, 2, 3, 4, 5, 6, 7)');
SELECT * FROM shown('SELECT id FROM t WHERE id = 1 LIMIT current_setting(''x.y'', true)::int OFFSET 2');
-- what stays local has a reason
SELECT * FROM shown('SELECT id FROM t WHERE id >= 3 AND price = ''NaN'' AND id % 2 = 0 AND name LIKE ''x%'' AND price > random() AND id = 3');
SELECT * FROM shown('SELECT id FROM t WHERE id = 3.5 LIMIT 2');

-- parameters have the names of where they come from, at every place
CREATE FUNCTION lines(query text, wanted text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
    IF line ~ wanted THEN
      RETURN NEXT trim(line);
    END IF;
  END LOOP;
END $$;
SET lambda_fdw.enable_bind_join = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SELECT lines('SELECT p.k, (SELECT max(name) FROM t WHERE t.id = p.k) FROM pairs p', 'Pushed');
SELECT lines('SELECT p.k, (SELECT name FROM t WHERE t.id = p.k LIMIT 1) FROM pairs p', 'Pushed');
SELECT lines('SELECT p.k, x.name FROM pairs p, LATERAL (SELECT name FROM t WHERE t.id = p.k OFFSET 0) x', 'Pushed');
-- either side of an equality may come first
SELECT bool_and(line ~ 'p\.k' AND line !~ '\$') AS named FROM lines('SELECT p.k, t.name FROM pairs p JOIN t ON t.id = p.k', 'Pushed') line;
SELECT bool_and(line ~ 'p\.k' AND line !~ '\$') AS named FROM lines('SELECT p.k, t.name FROM pairs p JOIN t ON t.id = p.k + 1 AND t.category = p.k::text', 'Pushed') line;
SELECT lines('SELECT p.k FROM pairs p WHERE EXISTS (SELECT 1 FROM t WHERE t.id = p.k AND t.id > p.k - 1 OFFSET 0)', 'Pushed');
SELECT lines('SELECT p.k, x.* FROM pairs p, LATERAL (SELECT id FROM t LIMIT p.k) x', 'Pushed');
SELECT lines('SELECT p.k, (SELECT x.id FROM (SELECT id FROM t LIMIT p.k) x WHERE x.id > 0) FROM pairs p', 'Pushed');
SELECT count(*) > 0 AS shown FROM lines('SELECT * FROM t WHERE id = (SELECT max(k) FROM pairs)', 'Pushed');
SELECT count(*) > 0 AS shown FROM lines('SELECT * FROM t LIMIT (SELECT max(k) FROM pairs)', 'Pushed');
SELECT count(*) > 0 AS shown FROM lines('WITH w AS MATERIALIZED (SELECT k FROM pairs) SELECT (SELECT name FROM t WHERE id = w.k AND id = (SELECT min(k) FROM pairs)) FROM w', 'Pushed');
PREPARE one (int, int[]) AS SELECT p.k FROM pairs p JOIN t ON t.id = p.k AND t.id = ANY ($2) WHERE t.id > $1;
SET plan_cache_mode = force_generic_plan;
SELECT lines('EXECUTE one(1, ''{1,2}'')', 'Pushed');
RESET plan_cache_mode;
RESET lambda_fdw.enable_bind_join;

-- a bind join's keys
SET enable_nestloop = off;
SELECT lines('SELECT p.k, (SELECT string_agg(t.name, '','') FROM pairs q JOIN t ON t.id = q.k + p.k AND t.price > p.k) FROM pairs p', 'Bind Key|Pushed');
SELECT lines('SELECT p.k, t.name FROM pairs p LEFT JOIN t ON t.id = p.k AND t.price > 2 WHERE coalesce(t.name, ''x'') <> ''y''', 'Bind Key|Pushed|  Filter');
SELECT * FROM shown('SELECT p.k, t.name FROM pairs p JOIN t ON t.id = p.k');
SELECT * FROM shown('SELECT p.k, t.name FROM pairs p JOIN t ON t.id = p.k AND t.id IN (1, 2, 9)');
SELECT * FROM shown('SELECT p.k, t.name FROM pairs p JOIN t ON t.small = p.k AND t.price > 2');

-- rows that a bind join drops, and why
CREATE FUNCTION counted(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  line text;
BEGIN
  FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ' || query LOOP
    IF line ~ 'Bind Join|Foreign Scan|Removed|Asked|Rows Received' THEN
      RETURN NEXT regexp_replace(trim(line), ' \(actual.*', '');
    END IF;
  END LOOP;
END $$;
SELECT counted('SELECT p.k, t.name FROM pairs p JOIN t ON t.id = p.k');
SELECT counted('SELECT p.k, t.name FROM pairs p JOIN t ON t.id = p.k AND t.price > 5 * p.k WHERE t.price < 10');
SELECT counted('SELECT p.k, t.name FROM pairs p LEFT JOIN t ON t.id = p.k AND t.price + p.k > 8 WHERE coalesce(t.name, ''item 3'') <> ''item 3''');
SELECT counted('SELECT id FROM t WHERE small IN (1, 2)');

-- an error says of which call it is, of several and of one alone
CREATE FOREIGN TABLE picky (key int OPTIONS (pushdown '=', required 'true'), size int) SERVER lambda
  OPTIONS (function_arn 'picky', payload '{"bad": 3}', max_batch_keys '2');
CREATE FUNCTION failure(query text) RETURNS TABLE (message text, call text) LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'SELECT count(*) FROM (' || query || ') x WHERE x IS NOT NULL';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, call = PG_EXCEPTION_CONTEXT;
  call := coalesce((SELECT string_agg(line, ' | ') FROM regexp_split_to_table(call, '\n') line WHERE line ~ '^call with'), 'not named');
  RETURN NEXT;
END $$;
SELECT * FROM failure('SELECT * FROM picky WHERE key IN (1, 2, 3, 4)');
SELECT * FROM failure('SELECT * FROM picky WHERE key = 3');
SELECT * FROM failure('SELECT picky.* FROM pairs JOIN picky ON key = k');
SELECT * FROM failure('SELECT picky.* FROM picky, (SELECT max(k) AS k FROM pairs WHERE k < 4) p WHERE key = p.k');
ALTER FOREIGN TABLE picky ALTER key OPTIONS (SET pushdown '=, in');
SELECT * FROM failure('SELECT * FROM picky WHERE key IN (1, 2, 3, 4)');
SELECT * FROM failure('SELECT picky.* FROM pairs JOIN picky ON key = k');
ALTER FOREIGN TABLE picky OPTIONS (SET payload '{"bad": 3, "how": "row"}');
SELECT * FROM failure('SELECT * FROM picky WHERE key IN (1, 2, 3, 4)');
ALTER FOREIGN TABLE picky OPTIONS (SET payload '{"bad": 3, "how": "json"}');
SELECT * FROM failure('SELECT * FROM picky WHERE key IN (1, 2, 3, 4)');
ALTER FOREIGN TABLE picky OPTIONS (SET payload '{"bad": 3}', SET max_batch_keys '1000');
SELECT * FROM failure('SELECT * FROM picky WHERE key IN (1, 3)');
SELECT * FROM failure('SELECT * FROM picky WHERE key = ANY (ARRAY(SELECT generate_series(1, 50)))');

-- a limit that is none when it is evaluated is not shown as sent
SELECT * FROM lines('SELECT id FROM t LIMIT NULL OFFSET 3', 'Pushed Limit');
SELECT * FROM lines('SELECT id FROM t LIMIT 5 OFFSET -1', 'Pushed Limit');
SELECT * FROM lines('SELECT id FROM t LIMIT 5 OFFSET 1', 'Pushed Limit');

-- one value that goes in a list is shown in one, known or not
CREATE FOREIGN TABLE listed (k text OPTIONS (pushdown 'in'), s text OPTIONS (pushdown '=:one, in:many'))
  SERVER lambda OPTIONS (function_arn 'echo');
EXPLAIN (VERBOSE, COSTS OFF) SELECT k FROM listed WHERE k = current_setting('work_mem');
EXPLAIN (VERBOSE, COSTS OFF) SELECT k FROM listed WHERE k = '4MB';
SET plan_cache_mode = force_generic_plan;
PREPARE listed(text, text[]) AS SELECT k FROM listed WHERE s = $1 AND s = ANY($2);
EXPLAIN (VERBOSE, COSTS OFF) EXECUTE listed('a', '{a}');
RESET plan_cache_mode;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA explain CASCADE;
