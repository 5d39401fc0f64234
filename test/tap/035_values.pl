# What is sent is what is read, for every type of the catalogue and every format:
# a table joined to a function that returns the keys it was sent has all rows.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use Test::More;

my $node = start_server("lc_monetary = 'C'");
my $endpoint = start_endpoint();

$node->safe_psql('postgres', $_)
  for (
	create_server('aws', $endpoint),
	create_function('aws', 'calls', columns => 'seq int, payload json'),
	create_function('aws', 'reset_calls', columns => 'cleared int'));

# Values of each type, some of which JSON cannot carry.
my %samples = (
	'"char"' => [ 'a', '\\', '' ],
	bit => [ '1', '0' ],
	bool => [ 't', 'f' ],
	bpchar => [ 'ab', 'ab  c', '' ],
	'char(5)' => [ 'ab', '', '  x' ],
	bytea => [ '\x', '\x00', '\xdeadbeef5c78' ],
	cidr => [ '10.0.0.0/8', '10.0.0.1/32', '::/0' ],
	date => [ '2024-02-29', '0044-03-15 BC', 'infinity' ],
	float4 => [ '0.1', '-0', 'NaN', '1e-45' ],
	float8 => [ '0.1', '5e-324', 'Infinity', '-0' ],
	inet => [ '10.0.0.1', '10.0.0.1/8', '::1' ],
	int2 => [ '-32768', '7' ],
	int4 => [ '-2147483648', '7' ],
	int8 => [ '-9223372036854775808', '9007199254740993', '7' ],
	interval => [ '1 mon', '30 days', '-1 days +02:03:04', '-00:00:00.5' ],
	jsonb => [ '{"a": [1, null]}', '"x"', '1.0', '1.00', '[1]', 'true', '""' ],
	macaddr => ['08:00:2b:01:02:03'],
	macaddr8 => ['08:00:2b:01:02:03:04:05'],
	money => [ '12.50', '-1234.56' ],
	name => [ 'pg_class', 'x "y"' ],
	numeric => [ '1.0', '1.00', '1', 'NaN', '-0.50', '1e-20', '12345678901234567890.123' ],
	'numeric(10,2)' => [ '1.5', '-2.25' ],
	oid => [ '0', '4294967295' ],
	oidvector => [ '1 2 3', '' ],
	pg_lsn => ['16/B374D848'],
	text => [ '', 'a', ' b ', "\"q\\\n\t\x01", '[1]', 'null', '{"a": 1}', "\x{c3}\x{a9}" ],
	'varchar(5)' => [ 'ab', 'ab ', '' ],
	tid => ['(1,2)'],
	time => [ '12:34:56.7', '24:00:00' ],
	timestamp => [ '2024-02-29 12:34:56.123456', '-infinity', '10000-01-01' ],
	'timestamp(0)' => ['2024-02-29 12:34:56'],
	timestamptz => [ '2024-02-29 12:34:56.5+05:30', 'infinity' ],
	timetz => [ '12:34:56+05:30', '12:34:56.25-03' ],
	tsquery => [ "'a' & 'b c'", "!x:*" ],
	tsvector => [ "'a':1 'b c':2A", '' ],
	uuid => ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
	varbit => [ '', '101' ],
	varchar => [ 'x', 'y ' ],
	xid8 => ['18446744073709551615'],
	int4range => [ '[1,5)', 'empty', '(,3)' ],
	int8range => ['[1,)'],
	numrange => [ '[1.0,2.50]', '[1.00,2.5]' ],
	daterange => ['[2024-01-01,2024-02-01)'],
	tsrange => ['["2024-01-01 00:00:00",infinity)'],
	tstzrange => ['["2024-01-01 00:00:00+02","2024-01-02 00:00:00+03")'],
	int4multirange => [ '{[1,3),[5,7)}', '{}' ],
	int8multirange => ['{[1,3)}'],
	nummultirange => ['{[1.0,3)}'],
	datemultirange => ['{[2024-01-01,2024-02-01)}'],
	tsmultirange => ['{["2024-01-01 00:00:00","2024-01-02 00:00:00")}'],
	tstzmultirange => ['{["2024-01-01 00:00:00+02",)}'],
	mood => [ 'sad', 'Ok "x"' ],
	whole => [ '5', '-1' ],
	short => [ 'ab', 'x ' ],
	wholes => [ '{1,NULL}', '{}' ],
	floats => [ '[1.5,2)', 'empty' ],
	floatmultirange => ['{[1.5,2)}']);
my %formats = (
	bytea => [ 'base64', 'hex' ],
	timestamp => [ 'epoch_s', 'epoch_ms' ],
	timestamptz => [ 'epoch_s', 'epoch_ms' ]);

$node->safe_psql('postgres', <<'END');
CREATE TYPE mood AS ENUM ('sad', 'Ok "x"');
CREATE DOMAIN whole AS int;
CREATE DOMAIN short AS char(3);
CREATE DOMAIN wholes AS int[];
CREATE TYPE floats AS RANGE (subtype = float8, multirange_type_name = floatmultirange);
CREATE TYPE pair AS (a int, b text);
-- the pairs of a plan's nodes that matter, by a query's text
CREATE FUNCTION nodes(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; found text := '';
BEGIN
  FOR line IN EXECUTE 'EXPLAIN ' || query LOOP
    found := found || coalesce(substring(line from 'Lambda Bind Join|Hash Join|Nested Loop|Merge Join') || ' ', '');
  END LOOP;
  RETURN trim(found);
END $$;
-- What a value of a type is sent as; NULL where it is not.
CREATE FUNCTION sent(literal text, type text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
  PERFORM FROM reset_calls;
  EXECUTE format('SELECT FROM mirror WHERE v = %L::%s', literal, type);
  SELECT (payload->'v')::text INTO result FROM calls;
  RETURN result;
END $$;
-- Checks a type under a format; returns what is wrong, one line each.
CREATE FUNCTION check_type(type text, format text, literals text[]) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
  options text := CASE WHEN format <> '' THEN format(', format %L', format) ELSE '' END;
  data text[] := '{}';
  one text;
  literal text;
  hashable bool;
  plan record;
  n bigint;
BEGIN
  EXECUTE format('CREATE TABLE own (v %s)', type);
  FOREACH literal IN ARRAY literals LOOP
    EXECUTE format('INSERT INTO own VALUES (%L)', literal);
  END LOOP;
  ANALYZE own;
  EXECUTE format('CREATE FOREIGN TABLE mirror (v %s OPTIONS (pushdown ''=, in:vs''%s)) SERVER aws
    OPTIONS (function_arn ''mirror'', envelope ''false'', payload ''{}'')', type, options);
  FOREACH literal IN ARRAY literals LOOP
    one := sent(literal, type);
    EXECUTE format('SELECT count(*) FROM own JOIN mirror ON mirror.v = %L::%s WHERE own.v = %1$L::%2$s AND record_image_eq(ROW(own.v), ROW(mirror.v))', literal, type) INTO n;
    IF one IS NOT NULL AND n = 0 THEN
      RETURN NEXT format('%L is sent as %s, which is not read as it', literal, one);
    END IF;
    -- what is not sent stands in the answer as its text does
    data := data || coalesce(one, CASE WHEN format LIKE 'epoch%' THEN NULL ELSE to_json(literal)::text END);
    IF data[cardinality(data)] IS NULL THEN
      EXECUTE format('DELETE FROM own WHERE v = %L', literal);
    END IF;
  END LOOP;
  data := array_remove(data, NULL);
  EXECUTE format('ALTER FOREIGN TABLE mirror OPTIONS (SET payload %L)', format('{"data": [%s]}', array_to_string(data, ',')));
  SELECT count(*) INTO n FROM own;
  SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off;
  SET LOCAL enable_nestloop = off;
  hashable := nodes('SELECT FROM own JOIN mirror USING (v)') LIKE '%Lambda Bind Join%';
  SET LOCAL enable_hashjoin = on;
  SET LOCAL enable_mergejoin = on;
  SET LOCAL enable_nestloop = on;
  IF hashable <> (EXISTS (SELECT FROM pg_type t WHERE t.oid = type::regtype AND t.typname NOT IN
      ('bit', 'varbit', 'money', 'tsquery', 'tsvector', '_bit', '_varbit', '_money', '_tsquery', '_tsvector'))) THEN
    RETURN NEXT format('a bind join: %s', hashable);
  END IF;
  FOR plan IN SELECT * FROM (VALUES
    ('bind', '{enable_hashjoin,enable_mergejoin,enable_nestloop}'::text[]),
    ('hash', '{lambda_fdw.enable_bind_join,enable_nestloop,enable_mergejoin}'),
    ('merge', '{lambda_fdw.enable_bind_join,enable_nestloop,enable_hashjoin}'),
    ('nested loop', '{lambda_fdw.enable_bind_join,enable_hashjoin,enable_mergejoin,enable_material,enable_memoize}')) p(name, off)
  LOOP
    FOREACH one IN ARRAY plan.off LOOP
      PERFORM set_config(one, 'off', true);
    END LOOP;
    EXECUTE 'SELECT count(*) FROM own JOIN mirror USING (v) WHERE record_image_eq(ROW(own.v), ROW(mirror.v))' INTO STRICT literal;
    IF literal::bigint < n THEN
      RETURN NEXT format('%s: %s of %s rows find themselves', plan.name, literal, n);
    END IF;
    EXECUTE 'SELECT count(*) FROM own WHERE NOT EXISTS (SELECT FROM mirror WHERE mirror.v = own.v)' INTO literal;
    IF literal::bigint > 0 THEN
      RETURN NEXT format('%s: NOT EXISTS finds %s rows', plan.name, literal);
    END IF;
    FOREACH one IN ARRAY plan.off LOOP
      PERFORM set_config(one, 'on', true);
    END LOOP;
  END LOOP;
  IF type LIKE '%[]' OR type = 'wholes' THEN
    RETURN;                     -- there is no list of arrays
  END IF;
  EXECUTE format('SELECT count(DISTINCT ROW(own.v)::text) FROM own JOIN mirror ON mirror.v = ANY (%L::%s[]) WHERE record_image_eq(ROW(own.v), ROW(mirror.v))', literals, type) INTO literal;
  EXECUTE 'SELECT count(DISTINCT ROW(v)::text) FROM own' INTO one;
  IF literal::bigint < one::bigint THEN
    RETURN NEXT format('in a list: %s of %s rows', literal, one);
  END IF;
EXCEPTION WHEN others THEN
  RETURN NEXT format('%s %s', SQLSTATE, SQLERRM);
END $$;
-- Which of the operators of a type's order, all declared, are not sent as such,
-- with the same value as "=" has.
CREATE FUNCTION unsent(type text, literal text, collated text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  operators text[] := '{=,<>,<,<=,>,>=}';
  argument text;
  one text;
  wrong text := '';
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE mirror (v %s OPTIONS (pushdown ''=:a1, <>:a2, <:a3, <=:a4, >:a5, >=:a6'') %s) SERVER aws
    OPTIONS (function_arn ''mirror'', envelope ''false'', payload ''{}'')', type, collated);
  FOR i IN 1 .. 6 LOOP
    PERFORM FROM reset_calls;
    EXECUTE format('SELECT FROM mirror WHERE v %s %L::%s', operators[i], literal, type);
    SELECT string_agg(key, ','), min(value::text) INTO argument, one FROM calls, json_each(payload);
    IF argument IS DISTINCT FROM 'a' || i OR one IS NULL THEN
      wrong := wrong || operators[i] || ' ';
    END IF;
  END LOOP;
  RETURN wrong;
END $$;
END

# Runs the check in a transaction of its own that leaves nothing behind.
sub check_type
{
	my ($type, $format, $values) = @_;
	my $list = join ',', map { my $v = $_; $v =~ s/'/''/g; "E'" . ($v =~ s/\\/\\\\/gr) . "'" } @$values;

	return $node->safe_psql('postgres',
		"BEGIN; SELECT check_type('$type', '$format', ARRAY[$list]); ROLLBACK");
}

# The catalogue's types, by what an operator on them can be.
my @sendable = split /\n/, $node->safe_psql('postgres', <<'END');
SELECT format_type(t.oid, NULL) FROM pg_type t
WHERE typtype IN ('b', 'e', 'd', 'r', 'm') AND (typnamespace = 'pg_catalog'::regnamespace OR typnamespace = 'public'::regnamespace)
  AND typelem = 0
  AND (EXISTS (SELECT FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod WHERE opcintype = t.oid AND amname = 'btree' AND opcdefault)
       OR typtype <> 'b')
ORDER BY 1
END
my %alias = $node->safe_psql('postgres', q{
SELECT string_agg(format_type(oid, NULL) || '=' || CASE typname WHEN 'char' THEN '"char"' ELSE typname::text END, '|') FROM pg_type}) =~ /([^|=]+)=([^|]+)/g;

foreach my $type (@sendable)
{
	my $name = $alias{$type} // $type;

	ok($samples{$name}, "there are values of $type") or next;
}

foreach my $type (sort keys %samples)
{
	is(check_type($type, '', $samples{$type}), '', "$type is read as it is sent");
	is(check_type($type, $_, $samples{$type}), '', "$type in $_") for @{ $formats{$type} // [] };
}

# Every operator of a type's order is sent; "<>" on a boolean is "=" with the
# other value by the time it is planned.
foreach my $type (sort keys %samples)
{
	my ($literal) = grep { $_ ne '' } @{ $samples{$type} };
	my $collated = $type =~ /^(text|bpchar|char|varchar|short)/ ? 'COLLATE "C"' : '';

	$literal =~ s/'/''/g;
	is( $node->safe_psql('postgres',
			"BEGIN; SELECT unsent('$type', '$literal', '$collated'); ROLLBACK"),
		$type eq 'bool' ? '<> ' : '', "every operator of $type is sent");
}

# What would be read as NULL, which equals nothing, is not sent.
is( $node->safe_psql('postgres',
		q{BEGIN; CREATE FOREIGN TABLE mirror (v jsonb OPTIONS (pushdown '=')) SERVER aws
		OPTIONS (function_arn 'mirror', envelope 'false', payload '{}');
		SELECT sent('null', 'jsonb') IS NULL, sent('"x"', 'jsonb'); ROLLBACK}),
	't|"x"', 'jsonb null is not sent');

# A function orders as C does, and knows no collation by which unequal texts are
# equal.
SKIP:
{
	skip 'the server has no ICU', 2
	  if $node->safe_psql('postgres',
		"SELECT count(*) FROM pg_collation WHERE collname = 'und-x-icu'") eq '0';
	$node->safe_psql('postgres', q{CREATE COLLATION loose
		(PROVIDER = icu, LOCALE = 'und-u-ks-level1', DETERMINISTIC = false)});
	is($node->safe_psql('postgres',
			qq{BEGIN; SELECT unsent('text', 'ab', 'COLLATE "und-x-icu"'); ROLLBACK}),
		'< <= > >= ', 'no order of a language is sent');
	is($node->safe_psql('postgres',
			qq{BEGIN; SELECT unsent('text', 'ab', 'COLLATE loose'); ROLLBACK}),
		'= <> < <= > >= ', 'nothing is sent under a nondeterministic collation');
}

# Arrays of them: of one value, of all, of two dimensions, with NULL, from 0.
foreach my $type (sort keys %samples)
{
	next if $type =~ /\(/ || $type eq 'wholes';
	my $values = join ',',
	  map { my $v = $_; $v =~ s/(["\\])/\\$1/g; qq{"$v"} } @{ $samples{$type} };
	my ($first) = $values =~ /^("(?:\\.|[^"])*")/;

	is( check_type("${type}[]", '',
			[ "{$first}", "{$values}", "{NULL,$first}", '{}',
				"{{$first},{NULL}}", "[0:0]={$first}" ]),
		'', "arrays of $type are read as they are sent");
}

# What has no order of its own that both sides know is refused where an operator
# is declared, and only that: varchar and cidr borrow theirs.
$node->safe_psql('postgres', <<'END');
CREATE FUNCTION accepts(type text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE probe (v %s OPTIONS (pushdown ''='')) SERVER aws OPTIONS (function_arn ''mirror'')', type);
  EXECUTE 'DROP FOREIGN TABLE probe';
  RETURN true;
EXCEPTION WHEN fdw_invalid_attribute_value THEN
  RETURN false;
END $$;
END
my %sendable = map { $_ => 1 } @sendable, 'character varying', 'cidr';

foreach my $type (
	split /\n/, $node->safe_psql('postgres', <<'END'))
SELECT format_type(oid, NULL) FROM pg_type
WHERE typtype IN ('b', 'e', 'd', 'r', 'm') AND typelem = 0 AND typnamespace <> 'information_schema'::regnamespace
UNION ALL VALUES ('pair'), ('pair[]'), ('json[]'), ('int4[]'), ('point'), ('pg_class')
END
{
	my $expected = $sendable{$type} || $type eq 'int4[]' ? 't' : 'f';

	is($node->safe_psql('postgres', "SELECT accepts('$type')"),
		$expected, "$type " . ($expected eq 't' ? 'may' : 'may not') . ' declare =');
}

$node->stop;
done_testing();
