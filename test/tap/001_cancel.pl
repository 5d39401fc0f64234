# Cancel, terminate and shutdown act at once on a session that waits for a
# function, and a session that waits holds up no other.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use IO::Socket::INET;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server();

# A server that takes connections and says nothing: the TLS handshake hangs.
my $mute = IO::Socket::INET->new(
	Listen => 50,
	LocalAddr => '127.0.0.1') or die "no socket: $!";

$node->safe_psql('postgres',
		create_server('lambda', start_endpoint())
	  . create_server('mute', 'https://127.0.0.1:' . $mute->sockport)
	  . create_function('lambda', 'hang')
	  . create_function('lambda', 'hang_mid')
	  . create_function('lambda', 'endless')
	  . create_function('lambda', 'flow', function => 'drip',
		options => q{payload '{"n": 100000, "delay_ms": 1}'})
	  . create_function('mute', 'handshake')
	  . create_function('lambda', 'items', columns => q{id int OPTIONS (pushdown '=')}));

# One wait takes every kind of call: before an answer, inside one, inside one
# that keeps coming, before TLS, and many side by side.
my %queries = (
	'hang' => 'SELECT * FROM hang',
	'hang_mid' => 'SELECT * FROM hang_mid',
	'flow' => 'SELECT count(*) FROM flow',
	'handshake' => 'SELECT * FROM handshake',
	'two hang' => 'SELECT * FROM hang UNION ALL SELECT * FROM hang_mid');

# Waits until the session waits in a call; of several scans the wait is Append's.
sub wait_until_busy
{
	my ($session, $type) = @_;

	$type //= 'Extension';
	$node->poll_query_until('postgres',
		"SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active' AND wait_event_type = '$type' AND pid = "
		  . $session->pid)
	  or die 'the session does not wait';
	return;
}

my $control = open_session($node);

# Without any CA certificate libcurl does not begin with TLS.
$control->query("SET statement_timeout = '200ms'");
if ($control->query($queries{handshake}) =~ /HV00N.*certificate/s)
{
	note 'no certificates of authorities: no handshake';
	delete $queries{handshake};
}
$control->query('RESET statement_timeout');

foreach my $name (sort keys %queries)
{
	my $session = open_session($node);
	my $type = $name eq 'two hang' && $^O eq 'linux' ? 'IPC' : 'Extension';
	my $answer;

	is_soon(50, 5,
		sub {
			$session->send($queries{$name});
			wait_until_busy($session, $type);
			return elapsed_ms(
				sub {
					$control->query(
						'SELECT pg_cancel_backend(' . $session->pid . ')');
					$answer = $session->receive;
				});
		},
		"$name: cancel acts within 50 ms");
	like($answer, qr/57014: canceling statement due to user request/,
		"$name: is cancelled");

	$session->query("SET statement_timeout = '200ms'");
	is_soon(50, 5,
		sub {
			return elapsed_ms(sub { $answer = $session->query($queries{$name}) }) - 200;
		},
		"$name: statement_timeout acts within 50 ms");
	like($answer, qr/57014: canceling statement due to statement timeout/,
		"$name: statement_timeout applies");
	$session->query('RESET statement_timeout');
	is($session->query('SELECT count(*) FROM items'),
		'20', "$name: the session goes on");
	$session->close;

	is_soon(50, 5,
		sub {
			my $victim = open_session($node);

			$victim->send($queries{$name});
			wait_until_busy($victim, $type);
			my $ms = elapsed_ms(
				sub {
					$control->query(
						'SELECT pg_terminate_backend(' . $victim->pid . ')');
					$answer = $victim->receive;
				});
			$victim->close;
			return $ms;
		},
		"$name: terminate acts within 50 ms");
	like($answer, qr/57P01: terminating connection/, "$name: is terminated");
}

# DROP DATABASE waits until every backend has absorbed a barrier.
my $busy = open_session($node);
$busy->send('SELECT * FROM hang');
wait_until_busy($busy);
is_soon(500, 3,
	sub {
		$control->query('CREATE DATABASE elsewhere');
		return elapsed_ms(sub { $control->query('DROP DATABASE elsewhere') });
	},
	'DROP DATABASE is done at once');
is($control->query("SELECT count(*) FROM pg_database WHERE datname = 'elsewhere'"),
	'0', 'a hung call lets DROP DATABASE elsewhere go on');
$control->query('SELECT pg_cancel_backend(' . $busy->pid . ')');
$busy->receive;
$busy->close;

# A cursor in the middle of an answer that is not fetched from, and is closed.
my $idle = open_session($node);
$idle->query('BEGIN');
$idle->query('DECLARE c CURSOR FOR SELECT id FROM endless');
is($idle->query('FETCH 1 FROM c'), '1', 'a cursor gets its first row');
cmp_ok(
	elapsed_ms(
		sub {
			$control->query('SELECT pg_terminate_backend(' . $idle->pid . ')');
			$node->poll_query_until('postgres',
				'SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = '
				  . $idle->pid);
		}),
	'<', 10_000, 'a session with an answer under way is terminated');
$idle->close;

# Fast shutdown does not wait for a function.
$busy = open_session($node);
$busy->send('SELECT * FROM hang');
wait_until_busy($busy);
$control->close;
cmp_ok(elapsed_ms(sub { $node->stop('fast') }),
	'<', 10_000, 'a fast shutdown does not wait');
$busy->close;

done_testing();
