-- Members of rows: their order from row to row, their spelling, and paths through them.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA members;
SET search_path = members, public;
\set SHOW_CONTEXT never
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');


-- makes what a table of columns of text gets of an answer, by its whole rows
CREATE FUNCTION read(columns text, response text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  row text;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE members.t (%s) SERVER lambda OPTIONS (function_arn ''raw'', payload %L)',
                 columns, json_build_object('response', response));
  FOR row IN SELECT r::text FROM members.t r LOOP
    RETURN NEXT row;
  END LOOP;
  DROP FOREIGN TABLE members.t;
END $$;

-- the order of the members: the columns', another, another from row to row, members that come and go
SELECT read('a int, b int, c int', '[{"a":1,"b":2,"c":3},{"c":3,"b":2,"a":1},{"c":3,"b":2,"a":1},{"b":2,"c":3},{"a":1},{},{"c":3,"a":1,"b":2}]');
SELECT read('a int, b int', '[{"x":9,"b":2,"y":9,"a":1},{"x":9,"b":2,"y":9,"a":1},{"y":9,"x":9,"a":1,"b":2},{"b":2,"x":9,"y":9},{"x":9,"a":1,"x":8,"b":2}]');
-- a member twice: the last counts, and what the first had below it is forgotten
SELECT read('a int, b int', '[{"a":1,"a":2,"b":3,"a":4},{"a":1,"a":null}]');
SELECT read($$b int OPTIONS (path '/a/b'), c int OPTIONS (path '/a/c'), a json, d int OPTIONS (path '/a/x/d')$$,
            '[{"a":{"b":1,"c":2,"x":{"d":3}},"a":{"c":4}},{"a":{"x":{"d":3},"x":5,"b":1}},{"a":{"b":1},"a":7},{"a":{"b":1},"a":"{\"c\": 8}"}]');
-- white space anywhere
SELECT read('a int, b int', E'[ {"a" :1 ,\t"b":\n2}\n,{ "a"\r: 3 , "b" : 4 },{"a":5,"b":6 }, { "b" :8, "a": 7}]');

-- spellings of one name, also where another one came in its place
SELECT read('id int, b int', '[{"id":1,"b":1},{"\u0069d":2,"b":2},{"\u0069d":3,"b":3},{"i\u0064":4,"\u0062":4},{"id":5,"b":5}]');
SELECT read($$"größe" int, b int$$, '[{"größe":1,"b":1},{"gr\u00f6\u00dfe":2,"b":2},{"gr\u00f6\u00dfe":3,"b":3}]');
-- names that hold what JSON escapes, beside those that look like their spelling
SELECT read($$"a\b" int, "a\\b" int, "c""d" int, "e/f" int, "\u0069d" int$$,
            '[{"a\\b":1,"a\\\\b":2,"c\"d":3,"e\/f":4,"\\u0069d":5},{"a\b":6,"c\"d":7,"\u0069d":8,"e/f":9}]');
SELECT read($$a int, "a""" int, """a""" int$$, '[{"a":1,"a\"":2,"\"a\"":3},{"a":4,"a\"":5,"\"a\"":6}]');
-- a name that begins another one, and the empty one
SELECT read($$a int, ab int, abc int, e int OPTIONS (path '/')$$,
            '[{"a":1,"ab":2,"abc":3,"":4},{"abc":3,"ab":2,"a":1},{"ab":2,"":4,"abc":3,"a":1}]');

-- two columns of one path, and a column at what others lead through
SELECT read($$a int OPTIONS (path '/x/y'), b text OPTIONS (path '/x/y'), x json, z json OPTIONS (path '/x/y/z')$$,
            '[{"x":{"y":1}},{"x": [ ] },{"x":null}]');
SELECT read($$x json, y json OPTIONS (path '/x/y'), z text OPTIONS (path '/x/y/z'), w int OPTIONS (path '/x/w')$$,
            '[{"x": {"w":5, "y" : { "z" : "t" , "u":[1, 2]} } },{"x":{"y":[1],"w":null}},{"x":"s"},{"x":{"y":"{\"z\": \"in a string\"}"}},{"x":"{\"y\": {\"z\": 7}, \"w\": 6}"}]');
-- strings on the way, in one another and in arrays
SELECT read($$v int OPTIONS (path '/a/b/1/c')$$,
            '[{"a":{"b":[0,{"c":1}]}},{"a":"{\"b\":[0,{\"c\":2}]}"},{"a":{"b":"[0,\"{\\\"c\\\":3}\"]"}},{"a":"{\"b\":"},{"a":"text"},{"a":{"b":{"1":{"c":4}}}}]');
-- places in arrays, in any order of the columns
SELECT read($$c text OPTIONS (path '/v/2'), a text OPTIONS (path '/v/0'), n text OPTIONS (path '/v/10'), o text OPTIONS (path '/v/01')$$,
            '[{"v":["a","b","c"]},{"v":["a"]},{"v":{"0":"m","01":"k","2":"l"}},{"v":[0,1,2,3,4,5,6,7,8,9,10,11]},{"v":[[],{},null]}]');
SELECT read($$c text OPTIONS (path '/2'), a text OPTIONS (path '/0')$$, '[["a","b","c"],["d"],["e","f","g","h"]]');

-- as many columns as a table can have, in both orders, among as many other members
CREATE FUNCTION members_of(n int, step int) RETURNS text LANGUAGE sql AS $$
  SELECT '{' || string_agg(format('"c%s":%s,"x%s":[%s]', i, i, i, i), ',') || '}' FROM generate_series(CASE WHEN step > 0 THEN 1 ELSE n END, CASE WHEN step > 0 THEN n ELSE 1 END, step) i
$$;
DO $$
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE wide (%s) SERVER lambda OPTIONS (function_arn ''raw'', payload %L)',
                 (SELECT string_agg(format('c%s int', n), ', ') FROM generate_series(1, 1600) n),
                 json_build_object('response', format('[%s,%s,%s,{"c1600":0}]', members_of(1600, 1), members_of(1600, -1), members_of(1600, -1))));
END $$;
SELECT count(*), sum(v::int), string_agg(v, ' ' ORDER BY n) FILTER (WHERE n > 1599)
  FROM (SELECT n, split_part(v, ')', 1) v FROM wide w, string_to_table(substr(w::text, 2), ',') WITH ORDINALITY _(v, n) WHERE v <> '') _;

-- members that no column reads: more different ones than anybody keeps, and then one with a column's letters
DO $$
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE many (id int, order_id int, "größe" int) SERVER lambda OPTIONS (function_arn ''raw'', payload %L)',
                 json_build_object('response', '[' || (SELECT string_agg(format('{"id":%s,"k%s":1,"%s":2}', n, n, repeat('long', n / 1000)), ',') FROM generate_series(1, 20000) n)
                                               || ',{"or\u0064erId":1,"id":2},{"Gr\u00f6\u00dfe":3,"\u0069d":4}]'));
END $$;
SELECT count(*), sum(id), max(order_id) FROM many;
SELECT count(*), max("größe") FROM many;
-- the name is noted where it comes first, and forgotten where the column's own comes
SELECT read('id int, order_id int', '[{"id":1,"orderId":1},{"id":2,"orderId":2}]');
SELECT read('id int, order_id int', '[{"id":1,"orderId":1},{"id":2,"order_id":2}]');
SELECT read($$id int, a int OPTIONS (path '/in/order_id'), b int OPTIONS (path '/in/orderid')$$, '[{"id":1,"in":{"ORDER-ID":1}},{"id":2,"in":{"orderid":2}}]');

SET client_min_messages = warning;
DROP SERVER lambda CASCADE;
DROP SCHEMA members CASCADE;
