# Limits of a server hold for writes, COMMIT, exports to S3 and functions of machine
# learning; and a call within a statement that writes needs no second slot.  They, the
# breaker and budgets are the same over TLS, a proxy and a tunnel.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server(q{shared_preload_libraries = 'lambda_fdw'});

$node->safe_psql('postgres', $_)
  for (
	'CREATE EXTENSION aws_s3 CASCADE', 'CREATE EXTENSION aws_ml CASCADE',
	create_server('one', $endpoint, q{max_in_flight '1'}),
	create_server('aws_s3', $endpoint, q{max_in_flight '1'}),
	create_server('aws_ml', $endpoint, q{max_in_flight '1'}),
	create_function('one', 'items'),
	create_function('one', 'slow', columns => 'id int', options => q{payload '{"delay_ms": 60000}'}),
	create_function('one', 'reset_store', columns => 'cleared int'),
	map({ create_function('one', $_->[0], function => 'store',
				columns => q{id int OPTIONS (key 'true'), n int},
				options => "updatable 'true', batch_size '3', payload '{\"store\": \"stock\"}'$_->[1]") }
		[ 'stock', '' ], [ 'held', q{, deliver_at 'commit'} ]),
	create_outcome());

my $session = open_session($node);
my $holder = open_session($node);

sub state_of
{
	my ($server, $columns) = @_;

	return $node->safe_psql('postgres',
		"SELECT $columns FROM pg_stat_lambda_servers WHERE server = '$server'");
}

# Writes
is($session->query('INSERT INTO stock SELECT i, i FROM generate_series(1, 20) i'), '', 'batches of a write');
is($session->query('INSERT INTO stock SELECT 100 + i.id, s.n FROM items i JOIN stock s ON s.id = 1'),
	'', 'a write of what scans of the same server give');
is($session->query('UPDATE stock SET n = 0 WHERE id < 3'), '', 'an update of what is scanned');
is($session->query("COPY stock FROM PROGRAM 'seq -f %g,1 201 215' (FORMAT csv)"), '', 'COPY');
is($session->query('SELECT count(*) FROM stock WHERE id < 100 OR id > 200'), '35', 'all is written');
is($session->query('BEGIN; INSERT INTO held SELECT i, 1 FROM generate_series(301, 310) i; COMMIT'), '', 'held rows');
is($session->query('SELECT count(*) FROM stock WHERE id > 300'), '10', '... are written by COMMIT');

# COMMIT ends by its deadline though there is no slot
$holder->send('SELECT * FROM slow');
$node->poll_query_until('postgres', q{SELECT in_flight = 1 FROM pg_stat_lambda_servers WHERE server = 'one'});
$session->query('SET lambda_fdw.commit_timeout = 300; BEGIN; INSERT INTO held VALUES (400, 1)');
my $answer;
my $took = elapsed_ms(sub { $answer = $session->query('COMMIT') });
like($answer, qr/57014|53400/, 'COMMIT waits for a slot no longer than it may');
cmp_ok($took, '<', 20_000, '... and ends by it');
is(state_of('one', 'in_flight, waiting'), '1|0', '... and has left the queue');
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . $holder->pid . ')');
$holder->receive;
is($session->query('SELECT count(*) FROM stock WHERE id = 400'), '0', 'nothing was written');

# An export of several parts, whose query calls a function
is( $session->query(q{SELECT files_uploaded FROM aws_s3.query_export_to_s3(
  'SELECT repeat(''x'', 1000) FROM generate_series(1, 20000)', aws_commons.create_s3_uri('bucket', 'limited', 'eu-west-1'))}),
	'1', 'parts of an export, one at a time');
is(state_of('aws_s3', 'in_flight, calls >= 4'), '0|t', '... by slots of the server');
is( $session->query(q{SELECT files_uploaded FROM aws_s3.query_export_to_s3(
  'SELECT id FROM items', aws_commons.create_s3_uri('bucket', 'items', 'eu-west-1'))}),
	'1', 'an export of a scan');

# Machine learning
is($session->query(q{SELECT count(s.sentiment) FROM (SELECT 'good ' || i AS c FROM generate_series(1, 60) i) t, aws_comprehend.detect_sentiment(t.c, 'en') s}),
	'60', 'a batch join');
is(state_of('aws_ml', 'in_flight, calls > 0'), '0|t', '... by slots, too');

# Other ways to the endpoint
my ($certificate, $key) = make_certificate('loopback', 'IP:127.0.0.1');
my $secure = start_endpoint('--tls', $certificate, $key);
my $proxy = 'http://127.0.0.1:' . start_program('proxy.py', '--connect', 'ok');
my $switch = PostgreSQL::Test::Utils::tempdir() . '/down';
my $limits = q{max_in_flight '2', breaker_failures '2', breaker_seconds '600', max_attempts '1'};

foreach my $row (
	[ 'tls', $secure, "ca_bundle '$certificate'" ],
	[ 'by_proxy', $endpoint, "proxy '$proxy'" ],
	[ 'tunnel', $secure, "ca_bundle '$certificate', proxy '$proxy'" ])
{
	my ($way, $url, $options) = @$row;
	my $report = qq{SELECT payload->0->>'peak' FROM lambda_invoke('$way', 'crowd', '{"report": "peak"}')};

	$node->safe_psql('postgres',
		create_server($way, $url, "$options, $limits")
		  . create_function($way, "crowd_$way", function => 'crowd', columns => 'id int',
			options => qq{splits '6', payload '{"delay_ms": 50, "fail": "$switch"}'}));
	$session->query($report);
	is($session->query("SELECT count(*) FROM crowd_$way"), '6', "$way: all calls");
	is($session->query($report), '2', '... two at a time');
	$session->query('SET lambda_fdw.max_invocations = 3');
	is(outcome_of($session, "SELECT * FROM crowd_$way")->{sqlstate}, '53400', '... and no more than a statement may');
	$session->query('RESET lambda_fdw.max_invocations');
	is(state_of($way, 'in_flight, waiting, breaker'), '0|0|closed', '... nothing is left');

	# the breaker: what a proxy of plain http meets is its answer, unless it is not there
	if ($way eq 'by_proxy')
	{
		$session->query("ALTER SERVER $way OPTIONS (SET proxy 'http://127.0.0.1:1')");
	}
	else
	{
		open(my $file, '>', $switch) or die $!;
		close($file);
	}
	my $call = qq{SELECT lambda_invoke('$way', 'crowd', '{"fail": "$switch"}')};
	outcome_of($session, $call) for 1, 2;
	like(outcome_of($session, $call)->{message}, qr/calls to server "$way" fail at once/, '... and its breaker opens');
	unlink $switch;
}

$_->close for $session, $holder;
$node->stop;
done_testing();
