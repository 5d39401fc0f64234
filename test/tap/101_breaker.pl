# The circuit breaker of a server: it opens, fails fast, lets one call try, and closes,
# for all sessions.  And limits where sessions share no memory.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server(q{shared_preload_libraries = 'lambda_fdw'},
	'max_worker_processes = 8');
my $switch = PostgreSQL::Test::Utils::tempdir() . '/down';

sub down { open(my $file, '>', $switch) or die $!; close($file); return; }
sub up { unlink $switch; return; }

$node->safe_psql('postgres',
		create_server('plain', $endpoint)
	  . create_function('plain', 'reset_calls', columns => 'cleared int')
	  . create_function('plain', 'calls', columns => 'seq int, function text')
	  . create_server('frail', $endpoint,
		q{breaker_failures '3', breaker_seconds '600', max_attempts '1', max_in_flight '2', request_timeout_ms '60000'})
	  . create_server('stubborn', $endpoint,
		q{breaker_failures '2', breaker_seconds '600', max_attempts '5'})
	  . create_function('frail', 'item', function => 'crowd', columns => 'id int',
		options => qq{payload '{"fail": "$switch"}'})
	  . create_function('frail', 'cut', function => 'crowd', columns => 'id int',
		options => qq{splits '16', estimated_rows '16000', payload '{"fail": "$switch"}'})
	  . create_function('frail', 'slow', function => 'crowd', columns => 'id int',
		options => q{payload '{"delay_ms": 60000}'})
	  . create_function('stubborn', 'retried', function => 'crowd', columns => 'id int',
		options => qq{payload '{"fail": "$switch"}'})
	  . create_outcome());

my $session = open_session($node);
my $other = open_session($node);
my $outcome;

sub state_of
{
	my ($server, $columns) = @_;

	return $session->query("SELECT $columns FROM pg_stat_lambda_servers WHERE server = '$server'");
}

# For how long the breaker stays open that opens next.
sub set_seconds { $session->query("ALTER SERVER frail OPTIONS (SET breaker_seconds '$_[0]')"); return; }

# Opens the breaker, for a second.
sub open_for_a_second
{
	down();
	set_seconds(1);
	outcome_of($session, 'SELECT * FROM item') for 1 .. 3;
	return;
}

# Waits until one call may try.
sub wait_for_turn
{
	$node->poll_query_until('postgres', q{SELECT breaker = 'open' AND next_probe_at < clock_timestamp() FROM pg_stat_lambda_servers WHERE server = 'frail'})
	  or die 'no turn';
	return;
}

# Closes it, as the last of the server's limits is dropped.
sub close_breaker
{
	up();
	$session->query('ALTER SERVER frail OPTIONS (DROP breaker_failures, DROP max_in_flight)');
	$session->query('SELECT * FROM item');
	$session->query(q{ALTER SERVER frail OPTIONS (ADD breaker_failures '3', ADD max_in_flight '2')});
	return;
}

sub calls_made { return count_calls($node, q{function = 'crowd'}); }

# It opens
is($session->query('SELECT count(*) FROM item'), '1', 'closed at first');
down();
reset_calls($node);
foreach my $i (1 .. 3)
{
	$outcome = outcome_of($i % 2 ? $session : $other, 'SELECT * FROM item');
	is($outcome->{sqlstate}, '08006', "failure $i is told as it is");
}
is(state_of('frail', 'breaker, failures, opened_at IS NOT NULL, next_probe_at > now() - interval \'5 s\''), 'open|3|t|t', 'then it is open');
my $took = elapsed_ms(sub { $outcome = outcome_of($other, 'SELECT * FROM item') });
is($outcome->{sqlstate}, 'HV00N', 'for all sessions');
like($outcome->{message}, qr/calls to server "frail" fail at once/, '... with an error of its own');
like($outcome->{detail}, qr/has not answered since .*; the last failure was: /, '... which says since when');
like($outcome->{hint}, qr/tries again/, '... and until when');
cmp_ok($took, '<', 20_000, '... at once');
is(calls_made(), 3, 'nothing more was sent');

# One call tries again
close_breaker();
open_for_a_second();
reset_calls($node);
set_seconds(600);
wait_for_turn();
$outcome = outcome_of($session, 'SELECT * FROM item');
is($outcome->{sqlstate}, '08006', 'after a while one call tries');
$outcome = outcome_of($other, 'SELECT * FROM item');
is($outcome->{sqlstate}, 'HV00N', '... and opens it again');
is(calls_made(), 1, 'which was one call');
close_breaker();
open_for_a_second();
up();
wait_for_turn();
is($other->query('SELECT count(*) FROM item'), '1', 'an answer closes it');
is($session->query('SELECT count(*) FROM cut'), '16', '... for all');
is(state_of('frail', 'breaker, failures, opened_at, in_flight'), 'closed|0||0', '... and it is as new');

# The probe is one call, and its end frees it however it comes
foreach my $end ('pg_cancel_backend', 'pg_terminate_backend')
{
	my $probe = open_session($node);

	open_for_a_second();
	up();
	wait_for_turn();
	$probe->send('SELECT * FROM slow');
	$node->poll_query_until('postgres', q{SELECT breaker = 'half-open' FROM pg_stat_lambda_servers WHERE server = 'frail'})
	  or die 'no probe';
	$outcome = outcome_of($other, 'SELECT * FROM item');
	is($outcome->{sqlstate}, 'HV00N', 'while one call tries, others fail');
	$session->query("SELECT $end(" . $probe->pid . ')');
	like($probe->receive, qr/57014|57P01/, "$end of the one that tries");
	is($other->query('SELECT count(*) FROM item'), '1', '... leaves the turn to the next');
	$probe->close;
}

# Who waits for a slot fails when it opens
my @holders = map { open_session($node) } 1, 2;
$_->send('SELECT * FROM slow') for @holders;
$node->poll_query_until('postgres', q{SELECT in_flight = 2 FROM pg_stat_lambda_servers WHERE server = 'frail'});
$other->send('SELECT * FROM item');
$node->poll_query_until('postgres', q{SELECT waiting = 1 FROM pg_stat_lambda_servers WHERE server = 'frail'});
$session->query(q{ALTER SERVER frail OPTIONS (SET max_in_flight '20')});
is($other->receive, '0', 'a limit that was raised');
$session->query('SELECT pg_cancel_backend(' . $_->pid . ')') for @holders;
$_->receive for @holders;

# A retry ends where it opens: its error is the failure's
down();
reset_calls($node);
$outcome = outcome_of($session, 'SELECT * FROM retried');
is($outcome->{sqlstate}, '08006', 'the last failure is told');
is(calls_made(), 2, 'and there is no attempt beyond');
is(outcome_of($session, 'SELECT * FROM retried')->{sqlstate}, 'HV00N', 'then it is open');
up();
$session->query(q{ALTER SERVER stubborn OPTIONS (SET breaker_failures '0')});
is($session->query('SELECT count(*) FROM retried'), '1', 'without the option there is none');
is(state_of('stubborn', 'breaker, failures, next_probe_at'), 'closed|0|', '... nor is one shown');

# Servers that were dropped with an open breaker leave room for others
$session->query('SET client_min_messages = warning');
is($session->query(q{DO $$ BEGIN
  FOR i IN 1 .. 520 LOOP
    EXECUTE $c$CREATE SERVER gone FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1',
      endpoint 'http://127.0.0.1:1', max_attempts '1', breaker_failures '1', breaker_seconds '1')$c$;
    EXECUTE $c$CREATE USER MAPPING FOR CURRENT_USER SERVER gone
      OPTIONS (aws_access_key_id 'a', aws_secret_access_key 's')$c$;
    BEGIN
      PERFORM lambda_invoke('gone', 'f', '{}');
    EXCEPTION WHEN connection_failure OR fdw_unable_to_establish_connection THEN NULL;
    END;
    EXECUTE 'DROP SERVER gone CASCADE';
    IF i = 500 THEN PERFORM pg_sleep(1.1); END IF;
  END LOOP; END $$}), '', 'servers that are gone leave room');

set_seconds(600);

# Workers; calls that an error ends may reach the endpoint late, so no test counts
# calls after this
down();
$session->query('SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET max_parallel_workers_per_gather = 2');
like($session->query('SELECT count(*) FROM cut'), qr/08006|HV00N/, 'workers fail, too');
# the first failure ends the others, so that it may take three statements
my $workers_told;
for (1 .. 5)
{
	last if ($workers_told = $session->query('SELECT count(*) FROM cut')) =~ /HV00N/;
}
like($workers_told, qr/HV00N/, '... at once');
up();

# It ends with the last of the server's limits, and is not shown beyond its server
is(state_of('frail', 'breaker'), 'open', 'a server with a breaker that is open');
up();
$session->query(q{CREATE SERVER gone FOREIGN DATA WRAPPER lambda_fdw
	OPTIONS (region 'eu-west-1', endpoint 'http://127.0.0.1:9', breaker_failures '1', max_attempts '1');
	CREATE USER MAPPING FOR CURRENT_USER SERVER gone OPTIONS (aws_access_key_id 'a', aws_secret_access_key 'b')});
outcome_of($session, q{SELECT lambda_invoke('gone', 'crowd')});
is(state_of('gone', 'breaker'), 'open', '... and another');
$session->query(q{DROP SERVER gone CASCADE});
is(state_of('gone', 'breaker'), '', 'nobody is told of a server that was dropped');
$session->query(q{ALTER SERVER frail OPTIONS (DROP breaker_failures, DROP max_in_flight)});
is($session->query('SELECT count(*) FROM item'), '1', 'a server without limits');
is(state_of('frail', 'breaker, opened_at, max_in_flight'), 'closed||0', '... has no breaker that is open');
$session->query(q{ALTER SERVER frail OPTIONS (ADD breaker_failures '3', ADD max_in_flight '2')});

# Without memory that sessions share
$_->close for @holders, $session, $other;
$node->append_conf('postgresql.conf', q{shared_preload_libraries = ''});
$node->restart;
$session = open_session($node);
SKIP:
{
	skip 'the registry shares memory from 17 on', 4 if $node->pg_version >= 17;
	$outcome = outcome_of($session, 'SELECT * FROM item');
	is($outcome->{sqlstate}, '55000', 'limits are refused where sessions share no memory');
	like($outcome->{hint}, qr/shared_preload_libraries.*limits_local/, '... with a hint');
	$session->query('SET lambda_fdw.limits_local = on');
	is($session->query('SELECT count(*) FROM cut'), '16', '... unless each counts for itself');
	is(state_of('frail', 'in_flight, calls'), '0|16', '... and shows it');
}
$session->close;
$node->stop;
done_testing();
