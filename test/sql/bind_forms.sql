-- Every shape of join over a foreign table, under every form of expression over
-- what it may leave NULL: with bind joins and over local copies the same rows.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA bind_forms;
CREATE SCHEMA bind_forms_local;
SET search_path = bind_forms, public;
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
CREATE FOREIGN TABLE bind_forms.f (id int OPTIONS (pushdown '=, in'), name text, category text, price numeric, address jsonb)
  SERVER lambda OPTIONS (function_arn 'items', estimated_rows '100000');
CREATE FOREIGN TABLE bind_forms.g (id int OPTIONS (pushdown '=', required 'true'), name text)
  SERVER lambda OPTIONS (function_arn 'items');
CREATE TABLE bind_forms_local.f AS SELECT * FROM bind_forms.f;
CREATE TABLE bind_forms_local.g AS SELECT id, name FROM bind_forms.f;
CREATE VIEW bind_forms.v AS SELECT id, name, coalesce(category, 'none') AS category, price + 1 AS price, address FROM bind_forms.f;
CREATE VIEW bind_forms_local.v AS SELECT id, name, coalesce(category, 'none') AS category, price + 1 AS price, address FROM bind_forms_local.f;
-- duplicates, NULLs and keys without an item; 19 and 20 have NULLs
CREATE TABLE public.bind_forms_a AS SELECT i AS n, CASE WHEN i % 6 <> 0 THEN i * 3 % 23 END AS k FROM generate_series(1, 25) i;
CREATE TABLE public.bind_forms_b AS SELECT i AS n, CASE WHEN i % 5 <> 0 THEN i * 2 END AS k FROM generate_series(1, 14) i;
ANALYZE public.bind_forms_a, public.bind_forms_b, bind_forms_local.f, bind_forms_local.g;

CREATE TABLE shapes (shape text, clause text, number int GENERATED ALWAYS AS IDENTITY);
INSERT INTO shapes VALUES
  ('inner', 'bind_forms_a a JOIN f ON f.id = a.k'),
  ('left', 'bind_forms_a a LEFT JOIN f ON f.id = a.k'),
  ('left with a condition', 'bind_forms_a a LEFT JOIN f ON f.id = a.k AND f.price > a.n AND a.n <> 9'),
  ('left with an expression', 'bind_forms_a a LEFT JOIN f ON f.id = coalesce(a.k, 5) - 1'),
  ('left of a subquery', 'bind_forms_a a LEFT JOIN (SELECT id, name, coalesce(category, ''none'') AS category, price, address FROM f) f ON f.id = a.k'),
  ('left of a view', 'bind_forms_a a LEFT JOIN v f ON f.id = a.k'),
  ('left of a constant', 'bind_forms_a a LEFT JOIN (SELECT id, name, ''one''::text AS category, price, address FROM f) f ON f.id = a.k'),
  ('right', 'f RIGHT JOIN bind_forms_a a ON f.id = a.k'),
  ('left below left', 'bind_forms_a a LEFT JOIN f ON f.id = a.k LEFT JOIN bind_forms_b b ON b.k = f.id'),
  ('left above left', 'bind_forms_b b LEFT JOIN bind_forms_a a ON a.n = b.k LEFT JOIN f ON f.id = a.k'),
  ('left above left, strict', 'bind_forms_b b LEFT JOIN bind_forms_a a ON a.n = b.k LEFT JOIN f ON f.id = a.k AND f.id > b.n - 5'),
  ('left in left', 'bind_forms_b b LEFT JOIN (bind_forms_a a LEFT JOIN f ON f.id = a.k) ON a.n = b.k'),
  ('left in left, by the inner', 'bind_forms_b b LEFT JOIN (bind_forms_a a LEFT JOIN f ON f.id = a.k) ON f.id = b.k AND a.n > 2'),
  ('inner in left', 'bind_forms_b b LEFT JOIN (bind_forms_a a JOIN f ON f.id = a.k) ON a.n = b.k'),
  ('left in inner', 'bind_forms_b b JOIN (bind_forms_a a LEFT JOIN f ON f.id = a.k) ON a.n = b.k'),
  ('left in full', 'bind_forms_b b FULL JOIN (bind_forms_a a LEFT JOIN f ON f.id = a.k) ON a.n = b.k'),
  ('inner in full', 'bind_forms_b b FULL JOIN (bind_forms_a a JOIN f ON f.id = a.k) ON a.n = b.k'),
  ('left above full', 'bind_forms_b b FULL JOIN bind_forms_a a ON a.n = b.k LEFT JOIN f ON f.id = a.k'),
  ('two of ours', 'bind_forms_a a LEFT JOIN f ON f.id = a.k LEFT JOIN g ON g.id = f.id + 1'),
  ('two of ours, nested', 'bind_forms_a a LEFT JOIN (f JOIN g ON g.id = f.id) ON f.id = a.k'),
  ('lateral', 'bind_forms_a a LEFT JOIN LATERAL (SELECT f.id, f.name, f.category || a.n AS category, f.price, f.address FROM f WHERE f.id = a.k) f ON true'),
  ('semi above', 'bind_forms_a a LEFT JOIN f ON f.id = a.k JOIN (SELECT DISTINCT k AS m FROM bind_forms_b) b ON b.m = a.n'),
  ('grouped', '(SELECT k, min(n) AS n FROM bind_forms_a GROUP BY k) a LEFT JOIN f ON f.id = a.k');

CREATE TABLE forms (form text, query text, number int GENERATED ALWAYS AS IDENTITY);
INSERT INTO forms VALUES
  ('columns', 'SELECT a.n, f.id, f.name FROM @'),
  ('coalesce', 'SELECT a.k, coalesce(f.category, ''x'') FROM @'),
  ('case', 'SELECT a.n, CASE WHEN f.id IS NULL THEN -1 WHEN f.category = ''red'' THEN f.price ELSE a.n END FROM @'),
  ('is null', 'SELECT a.n, f.id IS NULL, f.category IS NOT NULL FROM @'),
  ('mixed', 'SELECT coalesce(f.id, a.k, -a.n), f.price + a.n, (f.address ->> ''city'') IS NULL FROM @'),
  ('all columns', 'SELECT a, f.* FROM @'),
  ('whole row', 'SELECT a.n, f FROM @'),
  ('whole row, tested', 'SELECT a.n, f IS NULL, f IS NOT NULL, to_jsonb(f) ->> ''name'' FROM @'),
  ('whole row and column', 'SELECT a.n, coalesce(f.name, ''none''), f FROM @'),
  ('constant', 'SELECT 1 FROM @'),
  ('where is null', 'SELECT a.n FROM @ WHERE f.id IS NULL'),
  ('where coalesce', 'SELECT a.n, f.category FROM @ WHERE coalesce(f.category, ''x'') <> ''red'''),
  ('where or', 'SELECT a.n, coalesce(f.name, ''x'') FROM @ WHERE f.name IS NULL OR a.n < 9'),
  ('where not true', 'SELECT a.n FROM @ WHERE (f.price > 20) IS NOT TRUE'),
  ('where case', 'SELECT a.n FROM @ WHERE CASE WHEN f.id IS NULL THEN a.n % 2 = 0 ELSE f.price > 9 END'),
  ('where row', 'SELECT a.n FROM @ WHERE f IS NULL OR f.id < 7'),
  ('count', 'SELECT count(*), count(f.id), sum(coalesce(f.price, 0)) FROM @'),
  ('group by expression', 'SELECT coalesce(f.category, ''x''), count(*), min(f.price) FROM @ GROUP BY 1'),
  ('group by column', 'SELECT f.category, count(f.id), max(coalesce(f.name, ''x'')) FROM @ GROUP BY f.category HAVING count(*) > 1'),
  ('grouping sets', 'SELECT f.category, a.k IS NULL, count(*), grouping(f.category) FROM @ GROUP BY ROLLUP (f.category, a.k IS NULL)'),
  ('window', 'SELECT a.n, row_number() OVER (PARTITION BY coalesce(f.category, ''x'') ORDER BY a.n, f.id) FROM (SELECT DISTINCT * FROM bind_forms_a) d JOIN @ ON d.n = a.n'),
  ('window over', 'SELECT sum(coalesce(f.price, 1)) OVER (PARTITION BY f.category IS NULL) FROM @'),
  ('distinct', 'SELECT DISTINCT coalesce(f.category, ''x''), f.id IS NULL FROM @'),
  ('order and limit', 'SELECT coalesce(f.id, 0) AS o FROM @ ORDER BY coalesce(f.id, 0) DESC LIMIT 5'),
  ('order by hidden', 'SELECT coalesce(f.category, ''x'') AS c FROM @ ORDER BY f.price NULLS FIRST, f.id, a.n LIMIT 7'),
  ('set-returning', 'SELECT a.n, generate_series(1, coalesce(f.id, 2) % 4) FROM @'),
  ('subquery in target', 'SELECT a.n, (SELECT max(c.n) FROM bind_forms_b c WHERE c.k = coalesce(f.id, 2)) FROM @'),
  ('subquery with row', 'SELECT a.n, (SELECT f.name || c.n FROM bind_forms_b c WHERE c.n = f.id) FROM @'),
  ('subquery in where', 'SELECT a.n FROM @ WHERE EXISTS (SELECT 1 FROM bind_forms_b c WHERE c.k = coalesce(f.id, 2))'),
  ('anti in where', 'SELECT a.n FROM @ WHERE NOT EXISTS (SELECT 1 FROM bind_forms_b c WHERE c.k = f.id)'),
  ('not in', 'SELECT a.n FROM @ WHERE coalesce(f.id, 0) NOT IN (SELECT c.n FROM bind_forms_b c)'),
  ('lateral above', 'SELECT a.n, l.y FROM @ CROSS JOIN LATERAL (SELECT coalesce(f.name, ''none'') AS y) l'),
  ('lateral left above', 'SELECT a.n, l.y FROM @ LEFT JOIN LATERAL (SELECT c.n + coalesce(f.id, 0) AS y FROM bind_forms_b c WHERE c.n = f.id) l ON true'),
  ('left above', 'SELECT a.n, c.n, coalesce(f.name, c.n::text) FROM @ LEFT JOIN bind_forms_b c ON c.n = coalesce(f.id, 3)'),
  ('right above', 'SELECT a.n, c.n, coalesce(f.name, ''x'') FROM @ RIGHT JOIN bind_forms_b c ON c.n = a.n'),
  ('full above', 'SELECT a.n, c.n, coalesce(f.name, ''x'') FROM @ FULL JOIN bind_forms_b c ON c.n = a.n'),
  ('subquery above', 'SELECT s.c, s.m || ''!'' FROM (SELECT coalesce(f.category, ''x'') AS c, f.name AS m FROM @ OFFSET 0) s'),
  ('nullable subquery above', 'SELECT c.n, s.y, s.m IS NULL FROM bind_forms_b c LEFT JOIN (SELECT a.n, coalesce(f.category, ''x'') AS y, f.name AS m FROM @) s ON s.n = c.n'),
  ('union', 'SELECT coalesce(f.name, ''x'') FROM @ UNION SELECT ''y'''),
  ('common table expression', 'WITH s AS MATERIALIZED (SELECT a.n, coalesce(f.category, ''x'') AS y FROM @) SELECT s.y, t.n FROM s JOIN s t USING (n)'),
  ('correlated', 'SELECT c.n, (SELECT string_agg(coalesce(f.name, ''x''), '','' ORDER BY a.n, f.id) FROM @ WHERE a.n <= c.n) FROM bind_forms_b c WHERE c.n < 4'),
  ('row compared', 'SELECT a.n FROM @ WHERE ROW(coalesce(f.id, 0), a.n) > ROW(5, 5)');

-- The rows of a query over the tables of a schema.
CREATE FUNCTION rows_in(schema text, query text) RETURNS text[] LANGUAGE plpgsql AS $$
DECLARE
  result text[];
BEGIN
  PERFORM set_config('search_path', schema || ', public', true);
  EXECUTE 'SELECT array_agg(x::text COLLATE "C" ORDER BY x::text COLLATE "C") FROM (' || query || ') x' INTO result;
  RETURN result;
EXCEPTION WHEN OTHERS THEN
  RETURN ARRAY[SQLSTATE, SQLERRM];
END $$;
CREATE FUNCTION plan_in(schema text, query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  plan json;
BEGIN
  PERFORM set_config('search_path', schema || ', public', true);
  EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
  RETURN plan;
EXCEPTION WHEN OTHERS THEN
  RETURN SQLERRM;
END $$;
-- every second pair: each shape meets every second form
CREATE TABLE results AS
  SELECT shape, form, replace(query, '@', clause) AS query FROM shapes s, forms f WHERE (s.number + f.number) % 2 = 0;
ALTER TABLE results ADD bind boolean, ADD ours text[], ADD truth text[];
-- every join that can be a bind join is one
-- the cost of a disabled node would begin JIT compilation and workers; a Gather
-- that a LIMIT ends and that begins again loses rows of core's own tables
SET jit = off;
SET max_parallel_workers_per_gather = 0;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET enable_nestloop = off;
UPDATE bind_forms.results SET bind = bind_forms.plan_in('bind_forms', query) ~ 'Bind Join';
UPDATE bind_forms.results SET ours = bind_forms.rows_in('bind_forms', query);
RESET enable_hashjoin;
RESET enable_mergejoin;
RESET enable_nestloop;
UPDATE bind_forms.results SET truth = bind_forms.rows_in('bind_forms_local', query);
-- bind joins stand in nearly all of them; nothing differs
SELECT count(*) AS queries, count(*) FILTER (WHERE bind) > count(*) * 0.8 AS bound FROM results;
SELECT shape FROM results GROUP BY shape HAVING NOT bool_or(bind) ORDER BY 1;
SELECT form FROM results GROUP BY form HAVING NOT bool_or(bind) ORDER BY 1;
SELECT shape, form, ours[1:2] AS ours, truth[1:2] AS truth FROM results WHERE ours IS DISTINCT FROM truth ORDER BY 1, 2;
SELECT shape, form, truth FROM results WHERE truth[1] ~ '^[0-9A-Z]{5}$' ORDER BY 1, 2;

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP TABLE bind_forms_a, bind_forms_b;
DROP SCHEMA bind_forms, bind_forms_local CASCADE;
