# Hostile descriptions: whatever a function says of its tables, IMPORT FOREIGN SCHEMA
# creates foreign tables or fails, and nothing else happens.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server("shared_preload_libraries = 'lambda_fdw'");
my $ascii = JSON::PP->new->ascii->canonical;

# ---------------------------------------------------------------------------
# A database that records every command, and what a role finds in it
# ---------------------------------------------------------------------------

sub prepare_database
{
	my $database = shift;

	$node->safe_psql($database, $_)
	  for (
		'CREATE EXTENSION IF NOT EXISTS lambda_fdw',
		create_server('lambda', $endpoint),
		'CREATE TABLE evil_done (what text)',
		'CREATE SCHEMA imported',
		q{CREATE FUNCTION evil() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.evil_done VALUES ('evil'); RETURN 1; END $$},
		'CREATE TABLE commands (tag text)',
		q{CREATE FUNCTION note_command() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO public.commands SELECT command_tag FROM pg_event_trigger_ddl_commands(); END $$},
		'CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION note_command()',
		create_outcome(), 'DELETE FROM commands');
	return;
}

# SQL that imports what a function answers with these bytes.
sub import_sql
{
	my ($answer, $options) = @_;
	my $payload = $ascii->encode($answer);

	$payload =~ s/'/''/g;
	$payload =~ s/\\/\\\\/g;
	return "IMPORT FOREIGN SCHEMA raw FROM SERVER lambda INTO imported OPTIONS (payload E'$payload'" . ($options // '') . ')';
}

sub description
{
	return { response => JSON::PP->new->canonical->encode({ tables => [@_] }) };
}

sub one_column
{
	my %column = @_;

	return description({ name => 't', columns => [ { name => 'a', type => 'int', %column } ] });
}

sub drop_sql
{
	return q{DO $$ DECLARE r regclass; BEGIN FOR r IN SELECT oid FROM pg_class WHERE relnamespace = 'imported'::regnamespace AND relkind = 'f' LOOP EXECUTE 'DROP FOREIGN TABLE ' || r; END LOOP; END $$};
}

# What there is beside foreign tables and their types.  Core gives a column its options
# by an ALTER FOREIGN TABLE of its own.
sub state_sql
{
	return q{SELECT (SELECT count(*) FROM evil_done) || ' ' || (SELECT count(*) FROM pg_proc) || ' ' || (SELECT count(*) FROM pg_class WHERE relkind <> 'f') || ' '
	  || (SELECT count(*) FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid LEFT JOIN pg_type e ON e.oid = t.typelem LEFT JOIN pg_class ec ON ec.oid = e.typrelid
		  WHERE c.relkind IS DISTINCT FROM 'f' AND ec.relkind IS DISTINCT FROM 'f') || ' ' || (SELECT count(*) FROM pg_constraint WHERE contype <> 'n') || ' ' || (SELECT count(*) FROM pg_attrdef)
	  || ' ' || (SELECT coalesce(string_agg(DISTINCT tag, ','), 'none') FROM commands WHERE tag NOT IN ('CREATE FOREIGN TABLE', 'ALTER FOREIGN TABLE'))};
}

prepare_database('postgres');
my $session = open_session($node);
my $before = $session->query(state_sql());

like($before, qr/^0 \d+ \d+ \d+ \d+ 0 none$/, 'nothing has happened yet');

sub outcome
{
	my ($answer, $options) = @_;

	return outcome_of($session, import_sql($answer, $options));
}

sub names
{
	return $session->query(q{SELECT string_agg(format('%s', c.relname), '|' ORDER BY relname COLLATE "C") FROM pg_class c WHERE relnamespace = 'imported'::regnamespace AND relkind = 'f'});
}

# ---------------------------------------------------------------------------
# Names and values
# ---------------------------------------------------------------------------

my @names = ('a"; DROP TABLE evil_done; --', q{a'b}, 'a\\b', 'a\\', q{\\'; SELECT evil(); --}, '$$', '$body$', '/* a', '*/', '--', 'a b', '"', ';', 'SELECT',
	'(', ')', '%s%n', '1', '{}', 'x' x 63, "\x{fc}", 'pg_catalog.pg_class', 'U&"\\0041"', "E'");

for my $conforming ('on', 'off')
{
	next if $conforming eq 'off' && $session->query('SHOW server_version_num') >= 190000;
	$session->query("SET escape_string_warning = off; SET standard_conforming_strings = $conforming");
	for my $quote_all ('off', 'on')
	{
		$session->query("SET quote_all_identifiers = $quote_all");
		my $tables = [ map { { name => $_, columns => [ { name => $_, type => 'text', null_if => $_, path => '/x' } ], } } @names ];
		my $text = JSON::PP->new->canonical->encode({ tables => $tables });
		my $result = outcome({ response => $text });

		is($result->{message}, undef, "names of every kind, standard_conforming_strings $conforming, quote_all_identifiers $quote_all");
		is($session->query('SELECT count(*) FROM pg_class WHERE relnamespace = \'imported\'::regnamespace'), scalar(@names), 'a table each');
		is($session->query(q{SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum = 1 JOIN pg_foreign_table f ON f.ftrelid = c.oid
			WHERE relnamespace = 'imported'::regnamespace AND attname = relname AND 'table_name=' || relname = ANY (ftoptions) AND 'null_if=' || relname = ANY (attfdwoptions)}),
			scalar(@names), 'and each has its name, its column\'s and its options\' as they were said');
		$session->query(drop_sql());
	}
}
$session->query('RESET standard_conforming_strings; RESET quote_all_identifiers');

sub refused
{
	my ($answer, $state, $pattern, $name, $options) = @_;
	my $result = outcome($answer, $options);
	my $text = join "\n", map { $result->{$_} // '' } qw(message detail hint context);

	is($result->{sqlstate}, $state, "$name: SQLSTATE") or diag($text);
	like($text, $pattern, "$name: what it says");
	ok(length(join '', map { $result->{$_} // '' } qw(message detail hint)) < 1500, "$name: not too long");
	return;
}

refused(description({ name => 'x' x 64, columns => [] }), '42622', qr/64 bytes/, 'a name of 64 bytes');
refused(one_column(name => 'x' x 64), '42622', qr/64 bytes/, 'a column of 64 bytes');
refused(one_column(name => "x" x 61 . "\x{20ac}"), '42622', qr/64 bytes/, 'and in bytes, not characters');
refused(one_column(name => $_), '42701', qr/PostgreSQL's own/, "the column $_") for qw(ctid xmin tableoid);
refused(description({ name => "a\nb", columns => [] }), '42602', qr/control character/, 'a line in a name');
refused({ response => '{"tables": [{"name": "a\\u0000b", "columns": []}]}' }, '22P05', qr/u0000/, 'U+0000');
refused({ response_base64 => 'eyJ0YWJsZXMiOiBbeyJuYW1lIjogIv/+IiwgImNvbHVtbnMiOiBbXX1dfQ==' }, 'HV00P', qr/does not describe itself/, 'invalid UTF-8');
refused({ response => '{"tables": [{"name": "a\\ud800", "columns": []}]}' }, 'HV00P', qr/does not describe itself/, 'half of a surrogate pair');
refused({ response => '{"tables": [' . ('[' x 2000) . (']' x 2000) . ']}' }, '54001', qr/nesting too deep/, 'deep nesting');
refused({ response => '{"tables": [' . ('[' x 900) . (']' x 900) . ']}' }, 'HV021', qr/must be an object/, 'nesting that JSON may have');
refused({ response => '{"tables": [' }, 'HV00P', qr/does not describe itself/, 'an answer that ends early');
refused(description(map { { name => "t$_", columns => [] } } 1 .. 1001), '54000', qr/more than 1000 tables/, 'too many tables');
refused(description({ name => 't', columns => [ map { { name => "c$_", type => 'int' } } 1 .. 1601 ] }), '54011', qr/more than 1600 columns/, 'too many columns');
refused(one_column(), '54000', qr/max_response_bytes/, 'an answer past max_response_bytes', q{, max_response_bytes '20'});
refused(one_column(pushdown => 'x' x 5000), 'HV024', qr/"pushdown" cannot be "x{100}/, 'a long value');
refused(one_column("\e[2J" => 1), 'HV00D', qr/" \[2J" is no member/, 'a member that a terminal would obey');
refused(one_column('m' x 5000 => 1), 'HV00D', qr/is no member/, 'a long member');

# ---------------------------------------------------------------------------
# Types
# ---------------------------------------------------------------------------

$session->query($_)
  for (
	'CREATE ROLE mallory; CREATE SCHEMA mallory AUTHORIZATION mallory',
	'SET ROLE mallory',
	q{CREATE DOMAIN mallory.word AS text CHECK (public.evil() = 1)},
	q{CREATE DOMAIN mallory.int4 AS pg_catalog.int4 CHECK (public.evil() = 1)},
	q{CREATE DOMAIN mallory.text AS pg_catalog.text CHECK (public.evil() = 1)},
	q{CREATE TYPE mallory.pair AS (a mallory.word)},
	q{CREATE TABLE mallory.row_type (a mallory.word)},
	'RESET ROLE', 'DELETE FROM commands');
$before = $session->query(state_sql());

refused(one_column(type => $_), '42601', qr/syntax error|invalid type name/, "the type $_")
  for ('int); DROP TABLE evil_done; --', 'int DEFAULT evil()', 'setof int', 'pg_class.oid%TYPE', 'int NOT NULL', 'int, b int',
	'int COLLATE "C"', 'int OPTIONS (a \'b\')', 'int CHECK (evil() = 1)', 'int GENERATED ALWAYS AS (evil()) STORED', ' ', 'int;', '"int', "int'", 'a.b.c.d.e f');
refused(one_column(type => $_), '42P16', qr/No column can be of its type/, "the type $_") for qw(trigger event_trigger internal cstring anyelement void record record[] unknown "any");
refused(one_column(type => $_), '42704', qr/There is no type/, "the type $_") for ('nosuch', '"pg_catalog.int4"', 'pg_catalog.nosuch', 'public.evil', '"Int"');
refused(one_column(type => $_), '42501', qr/another role's/, "the type $_")
  for ('mallory.word', 'mallory.word[]', 'mallory.pair', 'mallory.row_type', 'mallory.word[][]', 'mallory.int4', 'mallory.int4(1, 2)');
refused(one_column(type => 'numeric((select evil()))'), $_, qr/./, 'a type with a query') for ('42601');
refused(one_column(type => 'numeric(evil())'), '42601', qr/./, 'a type with a call');
refused(one_column(type => 'int' . '[]' x 500), '42622', qr/more than 256/, 'a long type');
refused(one_column(type => "int\n"), '42601', qr/control character/, 'a type with a line');
refused(one_column(type => 'nosuch.int4'), '42704', qr/There is no type/, 'a schema that is not there');

# the types of pg_catalog come first, whatever the path
$session->query('SET search_path = mallory, public');
is(outcome(description({ name => 't', columns => [ map { { name => $_, type => $_ } } qw(text int4 int /* */ -- ) ] }))->{sqlstate}, '42601', 'a comment is no type');
is(outcome(description({ name => 't', columns => [ { name => 'a', type => 'text' }, { name => 'b', type => 'int4' }, { name => 'c', type => 'int /* no /* more */ */ -- than this' } ] }))->{message},
	undef, 'types that another schema of the path has too');
$session->query('RESET search_path');
is($session->query(q{SELECT string_agg(atttypid::regtype::text, ' ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'imported.t'::regclass AND attnum > 0}),
	'text integer integer', 'are of pg_catalog');
$session->query(drop_sql());

is($session->query(state_sql()), $before, 'nothing but CREATE FOREIGN TABLE has happened');

# ---------------------------------------------------------------------------
# Random descriptions
# ---------------------------------------------------------------------------

my @words = (@names, 'int', 'text', 'numeric(10,2)', 'mallory.word', 'trigger', 'timestamptz', '=, in', 'true', 'limit', '/a', 'C', 'int); SELECT evil(); --', "\e[0m", 't', 'a', '');
my @members = qw(name type columns pushdown key path not_null collation capabilities estimated_rows payload splits function_arn qualifier updatable null_if format argument_format tables xyzzy);
my $seed = 18;

sub pick
{
	# the same everywhere, whatever Perl's rand
	$seed = ($seed * 1103515245 + 12345) % 2147483648;
	return int($seed / 65536) % $_[0];
}

sub random_value
{
	my $depth = shift;
	my $kind = pick($depth > 2 ? 5 : 8);

	return $words[ pick(scalar @words) ] if $kind < 3;
	return (JSON::PP::true, JSON::PP::false, undef, 1, -1, 1e300, 7)[ pick(7) ] if $kind < 5;
	return [ map { random_value($depth + 1) } 1 .. pick(3) ] if $kind == 5;
	return { map { $members[ pick(scalar @members) ] => random_value($depth + 1) } 1 .. pick(4) };
}

# A description that is right, but for some of its members.
sub random_description
{
	my @tables = map {
		my $number = $_;
		my @columns = map { { name => pick(4) ? "c$_" : random_value(3), type => pick(3) ? (qw(int text bigint), 'numeric(10,2)')[ pick(4) ] : random_value(3) } } 1 .. pick(4);

		$columns[ pick(scalar @columns) ]{ $members[ pick(scalar @members) ] } = random_value(1) if @columns && !pick(3);
		my %table = (name => pick(4) ? "t$number" : random_value(3), columns => \@columns);
		$table{ $members[ pick(scalar @members) ] } = random_value(1) if !pick(3);
		\%table;
	} 1 .. 1 + pick(3);

	return pick(10) ? { tables => \@tables } : random_value(0);
}

my %states;
foreach (1 .. 300)
{
	my $text = JSON::PP->new->canonical->allow_nonref->encode(random_description());

	substr($text, pick(length $text), 1) = ('"', '}', ',', '\\', 'x', '0')[ pick(6) ] if !pick(8);
	my $result = outcome({ response => $text });
	$states{ $result->{sqlstate} // 'none' }++;
	$session->query(drop_sql()) if !defined $result->{sqlstate};
}
cmp_ok($states{none} // 0, '>', 30, 'of 300 random descriptions some are good');
cmp_ok(scalar(keys %states), '>', 6, 'and others wrong in many ways');
is(join(',', grep { /^(XX|57|58|53)/ } keys %states), '', 'none of them an error of ours: ' . join(' ', map { "$_:$states{$_}" } sort keys %states));
is($session->query(state_sql()), $before, 'nothing but CREATE FOREIGN TABLE has happened');

# ---------------------------------------------------------------------------
# Who imports
# ---------------------------------------------------------------------------

$session->query($_) for ('CREATE ROLE ann', 'GRANT ALL ON SCHEMA imported TO ann', 'DELETE FROM commands');
$session->query('SET ROLE ann');
is(outcome(one_column())->{sqlstate}, '42501', 'without USAGE on the server');
$session->query('RESET ROLE; GRANT USAGE ON FOREIGN SERVER lambda TO ann; SET ROLE ann');
is(outcome(one_column())->{sqlstate}, '28000', 'without keys');
$session->query("RESET ROLE; CREATE USER MAPPING FOR ann SERVER lambda OPTIONS (aws_access_key_id '$access_key', aws_secret_access_key '$secret_key'); SET ROLE ann");
is(outcome(one_column())->{message}, undef, 'a role that has both imports');
is($session->query(q{SELECT relowner::regrole FROM pg_class WHERE relnamespace = 'imported'::regnamespace}), 'ann', 'and owns what it made');
$session->query(drop_sql());
$session->query('RESET ROLE; GRANT USAGE ON SCHEMA mallory TO ann; SET ROLE ann');
refused(one_column(type => 'mallory.word'), '42501', qr/another role's/, 'a type of a third role');
$session->query('RESET ROLE');
$session->query(q{ALTER SERVER lambda OPTIONS (ADD allowed_functions 'items')});
refused(one_column(), '42501', qr/may not be called/, 'a function that the server does not allow');
$session->query(q{ALTER SERVER lambda OPTIONS (DROP allowed_functions)});
$session->query(q{SET lambda_fdw.max_invocations = 1});
is(outcome(one_column())->{message}, undef, 'the call counts in the budget of a statement');
$session->query(drop_sql());
$session->query('RESET lambda_fdw.max_invocations');

# what waits is seen, and can be cancelled
my $observer = open_session($node);
$session->send('IMPORT FOREIGN SCHEMA hang FROM SERVER lambda INTO imported');
$node->poll_query_until('postgres', q{SELECT operation || ' ' || function || ' ' || state FROM pg_stat_lambda_activity WHERE function = 'hang'}, 'describe hang sent')
  or BAIL_OUT('no activity');
$observer->query('SELECT pg_cancel_backend(' . $session->pid . ')');
like($session->receive, qr/57014: /, 'a call that hangs is cancelled');

# who may not read a table does not wait for its lock
$session->query(q{CREATE FOREIGN TABLE locked (id int) SERVER lambda OPTIONS (function_arn 'hang')});
$session->query('BEGIN; ALTER FOREIGN TABLE locked ADD other int; LOCK TABLE evil_done');
$observer->query('SET lock_timeout = 1; SET ROLE ann');
like($observer->query(q{SELECT * FROM lambda_fdw_check('locked')}), qr/42501: permission denied for foreign table locked/,
	'lambda_fdw_check looks at the privilege before it locks');
like($observer->query(q{SELECT * FROM lambda_fdw_check('evil_done')}), qr/42809: "evil_done" is not a foreign table/, '... and at what the relation is');
$observer->query('RESET ROLE');
like($observer->query(q{SELECT * FROM lambda_fdw_check('locked')}), qr/55P03: /, '... and who may, waits');
$session->query('ROLLBACK; DROP FOREIGN TABLE locked');

# ---------------------------------------------------------------------------
# Other encodings
# ---------------------------------------------------------------------------

$node->safe_psql('postgres', "CREATE DATABASE latin1 TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
$node->safe_psql('postgres', "CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'");
for my $database (qw(latin1 ascii))
{
	prepare_database($database);
	$session = open_session($node, $database);
	$session->query('DELETE FROM commands; SET client_encoding = UTF8');
	$before = $session->query(state_sql());
	my $result = outcome({ response => '{"tables": [{"name": "\\u00fc\'\\\\", "columns": [{"name": "\\u00e9\\"", "type": "text", "null_if": "\\u00fc\\\\\'"}]}]}' });

	is($result->{message}, undef, "$database: names beyond ASCII");
	is($session->query(q{SELECT encode(convert_to(relname, 'SQL_ASCII'), 'hex') FROM pg_class WHERE relnamespace = 'imported'::regnamespace}),
		$database eq 'latin1' ? 'fc275c' : 'c3bc275c', "$database: are in its encoding");
	$session->query(drop_sql());
	$result = outcome({ response => '{"tables": [{"name": "\\u20ac", "columns": []}]}' });
	is($result->{sqlstate}, $database eq 'latin1' ? '22P05' : undef, "$database: a name that it may not have");
	$session->query(drop_sql());
	$result = outcome({ response => '{"tables": [{"name": "t", "columns": [{"name": "a", "type": "\\u20ac"}]}]}' });
	is($result->{sqlstate}, $database eq 'latin1' ? '22P05' : '42704', "$database: nor a type");
	is($session->query(state_sql()), $before, "$database: nothing but CREATE FOREIGN TABLE has happened");
	$session->close;
}

# ---------------------------------------------------------------------------
# Dumped and restored
# ---------------------------------------------------------------------------

# pg_dump has options in the order of their names
my $catalog = q{SELECT format('%s %s %s %s', c.relname, (SELECT string_agg(regexp_replace(o, '^payload=.*', md5(o)), ' ' ORDER BY o) FROM unnest(ftoptions) o), (SELECT string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attcollation::regcollation, attnotnull, attfdwoptions), ',' ORDER BY attnum)
	FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0), (SELECT count(*) FROM lambda_fdw_check(c.oid) d WHERE property <> 'payload'))
	FROM pg_foreign_table JOIN pg_class c ON c.oid = ftrelid ORDER BY relname COLLATE "C"};
my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump';

$node->safe_psql('postgres', 'CREATE DATABASE origin; CREATE DATABASE copy');
prepare_database('origin');
$session = open_session($node, 'origin');
is(outcome(description(map { { name => $_, columns => [ { name => "$_ ", type => 'numeric(5,2)[]', not_null => JSON::PP::true }, { name => $_, type => 'text', collation => 'C', null_if => $_, pushdown => '=, in' } ], estimated_rows => 7 } } grep { length $_ < 63 } @names),
	q{, import_prefix 'of '})->{message}, undef, 'tables are imported, for a dump');
$session->query('ALTER FOREIGN TABLE imported."of 1" RENAME TO renamed');
my $imported = $session->query($catalog);
like($imported, qr/^renamed .*table_name=1\W.* 0$/m, 'and what a renamed one is to its function is known');
unlike($imported, qr/ [1-9]\d*$/m, 'none differs from what its function says');
$session->close;
$node->command_ok([ 'pg_dump', '--format=custom', '--file', $dump, '--dbname', $node->connstr('origin') ], 'they are dumped');
$node->command_ok([ 'pg_restore', '--exit-on-error', '--dbname', $node->connstr('copy'), $dump ], 'and restored');
is($node->safe_psql('copy', $catalog), $imported, 'as they were');

# a client in another encoding
$session = open_session($node);
$session->query('SET client_encoding = LATIN1');
is(outcome(description({ name => "\x{fc}", columns => [] }))->{message}, undef, 'a client of another encoding');
$session->query(drop_sql());

done_testing();
