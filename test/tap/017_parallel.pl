# Parallel workers share the calls of a scan: early ends, signals, workers that are
# killed or that there are none of, and what the statement may have under way.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = start_server('max_worker_processes = 8');

sub table
{
	my ($name, $test, %more) = @_;
	my $options = $more{options} ? ", $more{options}" : '';

	return create_function('lambda', $name,
		function => 'split_rows',
		columns => 'id int, k int, busy int',
		options => "splits '16', estimated_rows '160', payload '{\"test\": {\"total\": 160, $test}}'$options");
}

$node->safe_psql('postgres',
		create_server('lambda', start_endpoint())
	  . create_function('lambda', 'calls', columns => 'seq int, function text, payload jsonb',
		options => q{envelope 'false'})
	  . create_function('lambda', 'reset_calls', columns => 'cleared int')
	  . table('rows', '"busy": true, "delay_ms": 20')
	  . table('narrow', '"busy": true, "delay_ms": 20', options => q{max_concurrency '5'})
	  . table('slow', '"busy": true, "delay_ms": 500', options => q{max_concurrency '5'})
	  . table('late', '"delay_ms": 60000, "late": [3, 4, 5, 6, 7, 8, 9, 10, 11]')
	  . table('hung', '"delay_ms": 60000'));

sub open_parallel
{
	my $session = open_session($node);

	$session->query($_)
	  for 'SET parallel_setup_cost = 0', 'SET parallel_tuple_cost = 0',
	  'SET max_parallel_workers_per_gather = 2';
	return $session;
}

# Waits until two workers of a session wait for the function.
sub wait_for_workers
{
	my $session = shift;

	$node->poll_query_until('postgres',
		q{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND wait_event_type = 'Extension' AND leader_pid = }
		  . $session->pid)
	  or die 'no workers wait';
	return;
}

# What a query's plan has, as EXPLAIN ANALYZE tells it.
sub counted
{
	my ($session, $query) = @_;
	my $plan = $session->query(
		"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) $query");
	my ($launched) = $plan =~ /Workers Launched: (\d+)/;
	my ($invocations) = $plan =~ /Invocations: (\d+)/;
	my ($rows) = $plan =~ /Rows Received: (\d+)/;

	return ($launched, $invocations, $rows);
}

my $control = open_session($node);
my $session = open_parallel();
my $answer;

# Rows and counts
reset_calls($node);
is_deeply([ counted($session, 'SELECT count(*) FROM rows') ],
	[ 2, 16, 160 ], 'EXPLAIN counts what the workers have done');
is(count_calls($node, "function = 'split_rows'"), 16, 'as the endpoint does');
is($session->query('SELECT count(*), count(DISTINCT id), sum(id) FROM rows'),
	'160|160|12880', 'each row comes once');

# How much is under way at a time
foreach my $workers (2, 3)
{
	$session->query("SET max_parallel_workers_per_gather = $workers");
	my $busy = $session->query('SELECT max(busy) FROM narrow');

	cmp_ok($busy, '<=', 5, "max_concurrency is the statement's, with $workers workers");
	cmp_ok($busy, '>=', 4, '... and used');
}
$session->query('SET max_parallel_workers_per_gather = 2');

# Early ends
foreach my $query (
	'SELECT id FROM late LIMIT 1',
	'SELECT id FROM late ORDER BY id LIMIT 0',
	'DO $$BEGIN PERFORM id FROM late LIMIT 1; END$$')
{
	is_soon(300, 5,
		sub { return elapsed_ms(sub { $answer = $session->query($query) }); },
		'ends at once though workers wait');
	unlike($answer, qr/ERROR/, $query);
}
my ($launched, $invocations, $rows) = counted($session, 'SELECT id FROM late LIMIT 1');
is($launched, 2, 'there were workers');
cmp_ok($invocations, '>=', 8, 'and their counts are there');
cmp_ok($rows, '>=', 1, 'as are their rows');
is($session->query('SELECT count(*) FROM rows'), '160', 'the session goes on');

# Cancel, timeout, the end of a worker, the end of the leader
$session->send('SELECT count(*) FROM hung');
wait_for_workers($session);
cmp_ok( elapsed_ms(
		sub {
			$control->query('SELECT pg_cancel_backend(' . $session->pid . ')');
			$answer = $session->receive;
		}),
	'<', 10_000,
	'cancel acts at once');
like($answer, qr/57014/, 'and cancels');
$session->query(q{SET statement_timeout = '300ms'});
like($session->query('SELECT count(*) FROM hung'), qr/57014.*timeout/, 'so does a timeout');
$session->query('RESET statement_timeout');

$session->send('SELECT count(*) FROM hung');
wait_for_workers($session);
cmp_ok( elapsed_ms(
		sub {
			$control->query(
				q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'parallel worker' LIMIT 1});
			$answer = $session->receive;
		}),
	'<', 10_000,
	'a worker that is terminated ends the query');
like($answer, qr/ERROR|FATAL/, 'with an error');
is($session->query('SELECT count(*) FROM rows'), '160', 'the session goes on');

my $victim = open_parallel();
$victim->send('SELECT count(*) FROM hung');
wait_for_workers($victim);
$control->query('SELECT pg_terminate_backend(' . $victim->pid . ')');
$victim->receive;
$victim->close;
ok( $node->poll_query_until('postgres',
		q{SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'parallel worker'}),
	'no worker outlives its leader');

# No workers to be had, or fewer
$session->query('SET max_parallel_workers = 0');
reset_calls($node);
is_deeply([ counted($session, 'SELECT count(*) FROM rows') ],
	[ 0, 16, 160 ], 'without workers the leader makes all calls');
$session->query('SET max_parallel_workers = 1');
is_deeply([ counted($session, 'SELECT count(*) FROM rows') ],
	[ 1, 16, 160 ], 'one worker makes all');
cmp_ok($session->query('SELECT max(busy) FROM narrow'), '<=', 5, 'within max_concurrency');
$session->query('RESET max_parallel_workers');

# Workers that are late: the leader does all, and they nothing
$control->query('ALTER SYSTEM SET post_auth_delay = 3');
$control->query('SELECT pg_reload_conf()');
($answer) = $session->query('SELECT max(busy), count(*), sum(id) FROM slow') =~ /(.*)/;
is($answer, '5|160|12880', 'late workers call nobody beside the leader');
$control->query('ALTER SYSTEM RESET post_auth_delay');
$control->query('SELECT pg_reload_conf()');

# Core plans no workers for a cursor
$session->query('BEGIN');
$session->query('DECLARE c CURSOR FOR SELECT id FROM late');
$answer = $session->query('FETCH 2 FROM c');
like($answer, qr/^\d+\n\d+$/, 'a cursor');
is( $control->query(
		q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'parallel worker'}),
	'0', 'has no workers');
$session->query('COMMIT');

# Rescans: each is a scan of its own
$session->query($_)
  for 'SET enable_material = off', 'SET enable_memoize = off', 'SET enable_hashjoin = off',
  'SET enable_mergejoin = off', 'CREATE TEMP TABLE n AS SELECT generate_series(1, 3) AS n';
is( $session->query(
		'SELECT count(*), sum(c) FROM n, LATERAL (SELECT count(*) AS c FROM rows WHERE id > 0 * n) q'),
	'3|480', 'rescanned');

$_->close for $session, $control;
$node->stop;
done_testing();
