-- What scripts/demo runs; the variable "endpoint" is the test endpoint's URL.

\set QUIET on
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\pset footer off
\set ECHO queries

\echo
\echo '1. Install the extension, say where Lambda is, and with which keys to sign.'
\echo '   (On AWS there would be no endpoint, and the keys would be your own.)'
\echo
CREATE EXTENSION lambda_fdw;

CREATE SERVER aws FOREIGN DATA WRAPPER lambda_fdw
  OPTIONS (region 'eu-west-1', endpoint :'endpoint');

CREATE USER MAPPING FOR CURRENT_USER SERVER aws
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE',
           aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');

\echo
\echo '2. A foreign table is a function. This one answers with a single string.'
\echo
CREATE FOREIGN TABLE hello (greeting text)
  SERVER aws OPTIONS (function_arn 'hello');

SELECT * FROM hello;

\echo
\echo '3. The function "zones" knows the time zones of the world, and can look'
\echo '   some of them up by name or country. Join it with a table of our own.'
\echo
CREATE FOREIGN TABLE zones (
  name       text        OPTIONS (pushdown '=, in'),
  country    text        OPTIONS (pushdown '=, in'),
  utc_offset interval,
  dst        boolean,
  local_time timestamp,
  at         timestamptz OPTIONS (pushdown '=, in')
) SERVER aws OPTIONS (function_arn 'arn:aws:lambda:eu-west-1:123456789012:function:zones');

CREATE TABLE offices (city text, zone text, staff int);
INSERT INTO offices VALUES
  ('Lisbon', 'Europe/Lisbon', 12),
  ('Nairobi', 'Africa/Nairobi', 31),
  ('Pune', 'Asia/Kolkata', 58),
  ('Osaka', 'Asia/Tokyo', 24),
  ('St. John''s', 'America/St_Johns', 7);

SELECT o.city, o.staff, z.country, z.utc_offset, z.dst,
       to_char(z.local_time, 'Dy HH24:MI') AS local_time
FROM offices o JOIN zones z ON z.name = o.zone
ORDER BY z.utc_offset;

\echo
\echo '4. The function "orders" has five thousand orders. Total those of the'
\echo '   customers in our own table.'
\echo
CREATE FOREIGN TABLE orders (
  id        bigint  OPTIONS (pushdown '=, in'),
  customer  bigint  OPTIONS (pushdown '=, in'),
  placed_at timestamptz,
  total     numeric,
  city      text    OPTIONS (path '/address/city'),
  items     jsonb
) SERVER aws OPTIONS (function_arn 'orders');

CREATE TABLE customers (id bigint PRIMARY KEY, name text);
INSERT INTO customers VALUES
  (3, 'Ada'), (14, 'Grace'), (15, 'Edsger'), (92, 'Barbara'), (65, 'Donald');

SELECT c.name, count(*) AS orders, sum(o.total) AS total,
       max(o.placed_at)::date AS latest
FROM customers c JOIN orders o ON o.customer = c.id
GROUP BY c.name ORDER BY total DESC;

\echo
\echo '5. Members of members, and JSON as it is: the latest orders of one customer.'
\echo
SELECT id, placed_at::date AS placed, city, total,
       items -> 0 ->> 'sku' AS first_item, jsonb_array_length(items) AS items
FROM orders WHERE customer = 14
ORDER BY orders.placed_at DESC LIMIT 3;

\echo
\echo '6. EXPLAIN shows what the function is sent; it does not call it.'
\echo
EXPLAIN (VERBOSE, COSTS OFF)
SELECT id, total FROM orders WHERE customer IN (3, 14) AND total > 100;

\echo
\echo '7. EXPLAIN ANALYZE runs it, and shows what was called. PostgreSQL knows by'
\echo '   now how few customers there are: their keys go into one call.'
\echo
ANALYZE customers;
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT c.name, sum(o.total)
FROM customers c JOIN orders o ON o.customer = c.id
GROUP BY c.name;
