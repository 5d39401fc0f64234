# Limits of a server for all sessions: max_in_flight and max_calls_per_minute.  The
# endpoint counts how many calls there were at once.
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
my $node = start_server(
	q{shared_preload_libraries = 'lambda_fdw'},
	'restart_after_crash = on',
	'max_connections = 150',
	'max_worker_processes = 8');

# A table over "crowd", whose calls each take 50 ms unless it says otherwise.
sub crowd
{
	my ($server, $name, $test, $more) = @_;
	my $payload = encode_json({ delay_ms => 50, %$test });
	my $streams = $test->{stream} ? ", response_mode 'streaming'" : '';

	return create_function($server, $name,
		function => 'crowd',
		columns => 'id int, n int, note text',
		options => "payload '$payload'$streams" . ($more ? ", $more" : ''));
}

$node->safe_psql('postgres',
		create_server('plain', $endpoint)
	  . create_function('plain', 'reset_calls', columns => 'cleared int')
	  . create_function('plain', 'peak_of', function => 'crowd',
		columns => 'peak int, now int, calls int', options => q{payload '{"report": "peak"}'})
	  . create_server('one', $endpoint, q{max_in_flight '1'})
	  . create_server('two', $endpoint, q{max_in_flight '2'})
	  . create_server('three', $endpoint, q{max_in_flight '3'})
	  . create_server('rate', $endpoint, q{max_calls_per_minute '600'})
	  . crowd('one', 'single', {})
	  . crowd('one', 'pair', {}, q{splits '2'})
	  . crowd('one', 'many', {}, q{splits '16', max_concurrency '16'})
	  . crowd('one', 'slow', { delay_ms => 3000 })
	  . crowd('one', 'long', { delay_ms => 60000, key => 'long' })
	  . crowd('one', 'flow', { stream => 400, size => 20000, delay_ms => 0 })
	  . crowd('two', 'other', {}, q{splits '4'})
	  . crowd('two', 'other_flow', { stream => 200, size => 20000, delay_ms => 0 })
	  . crowd('two', 'lopsided', { first => 60, size => 20000, delay_ms => 300 }, q{splits '3'})
	  . crowd('one', 'wide', { first => 60, size => 20000, delay_ms => 50 }, q{splits '6', estimated_rows '1000000'})
	  . crowd('three', 'shared', { delay_ms => 20 }, q{splits '16', estimated_rows '16000'})
	  . crowd('rate', 'quick', { delay_ms => 0 })
	  . create_function('rate', 'lazy', function => 'hang', columns => 'id int')
	  . create_outcome());

# The most calls that were under way at once since the last look, and how many
# there were.
my $control = open_session($node);

sub crowd_was
{
	return $control->query('SELECT peak, calls FROM peak_of');
}

# How it stands with a server.
sub state_of
{
	my ($server, $columns) = @_;

	return $control->query("SELECT $columns FROM pg_stat_lambda_servers WHERE server = '$server'");
}

# Waits until the view says so of a server.
sub wait_for
{
	my ($server, $condition) = @_;

	$node->poll_query_until('postgres',
		"SELECT count(*) = 1 FROM pg_stat_lambda_servers WHERE server = '$server' AND $condition")
	  or die "never $condition";
	return;
}

# Runs a query in several sessions at once; returns their answers.
sub in_sessions
{
	my ($count, $query, $setup) = @_;
	my @sessions = map { open_session($node) } 1 .. $count;
	my @answers;

	if ($setup) { $_->query($setup) for @sessions; }
	$_->send($query) for @sessions;
	@answers = map { $_->receive } @sessions;
	$_->close for @sessions;
	return @answers;
}

my $session = open_session($node);
crowd_was();

# One slot, in one session
is($session->query('SELECT count(*) FROM pair'), '2', 'a scan of two calls with one slot');
is(crowd_was(), '1|2', '... makes one after the other');
is($session->query('SELECT count(*) FROM many'), '16', 'as does one of sixteen');
is(crowd_was(), '1|16', '...');
is($session->query('SELECT count(*) FROM single a, pair b, many c'),
	'32', 'joins of several scans');
is($session->query('SELECT sum((SELECT count(*) FROM pair)) FROM many'),
	'32', 'a subquery within a scan');
is($session->query(q{SELECT count((SELECT status_code FROM lambda_invoke('one', 'crowd', jsonb_build_object('delay_ms', n % 2)))) FROM many}),
	'16', 'lambda_invoke within a scan of the same server');
like(crowd_was(), qr/^1\|/, 'never had more than one call under way');
is(state_of('one', 'in_flight, waiting, breaker'), '0|0|closed', 'nothing is left');

# Streams hold their slot to the end, and are read on by who waits
is($session->query('SELECT count(*) FROM flow a, single b'), '400', 'a stream and a call');
is($session->query('SELECT count(*) FROM (SELECT * FROM flow LIMIT 2) a, flow b'), '800', 'two streams, joined');
$session->query(q{SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off});
is($session->query('SELECT count(*) FROM (SELECT * FROM flow OFFSET 0) a, LATERAL (SELECT a.id FROM single LIMIT 1) b WHERE a.id < 3'), '3',
	'a call for each row of a stream');
like(crowd_was(), qr/^1\|/, 'one at a time');
my @answers = in_sessions(2, 'SELECT count(*) FROM other_flow a JOIN other_flow b USING (id)');
is_deeply(\@answers, [ 200, 200 ], 'joins of streams in two sessions at once');
@answers = in_sessions(2, 'SELECT count(*) FROM (SELECT * FROM flow OFFSET 0) a, LATERAL (SELECT a.id FROM single LIMIT 1) b WHERE a.id < 3');
is_deeply(\@answers, [ 3, 3 ], 'an outer transfer that is paused, in two sessions at once');
like(crowd_was(), qr/^[12]\|/, '... and no more at once than slots');

# Where there is no memory to read on, heads come all the same, and who can only wait
# for itself does not
$session->query(q{SET lambda_fdw.answer_mem = '64kB'; SET lambda_fdw.slot_timeout = '20s'});
is( $session->query(q{SELECT count(*) FROM (SELECT * FROM lopsided OFFSET 0) a, lambda_invoke('two', 'crowd', jsonb_build_object('size', a.id)) b}),
	'62', 'calls while the memory of answers is used up');
my $stuck_ms = elapsed_ms(
	sub
	{
		like($session->query('SELECT count(*) FROM (SELECT * FROM flow OFFSET 0) a, LATERAL (SELECT a.id FROM single LIMIT 1) b WHERE a.id < 3'),
			qr/streamed answers that this session has not read/, 'a call that waits for a stream of its own session');
	});
cmp_ok($stuck_ms, '<', 15_000, '... fails long before lambda_fdw.slot_timeout');
is(state_of('one', 'in_flight, waiting'), '0|0', '... and keeps nothing');
$session->query(q{RESET lambda_fdw.answer_mem; RESET lambda_fdw.slot_timeout});
crowd_was();

# Cursors do not keep others from their calls while their client is idle
$session->query('BEGIN; DECLARE c CURSOR FOR SELECT * FROM many; DECLARE h CURSOR WITH HOLD FOR SELECT * FROM pair');
$session->query('FETCH 1 FROM c');
$session->query('FETCH 1 FROM h');
is(state_of('one', 'in_flight'), '0', 'idle cursors hold no slot');
cmp_ok(elapsed_ms(sub { $control->query('SELECT * FROM single') }), '<', 20_000, 'others call meanwhile');
like($session->query('MOVE ALL IN c; COMMIT'), qr/^$/, 'the cursor goes on');
is($session->query('MOVE ALL IN h; CLOSE h; SELECT 1'), '1', '... and the one that is held');
$session->query(q{SET statement_timeout = '5s'; BEGIN; DECLARE c CURSOR FOR SELECT 1 FROM quick UNION ALL SELECT 2 FROM lazy});
is($session->query('FETCH 1 FROM c'), '1', 'a cursor does not wait for heads of answers');
is(state_of('rate', 'in_flight'), '1', '... where max_in_flight is no limit');
$session->query('ROLLBACK; RESET statement_timeout');
$session->send(q{DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT * FROM many LOOP PERFORM count(*) FROM single; END LOOP; END $$});
is($control->query('SELECT count(*) FROM single'), '1', 'others call between the calls of a loop');
is($session->receive, '', 'a loop of PL/pgSQL');
like(crowd_was(), qr/^1\|/, 'one at a time');

# Append, over one server and several
is($session->query('SELECT count(*) FROM (SELECT id FROM pair UNION ALL SELECT id FROM single UNION ALL SELECT id FROM pair) a'),
	'5', 'an asynchronous Append over one server');
is(crowd_was(), '1|5', '...');
is($session->query('SELECT count(*) FROM (SELECT id FROM pair UNION ALL SELECT id FROM other UNION ALL SELECT id FROM shared) a'),
	'22', 'and over several');
@answers = in_sessions(3, 'SELECT count(*) FROM (SELECT id FROM pair UNION ALL SELECT id FROM other UNION ALL SELECT id FROM pair) a');
is_deeply(\@answers, [ 8, 8, 8 ], '... in several sessions');
crowd_was();

# Parallel workers
$session->query('SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET max_parallel_workers_per_gather = 2');
is($session->query('SELECT count(*) FROM shared'), '16', 'parallel workers');
is(crowd_was(), '3|16', '... share the slots of the cluster');
$session->query(q{SET lambda_fdw.slot_timeout = '5s'; SET parallel_leader_participation = off});
is( $session->query(q{SELECT count(*) FROM (SELECT id, note FROM wide OFFSET 0) a, lambda_invoke('one', 'crowd', jsonb_build_object('size', length(a.note))) b}),
	'65', "a leader's call while its workers wait for it")
  for 1 .. 3;
$session->query(q{RESET lambda_fdw.slot_timeout; RESET parallel_leader_participation});
crowd_was();

# Several sessions: exactly as many as may be, each is served, first come first served
@answers = in_sessions(6, 'SELECT count(*) FROM shared');
is_deeply(\@answers, [ (16) x 6 ], 'six sessions with three slots');
is(crowd_was(), '3|96', 'have three calls under way at once');

my $holder = open_session($node);
my @waiters = map { open_session($node) } 1 .. 4;
$holder->send('SELECT * FROM slow');
wait_for('one', 'in_flight = 1');
foreach my $i (0 .. 3)
{
	$waiters[$i]->send('SELECT n FROM single');
	wait_for('one', 'waiting = ' . ($i + 1));
}
is_waiting($control, $_->pid, $node->pg_version >= 17 ? 'LambdaSlot' : 'Extension',
	'the wait event') foreach @waiters;
my $waits = q{SELECT sum(slot_wait_ms)::int FROM pg_stat_lambda WHERE server = 'one'};
my $waited = $control->query($waits);
$control->query('SET lambda_fdw.slot_timeout = 200');
my $outcome = outcome_of($control, 'SELECT * FROM single');
is($outcome->{sqlstate}, '53400', 'lambda_fdw.slot_timeout');
like($outcome->{detail}, qr/The server has the option max_in_flight '1'\. Calls under way: 1 \(1 of process ${\$holder->pid}\); /, '... says who has the slots');
like($outcome->{hint}, qr/^Raise max_in_flight of the server, or lambda_fdw\.slot_timeout,/, '... and what to raise');
cmp_ok($control->query($waits), '>=', $waited + 190, '... and its wait counts');
$control->query('RESET lambda_fdw.slot_timeout');
my @served = map { $_->receive } $waiters[0], $waiters[1], $waiters[2], $waiters[3];
is_deeply([ map { $_ - $served[0] } @served ], [ 0, 1, 2, 3 ], 'first come, first served');
$holder->receive;

# Ends of who holds a slot and of who waits for one
foreach my $end ('pg_cancel_backend', 'pg_terminate_backend')
{
	$holder = open_session($node);
	$holder->send('SELECT * FROM long');
	wait_for('one', 'in_flight = 1');
	$waiters[0]->query('SET lambda_fdw.log_invocations = \'all\'');
	$waiters[$_]->send('SELECT 1 FROM single') for 0, 1;
	wait_for('one', 'waiting = 2');
	$control->query('SELECT lambda_fdw_stats_reset()');
	my $log_size = -s $node->logfile;
	$control->query("SELECT $end(" . $waiters[0]->pid . ')');
	like($waiters[0]->receive, qr/57014|57P01/, "$end of who waits");
	wait_for('one', 'waiting = 1');
	$node->poll_query_until('postgres', q{SELECT sum(slot_wait_ms) > 0 FROM pg_stat_lambda WHERE server = 'one'})
	  or die 'no wait is counted';
	is( $control->query(q{SELECT invocations, refused, cancelled, last_error IS NULL, slot_wait_ms > 0 FROM pg_stat_lambda WHERE server = 'one'}),
		'0|0|0|t|t', '... has a wait, and is no call');
	like(slurp_file($node->logfile, $log_size), qr/lambda_fdw call: server "one", lambda "crowd", not sent, attempts 0, /, '... by its line in the log, too');
	$control->query("SELECT $end(" . $holder->pid . ')');
	like($holder->receive, qr/57014|57P01/, '... and of who holds the slot');
	is($waiters[1]->receive, '1', 'which the next one has');
	$waiters[0]->query('RESET lambda_fdw.log_invocations') if $end eq 'pg_cancel_backend';
	$waiters[0] = open_session($node) if $end eq 'pg_terminate_backend';
}
$holder = open_session($node);
$holder->send('SELECT * FROM long');
wait_for('one', 'in_flight = 1');
$waiters[0]->query('SET statement_timeout = 200');
like($waiters[0]->query('SELECT * FROM single'), qr/57014/, 'statement_timeout');
$waiters[0]->query('RESET statement_timeout');
is(state_of('one', 'in_flight, waiting'), '1|0', 'who waited has left the queue');

# A caught error in a session whose outer scan waits goes on
is( $waiters[0]->query(q{SELECT 1}), '1', 'the session goes on');

# ALTER SERVER while sessions wait
$waiters[0]->send('SELECT 1 FROM single');
wait_for('one', 'waiting = 1');
$node->safe_psql('postgres', q{ALTER SERVER one OPTIONS (SET max_in_flight '2')});
is($waiters[0]->receive, '1', 'a limit that is raised holds for who waits');
$waiters[0]->send('SELECT 2 FROM long');
wait_for('one', 'in_flight = 2');
$waiters[1]->send('SELECT 3 FROM single');
wait_for('one', 'waiting = 1');
$node->safe_psql('postgres', q{ALTER SERVER one OPTIONS (SET max_in_flight '1')});
$control->query('SELECT pg_cancel_backend(' . $waiters[0]->pid . ')');
$waiters[0]->receive;
sleep 1.2;
is(state_of('one', 'in_flight, waiting'), '1|1', 'one that is lowered holds, too');
$node->safe_psql('postgres', q{ALTER SERVER one OPTIONS (DROP max_in_flight)});
is($waiters[1]->receive, '3', 'one that is dropped lets go');
$node->safe_psql('postgres', q{ALTER SERVER one OPTIONS (ADD max_in_flight '1')});
$control->query('SELECT pg_cancel_backend(' . $holder->pid . ')');
$holder->receive;
is(state_of('one', 'in_flight, waiting'), '0|0', 'nothing is left');
crowd_was();

# Many sessions are served alike: no session waits for the last of another
@answers = in_sessions(40, q{SELECT count(*) FROM shared WHERE id < 8});
is_deeply(\@answers, [ (8) x 40 ], 'forty sessions, all of them served');
like(crowd_was(), qr/^3\|640$/, '... by three calls at a time');

# The rate: a burst of a sixth of a minute's, then evenly
$control->query('SELECT lambda_fdw_stats_reset()');
my $took = elapsed_ms(sub { $answers[0] = $session->query('SELECT count(quick.id) FROM generate_series(1, 115) AS i, LATERAL (SELECT id FROM quick WHERE i > 0 OFFSET 0) AS quick') });
is($answers[0], '115', 'calls past the rate');
cmp_ok($took, '>=', 1400, '... wait');
cmp_ok($control->query(q{SELECT sum(slot_wait_ms) FROM pg_stat_lambda WHERE server = 'rate'}),
	'<', 4000, '... no longer than they must');

# kill -9 of who holds a slot
$holder->send('SELECT * FROM long');
wait_for('one', 'in_flight = 1');
$control->close;
kill 'KILL', $holder->pid;
wait_for_restart($node);
$control = open_session($node);
is(state_of('one', 'count(*)'), '0', 'after a crash all is empty');
is($control->query('SELECT count(*) FROM pair'), '2', 'and slots are free');

$_->close for @waiters, $session, $control;
$node->stop;
done_testing();
