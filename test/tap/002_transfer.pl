# Connections and transfers: reuse, rows while the answer still arrives,
# windows, limits, and answers that break off.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = start_server();
my $endpoint = start_endpoint();

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint),
	create_server('hasty', $endpoint, "keep_connections 'false'"),
	create_function('lambda', 'calls',
		columns => 'seq int, function text, connection int'),
	create_function('lambda', 'reset_calls', columns => 'cleared int'),
	create_function('lambda', 'items',
		columns => q{id int OPTIONS (pushdown '='), name text}),
	create_function('hasty', 'items_once', function => 'items'),
	create_function('lambda', 'slow',
		columns => q{id int, n int OPTIONS (pushdown '=')},
		options => q{payload '{"delay_ms": 500}'}),
	create_function('lambda', 'endless', options => q{max_response_bytes '268435456'}),
	create_function('lambda', 'endless_text', function => 'endless', columns => 'id text',
		options => q{max_response_bytes '268435456'}),
	(map { create_function('lambda', $_) }
		  qw(reset_before reset_mid truncated hang hang_mid)));

my $session = open_session($node);

# ---------------------------------------------------------------------------
# Connections
# ---------------------------------------------------------------------------

reset_calls($node);
$session->query('SELECT count(*) FROM items') for 1 .. 3;
is($session->query('SELECT count(*), count(DISTINCT connection) FROM calls'),
	'3|1', 'statements of a session share a connection');

reset_calls($node);
my $other = open_session($node);
$session->query('SELECT count(*) FROM items');
$other->query('SELECT count(*) FROM items');
$other->close;
is(count_calls($node), '2', 'two sessions call');
is($session->query('SELECT count(DISTINCT connection) FROM calls'),
	'2', 'and each has a connection of its own');

reset_calls($node);
$session->query('SELECT count(*) FROM items_once') for 1 .. 3;
is($session->query('SELECT count(*), count(DISTINCT connection) FROM calls'),
	'3|3', "keep_connections 'false' closes them");

reset_calls($node);
my $elapsed = elapsed_ms(
	sub { $session->query('SELECT count(*) FROM slow WHERE n IN (1, 2, 3, 4, 5)') });
is(count_calls($node, q{function = 'slow'}), '5', 'five calls for five values');
cmp_ok($elapsed, '<', 2400, 'side by side');

# ---------------------------------------------------------------------------
# Rows while the answer still arrives
# ---------------------------------------------------------------------------

$node->safe_psql(
	'postgres',
	create_function(
		'lambda', 'drip', options => q{payload '{"n": 4, "delay_ms": 400}'})
	  . create_function(
		'lambda', 'brief_drip',
		function => 'drip',
		options =>
		  q{payload '{"n": 3, "delay_ms": 200}', request_timeout_ms '1500'}));
my $rest;
is_soon(400, 1,
	sub {
		$session->query('BEGIN');
		$session->query('DECLARE c CURSOR FOR SELECT id FROM drip');
		my $first = elapsed_ms(sub { is($session->query('FETCH 1 FROM c'), '1', 'a first row') });
		$rest = elapsed_ms(
			sub { is($session->query('FETCH ALL FROM c'), "2\n3\n4", 'the other rows') });
		$session->query('COMMIT');
		return $first;
	},
	'the first row comes before the second is sent');
cmp_ok($rest, '>', 600, 'which comes later');

$session->query('BEGIN');
$session->query('DECLARE c CURSOR FOR SELECT id FROM brief_drip');
$session->query('FETCH 1 FROM c');
sleep(2);
is($session->query('FETCH ALL FROM c'),
	"2\n3", "request_timeout_ms does not count the client's time");
$session->query('COMMIT');

# ---------------------------------------------------------------------------
# The window
# ---------------------------------------------------------------------------

# Rows that fit into what is left of the window, and rows that do not.
my $sizes = 'SELECT i, CASE i % 3 WHEN 0 THEN 10 WHEN 1 THEN 300000 ELSE 800000 END AS size '
  . 'FROM generate_series(1, 12) i';
$node->safe_psql(
	'postgres', <<"END");
DO \$\$
BEGIN
  EXECUTE format('CREATE FOREIGN TABLE wide (id int, note text) SERVER lambda
    OPTIONS (function_arn ''raw'', request_timeout_ms ''10000'', payload %L)',
    (SELECT json_build_object('response', json_agg(json_build_object(
       'id', i, 'note', repeat('x', size)))::text) FROM ($sizes) s));
  -- the last of these chunks is alone when it does not fit
  EXECUTE format('CREATE FOREIGN TABLE widest (id int, note text) SERVER lambda
    OPTIONS (function_arn ''raw'', request_timeout_ms ''10000'', payload %L)',
    json_build_object('delay_ms', 200, 'chunks', json_build_array(
       '[{"id":1,"note":"' || repeat('x', 1040000), repeat('x', 16000),
       repeat('x', 900000), repeat('x', 600000) || '"}]')));
END \$\$
END
is( $session->query('SELECT count(*), sum(length(note)) FROM wide'),
	'12|4400040', 'rows of very different sizes');
is($session->query('SELECT count(*), sum(length(note)) FROM widest'),
	'1|2556000', 'a row of more than two windows, in pieces');

# An endless answer, from which a cursor does not fetch for a while.
$session->query('BEGIN');
$session->query('DECLARE c CURSOR FOR SELECT id FROM endless');
is($session->query('FETCH 1 FROM c'), '1', 'an endless answer has a first row');
SKIP:
{
	my ($before) = memory_of($session->pid);
	skip 'no /proc', 1 unless $before;
	$session->query('SELECT count(*) FROM items');
	sleep(0.5);
	$session->query('SELECT count(*) FROM items');
	my ($after) = memory_of($session->pid);
	cmp_ok($after - $before, '<', 8 * 1024,
		'it is not read ahead beyond the window while others are read');
}
is( $session->query('SELECT count(*) FROM (SELECT FROM endless LIMIT 300000) e'),
	'300000', 'nor is another held up by it');
SKIP:
{
	$session->query('DECLARE t CURSOR FOR SELECT id FROM endless_text');
	$session->query('MOVE 100000 FROM t');
	my ($before) = memory_of($session->pid);
	skip 'no /proc', 1 unless $before;
	$session->query('MOVE 1000000 FROM t');
	my ($after) = memory_of($session->pid);
	cmp_ok($after - $before, '<', 3 * 1024, 'rows that were read are gone, in kB');
}
is($session->query('FETCH 1 FROM c'), '1', 'and it goes on');
$session->query('COMMIT');

# ---------------------------------------------------------------------------
# Limits
# ---------------------------------------------------------------------------

# A session that got this error goes on, on a connection that works.
sub fails
{
	my ($sql, $pattern, $name) = @_;

	like($session->query($sql), $pattern, $name);
	is($session->query('SELECT count(*) FROM items'),
		'20', "$name: the next query works");
	return;
}

sub raises
{
	my ($function, $options, $pattern, $name) = @_;

	$node->safe_psql('postgres',
		create_function('lambda', 'failing', function => $function,
			options => $options));
	fails('SELECT * FROM failing', $pattern, $name);
	$node->safe_psql('postgres', 'DROP FOREIGN TABLE failing');
	return;
}

raises('endless', q{max_response_bytes '1000000'},
	qr/54000: .*"endless".*max_response_bytes allows 1000000/s,
	'max_response_bytes');
raises('hang', q{request_timeout_ms '300'},
	qr/08006: .*"hang".*request_timeout_ms allows 300/s, 'request_timeout_ms');
raises('hang_mid', q{request_timeout_ms '300'},
	qr/08006: .*request_timeout_ms allows 300/s,
	'request_timeout_ms inside the answer');
raises('bad_headers', q{payload '{"kind": "huge"}'},
	qr/54000: .*"bad_headers"/s, 'endless headers');

# ---------------------------------------------------------------------------
# Answers that break off
# ---------------------------------------------------------------------------

raises('bad_headers', q{payload '{"kind": "not_http"}'},
	qr/08006: .*"bad_headers"/s, 'an answer that is not HTTP');
fails('SELECT * FROM reset_before', qr/08006: .*"reset_before".*reset/s,
	'a reset before the answer');
fails('SELECT * FROM reset_mid', qr/08006: .*"reset_mid".*reset/s,
	'a reset inside the answer');
fails('SELECT * FROM truncated', qr/08006: .*"truncated".*bytes (remaining|missing)/s,
	'an answer that ends early');
fails('SELECT reset_mid.id FROM items, reset_mid',
	qr/08006: .*"reset_mid"/s, 'a reset beside a scan that goes well');

# Redirects: what they lead to is never called.
reset_calls($node);
$node->safe_psql('postgres',
	create_function('lambda', 'redirect',
		options => qq{payload '{"location": "$endpoint/2015-03-31/functions/items/invocations"}'}));
like(
	$session->query('SELECT * FROM redirect'),
	qr/HTTP status 307.*Redirects are not followed/s,
	'a redirect is refused');
is(count_calls($node, q{function <> 'redirect'}), '0', 'and not followed');

# Where nothing listens, and where TLS has no certificate to trust.
$node->safe_psql('postgres',
		create_server('nobody', 'http://127.0.0.1:9')
	  . create_function('nobody', 'unreachable'));
like($session->query('SELECT * FROM unreachable'),
	qr/HV00N: .*"unreachable".*http:\/\/127\.0\.0\.1:9/s, 'connection refused');

SKIP:
{
	my $key = "${PostgreSQL::Test::Utils::tmp_check}/key.pem";
	my $certificate = "${PostgreSQL::Test::Utils::tmp_check}/certificate.pem";
	skip 'no openssl', 1
	  if system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "
		  . "-addext subjectAltName=IP:127.0.0.1 -keyout '$key' -out '$certificate' 2>&1") != 0;
	$node->safe_psql('postgres',
			create_server('private', start_endpoint('--tls', $certificate, $key))
		  . create_function('private', 'untrusted'));
	like($session->query('SELECT * FROM untrusted'),
		qr/HV00N: .*"untrusted".*certificate/s, 'a certificate that nobody vouches for');
}

$session->close;
$node->stop;
done_testing();
