# Connections: by server and user mapping, when they end, TLS sessions, a
# proxy, wait events and keepalive.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use IO::Socket::INET;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

# The environment's proxy is not the server's.
$ENV{$_} = 'http://127.0.0.1:9' for qw(http_proxy https_proxy all_proxy);
my $node = start_server();
my $endpoint = start_endpoint();
my $log = "${PostgreSQL::Test::Utils::tmp_check}/proxy.log";
my ($certificate, $key) = make_certificate('loopback', 'IP:127.0.0.1');
my $secure = start_endpoint('--tls', $certificate, $key);

my $proxy = 'http://127.0.0.1:' . start_program('proxy.py', '--log', $log);
my $refusing = 'http://127.0.0.1:' . start_program('proxy.py', '--refuse');

# The tables that every server of this test has, named after it.
sub create_all
{
	my ($name, $url, $options) = @_;

	return create_server($name, $url, $options)
	  . create_function($name, "items_$name",
		function => 'items',
		columns => q{id int OPTIONS (pushdown '='), name text})
	  . create_function($name, "calls_$name",
		function => 'calls',
		columns => 'seq int, function text, connection int, '
		  . 'tls_resumed boolean');
}

my $ca = "ca_bundle '$certificate'";
$node->safe_psql('postgres',
		create_all('lambda', $endpoint)
	  . create_all('other', $endpoint)
	  . create_all('secure', $secure, $ca)
	  . create_all('hasty', $secure, "$ca, keep_connections 'false'")
	  . create_all('by_proxy', $endpoint, "proxy '$proxy'")
	  . create_all('tunnel', $secure, "$ca, proxy '$proxy'")
	  . create_all('refused', $secure, "$ca, proxy '$refusing', max_attempts '1'")
	  . create_function('lambda', 'reset_calls', columns => 'cleared int')
	  . create_function('secure', 'reset_secure', function => 'reset_calls', columns => 'cleared int')
	  . create_function('lambda', 'drip', options => q{payload '{"n": 4, "delay_ms": 300}'})
	  . create_function('lambda', 'hang'));
$node->safe_psql('postgres', <<'END');
CREATE ROLE anna SUPERUSER;
CREATE USER MAPPING FOR anna SERVER lambda
  OPTIONS (aws_access_key_id 'AKIDEXAMPLE', aws_secret_access_key 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY');
END

my $session = open_session($node);
my $control = open_session($node);
my $connections = q{SELECT coalesce(string_agg(server_name || ' ' || user_name
  || CASE WHEN valid THEN '' ELSE ' (old)' END, ', ' ORDER BY opened_at), 'none')
  FROM lambda_fdw_connections()};
my ($me) = $node->safe_psql('postgres', 'SELECT current_user');

# How many connections the endpoint has seen calls of items on.
sub connections_seen
{
	my $server = shift // 'lambda';

	return $session->query(
		"SELECT count(DISTINCT connection) FROM calls_$server WHERE function = 'items'");
}

# ---------------------------------------------------------------------------
# By server and user mapping
# ---------------------------------------------------------------------------

is($session->query($connections), 'none', 'a new session has no connection');
$session->query("SELECT count(*) FROM items_$_") for qw(lambda other);
is($session->query($connections), "lambda $me, other $me",
	'each server has its own');
$session->query('SET ROLE anna');
$session->query('SELECT count(*) FROM items_lambda');
$session->query('RESET ROLE');
is($session->query($connections),
	"lambda $me, other $me, lambda anna",
	'and so has each user mapping');
my ($port) = $endpoint =~ /(\d+)$/;
is($session->query('SELECT DISTINCT address, port FROM lambda_fdw_connections()'),
	"127.0.0.1|$port", 'where they lead to is shown');
is($session->query("SELECT lambda_fdw_disconnect('other')"), 't', 'disconnect');
is($session->query("SELECT lambda_fdw_disconnect('other')"), 'f', 'only once');
is($session->query($connections), "lambda $me, lambda anna",
	'the connections of the other server stay');
like($session->query("SELECT lambda_fdw_disconnect('nosuch')"),
	qr/42704: .*"nosuch"/, 'disconnect from no server');

# ---------------------------------------------------------------------------
# When they end
# ---------------------------------------------------------------------------

$session->query("SELECT lambda_fdw_disconnect('lambda')");
foreach my $change (
	q{ALTER SERVER lambda OPTIONS (ADD max_concurrency '8')},
	q{ALTER USER MAPPING FOR CURRENT_USER SERVER lambda OPTIONS (ADD use_ambient_credentials 'false')},
	q{ALTER SERVER lambda OPTIONS (DROP max_concurrency)})
{
	reset_calls($node);
	$session->query('SELECT count(*) FROM items_lambda') for 1, 2;
	my $before = connections_seen();
	$control->query($change);
	$session->query('SELECT count(*) FROM items_lambda') for 1, 2;
	is("$before " . connections_seen(), '1 2',
		"a new connection after another session's $change");
}

reset_calls($node);
$session->query('BEGIN');
$session->query('DECLARE c CURSOR FOR SELECT id FROM drip');
is($session->query('FETCH 1 FROM c'), '1', 'a scan begins');
$control->query(q{ALTER SERVER lambda OPTIONS (ADD max_concurrency '9')});
$session->query('SELECT count(*) FROM items_lambda');
is($session->query($connections), "lambda $me (old), lambda $me",
	'what is under way keeps its connection');
is($session->query('FETCH ALL FROM c'), "2\n3\n4", 'and ends well');
$session->query('COMMIT');
is($session->query($connections), "lambda $me", 'then it is closed');

$session->query('BEGIN');
$session->query('DECLARE c CURSOR FOR SELECT id FROM drip');
$session->query('FETCH 1 FROM c');
is($session->query("SELECT lambda_fdw_disconnect('lambda')"),
	't', 'disconnect during a scan');
is($session->query('FETCH ALL FROM c'), "2\n3\n4", 'which ends well');
$session->query('COMMIT');
is($session->query($connections), 'none', 'nothing is left');

$session->query('SELECT count(*) FROM items_other');
$control->query('DROP SERVER other CASCADE');
is($session->query($connections), 'none',
	'a dropped server leaves no connection');

# ---------------------------------------------------------------------------
# TLS, and answers that wait for their consumer
# ---------------------------------------------------------------------------

reset_calls($node);
$session->query('SELECT count(*) FROM items_secure') for 1 .. 3;
is(connections_seen('secure'), '1', 'a TLS connection is kept');
$session->query('SELECT * FROM reset_secure');
$session->query('SELECT count(*) FROM items_hasty') for 1 .. 3;
is( $session->query(
		q{SELECT count(DISTINCT connection), bool_and(tls_resumed) FROM calls_secure WHERE function = 'items'}),
	'3|t',
	'new connections resume the TLS session');

my $wide = 'SELECT i, CASE i % 3 WHEN 0 THEN 10 WHEN 1 THEN 300000 ELSE 800000 END AS size '
  . 'FROM generate_series(1, 12) i';
$node->safe_psql(
	'postgres', <<"END");
DO \$\$
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE wide (id int, note text) SERVER lambda
    OPTIONS (function_arn ''raw'', payload %L)',
    (SELECT json_build_object('response', json_agg(json_build_object(
       'id', i, 'note', repeat('x', size)))::text) FROM ($wide) s));
END \$\$
END
is($session->query('SELECT count(*), sum(length(note)) FROM wide'),
	'12|4400040', 'rows past the window');
$session->query('BEGIN');
$session->query('DECLARE a CURSOR FOR SELECT id, note FROM wide');
$session->query('DECLARE b CURSOR FOR SELECT id, note FROM wide');
$session->query('FETCH 1 FROM a');
is($session->query('SELECT count(*) FROM items_lambda'),
	'20', 'a paused answer holds up no other');
is($session->query('MOVE ALL FROM b') . $session->query('MOVE ALL FROM a'),
	'', 'both go on');
$session->query('COMMIT');

# ---------------------------------------------------------------------------
# Proxies
# ---------------------------------------------------------------------------

is($session->query('SELECT count(*) FROM items_by_proxy'),
	'20', 'plain http by a proxy');
is($session->query('SELECT count(*) FROM items_tunnel'), '20', 'https by a proxy');
my ($secure_port) = $secure =~ /(\d+)$/;
is(slurp_file($log),
	"POST $endpoint/2015-03-31/functions/items/invocations\nCONNECT 127.0.0.1:$secure_port\n",
	'the proxy has seen both');
like($session->query('SELECT * FROM items_refused'),
	qr/(HV00N|08006): .*could not invoke Lambda function "items".*407/s,
	'a proxy that refuses');

# ---------------------------------------------------------------------------
# Wait events and keepalive
# ---------------------------------------------------------------------------

$session->query("SET statement_timeout = '3s'");
$session->send('SELECT * FROM hang');
is_waiting($control, $session->pid,
	$node->pg_version >= 17 ? 'LambdaInvoke' : 'Extension',
	'the wait has a name');

# In /proc/net/tcp the timer of a silent connection is 02, keepalive, with
# the hundredths of a second until the next probe.
SKIP:
{
	skip 'no /proc/net/tcp', 1 unless -r '/proc/net/tcp';
	my $remote = sprintf('0100007F:%04X', $port);
	my @timers = slurp_file('/proc/net/tcp') =~
	  /^\s*\d+: [0-9A-F:]+ \Q$remote\E 01 [0-9A-F:]+ (0[12]:[0-9A-F]+)/mg;
	my @soon = grep { /^02:(\w+)/ && hex($1) <= 4500 } @timers;

	ok(@soon > 0, 'a silent connection is probed within 45 s')
	  or diag("timers: @timers");
}
like($session->receive, qr/57014/, 'the call times out');

# A server that takes connections and says nothing: no call is under way yet.
my $mute = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1')
  or die "no socket: $!";
$node->safe_psql('postgres',
		create_server('mute', 'https://127.0.0.1:' . $mute->sockport, $ca)
	  . create_function('mute', 'handshake'));
$session->send('SELECT * FROM handshake');
is_waiting($control, $session->pid,
	$node->pg_version >= 17 ? 'LambdaConnect' : 'Extension',
	'and so has the wait for a connection');
like($session->receive, qr/57014/, 'which times out');

$session->close;
$control->close;
$node->stop;
done_testing();
