# Descriptors: every one that libcurl opens is counted by AcquireExternalFD until
# it is closed, also by libcurl alone; and where the server allows few of them,
# calls wait for each other.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use IO::Handle;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Socket;
use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'no /proc' unless -d '/proc/self/fd';

# Its backlog is full: a connection to it gets no answer.
socket(my $full, AF_INET, SOCK_STREAM, 0) or die "no socket: $!";
bind($full, pack_sockaddr_in(0, INADDR_LOOPBACK)) && listen($full, 0)
  or die "no socket: $!";
my ($full_port) = unpack_sockaddr_in(getsockname($full));
my @fillers = map {
	socket(my $filler, AF_INET, SOCK_STREAM, 0) or die "no socket: $!";
	$filler->blocking(0);
	connect($filler, pack_sockaddr_in($full_port, INADDR_LOOPBACK));
	$filler
} 1 .. 4;
sleep(0.2);

# Some 125 descriptors for files, a third of which extensions may have.
my $node = start_server('max_files_per_process = 150',
	"log_min_messages = 'fatal'", "log_statement = 'none'");
my $endpoint = start_endpoint();
my ($port) = $endpoint =~ /(\d+)$/;

$node->safe_psql('postgres',
		create_try()
	  . create_server('lambda', $endpoint, "max_concurrency '1000'")
	  . create_server('silent', "http://127.0.0.1:$full_port",
		"connect_timeout_ms '5', request_timeout_ms '2000', max_attempts '1'")
	  . create_server('patient', "http://127.0.0.1:$full_port", "max_attempts '1'")
	  . create_function('lambda', 'items')
	  . create_function('lambda', 'calls', columns => 'function text, connection int')
	  . create_function('lambda', 'reset_calls', columns => 'cleared int')
	  . create_function('lambda', 'slow',
		columns => q{id int, n int OPTIONS (pushdown '=')},
		options => q{payload '{"delay_ms": 100}'})
	  . create_function('silent', 'unreachable')
	  . create_function('patient', 'cancelled'));

my $session = open_session($node);

# The inodes of a session's TCP sockets to these ports, as the system has them.
sub tcp_sockets
{
	my %inodes;

	foreach (map { slurp_file($_) =~ /^\s*\d+: .*$/mg } glob('/proc/net/tcp /proc/net/tcp6'))
	{
		my @fields = split;
		my ($remote) = $fields[2] =~ /:([0-9A-F]+)$/;
		$inodes{ $fields[9] } = hex $remote;
	}
	return scalar grep { /^socket:\[(\d+)\]$/ && ($inodes{$1} // 0) > 0 && $inodes{$1} != 0 }
	  map { readlink($_) // '' } glob('/proc/' . $session->pid . '/fd/*');
}

sub agrees
{
	my $name = shift;
	my $told = $session->query('SELECT count(*) FROM lambda_fdw_connections()');

	is($told, tcp_sockets(), "$name: lambda_fdw_connections() is what /proc says");
	return;
}

# A healthy server answers, over one connection.
sub answers
{
	my $name = shift;

	is($session->query('SELECT count(*) FROM items'), '20', "$name: a healthy server answers");
	agrees($name);
	return;
}

answers('before');
is($session->query('SELECT try($$SELECT * FROM unreachable$$, 100)'),
	'100', '100 connects without an answer');
answers('after 100 connect timeouts');
is($session->query('SELECT try($$SELECT * FROM unreachable$$, 300)'), '300', '300 more');
answers('after 400 connect timeouts');

$session->query("SET statement_timeout = '5ms'");
$session->query('SELECT * FROM cancelled') for 1 .. 100;
$session->query('RESET statement_timeout');
answers('after 100 cancels while connecting');

# ---------------------------------------------------------------------------
# A name with two addresses, of which one drops what it gets
# ---------------------------------------------------------------------------

SKIP:
{
	my ($error, @found) = Socket::getaddrinfo('localhost', 'http',
		{ socktype => SOCK_STREAM });
	my %families = map { $_->{family} => 1 } @found;

	skip 'localhost has one address here; /etc/hosts lacks ::1', 3 unless keys %families == 2;
	# IPv6 is tried first, and does not answer; after 200 ms IPv4 is tried too.
	socket(my $drop, AF_INET6, SOCK_STREAM, 0) or skip "no IPv6: $!", 3;
	bind($drop, Socket::pack_sockaddr_in6($port, Socket::IN6ADDR_LOOPBACK))
	  && listen($drop, 0)
	  or skip "no IPv6: $!", 3;
	my @more = map {
		socket(my $filler, AF_INET6, SOCK_STREAM, 0) or die;
		$filler->blocking(0);
		connect($filler, Socket::pack_sockaddr_in6($port, Socket::IN6ADDR_LOOPBACK));
		$filler
	} 1 .. 4;
	$node->safe_psql('postgres',
			create_server('dual', "http://localhost:$port", "keep_connections 'false'")
		  . create_function('dual', 'items_dual', function => 'items'));
	is($session->query('SELECT try($$SELECT count(*) FROM items_dual$$, 60)'),
		'0', '60 connections whose other half is dropped');
	answers('dual stack');
}

# ---------------------------------------------------------------------------
# Fewer descriptors than max_concurrency
# ---------------------------------------------------------------------------

# The function answers without n, so that the recheck drops its rows.
$session->query('SELECT * FROM reset_calls');
my $list = join ',', 1 .. 200;
my $elapsed = elapsed_ms(
	sub {
		is($session->query("SELECT count(*) FROM slow WHERE n IN ($list)"),
			'0', '200 calls, more than there are descriptors for');
	});
cmp_ok($elapsed, '<', 30000, 'side by side all the same');
is($session->query(q{SELECT count(*) FROM calls WHERE function = 'slow'}),
	'200', 'each was called once');
my $connections = $session->query(
	q{SELECT count(DISTINCT connection) FROM calls WHERE function = 'slow'});
cmp_ok($connections, '>', 10, 'over more than ten connections');
cmp_ok($connections, '<', 60, 'and fewer than would leave nothing to others');
answers('after 200 calls');

# Append has a descriptor for each scan; those that get none wait by themselves.
$node->safe_psql('postgres',
	"CREATE TABLE parts (p int, id int) PARTITION BY LIST (p);\n" . join '', map {
		"CREATE FOREIGN TABLE part$_ PARTITION OF parts FOR VALUES IN ($_) SERVER lambda "
		  . "OPTIONS (function_arn 'partition', payload '{\"p\": $_, \"delay_ms\": 10}');\n"
	} 1 .. 60);
is($session->query('SELECT count(*) FROM parts'), '180', 'an Append of sixty scans') for 1 .. 2;
answers('after an Append of sixty scans');

# Scans of one call each, of a server each: beyond what there are descriptors for,
# each waits for another to end, whoever owns that.
$node->safe_psql('postgres',
	join '', map {
		create_server("s$_", $endpoint)
		  . create_function("s$_", "drip$_", function => 'drip',
			options => q{payload '{"n": 2, "delay_ms": 20}'})
		  . create_function("s$_", "endless$_", function => 'endless')
		  . create_function("s$_", "hang_mid$_", function => 'hang_mid')
	} 1 .. 40);
my $union = sub { join ' UNION ALL ', map { "SELECT id FROM $_[0]$_" } 1 .. 40 };
$session->query('BEGIN');
$session->query("DECLARE c$_ CURSOR FOR SELECT id FROM drip$_") for 1 .. 40;
is( join(' ', map { $session->query("FETCH 1 FROM c$_") } 1 .. 40),
	join(' ', (1) x 40),
	'40 servers at once, whose answers end');
is( join(' ', map { $session->query("FETCH ALL FROM c$_") } 1 .. 40),
	join(' ', (2) x 40),
	'all of them do');
$session->query('COMMIT');
is($session->query('SELECT count(*) FROM (' . $union->('drip') . ') s'),
	'80', 'the same in one statement');
answers('after forty servers at once');

# Transfers that wait for their consumer end for nobody else.
$session->query('BEGIN');
$session->query("DECLARE c$_ CURSOR FOR SELECT id FROM endless$_") for 1 .. 30;
like(join(' ', map { $session->query("FETCH 1 FROM c$_") } 1 .. 30),
	qr/^\d+( \d+){29}$/,
	'30 servers at once, whose answers are read as far as their cursors');
$session->query('ROLLBACK');
answers('after thirty paused answers');

# Those that hang are waited for until they have had their time.
$session->query('BEGIN');
$session->query("DECLARE c$_ CURSOR FOR SELECT id FROM hang_mid$_") for 1 .. 40;
$session->query("SET LOCAL statement_timeout = '1s'");
my $begun = 0;
my $answer = '1';
while ($begun < 40 && $answer eq '1')
{
	$begun++;
	$answer = $session->query("FETCH 1 FROM c$begun");
}
cmp_ok($begun, '>', 5, 'some servers at once');
like($answer, qr/57014: /, 'a cancel ends the wait for those that hang');
$session->query('ROLLBACK');
answers('after too many servers');
# Idle connections of other servers are closed for a new one.
is( $session->query(join ';', map { "SELECT max(id) FROM drip$_" } 1 .. 40),
	join("\n", (2) x 40),
	'40 servers one after the other');
answers('after forty servers');

# ---------------------------------------------------------------------------
# Fewer descriptors than the server takes for granted
# ---------------------------------------------------------------------------

# Room for three connections; those that find none wait for each other's.
SKIP:
{
	my $pid = $session->pid;
	my ($free) = grep { !-e "/proc/$pid/fd/$_" } 0 .. 1000;
	my $few = $free + 3;

	skip 'no prlimit', 2 if system("prlimit --pid $pid --nofile=$few:$few 2>/dev/null") != 0;
	$session->query('SELECT * FROM reset_calls');
	$session->query("SET statement_timeout = '60s'");
	is($session->query('SELECT count(*) FROM slow WHERE n IN (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)'),
		'0', 'calls for which the system has no descriptors');
	is($session->query(q{SELECT count(*) FROM calls WHERE function = 'slow'}),
		'10', '... were all made once');
}

$session->close;
$node->stop;
done_testing();
