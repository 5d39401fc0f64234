# The circuit breaker of a server: it opens, fails fast, lets one call try, and closes,
# for all sessions.  And limits where sessions share no memory.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

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
		q{breaker_failures '3', breaker_seconds '1', max_attempts '1', max_in_flight '2', request_timeout_ms '60000'})
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
cmp_ok($took, '<', 300, '... at once');
is(calls_made(), 3, 'nothing more was sent');

# One call tries again
sleep 1.1;
$outcome = outcome_of($session, 'SELECT * FROM item');
is($outcome->{sqlstate}, '08006', 'after a while one call tries');
$outcome = outcome_of($other, 'SELECT * FROM item');
is($outcome->{sqlstate}, 'HV00N', '... and opens it again');
is(calls_made(), 4, 'which was one call');
up();
sleep 1.1;
is($other->query('SELECT count(*) FROM item'), '1', 'an answer closes it');
is($session->query('SELECT count(*) FROM cut'), '16', '... for all');
is(state_of('frail', 'breaker, failures, opened_at, in_flight'), 'closed|0||0', '... and it is as new');

# The probe is one call, and its end frees it however it comes
foreach my $end ('pg_cancel_backend', 'pg_terminate_backend')
{
	my $probe = open_session($node);

	down();
	outcome_of($session, 'SELECT * FROM item') for 1 .. 3;
	up();
	sleep 1.1;
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

# Workers; it takes some statements, for the first failure ends one
$session->query(q{ALTER SERVER frail OPTIONS (SET breaker_seconds '600')});
down();
$session->query('SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET max_parallel_workers_per_gather = 2');
like($session->query('SELECT count(*) FROM cut'), qr/08006|HV00N/, 'workers fail, too')
  for 1 .. 3;
like($session->query('SELECT count(*) FROM cut'), qr/HV00N/, '... at once');
up();

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

# There is room for other servers, whatever breakers were open of those that are no more
$session->query(
	q{DO $$
BEGIN
  FOR i IN 1 .. 520 LOOP
    EXECUTE format('CREATE SERVER gone FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region ''eu-west-1'', endpoint ''http://127.0.0.1:1'', max_attempts ''1'', breaker_failures ''1'', breaker_seconds ''1'')');
    CREATE USER MAPPING FOR CURRENT_USER SERVER gone OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'x');
    BEGIN
      PERFORM lambda_invoke('gone', 'f', '1');
    EXCEPTION WHEN OTHERS THEN NULL;
    END;
    DROP SERVER gone CASCADE;
    PERFORM pg_sleep(CASE i WHEN 500 THEN 1.1 ELSE 0 END);
  END LOOP;
END $$});
$node->safe_psql('postgres', create_server('newcomer', $endpoint, q{max_in_flight '1'}));
is($session->query(q{SELECT status_code FROM lambda_invoke('newcomer', 'crowd', '{}')}), '200', 'breakers of servers that were dropped take no room');

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
