# Every class of answer over every kind of connection: new and kept, direct, by
# a proxy, TLS.  What is returned or raised does not depend on it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my ($certificate, $key) = make_certificate('loopback', 'IP:127.0.0.1');
my $node = start_server();
my $endpoint = start_endpoint();
my $secure = start_endpoint('--tls', $certificate, $key);
my $ca = "ca_bundle '$certificate'";

# A proxy that answers CONNECT as these modes say, by turns.
sub proxy
{
	return 'http://127.0.0.1:' . start_program('proxy.py', '--connect', shift);
}

my $honest = proxy('ok');

# name, endpoint, options; where the calls are counted; whether a connection
# is to be there before, and whether the endpoint has one of its own record
my @ways = (
	[ 'direct', $endpoint, '', 'new' ],
	[ 'kept', $endpoint, '', 'kept' ],
	[ 'by_proxy', $endpoint, "proxy '$honest'", 'new' ],
	[ 'by_proxy_kept', $endpoint, "proxy '$honest'", 'kept' ],
	[ 'tls', $secure, $ca, 'new' ],
	[ 'tls_kept', $secure, $ca, 'kept' ],
	[ 'tunnel', $secure, "$ca, proxy '$honest'", 'new' ],
	[ 'tunnel_kept', $secure, "$ca, proxy '$honest'", 'kept' ],
	[ 'tunnel_lying', $secure, "$ca, proxy '" . proxy('lying') . "'", 'new' ],
	[ 'tunnel_retried', $secure, "$ca, proxy '" . proxy('503,ok') . "'", 'new' ]);

# name; function; event; how it is called; the rows, or SQLSTATE and what
# message and detail are like.  "no front": for plain http,
# proxy.py reads the answer itself, and would see the fault instead.
my @classes = (
	[ 'rows', 'raw', '{"response": "[{\"id\":1},{\"id\":2}]"}', 'table', '1,2' ],
	[ 'chunked rows', 'raw', '{"chunks": ["[{\"id\":1}", ",{\"id\":2}]"]}', 'table', '1,2' ],
	[ '202', 'raw', '{"status": 202, "response": "[{\"id\":3}]"}', 'table', '3' ],
	[ 'an empty 200', 'raw', '{"response": ""}', 'table', '' ],
	[ 'early hints', 'break_head', '{"part": "early_hints"}', 'table', '1', 'no front' ],
	[ 'trailers', 'break_head', '{"part": "brief_trailers"}', 'table', '1', 'no front' ],
	[ 'a function error', 'function_error', '{"message": "gone"}', 'table',
		'38000', qr/failed: KeyError/, qr/gone/ ],
	[ 'a function error of 202', 'raw',
		'{"status": 202, "function_error": "Unhandled", "response": "{}"}', 'table',
		'38000', qr/failed: Unhandled/, qr/./ ],
	[ '404', 'nosuch', '{}', 'table', '42883|HV00B|HV00R|42704|HV000', qr/ResourceNotFoundException/, qr/Function not found/i ],
	[ '403', 'status', '{"code": 403, "type": "AccessDeniedException"}', 'table',
		'\w{5}', qr/AccessDeniedException/, qr/An error occurred/ ],
	[ '429', 'status', '{"code": 429, "type": "TooManyRequestsException"}', 'table',
		'\w{5}', qr/TooManyRequestsException/, qr/An error occurred/ ],
	[ '500 without a body', 'status', '{"code": 500, "shape": "empty"}', 'table',
		'\w{5}', qr/HTTP status 500/, qr/without a body/ ],
	[ '503 without a body', 'status', '{"code": 503, "shape": "empty"}', 'table',
		'\w{5}', qr/HTTP status 503/, qr/without a body/ ],
	[ '502 in HTML', 'status', '{"code": 502, "shape": "html"}', 'table',
		'\w{5}', qr/HTTP status 502/, qr/Bad gateway/ ],
	[ '307', 'redirect', '{}', 'table', 'HV000', qr/HTTP status 307/, qr/without a body/ ],
	[ 'a cut body', 'truncated', '{"body": "[{\"id\":1}"}', 'table',
		'08006', qr/could not invoke/, qr/./ ],
	[ 'a reset body', 'reset_mid', '{"body": "[{\"i"}', 'table',
		'08006', qr/could not invoke/, qr/./ ],
	[ 'a reset before an answer', 'reset_before', '{}', 'table',
		'08006', qr/could not invoke/, qr/./ ],
	[ '101', 'break_head', '{"part": "switching"}', 'table',
		'08006', qr/could not invoke/, qr/\b101\b/, 'no front' ],
	[ 'an Event', 'items', '{}', 'Event', '202' ],
	[ 'an Event of no function', 'nosuch', '{}', 'Event',
		'\w{5}', qr/ResourceNotFoundException/, qr/Function not found/i ],
	[ 'a DryRun', 'items', '{}', 'DryRun', '204' ]);

$node->safe_psql('postgres',
		create_outcome()
	  . create_server('control', $endpoint)
	  . create_server('control_tls', $secure, $ca)
	  . create_function('control', 'calls', columns => 'function text')
	  . create_function('control_tls', 'calls_tls', function => 'calls', columns => 'function text')
	  . create_function('control', 'reset_calls', columns => 'cleared int')
	  . create_function('control_tls', 'reset_tls', function => 'reset_calls', columns => 'cleared int'));

my $session = open_session($node);

# How a call ends: the rows, or the error.
sub outcome
{
	my ($way, $class) = @_;
	my ($name, $function, $event, $how) = @$class;

	if ($how eq 'table')
	{
		my $query = qq{SELECT string_agg(id::text, ',') FROM "$way $name"};
		my $outcome = outcome_of($session, $query);

		return $outcome if $outcome->{sqlstate};
		return { rows => $session->query($query), again => 1 };
	}
	my $call = "lambda_invoke('$way', '$function', '$event', invocation_type => '$how')";
	my $outcome = outcome_of($session, "SELECT $call");

	return $outcome if $outcome->{sqlstate};
	return { rows => $session->query("SELECT status_code FROM lambda_invoke('$way', '$function', '$event', invocation_type => '$how')"), again => 1 };
}

foreach my $row (@ways)
{
	my ($way, $url, $options, $state) = @$row;

	$node->safe_psql('postgres',
		create_server($way, $url, $options || undef)
		  . create_function($way, "items_$way", function => 'items'));
	foreach my $class (@classes)
	{
		my ($name, $function, $event, $how, @want) = @$class;

		next if $how ne 'table';
		$node->safe_psql('postgres',
			    qq{CREATE FOREIGN TABLE "$way $name" (id int) SERVER $way }
			  . "OPTIONS (function_arn '$function', payload '$event', max_attempts '2')");
	}
	foreach my $class (@classes)
	{
		my ($name, $function, $event, $how, @want) = @$class;
		my $between = $way =~ /^by_proxy/;

		next if $between && ($want[-1] // '') eq 'no front';
		$session->query("SELECT lambda_fdw_disconnect('$way')");
		$session->query("SELECT count(*) FROM items_$way") if $state eq 'kept';
		$session->query("SELECT * FROM $_") for qw(reset_calls reset_tls);
		my $outcome = outcome($way, $class);
		my $calls = $session->query('SELECT (SELECT count(*) FROM calls'
			  . " WHERE function = '$function') + (SELECT count(*) FROM calls_tls WHERE function = '$function')");

		if (@want < 3)
		{
			is($outcome->{rows}, $want[0], "$way: $name")
			  or diag(explain($outcome));
			is($calls, '2', 'each call came once');
			next;
		}
		my ($sqlstate, $message, $detail) = @want;
		like($outcome->{sqlstate}, qr/^($sqlstate)$/, "$way: $name")
		  or diag(explain($outcome));
		like($outcome->{message}, $message, 'its message');
		like($outcome->{detail}, $detail, 'its detail');
		is($calls, attempts_told($outcome->{message}), 'attempts counted')
		  unless $function eq 'nosuch' || $way eq 'tunnel_retried';
	}
}

# ---------------------------------------------------------------------------
# Where the proxy gives no tunnel
# ---------------------------------------------------------------------------

# mode, SQLSTATE, detail; seconds it may take
foreach my $case (
	[ '407', 'answered CONNECT with HTTP status 407' ],
	[ '403', 'answered CONNECT with HTTP status 403' ],
	[ '503', 'answered CONNECT with HTTP status 503' ],
	[ '302', 'answered CONNECT with HTTP status 302' ],
	[ 'garbage', '.' ],
	[ 'close', '.' ],
	[ 'hang', 'no connection in time' ],
	[ 'endless', '.' ])
{
	my ($mode, $detail) = @$case;
	my $proxy = proxy($mode);
	my $name = "no_tunnel_$mode";

	$node->safe_psql('postgres',
		create_server($name, $secure,
			"$ca, proxy '$proxy', max_attempts '1', connect_timeout_ms '1000'")
		  . create_function($name, "items_$name", function => 'items'));
	$session->query('SELECT * FROM reset_tls');
	my ($outcome, $elapsed);
	$elapsed = elapsed_ms(
		sub { $outcome = outcome_of($session, "SELECT count(*) FROM items_$name") });
	is($outcome->{sqlstate}, 'HV00N', "a proxy of mode $mode")
	  or diag(explain($outcome));
	is($outcome->{message}, 'could not invoke Lambda function "items"', 'the message');
	like($outcome->{detail}, qr/\Q$proxy\E.*$detail/s, 'the detail names the proxy');
	cmp_ok($elapsed, '<', 4000, 'in time');
	is($session->query("SELECT count(*) FROM calls_tls WHERE function = 'items'"),
		'0', 'nothing reached the endpoint');
}

# A refusal is not asked for again, an outage is.
foreach my $case ([ '407', 1 ], [ '503', 3 ])
{
	my ($mode, $attempts) = @$case;
	my $log = "${PostgreSQL::Test::Utils::tmp_check}/connects_$mode";
	my $proxy = 'http://127.0.0.1:'
	  . start_program('proxy.py', '--connect', $mode, '--log', $log);

	$node->safe_psql('postgres',
		create_server("often_$mode", $secure, "$ca, proxy '$proxy'")
		  . create_function("often_$mode", "items_often_$mode", function => 'items'));
	$session->query("SELECT * FROM items_often_$mode");
	is(scalar(() = slurp_file($log) =~ /^CONNECT/mg),
		$attempts, "CONNECTs of a proxy that answers $mode");
}

# Plain http: the proxy's own answers are told from Lambda's.
my $refusing = 'http://127.0.0.1:' . start_program('proxy.py', '--refuse');
my $slow = proxy('slow');
my $unreachable = proxy('ok');
$node->safe_psql('postgres',
		create_server('refused', $endpoint, "proxy '$refusing', max_attempts '1'")
	  . create_function('refused', 'items_refused', function => 'items')
	  . create_server('dead_end', 'http://127.0.0.1:9', "proxy '$unreachable', max_attempts '1'")
	  . create_function('dead_end', 'items_dead_end', function => 'items')
	  . create_server('no_proxy', $secure, "$ca, proxy 'http://127.0.0.1:9', max_attempts '1'")
	  . create_function('no_proxy', 'items_no_proxy', function => 'items')
	  . create_server('slow_proxy', $secure, "$ca, proxy '$slow'")
	  . create_function('slow_proxy', 'items_slow_proxy', function => 'items'));
my $outcome = outcome_of($session, 'SELECT count(*) FROM items_refused');
like($outcome->{message}, qr/HTTP status 407/, 'a proxy refuses plain http');
like($outcome->{hint}, qr/\Q$refusing\E/, 'the hint names it');
$outcome = outcome_of($session, 'SELECT count(*) FROM items_dead_end');
like($outcome->{message}, qr/HTTP status 502/, 'a proxy reaches nobody');
like($outcome->{hint}, qr/\Q$unreachable\E/, 'the hint names it');
$outcome = outcome_of($session, 'SELECT count(*) FROM items_no_proxy');
is($outcome->{sqlstate}, 'HV00N', 'a proxy that is not there');
like($outcome->{detail}, qr{http://127\.0\.0\.1:9\b}, 'is named');
is($session->query('SELECT count(*) FROM items_slow_proxy'), '20', 'a slow proxy');

# A URL without a port means the scheme's own.
foreach my $case ([ 'http', 80 ], [ 'https', 443 ])
{
	my ($scheme, $port) = @$case;

	$node->safe_psql('postgres',
			create_server("no_port_$scheme", $endpoint, "proxy '$scheme://127.0.0.77', max_attempts '1'")
		  . create_function("no_port_$scheme", "items_no_port_$scheme", function => 'items'));
	$outcome = outcome_of($session, "SELECT count(*) FROM items_no_port_$scheme");
	like($outcome->{detail}, qr/(port |127\.0\.0\.77:)$port\b/, "an $scheme proxy without a port");
}

$session->close;
$node->stop;
done_testing();
