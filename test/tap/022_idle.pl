# Connections that nobody uses are closed, in idle sessions too.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

plan skip_all => 'no /proc' unless -d '/proc/self/fd';

my ($certificate, $key) = make_certificate('loopback', 'IP:127.0.0.1');
my $node = start_server();
my $endpoint = start_endpoint();
my $secure = start_endpoint('--tls', $certificate, $key);

$node->safe_psql('postgres',
		create_server('brief', $endpoint, "idle_connection_ms '700'")
	  . create_server('brief_tls', $secure, "ca_bundle '$certificate', idle_connection_ms '700'")
	  . create_server('lasting', $endpoint, "idle_connection_ms '0'")
	  . join '', map { create_function($_, "items_$_", function => 'items') }
	  qw(brief brief_tls lasting));
my $session = open_session($node);
my $other = open_session($node);

# How many sockets the session has, its client's and its server's included.
sub sockets
{
	return scalar grep { (readlink($_) // '') =~ /^socket:/ }
	  glob('/proc/' . $session->pid . '/fd/*');
}

# Waits until the session has so many sockets; returns how many it has.
sub sockets_come_to
{
	my $wanted = shift;
	my $until = time() + 20;

	sleep(0.05) while sockets() != $wanted && time() < $until;
	return sockets();
}

my $none = sockets();
$session->query('SELECT count(*) FROM items_lasting');
my $before = sockets();
$session->query("SELECT count(*) FROM items_$_") for qw(brief brief_tls);
cmp_ok(sockets(), '>', $before, 'connections are kept');
is(sockets_come_to($before), $before,
	'an idle session closes them, but for those without a limit');
is($session->query('SELECT string_agg(server_name, \',\') FROM lambda_fdw_connections()'),
	'lasting', 'as lambda_fdw_connections() says');
is($session->query('SELECT count(*) FROM items_brief'), '20', 'and uses new ones');

# An error takes away the timeouts that were set before it.
$session->query('SELECT count(*) FROM items_brief_tls');
like($session->query('SELECT 1/0'), qr/22012/, 'an error');
is(sockets_come_to($before), $before, 'after which they close all the same');

# Nothing is told when a block ends that had failed before; and a statement that
# fails in it takes the timeouts away once more.
foreach my $statements ([], [ 'SELECT 1' ], [ 'SAVEPOINT s' ])
{
	$session->query('BEGIN');
	is($session->query('SELECT count(*) FROM items_brief'), '20', 'in a block');
	like($session->query('SELECT 1/0'), qr/22012/, 'that fails');
	like($session->query($_), qr/25P02/, 'and takes nothing more') for @$statements;
	sleep(1);
	$session->query('ROLLBACK');
	is(sockets_come_to($before), $before, 'connections close after its end');
}

# Those in use stay.
$session->query('BEGIN');
$session->query('DECLARE c CURSOR FOR SELECT id FROM items_brief');
$session->query('FETCH 1 FROM c');
sleep(1.5);
is($session->query('SELECT count(*) FROM items_brief'), '20', 'in a transaction block');
is($session->query('MOVE ALL FROM c; SELECT 1'), '1', 'a cursor goes on');
$session->query('COMMIT');
is(sockets_come_to($before), $before, 'after which its connections close');

# A session in use keeps its connection.
my ($opened, $opened_then);
for (1 .. 10)
{
	my $longest = 0;
	my $used;

	$session->query('SELECT count(*) FROM items_brief');
	$used = time();
	$opened = $session->query(
		q{SELECT opened_at FROM lambda_fdw_connections() WHERE server_name = 'brief'});
	for (1 .. 5)
	{
		sleep(0.2);
		$session->query('SELECT count(*) FROM items_brief');
		$longest = time() - $used if time() - $used > $longest;
		$used = time();
	}
	$opened_then = $session->query(
		q{SELECT opened_at FROM lambda_fdw_connections() WHERE server_name = 'brief'});
	# a busy machine may let it be idle for longer
	last if $longest < 0.6;
}
is($opened_then, $opened, 'one that is used stays open');

# What an ALTER retires goes with the next statement.
$other->query(q{ALTER SERVER lasting OPTIONS (SET idle_connection_ms '1000000')});
$session->query('SELECT 1 FROM items_brief LIMIT 1');
is(sockets_come_to($none), $none, 'retired and idle ones are closed');

$session->close;
$other->close;
$node->stop;
done_testing();
