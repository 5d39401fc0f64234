# The result cache: which answers serve whom, and for how long; who asks for them.  The
# function numbers its answers, so that a row tells which call it is of.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $endpoint = start_endpoint();
my $node = start_server(q{shared_preload_libraries = 'lambda_fdw'},
	'restart_after_crash = on', 'max_connections = 80');
my $hour = 3600000;
my $columns = q{id int OPTIONS (pushdown '=, in', required 'true'), call int, "row" int, note text};

# A table over "changing", with these options and this payload.
sub changing
{
	my ($name, $options, %payload) = @_;

	return create_function('lambda', $name,
		function => 'changing',
		columns => $columns,
		options => join(', ', $options,
			%payload ? "payload '" . encode_json(\%payload) . "'" : ()));
}

my $one = open_session($node);

$one->query(create_server('lambda', $endpoint)
	  . create_function('lambda', 'reset_calls', columns => 'cleared int')
	  . create_function('lambda', 'calls', columns => 'function text, payload json',
		options => q{envelope 'false'})
	  . changing('kept', "cache_ttl_ms '$hour', envelope 'false'")
	  . changing('told', "cache_ttl_ms '$hour'")
	  . changing('plain', q{cache_ttl_ms '0'})
	  . changing('brief', q{cache_ttl_ms '400'})
	  . changing('half', "cache_ttl_ms '$hour', cache_negative_ttl_ms '0'")
	  . changing('slow', "cache_ttl_ms '$hour'", delay_ms => 1500)
	  . changing('large', "cache_ttl_ms '$hour'", width => 1000000, size => 5)
	  . changing('many', "cache_ttl_ms '$hour', envelope 'false'", size => 200, width => 10000)
	  . changing('stuck', "cache_ttl_ms '$hour'", delay_ms => 60000)
	  . 'CREATE TABLE ids AS SELECT generate_series(1, 20) AS id');

my $two = open_session($node);

# How many calls a query makes, whose ids the endpoint received, and what it returns.
sub asks
{
	my ($session, $query, $ids, $rows, $name) = @_;

	$one->query('SELECT FROM reset_calls');
	my $result = $session->query($query);
	my $sent = $one->query(
		q{SELECT coalesce(string_agg(payload->>'id', ' ' ORDER BY payload->>'id'), '')
		FROM calls WHERE function = 'changing'});

	is($sent, $ids, "$name: what is asked") if defined $ids;
	is($result, $rows, "$name: rows") if defined $rows;
	return $result;
}

# ---------------------------------------------------------------------------
# Whom an answer serves
# ---------------------------------------------------------------------------

my $first = asks($one, 'SELECT call FROM kept WHERE id = 1', '1', undef, 'a first time');
asks($one, 'SELECT call FROM kept WHERE id = 1', '', $first, 'again');
asks($two, 'SELECT call FROM kept WHERE id = 1', '', $first, 'another session');
asks($two, 'SELECT "row", id, call FROM kept WHERE id = 1', '', "0|1|$first", 'other columns');
asks($two, 'SELECT count(*) FROM kept WHERE id = 1', '', '1', 'no column');
asks($two, 'SELECT call FROM told WHERE id = 1', '1', undef, 'another table');
asks($one, 'SELECT "row" FROM told WHERE id = 1', '1', '0', 'other columns, which it is told');
asks($one, 'SELECT "row" FROM told WHERE id = 1', '', '0', 'the same');
asks($one, 'SELECT id FROM kept WHERE id = 2', '2', '2', 'another value');
asks($one, 'SELECT id FROM kept WHERE id IN (3, 4) ORDER BY id', '[3,4]', "3\n4", 'a list');
asks($two, 'SELECT id FROM kept WHERE id IN (3, 5, 4) ORDER BY id', '[5]', "3\n4\n5",
	'of a list what is not known');
asks($one, 'SELECT id FROM kept WHERE id IN (5, 3) ORDER BY id', '', "3\n5", 'a part of it');
asks($one, 'SELECT count(*), count(DISTINCT call) FROM ids JOIN kept USING (id)',
	'[' . join(',', 1, 2, 6 .. 20) . ']', '20|3',
	'a join, whose lists are no single values');
asks($two, 'SELECT count(*), count(DISTINCT call) FROM ids JOIN kept USING (id)', '', '20|3',
	'a join again');
asks($two, 'SELECT id FROM kept WHERE id IN (7, 19, 21) ORDER BY id', '[21]', "7\n19\n21",
	'a list of what a join has asked');
asks($one, 'SELECT count(*) FROM plain WHERE id = 1', '1', '1', 'a table without the option');
asks($one, 'SELECT count(*) FROM plain WHERE id = 1', '1', '1', 'each time');

# keys without rows
asks($one, 'SELECT id FROM kept WHERE id IN (-1, 40) ORDER BY id', '[-1,40]', '40', 'none');
asks($one, 'SELECT id FROM kept WHERE id IN (-1, 40) ORDER BY id', '', '40', 'none, again');
asks($one, 'SELECT id FROM half WHERE id IN (-1, 40)', '[-1,40]', '40', 'no time for none');
asks($one, 'SELECT id FROM half WHERE id IN (-1, 40)', '[-1]', '40', 'none, asked again');

# ---------------------------------------------------------------------------
# Whose rows: of a function that does not filter, and of rows that a query hardly reads
# ---------------------------------------------------------------------------

(my $each = $columns) =~ s/=, in/=/;
$one->query(changing('unfiltered', "cache_ttl_ms '$hour', envelope 'false'", all => [ 1 .. 4 ])
	  . create_function('lambda', 'unfiltered_each', function => 'changing', columns => $each,
		options => qq{cache_ttl_ms '$hour', envelope 'false', payload '{"all": [1, 2, 3, 4]}'})
	  . changing('records', "cache_ttl_ms '$hour', envelope 'false', answer_format 'csv'", csv => 1));
foreach my $table ('unfiltered', 'unfiltered_each')
{
	asks($one, "SELECT id FROM $table WHERE id = ANY ('{1}')", undef, '1', "$table: one");
	asks($two, "SELECT id FROM $table WHERE id IN (2, 3) ORDER BY id", undef, "2\n3",
		"$table: two more");
	asks($one, "SELECT id FROM $table WHERE id IN (1, 2, 3, 4) ORDER BY id", undef,
		"1\n2\n3\n4", "$table: those and another");
	asks($one, "SELECT id FROM $table WHERE id IN (1, 2, 3, 4) ORDER BY id", '',
		"1\n2\n3\n4", "$table: again");
}
asks($one, 'SELECT count(*) FROM records WHERE id = 1', '1', '1', 'CSV of which nothing is read');
asks($one, 'SELECT id, "row" FROM records WHERE id = 1', '', '1|0', 'is kept whole');
$one->query(create_function('lambda', 'any_id', function => 'changing', columns => 'id int, "row" int',
		options => "cache_ttl_ms '$hour', envelope 'false'"));
is($one->query('SELECT count(*) FROM any_id'), '1', 'objects of which nothing is read');
is($one->query('SELECT id, "row" FROM any_id'), '0|0', 'are kept whole');
is($one->query(q{SELECT sum(hits) FROM pg_stat_lambda_cache WHERE relname = 'any_id'}), '1', 'and known');

# a query that asks twice for a key does not wait for itself
$one->query(q{SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off;
	SET lambda_fdw.enable_bind_join = off; SET lambda_fdw.cache_wait_ms = '10min'; SET statement_timeout = '40s'});
asks($one, 'SELECT count(*) FROM kept a JOIN kept b USING ("row") WHERE a.id = 51 AND b.id = 51',
	undef, '1', 'a key twice in a query');
$one->query('RESET ALL');

# ---------------------------------------------------------------------------
# A promise of the owner's: an argument left out is no filter
# ---------------------------------------------------------------------------

(my $declared = $columns) =~ s/"row" int/"row" int OPTIONS (pushdown '=')/;
foreach my $match ('exact', 'wider')
{
	is($one->query(create_function('lambda', $match, function => 'changing', columns => $declared,
				options => qq{cache_ttl_ms '$hour', cache_match '$match', envelope 'false', payload '{"size": 3}'})),
		'', "a table with $match matches");
}
foreach my $match ('exact', 'wider')
{
	my $known = $match eq 'wider';

	asks($one, "SELECT count(*) FROM $match WHERE id = 1", '1', '3', "$match: all rows");
	asks($two, qq{SELECT "row" FROM $match WHERE id = 1 AND "row" = 2},
		$known ? '' : '1', '2', "$match: some of them");
	asks($one, qq{SELECT count(*) FROM $match WHERE id IN (5, 6)}, '[5,6]', '6',
		"$match: all rows of a list");
	asks($one, qq{SELECT id, "row" FROM $match WHERE id IN (5, 6, 7) AND "row" = 1 ORDER BY id},
		$known ? '[7]' : '[5,6,7]', "5|1\n6|1\n7|1", "$match: some of a list");
	asks($one, qq{SELECT count(*) FROM $match WHERE id IN (7, 8)}, '[7,8]', '6',
		"$match: what was asked with more");
	asks($one, qq{SELECT "row" FROM $match WHERE id = 1 AND "row" = 1 LIMIT 1},
		$known ? '' : '1', '1', "$match: a limit is not that of what is known");
}

# ---------------------------------------------------------------------------
# For how long
# ---------------------------------------------------------------------------

$first = asks($one, 'SELECT call FROM brief WHERE id = 1', '1', undef, 'brief');
sleep(0.5);
isnt(asks($one, 'SELECT call FROM brief WHERE id = 1', '1', undef, 'after its time'),
	$first, 'another answer');

$one->query('SET lambda_fdw.cache = off');
asks($one, 'SELECT count(*) FROM kept WHERE id = 1', '1', '1', 'off');
$one->query('RESET lambda_fdw.cache');
asks($one, 'SELECT count(*) FROM kept WHERE id = 1', '', '1', 'on');

$one->query(q{SELECT lambda_fdw_cache_clear('kept')});
asks($one, 'SELECT count(*) FROM kept WHERE id = 1', '1', '1', 'after it was cleared');
asks($one, 'SELECT id FROM half WHERE id = 40', '40', '40', 'a scalar is no list');
$one->query('SELECT lambda_fdw_cache_clear()');
asks($one, 'SELECT id FROM half WHERE id = 40', '40', '40', 'after all was');

for my $change (
	[ 'a server', q{ALTER SERVER lambda OPTIONS (ADD connect_timeout_ms '4000')} ],
	[ 'a mapping', qq{ALTER USER MAPPING FOR CURRENT_USER SERVER lambda OPTIONS (SET aws_secret_access_key '$secret_key')} ],
	[ 'a table', q{ALTER FOREIGN TABLE kept OPTIONS (ADD estimated_rows '7')} ],
	[ 'a column', q{ALTER FOREIGN TABLE kept ALTER note TYPE varchar} ],
	[ 'a table back', q{ALTER FOREIGN TABLE kept OPTIONS (DROP estimated_rows)} ])
{
	my ($what, $statement) = @$change;

	asks($one, 'SELECT count(*) FROM kept WHERE id = 1', '', '1', "$what is to change")
	  if $what ne 'a server';
	$one->query('SELECT count(*) FROM kept WHERE id = 1');
	$one->query($statement);
	asks($two, 'SELECT count(*) FROM kept WHERE id = 1', '1', '1', "$what has changed");
}

# ---------------------------------------------------------------------------
# What is not kept
# ---------------------------------------------------------------------------

my $file = PostgreSQL::Test::Utils::tempdir() . '/fails';

$one->query(changing('failing', "cache_ttl_ms '$hour'", fails => $file));
PostgreSQL::Test::Utils::append_to_file($file, 'x');
like($one->query('SELECT FROM failing WHERE id = 1'), qr/call \d+ fails/, 'an error');
unlink $file;
asks($one, 'SELECT id FROM failing WHERE id = 1', '1', '1', 'is not kept');
asks($one, 'SELECT id FROM failing WHERE id = 1', '', '1', 'what comes then is');

asks($one, 'SELECT "row" FROM many WHERE id = 1 LIMIT 2', '1', "0\n1", 'an answer cut short');
asks($one, 'SELECT count(*) FROM many WHERE id = 1', '1', '200', 'is not kept');
asks($one, 'SELECT "row" FROM many WHERE id = 1 LIMIT 2', '', "0\n1", 'a whole one is');
asks($one, 'SELECT sum(length(note)) FROM large WHERE id = 1', '1', '5000000',
	'more than an eighth of the memory');
asks($one, 'SELECT sum(length(note)) FROM large WHERE id = 1', '1', '5000000', 'is not kept');

# ---------------------------------------------------------------------------
# One asks, others wait
# ---------------------------------------------------------------------------

my @sessions = map { open_session($node) } 1 .. 12;

$one->query('SELECT FROM reset_calls');
$_->send('SELECT call FROM slow WHERE id = 1') for @sessions;
my %answers = map { $_->receive() => 1 } @sessions;
is(scalar(keys %answers), 1, 'twelve sessions, one answer');
is($one->query(q{SELECT count(*) FROM calls WHERE function = 'changing'}), '1', 'and one call');

# Asks until the answer is this.
sub comes_to
{
	my ($query, $expected, $name) = @_;
	my $until = time() + 60;
	my $got = '';

	while (time() < $until)
	{
		$got = $one->query($query);
		last if $got eq $expected;
		sleep(0.02);
	}
	is($got, $expected, $name);
	return;
}

my $ncalls = q{SELECT count(*) FROM calls WHERE function = 'changing'};

# Sends a query to two sessions, the second once the first asks; returns when the second
# waits for it.
sub wait_for_other
{
	my ($asking, $waiting, $query) = @_;

	$one->query('SELECT FROM reset_calls');
	$asking->send($query);
	comes_to($ncalls, '1', 'one asks');
	$waiting->send($query);
	comes_to(qq{SELECT wait_event FROM pg_stat_activity WHERE pid = $waiting->{pid}},
		$node->pg_version >= 17 ? 'LambdaCache' : 'Extension', 'another waits');
	return;
}

my ($asking, $waiting, $third) = @sessions;

# how the claim of who asks ends
$waiting->query(q{SET lambda_fdw.cache_wait_ms = '60s'});
for my $end (
	[ 'cancelled', 'pg_cancel_backend' ],
	[ 'terminated', 'pg_terminate_backend' ])
{
	my ($what, $function) = @$end;
	my $other = open_session($node);

	wait_for_other($other, $waiting, 'SELECT id FROM stuck WHERE id = 3');
	$one->query("SELECT $function($other->{pid})");
	comes_to($ncalls, '2', "who waits asks after the other was $what");
	$one->query("SELECT pg_cancel_backend($waiting->{pid})");
	like($waiting->receive(), qr/canceling statement/, "and can be cancelled, $what");
	$other->receive();
}

# a cursor that nobody reads
$asking->query('BEGIN; DECLARE c CURSOR FOR SELECT "row" FROM many WHERE id = 9');
is($asking->query('FETCH 1 FROM c'), '0', 'a cursor has begun');
$one->query('SELECT FROM reset_calls');
my $start = time();
is($waiting->query('SELECT count(*) FROM many WHERE id = 9'), '200', 'another need not wait');
cmp_ok(time() - $start, '<', 20, 'for its reader');
is($asking->query('FETCH ALL FROM c'), join("\n", 1 .. 199), 'who goes on');
$asking->query('COMMIT');
asks($asking, 'SELECT count(*) FROM many WHERE id = 9', '', '200', 'a cursor ended');

# who waits long enough
$waiting->query(q{SET lambda_fdw.cache_wait_ms = '200ms'});
$one->query('SELECT FROM reset_calls');
$asking->send('SELECT id FROM stuck WHERE id = 7');
comes_to($ncalls, '1', 'one asks');
$waiting->send('SELECT id FROM stuck WHERE id = 7');
comes_to($ncalls, '2', 'who has waited asks itself');
foreach my $session ($asking, $waiting)
{
	$one->query("SELECT pg_cancel_backend($session->{pid})");
	like($session->receive(), qr/canceling statement/, 'and can be cancelled');
}

# ---------------------------------------------------------------------------
# Writes
# ---------------------------------------------------------------------------

$one->query(create_function('lambda', 'changing_rows', function => 'changing',
		columns => 'id int, note text', options => q{updatable 'true'}));
asks($two, 'SELECT count(*) FROM kept WHERE id = 1', '', '1', 'before a write');
$one->query('INSERT INTO changing_rows VALUES (1)');
asks($two, 'SELECT count(*) FROM kept WHERE id = 1', '1', '1', 'after a write');

# ---------------------------------------------------------------------------
# Who sees what
# ---------------------------------------------------------------------------

$one->query('CREATE ROLE other; GRANT USAGE ON FOREIGN SERVER lambda TO other; GRANT SELECT ON kept TO other');
my $other = open_session($node);
$other->query('SET ROLE other');
is($other->query('SELECT count(*) FROM pg_stat_lambda_cache'), '0', 'another role sees nothing');
$one->query(qq{CREATE USER MAPPING FOR other SERVER lambda
	OPTIONS (aws_access_key_id '$access_key', aws_secret_access_key '$secret_key')});
asks($one, 'SELECT count(*) FROM kept WHERE id = 1', undef, '1', 'after GRANT');
asks($one, 'SELECT count(*) FROM kept WHERE id = 1', '', '1', 'what one mapping knows');
asks($other, 'SELECT count(*) FROM kept WHERE id = 1', '1', '1', 'another does not');
asks($other, 'SELECT count(*) FROM kept WHERE id = 1', '', '1', 'until it has asked');
is($other->query('SELECT sum(answers) FROM pg_stat_lambda_cache'), '1', 'and sees its own');
like($other->query(q{SELECT lambda_fdw_cache_clear('kept')}), qr/must be owner/,
	'clears no table of others');
like($other->query('SELECT lambda_fdw_cache_clear()'), qr/permission denied/, 'nor all');
like($other->query(q{SELECT lambda_fdw_cache_clear('ids')}), qr/not a foreign table/,
	'nor what is none');
cmp_ok($one->query(q{SELECT answers FROM pg_stat_lambda_cache WHERE relname = 'kept'}), '>', 0,
	'the owner sees how much is kept');
cmp_ok($one->query(q{SELECT sum(cache_hits) FROM pg_stat_lambda}), '>', 20, 'hits are counted');
like($one->query(q{EXPLAIN (ANALYZE, TIMING off, COSTS off, SUMMARY off)
	SELECT id FROM kept WHERE id IN (1, 31)}), qr/Cache Hits: 0\n.*Cache Misses: 2/s,
	'EXPLAIN shows what was not known');
like($one->query(q{EXPLAIN (ANALYZE, TIMING off, COSTS off, SUMMARY off)
	SELECT id FROM kept WHERE id IN (31, 32)}),
	qr/Cache Hits: 1\n.*Cache Misses: 1\n.*Cache Rows: 1\n/s, 'and what was');

# ---------------------------------------------------------------------------
# Options that say how answers are kept, where none are
# ---------------------------------------------------------------------------

for my $option (q{cache_match 'wider'}, q{cache_negative_ttl_ms '0'})
{
	my ($name) = split ' ', $option;
	my $idle = "CREATE FOREIGN TABLE idle (id int) SERVER lambda OPTIONS (function_arn 'changing', $option";

	like($one->query("$idle)"), qr/option "$name" needs the option "cache_ttl_ms"/,
		"$name alone would do nothing");
	unlike($one->query("$idle, cache_ttl_ms '0')"), qr/ERROR/, 'it waits where none are kept for a while');
	like($one->query('ALTER FOREIGN TABLE idle OPTIONS (DROP cache_ttl_ms)'),
		qr/option "$name" needs the option "cache_ttl_ms"/, 'it is dropped first');
	$one->query('DROP FOREIGN TABLE idle');
}
unlike($one->query(q{CREATE FOREIGN TABLE idle (id int) SERVER lambda
	OPTIONS (function_arn 'changing', cache_match 'exact', cache_negative_ttl_ms '-1')}),
	qr/ERROR/, 'what is the default is no option without effect');

# ---------------------------------------------------------------------------
# A crash
# ---------------------------------------------------------------------------

asks($one, 'SELECT count(*) FROM kept WHERE id = 1', undef, '1', 'before a crash');
kill 'KILL', $other->{pid};
wait_for_restart($node);
$one = open_session($node);
asks($one, 'SELECT count(*) FROM kept WHERE id = 1', '1', '1', 'after a crash');

done_testing();
