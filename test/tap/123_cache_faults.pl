# What becomes of the result cache when those who fill it are stopped: nobody waits for who
# does not ask, no claim and no memory stays behind.  The memory is a whole number of blocks,
# and a key without a long answer has one: so what fits says whether any was lost.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

# Each way to stop is tried so often, at another moment each time.
my $rounds = $ENV{CACHE_FAULTS} // 6;

my $endpoint = start_endpoint();
my $node = start_server(q{shared_preload_libraries = 'lambda_fdw'},
	'lambda_fdw.cache_size = 512kB', q{lambda_fdw.cache_wait_ms = '100s'},
	'restart_after_crash = on', 'max_connections = 80');
my $hour = 3600000;

# A table over "changing", with these options and this payload.
sub changing
{
	my ($name, $options, %payload) = @_;

	return create_function('lambda', $name,
		function => 'changing',
		columns => q{id int OPTIONS (pushdown '=, in', required 'true'), call int, "row" int, note text},
		options => "cache_ttl_ms '$hour', envelope 'false'$options"
		  . (%payload ? ", payload '" . encode_json(\%payload) . "'" : ''));
}

my $one = open_session($node);

is( $one->query(create_server('lambda', $endpoint)
		  . create_function('lambda', 'reset_calls', columns => 'cleared int')
		  . create_function('lambda', 'calls', columns => 'function text, payload json',
			options => q{envelope 'false'})
		  . changing('small', '')
		  . changing('parts', q{, max_batch_keys '3', max_concurrency '2'}, size => 20, width => 400, delay_ms => 25)
		  . changing('singles', q{, max_batch_keys '1', max_concurrency '1'}, delay_ms => 200)
		  . changing('others', q{, max_batch_keys '1', max_concurrency '1'}, delay_ms => 200)
		  . changing('large', '', width => 1000000, size => 5, delay_ms => 1000)
		  . changing('wide', q{, max_batch_keys '5', max_concurrency '2'}, width => 400000, delay_ms => 300)
		  . changing('slow', '', delay_ms => 1500)),
	'', 'tables');

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

my $asking = 'SELECT coalesce(sum(asking), 0) FROM pg_stat_lambda_cache';

# How many keys are kept of more than fit.
sub fits
{
	$one->query('SELECT lambda_fdw_cache_clear()');
	$one->query(q{SELECT count(*) FROM small WHERE id = ANY (ARRAY(SELECT generate_series(10000, 12999)))});
	return $one->query('SELECT sum(answers) FROM pg_stat_lambda_cache');
}

my $room = fits();
cmp_ok($room, '>', 1000, 'so many keys fit');
is(fits(), $room, 'and again');

# ---------------------------------------------------------------------------
# Fifty at a time
# ---------------------------------------------------------------------------

$one->query('SELECT FROM reset_calls');
my @fifty = map { open_session($node) } 1 .. 50;
$_->send('SELECT call FROM slow WHERE id = 1') for @fifty;
my %answers = map { $_->receive() => 1 } @fifty;
is(scalar(keys %answers), 1, 'fifty sessions have one answer');
is($one->query(q{SELECT count(*) FROM calls WHERE function = 'changing'}), '1', 'of one call');
$_->close for @fifty;

# ---------------------------------------------------------------------------
# Who fills is stopped, and others wait for it
# ---------------------------------------------------------------------------

my $query = 'SELECT count(*), count(DISTINCT (id, "row")), count(DISTINCT (id, call)) FROM parts WHERE id BETWEEN 1 AND 12 AND id = ANY (ARRAY(SELECT generate_series(1, 12)))';
my $all = '240|240|12';
my $waiting = open_session($node);
my $stopped = open_session($node);

for my $way (
	[ 'cancelled', sub { $one->query("SELECT pg_cancel_backend($_[0]{pid})") } ],
	[ 'terminated', sub { $one->query("SELECT pg_terminate_backend($_[0]{pid})") } ],
	[ 'left by its client', sub { $_[0]{psql}->kill_kill } ])
{
	my ($what, $stop) = @$way;
	my $right = 0;
	my $soon = 0;

	foreach my $round (1 .. $rounds)
	{
		$one->query('SELECT lambda_fdw_cache_clear()');
		$stopped->send($query);
		sleep(rand(0.12));
		$waiting->send($query);
		sleep(rand(0.03));
		my $start = time();
		$stop->($stopped);
		$right++ if $waiting->receive() eq $all;
		$soon++ if time() - $start < 50;
		if ($what eq 'cancelled')
		{
			$stopped->receive();
		}
		else
		{
			$stopped = open_session($node);
		}
	}
	is($right, $rounds, "who waits has all rows where another is $what");
	is($soon, $rounds, "and waits no longer than the other asks, $what");
	comes_to($asking, '0', "no claim is left, $what");
	is(fits(), $room, "no memory is lost, $what");
}

# in the middle of an error of its own
my $failed = 0;
foreach my $round (1 .. $rounds)
{
	$one->query('SELECT lambda_fdw_cache_clear()');
	my $n = int(rand(200));
	$failed++ if $stopped->query(qq{SELECT 1 / (CASE WHEN row_number() OVER () > $n THEN 0 ELSE 1 END) FROM parts WHERE id = ANY (ARRAY(SELECT generate_series(1, 12)))}) =~ /division by zero/;
}
is($failed, $rounds, 'queries that fail while they fill');
is($one->query($asking), '0', 'leave no claim');
is(fits(), $room, 'and lose no memory');

# cursors that are read a little, and then are not, or end with their transaction
foreach my $round (1 .. $rounds)
{
	my $n = 1 + int(rand(239));

	$one->query('SELECT lambda_fdw_cache_clear()');
	$stopped->query(qq{BEGIN; DECLARE c CURSOR FOR SELECT * FROM parts WHERE id = ANY (ARRAY(SELECT generate_series(1, 12))); SAVEPOINT s; MOVE $n IN c});
	is($one->query($asking), '0', 'an idle cursor has no claim') if $round == 1;
	is($waiting->query($query), $all, 'another asks for itself') if $round == 1;
	$stopped->query($round % 3 == 0 ? 'COMMIT' : $round % 3 == 1 ? 'ROLLBACK TO s; MOVE ALL IN c; COMMIT' : 'ROLLBACK');
}
is(fits(), $room, 'cursors lose no memory');

# a client that does not read: who waited for it once does not so for each key
my $numbers = join ', ', 1 .. 10;
$stopped->send("SELECT * FROM wide WHERE id IN ($numbers)");
comes_to($asking, '10', 'one asks for ten keys');
kill 'STOP', $stopped->{psql}{KIDS}[0]{PID};
comes_to("SELECT wait_event FROM pg_stat_activity WHERE pid = $stopped->{pid}", 'ClientWrite',
	'its client does not read');
$waiting->query(q{SET lambda_fdw.cache_wait_ms = '2s'});
my $begun = time();
is($waiting->query('SELECT sum((SELECT count(*) FROM wide WHERE id IN (i, i + 1000))) FROM generate_series(1, 10) i'),
	'20', 'another asks for them one by one');
cmp_ok(time() - $begun, '<', 18, 'and waits once');
kill 'CONT', $stopped->{psql}{KIDS}[0]{PID};
$stopped->receive();
comes_to($asking, '0', 'no claim is left of either');

# a client that does not read, and then is no more
$stopped->send(q{SELECT * FROM large WHERE id = 1});
comes_to($asking, '1', 'one asks for much');
kill 'STOP', $stopped->{psql}{KIDS}[0]{PID};
comes_to("SELECT wait_event FROM pg_stat_activity WHERE pid = $stopped->{pid}", 'ClientWrite',
	'a client does not read');
$waiting->query(q{SET lambda_fdw.cache_wait_ms = '300ms'});
is($waiting->query('SELECT sum(length(note)) FROM large WHERE id = 1'), '5000000',
	'another waits as long as it may');
$waiting->query('RESET lambda_fdw.cache_wait_ms');
kill 'KILL', $stopped->{psql}{KIDS}[0]{PID};
comes_to("SELECT count(*) FROM pg_stat_activity WHERE pid = $stopped->{pid}", '0',
	'the session of a client that is gone ends');
comes_to($asking, '0', 'and has no claim');
is(fits(), $room, 'and loses no memory');
$stopped = open_session($node);

# ---------------------------------------------------------------------------
# In a circle
# ---------------------------------------------------------------------------

# each has asked for a key that the other wants, and has not done so to the end
sub in_order
{
	my ($outer, $inner) = @_;

	return qq{SELECT sum((SELECT count(*) FROM $inner i WHERE i.id IN (1, 2) AND o.id > 0)) FROM $outer o WHERE o.id IN (1, 2)};
}

my $start = time();
$stopped->send(in_order('singles', 'others'));
$waiting->send(in_order('others', 'singles'));
is($stopped->receive(), '4', 'one of two in a circle');
is($waiting->receive(), '4', 'and the other');
cmp_ok(time() - $start, '<', 50, 'do not wait for each other');
is($one->query($asking), '0', 'nor leave a claim');

# ---------------------------------------------------------------------------
# A server that has a limit
# ---------------------------------------------------------------------------

$one->query(q{ALTER SERVER lambda OPTIONS (ADD max_in_flight '1')});
$one->query('SELECT lambda_fdw_cache_clear()');
$start = time();
$stopped->send(in_order('singles', 'others'));
$waiting->send(in_order('others', 'singles'));
is($stopped->receive(), '4', 'one of two with one slot');
is($waiting->receive(), '4', 'and the other, one slot');
$stopped->send($query);
$waiting->send($query);
is($stopped->receive(), $all, 'one has the slot');
is($waiting->receive(), $all, 'the other what it answered');
cmp_ok(time() - $start, '<', 50, 'who waits for an answer keeps no slot');
is($one->query('SELECT in_flight FROM pg_stat_lambda_servers'), '0', 'nobody has a slot');
is(fits(), $room, 'with a limit no memory is lost');
$one->query(q{ALTER SERVER lambda OPTIONS (DROP max_in_flight)});

# ---------------------------------------------------------------------------
# Databases, roles, tables that are gone
# ---------------------------------------------------------------------------

$one->query('CREATE DATABASE elsewhere; CREATE ROLE auditor IN ROLE pg_read_all_stats; CREATE ROLE nobody');
$node->safe_psql('elsewhere', 'CREATE EXTENSION lambda_fdw');
my $elsewhere = open_session($node, 'elsewhere');
my $seen = 'SELECT datname, relname, answers FROM pg_stat_lambda_cache';
is($elsewhere->query($seen), "postgres||$room", 'of another database there is no name of a table');
is($elsewhere->query('SET ROLE auditor') . $elsewhere->query($seen), "postgres||$room", 'who reads statistics sees it');
is($elsewhere->query('SET ROLE nobody') . $elsewhere->query($seen), '', 'others do not');
$elsewhere->query('RESET ROLE');
my $oid = $one->query(q{SELECT 'small'::regclass::oid});
like($elsewhere->query("SELECT lambda_fdw_cache_clear($oid)"), qr/42P01: .*does not exist/, 'nor is it cleared from there');
$one->query('BEGIN; DROP FOREIGN TABLE small');
is($one->query('SELECT sum(answers) FROM pg_stat_lambda_cache'), $room, 'of a table that is dropped');
like($one->query("SELECT lambda_fdw_cache_clear($oid)"), qr/42P01: .*does not exist/, 'there is none to clear');
$one->query('ROLLBACK');
is($elsewhere->query('SELECT lambda_fdw_cache_clear()'), '', 'everything is cleared from anywhere');
is($one->query($seen), '', 'everywhere');

# ---------------------------------------------------------------------------
# A crash
# ---------------------------------------------------------------------------

fits();
$stopped->send('SELECT * FROM slow WHERE id = 2');
comes_to($asking, '1', 'one asks');
kill 'KILL', $stopped->{pid};
wait_for_restart($node);
$one = open_session($node);
is($one->query($seen), '', 'after a crash there is nothing');
is(fits(), $room, 'and as much room as before');

done_testing();
