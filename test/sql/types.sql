-- Values: what json_populate_record makes of them, the formats, and the way out.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS lambda_fdw;
RESET client_min_messages;
CREATE SCHEMA types;
SET search_path = types, public;
SET client_min_messages = warning;
SET timezone = 'Europe/Berlin';
SET datestyle = 'Postgres, MDY';
SET bytea_output = hex;
\getenv endpoint LAMBDA_FDW_ENDPOINT
CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint :'endpoint');
CREATE USER MAPPING FOR CURRENT_USER SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');

CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE point2 AS (x int, y text);
CREATE TYPE nested AS (p point2, a int[], m mood);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN below100 AS positive CHECK (VALUE < 100);
CREATE DOMAIN required_text AS text NOT NULL;
CREATE DOMAIN price AS numeric(5, 2) CHECK (VALUE < 500);
CREATE DOMAIN pair AS int[] CHECK (array_length(VALUE, 1) = 2);
CREATE DOMAIN point_right AS point2 CHECK ((VALUE).x > 0);
CREATE DOMAIN mood_domain AS mood;
CREATE DOMAIN tenth AS timestamp(1);
CREATE TYPE with_domains AS (a positive, b required_text);

-- lets the foreign table probe answer with these rows
CREATE FUNCTION answer(rows text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('ALTER FOREIGN TABLE types.probe OPTIONS (SET payload %L)',
                 json_build_object('response', rows));
END $$;

-- what a query returns, or the error it raises
CREATE FUNCTION try(query text, OUT result text[], OUT error text) LANGUAGE plpgsql AS $$
DECLARE
  message text;
  detail text;
  hint text;
BEGIN
  EXECUTE query INTO result;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  error := concat_ws(' / ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END $$;

CREATE TABLE tally (type text, good int, bad int);

-- Compares the foreign table with json_populate_record for each value; the
-- values without an error travel in one answer.
CREATE FUNCTION differences(type text, documents text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  expected record;
  got record;
  document text;
  good text[] := '{}';
  good_values text[] := '{}';
  bad int := 0;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE types.probe (v %s) SERVER lambda OPTIONS (function_arn ''raw'', payload ''{}'')', type);
  FOREACH document IN ARRAY documents LOOP
    document := CASE document WHEN 'missing' THEN '{}' ELSE '{"v": ' || document || '}' END;
    expected := try(format('SELECT ARRAY[ROW((json_populate_record(NULL::types.probe, %L)).v)::text]', document));
    IF expected.error IS NULL THEN
      good := good || document;
      good_values := good_values || expected.result;
      CONTINUE;
    END IF;
    bad := bad + 1;
    PERFORM answer('[' || document || ']');
    got := try('SELECT array_agg(ROW(v)::text) FROM types.probe');
    -- where numbers may count from 1970, the hint is another
    IF got.error LIKE '%set the option format%' AND type ~ '^(types.tenth|timestamp)' THEN
      got.error := regexp_replace(got.error, ' / If it counts from 1970.*', '');
      expected.error := regexp_replace(expected.error, ' / Perhaps you need a different "datestyle" setting.', '', 'i');
    END IF;
    IF got IS DISTINCT FROM expected THEN
      RETURN NEXT format('%s from %s: %s, not %s', type, document, got, expected);
    END IF;
  END LOOP;
  PERFORM answer('[' || array_to_string(good, ', ') || ']');
  got := try('SELECT array_agg(ROW(v)::text) FROM types.probe');
  IF got.result IS DISTINCT FROM nullif(good_values, '{}') THEN
    RETURN NEXT format('%s from %s: %s, not %s', type, good, got, good_values);
  END IF;
  DROP FOREIGN TABLE types.probe;
  INSERT INTO types.tally VALUES (type, cardinality(good), bad);
END $$;

SELECT d AS difference
FROM unnest(ARRAY[
  'bool', 'int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'numeric(5,2)', 'money', 'oid', 'pg_lsn',
  'text', 'varchar', 'varchar(3)', 'char(3)', 'bpchar', '"char"', 'name', 'bytea', 'uuid', 'json', 'jsonb', 'jsonpath', 'xml',
  'date', 'time', 'time(1)', 'timetz', 'timestamp', 'timestamp(1)', 'timestamptz', 'timestamptz(0)', 'interval',
  'inet', 'cidr', 'macaddr', 'bit(3)', 'varbit', 'point', 'box', 'circle', 'polygon', 'tsvector', 'tsquery',
  'int4range', 'tstzrange', 'int4multirange', 'regclass', 'regtype', 'int2vector', 'oidvector',
  'int4[]', 'text[]', 'numeric(4,1)[]', 'varchar(2)[]', 'bool[]', 'json[]', 'jsonb[]', 'timestamptz[]', 'int4range[]',
  'types.mood', 'types.mood[]', 'types.point2', 'types.point2[]', 'types.nested', 'types.with_domains', 'types.with_domains[]',
  'types.positive', 'types.positive[]', 'types.below100', 'types.required_text', 'types.price', 'types.pair', 'types.pair[]',
  'types.point_right', 'types.mood_domain', 'types.tenth']) AS type,
  differences(type, ARRAY[
  'missing', 'null', 'true', 'false', '0', '-0', '1', '-7', '32768', '-32769', '2147483648', '9223372036854775807', '9223372036854775808',
  '123456789012345678901234567890', '0.1', '-0.0', '1e2', '1E-2', '1e400', '16777217', '9007199254740993', '499.999', '0.30000000000000004',
  '""', '"a"', '"abc  "', '"abcd"', '" 12 "', '"yes"', '"NaN"', '"-Infinity"', '"null"', '"a\"b\\c\/d\n\t\r\b\f"', '"\u0041\u007f\u001f"', '"{}"', '"{1,2}"',
  '"{{1,2},{3,4}}"', '"{1,2"', '"[1,3)"', '"(1,2)"', '"(1,a)"', '"ok"', '"pg_class"', '"1 2"', '"101"', '"a & b"', '"192.168.0.1"', '"\\xdead"',
  '"2024-02-29"', '"2023-02-29"', '"0044-03-15 BC"', '"infinity"', '"10000-01-01"', '"2024-02-29T12:34:56Z"', '"2024-02-29 12:34:56"',
  '"2024-02-29T12:34:56.123456+05:30"', '"2024-02-29T12:34:56.1234567Z"', '"2024-02-29T24:00:00Z"', '"2024-02-29T23:59:60.5-0830"',
  '"2024-02-29T12:34:56+16:00"', '"2024-02-29T12:34"', '"2024-02-29T25:00:00Z"', '"12:34:56.78"', '"1 day 02:03:04"',
  '"550e8400-e29b-41d4-a716-446655440000"', '"550e8400e29b41d4a716446655440000"', '"550e8400-e29b-41d4-a716-44665544000g"',
  '[]', '[1]', '[1, 2]', '[1,2,3]', '[null]', '[[1,2],[3,4]]', '[[1,2],[3]]', '[[1],2]', '[1,[2]]', '[[],[]]', '["a",null,"\"b\""]', '["abcd"]', '[0]',
  '[{"x":1,"y":"a"}]', '[[1],{"a":1}]', '[true]', '["2024-02-29T12:00:00Z"]', '["[1,3)"]',
  '{}', '{"a": 1}', '{"x":1,"y":"two"}', '{"x":"1","y":2}', '{"x":"one"}', '{"x":0}', '{"a":1,"b":"x"}', '{"a":-1,"b":"x"}', '{"a":1,"b":null}',
  '{"p":{"x":1,"y":"a"},"a":[1,2],"m":"ok"}', '{"p":"(1,a)","a":"{1}","m":"angry"}', '{"p":[1]}', '{"a": {"b": [1, 2.50, {"c": null}]}, "d" : "e\n"}'])
  AS d;
SELECT count(*) AS types, sum(good + bad) AS pairs, sum(good) > 1000 AS many_values, sum(bad) > 1000 AS many_errors FROM tally;
SELECT type FROM tally WHERE good = 0 OR bad = 0 ORDER BY type COLLATE "C";

-- numerics keep their digits, however they are read
SELECT d AS difference
FROM unnest(ARRAY['numeric', 'numeric(5,2)', 'numeric(3)', 'numeric(20,18)', 'numeric(2,-3)', 'numeric[]', 'numeric(5,2)[]', 'types.price']) AS type,
  differences(type, ARRAY['1.50', '0.00', '0', '-0', '-0.0', '-0.000', '0.05', '-0.05', '100.10', '10000', '10000.0000', '99999', '1e3', '1.5E-3', '-12.345', '999.995', '999.994', '1499',
    '12345678901234567', '-12345678901234567', '123456789012345678', '99999999999999999', '999999999999999999', '9999999999999999999', '0.12345678901234567', '0.00000000000000001',
    '-0.000000000000000001', '1.0000000000000000', '10000000000000000', '1000000000000.0001', '-1000000000000.0001', '12345.678901234567', '12345.6789012345678',
    '"1.50"', '"-1.50"', '".5"', '"5."', '"-.5"', '"."', '"-"', '""', '"1.5.2"', '" 1.5 "', '"+1.5"', '"0x1F"', '"1_000"', '"00012.50"', '"1\u0030.5"', '"NaN"', '"-NaN"', '"Infinity"',
    '[1.50,null,"2.5",-0.0,1e2]', '[1,2,"x"]', '[12345678901234567,0.10,123456789012345678901]']) AS d;
-- arrays of scalars, and what is no such array
SELECT d AS difference
FROM unnest(ARRAY['int2[]', 'int8[]', 'float4[]', 'float8[]', 'varchar[]', 'varchar(2)[]', 'char(2)[]', 'text[]', '"char"[]', 'bytea[]', 'date[]', 'timestamp[]', 'timestamp(0)[]', 'uuid[]', 'bool[]',
    'time[]', 'interval[]', 'inet[]', 'bit(3)[]', 'point[]', 'json[]', 'jsonb[]', 'types.mood[]', 'types.mood_domain[]', 'types.required_text[]', 'types.below100[]', 'types.pair', 'int2vector[]']) AS type,
  differences(type, ARRAY['[]', ' [ ] ', '[null]', '[null,null]', '[1]', '[-1 , 2,3 ]', '[32767,32768]', '[1.5,-0.25,1e3]', '["a"]', '["ab","c",null,""]', '["abc","d"]', '["abc  "]', '["\"","\\","\u00e9","{}"]',
    '["NULL","null"]', '[true,false,null]', '["yes","no"]', '["2024-02-29","infinity",null]', '["2024-02-30"]', '["2024-02-29T12:34:56.5Z","2024-02-29 12:34:56"]',
    '["550e8400-e29b-41d4-a716-446655440000",null]', '["12:34:56"]', '["1 day"]', '["10.0.0.1"]', '["101"]', '["(1,2)"]', '["sad",null,"ok"]', '["sad","angry"]', '["1 2"]',
    '[[1]]', '[[]]', '[1,[2]]', '["x",[2]]', '[[1],2]', '[[1],[2,3]]', '[{}]', '[1,{"a":1}]', '[null,[1]]', '[[null],[1]]', '{}', '{"a":1}', '"{1,2}"', '"{}"', '"[0:1]={1,2}"', '""', '1', 'true',
    (SELECT '[' || string_agg(n::text, ',') || ']' FROM generate_series(1, 200) n), (SELECT '[' || string_agg(CASE n % 7 WHEN 0 THEN 'null' ELSE '"' || n || '"' END, ',') || ']' FROM generate_series(1, 300) n)]) AS d;

-- the same under other settings, which input functions follow
SET datestyle = 'SQL, DMY';
SET intervalstyle = 'sql_standard';
SET timezone = 'America/New_York';
SELECT d AS difference
FROM unnest(ARRAY['date', 'timestamp', 'timestamptz', 'interval', 'tstzrange', 'timestamptz[]']) AS type,
  differences(type, ARRAY['"2024-02-29"', '"03/04/2024"', '"31/12/2024"', '"12/31/2024"', '"2024-02-29 12:34:56"', '"2024-02-29T12:34:56Z"', '"03/04/2024 01:02:03 PST"',
    '"-1 2:03:04"', '"-1 days +02:03"', '["03/04/2024"]', '"[03/04/2024,2024-05-06)"']) AS d;
RESET datestyle;
RESET intervalstyle;
SET timezone = 'Europe/Berlin';
SET datestyle = 'Postgres, MDY';

-- every column of a table at once
\set rows '[{"i": 9223372036854775807, "n": 1234567890123456789.012345678901234567890, "f": 1e22, "t": "caf\\u00e9 \\ud83d\\ude00", "b": true, "d": "2024-02-29", "ts": "2024-02-29T12:34:56.5Z", "u": "550e8400-e29b-41d4-a716-446655440000", "j": {"b": 1.10, "a": [1, null]}, "k": {"b": 1.10, "a": [1, null]}, "a": [[1, 2], [3, 4]], "c": {"p": {"x": 1}, "m": "sad"}, "m": "ok", "p": 5, "r": "[1,5)"}, {"i": null, "t": "", "j": null, "k": "s", "a": [], "c": null, "zzz": 1}, {}, {"i": "12", "n": "1e3", "f": "0.5", "b": "no", "ts": "2024-07-01 00:00", "j": "j", "k": false, "a": "{7}", "c": "(\\"(1,x)\\",{2},ok)", "p": "6"}, {}]'
SELECT json_build_object('response', :'rows') AS payload \gset
CREATE FOREIGN TABLE wide (i bigint, n numeric, f float8, t text, b boolean, d date, ts timestamptz, u uuid, j json, k jsonb, a int[], c nested, m mood, p positive, r int4range)
  SERVER lambda OPTIONS (function_arn 'raw', payload :'payload');
SELECT count(*), count(i), count(t), count(j) FROM wide;
SELECT w::text FROM wide w EXCEPT ALL SELECT core::text FROM json_populate_recordset(NULL::wide, :'rows') core;
SELECT core::text FROM json_populate_recordset(NULL::wide, :'rows') core EXCEPT ALL SELECT w::text FROM wide w;
SELECT i, n, f, j, k, a, c FROM wide;

-- an error says where
CREATE FOREIGN TABLE probe (id int, v int[], p positive) SERVER lambda OPTIONS (function_arn 'raw', payload '{}');
SELECT answer('[{"v": [1]}, {"v": [[1], 2]}]');
SELECT * FROM probe;
SELECT answer('[{"v": "x"}]');
SELECT * FROM probe;
SELECT answer('[{"p": 1}, {"p": 2}, {"p": 0}]');
SELECT * FROM probe;
SELECT answer('[{"id": 3000000000}]');
SELECT * FROM probe;
-- a column that is not read is not converted
SELECT p FROM probe;
DROP FOREIGN TABLE probe;

-- formats
CREATE FOREIGN TABLE probe (v timestamptz OPTIONS (format 'epoch_s')) SERVER lambda OPTIONS (function_arn 'raw', payload '{}');
CREATE FUNCTION formatted(value text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  got record;
BEGIN
  PERFORM answer('[{"v": ' || value || '}]');
  got := try('SELECT array_agg(coalesce(v::text, ''NULL'')) FROM types.probe');
  RETURN coalesce(got.result[1], got.error);
END $$;
SET timezone = 'UTC';
SELECT value, formatted(value) FROM unnest(ARRAY['0', '-0.5', '1709210096', '1709210096.1234564', '1709210096.1234565', '-0.0000005', '"1709210096.5"', '1.5e3',
  '0e99999999999', '1e-99999999999', '123456789012345678901234567890e-25', '9224318015999.999999', '9224318016000', '-210866803200000', '-210866803200001', '1e99999999999',
  'null', 'true', '"abc"', '"1."', '""', '"2024-02-29"', '[1]']) AS value;
ALTER FOREIGN TABLE probe ALTER v TYPE timestamp, ALTER v OPTIONS (SET format 'epoch_ms');
SELECT value, formatted(value) FROM unnest(ARRAY['0', '1709210096123', '1709210096123.4565', '9224318015999999.999', '9224318016000000', '"x"']) AS value;
ALTER FOREIGN TABLE probe ALTER v TYPE tenth;
SELECT value, formatted(value) FROM unnest(ARRAY['1709210096123', '1709210096160', 'null']) AS value;
ALTER FOREIGN TABLE probe ALTER v TYPE bytea, ALTER v OPTIONS (SET format 'base64');
SELECT value, formatted(value) FROM unnest(ARRAY['""', '"3q2+7w=="', '"3q2\/7w=="', '"3q2+7w"', '"3q2-7w=="', '"3q2+\n7w=="', '1', 'null']) AS value;
ALTER FOREIGN TABLE probe ALTER v OPTIONS (SET format 'hex');
SELECT value, formatted(value) FROM unnest(ARRAY['""', '"DEADbeef"', '"\u0064e"', '"dea"', '"zz"', '"\\xde"', '{}', 'null']) AS value;
DROP FOREIGN TABLE probe;

-- The way out: the function echoes what it was sent, and the row stays only
-- if it comes back as the same value.
CREATE FUNCTION sent(type text, literal text, options text DEFAULT '') RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  got record;
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE types.probe (v %s OPTIONS (pushdown ''=''%s), event json OPTIONS (path ''''))
                  SERVER lambda OPTIONS (function_arn ''echo'', envelope ''false'')', type, options);
  got := try(format('SELECT array_agg((event -> ''v'')::text) FROM types.probe WHERE v = %L::%s', literal, type));
  DROP FOREIGN TABLE types.probe;
  RETURN coalesce(got.result[1], got.error, 'not sent');
END $$;
SET timezone = 'America/New_York';
SET datestyle = 'German';
SET intervalstyle = 'sql_standard';
SET extra_float_digits = -5;
SELECT type, literal, sent(type, literal)
FROM (VALUES ('bool', 'f'), ('int2', '-32768'), ('int4', '7'), ('int8', '9223372036854775807'), ('float4', '0.1'), ('float8', '0.30000000000000004'),
  ('float8', '1e22'), ('float8', 'NaN'), ('float4', '-Infinity'), ('numeric', '12.50'), ('numeric', '-0.5'), ('numeric', 'NaN'),
  ('text', E'a "b" \\ \n\x01'), ('varchar(5)', 'abc'), ('char(3)', 'a'), ('uuid', '550E8400-E29B-41D4-A716-446655440000'), ('types.mood', 'ok'),
  ('date', '2024-02-29'), ('date', '0044-03-15 BC'), ('date', 'infinity'), ('date', '10000-01-01'), ('time', '12:34:56.7'), ('timestamp', '2024-02-29 12:34:56.5'),
  ('timestamp', '-infinity'), ('timestamptz', '2024-02-29 12:34:56+05:30'), ('timestamptz', 'infinity'), ('interval', '1 day -02:03:04'),
  ('jsonb', '{"a": [1, null]}'), ('int4[]', '{{1,2},{3,4}}'), ('int4[]', '{}'), ('text[]', '{a,NULL,"b c"}'), ('numeric[]', '{1,NaN}'), ('types.positive', '5'),
  ('int4range', '[1,5)'), ('inet', '10.0.0.0/8'), ('cidr', '10.0.0.1/32'), ('bytea', '\x00ff'), ('jsonb', 'null'), ('jsonb[]', '{"null"}'),
  ('jsonb[]', '{"[1]"}'), ('int4[]', '[0:1]={1,2}'), ('tstzrange', '[2024-02-29 12:34+05:30,)'))
  AS v(type, literal);
SELECT type, literal, format, sent(type, literal, format(', format %L', format))
FROM (VALUES ('timestamptz', '2024-02-29 12:34:56.123456+00', 'epoch_s'), ('timestamptz', '2024-02-29 12:34:56.123+00', 'epoch_ms'), ('timestamp', '1969-12-31 23:59:59.5', 'epoch_s'),
  ('timestamp', '0044-03-15 00:00 BC', 'epoch_s'), ('timestamptz', '-infinity', 'epoch_s'), ('bytea', '\xdeadbeef', 'base64'), ('bytea', '\x', 'base64'), ('bytea', '\xdeadbeef', 'hex'))
  AS v(type, literal, format);
SHOW datestyle;
SHOW extra_float_digits;

DROP SERVER lambda CASCADE;
DROP SCHEMA types CASCADE;
