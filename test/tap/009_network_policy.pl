# What a server of an ordinary owner may connect to, by the settings; and that
# all it cannot connect to is one error, whose cause the server's log alone has.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use IO::Socket::INET;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

# An address of this machine that is not loopback, from which a packet would go
# out; none is sent.
my $way_out = IO::Socket::INET->new(Proto => 'udp', PeerAddr => '192.0.2.1:9');
my $own = $way_out ? $way_out->sockhost : '127.0.0.1';
my $knocks = "${PostgreSQL::Test::Utils::tmp_check}/knocks$$";
my $endpoint = start_endpoint();
my ($port) = $endpoint =~ /:(\d+)$/;
my $node;

{
	local $ENV{AWS_ENDPOINT_URL_STS} = $endpoint;
	$node = start_server();
}

# The server "mine" is joe's, who is no superuser.
$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint),
	create_function('lambda', 'calls', columns => 'seq int'),
	create_function('lambda', 'service_calls', columns => 'seq int, service text'),
	create_function('lambda', 'reset_calls', columns => 'cleared int'),
	create_function('lambda', 'items'),
	'CREATE ROLE joe; CREATE EXTENSION aws_lambda CASCADE; '
	  . 'CREATE EXTENSION aws_s3 CASCADE; CREATE EXTENSION aws_ml CASCADE',
	create_server('mine', 'https://lambda.invalid', "connect_timeout_ms '150', max_attempts '2'"),
	create_function('mine', 'there', function => 'items'),
	'GRANT USAGE ON FOREIGN DATA WRAPPER lambda_fdw TO joe; ALTER SERVER mine OWNER TO joe',
	'CREATE TABLE t (a text)');

my $session = open_session($node);
$session->query("SET $_ = 'mine'") for qw(aws_lambda.server aws_s3.server aws_ml.server);
$session->query('SET aws_lambda.connect_timeout_ms = 150');

my %ports;

# Has joe's server this endpoint from now on.  Only what hangs is given up soon: on a
# busy machine others would be late, too, and that would be the cause.
sub lead_to
{
	my $url = shift;
	my $timeout = $ports{hang} && $url =~ /:$ports{hang}\b/ ? 150 : 20000;

	$node->safe_psql('postgres',
		"ALTER SERVER mine OPTIONS (SET endpoint '$url', SET connect_timeout_ms '$timeout')");
	return;
}

# What a statement says, and what the server's log has of it that the client was
# not told.
sub told_and_logged
{
	my ($url, $sql) = @_;
	my $offset = -s $node->logfile;

	lead_to($url);
	my $told = $session->query($sql);
	my $log = slurp_file($node->logfile, $offset);
	$told =~ s/\Q$url\E/URL/g;
	$told =~ s/batch [0-9a-f]{32}/batch ID/;
	return ($told, join "\n", grep { /DETAIL:/ } split /\n/, $log);
}

# ---------------------------------------------------------------------------
# One text
# ---------------------------------------------------------------------------

my $closed = IO::Socket::INET->new(Listen => 1, LocalAddr => $own);
my $closed_port = $closed->sockport;
$closed->close;
my ($certificate, $key) = make_certificate('stranger', "IP:$own");
%ports = map {
	$_ => start_program('silent.py', '--host', $own, '--log', $knocks, $_)
} qw(close hang banner);
my $plain = start_program('endpoint.py', '--host', $own);
my $stranger = start_program('endpoint.py', '--host', $own, '--tls', $certificate, $key);

my $local = qr/the address is loopback, link-local or a metadata service/;
my @unreachable = (
	[ 'loopback', "https://127.0.0.1:$port", $local ],
	[ 'loopback over plain http', $endpoint, $local ],
	[ 'a metadata service', 'https://169.254.169.254', $local ],
	[ 'a name that is none', 'https://lambda.invalid', qr/resolve/ ],
	[ 'a name of loopback', "https://localhost:$port", $local ]);
push @unreachable,
  [ 'a port that is closed', "https://$own:$closed_port", qr/connect/i ],
  [ 'a port that closes', "https://$own:$ports{close}", qr/SSL|TLS|reset|closed|pipe/i ],
  [ 'a port that hangs', "https://$own:$ports{hang}", qr/no connection in time/ ],
  [ 'a port of another protocol', "https://$own:$ports{banner}", qr/SSL|TLS|reset|pipe/i ],
  [ 'a port of plain http', "https://$own:$plain", qr/SSL|TLS|reset|pipe/i ],
  [ 'a certificate that nobody vouches for', "https://$own:$stranger", qr/certificate/ ]
  if $own !~ /^127\./;

my ($expected) = told_and_logged('https://lambda.invalid', 'SELECT * FROM there');
like($expected,
	qr/^ERROR:  HV00N: could not invoke Lambda function "items" after 2 attempts\nDETAIL:  URL: no connection could be made\.\nHINT:  [^\n]*server's log/,
	'the text');
for my $case (@unreachable)
{
	my ($name, $url, $cause) = @$case;
	my ($told, $logged) = told_and_logged($url, 'SELECT * FROM there');

	is($told, $expected, "$name: the client is told no more");
	like($logged, $cause, "$name: the log has why");
}

# A port that hangs for as long as its answer may take is no other.
$node->safe_psql('postgres', q{ALTER SERVER mine OPTIONS (ADD request_timeout_ms '100')});
for my $case (grep { $$_[0] =~ /hangs|closed/ } @unreachable)
{
	is((told_and_logged($$case[1], 'SELECT * FROM there'))[0], $expected,
		"$$case[0], as long as its answer may take: the client is told no more");
}
$node->safe_psql('postgres', 'ALTER SERVER mine OPTIONS (DROP request_timeout_ms)');

# Nor do statistics and the log of calls tell.
$session->query('SET log_statement = none; SET client_min_messages = log; SET lambda_fdw.log_invocations = \'all\'');
$session->query('SELECT lambda_fdw_stats_reset()');
for my $case (@unreachable)
{
	my ($name, $url, $cause) = @$case;
	my $offset = -s $node->logfile;
	my ($told) = told_and_logged($url, 'SELECT * FROM there');

	is($told, $expected, "$name: with LOG sent to the client it is told no more");
	like((grep { /lambda_fdw call/ } split /\n/, slurp_file($node->logfile, $offset))[0],
		$cause, "$name: the line of the call has why");
}
my $calls = @unreachable;
is( $session->query(q{SELECT transport_errors, timeouts, attempts, last_error FROM pg_stat_lambda WHERE server = 'mine'}),
	"$calls|0|" . 2 * $calls . '|no connection', 'pg_stat_lambda counts them all alike');
$session->query('RESET client_min_messages; RESET lambda_fdw.log_invocations');

# All ways that a server is used by.
my %uses = (
	lambda_invoke => q{SELECT lambda_invoke('mine', 'items')},
	'a write that is held' => q{SELECT lambda_invoke('mine', 'items', deliver_at => 'commit')},
	'aws_lambda.invoke' => q{SELECT aws_lambda.invoke('items', '{}'::json)},
	'an import' => q{SELECT aws_s3.table_import_from_s3('t', '', '', 'bucket-1', 'key', 'eu-west-1')},
	'an export' => q{SELECT aws_s3.query_export_to_s3('SELECT 1', 'bucket-1', 'key', 'eu-west-1')},
	'a model' => q{SELECT aws_bedrock.invoke_model('m', NULL, NULL, '{}')},
	'a batch' => q{SELECT s.* FROM (VALUES ('a'), ('b')) AS t(c), aws_comprehend.detect_sentiment(t.c, 'en') s});
for my $use (sort keys %uses)
{
	my ($told, $logged) = told_and_logged('https://lambda.invalid', $uses{$use});

	like($told, qr/^ERROR: .*HINT:  [^\n]*server's log/s, "$use: the text");
	like($logged, qr/resolve/, "$use: the log has why");
	for my $case (@unreachable[ 0, $#unreachable ])
	{
		my ($name, $url, $cause) = @$case;
		my ($other, $cause_logged) = told_and_logged($url, $uses{$use});

		is($other, $told, "$use, $name: the client is told no more");
		like($cause_logged, $cause, "$use, $name: the log has why");
	}
}

# A superuser's own server tells.
like($session->query(create_server('known', 'https://lambda.invalid')
		  . create_function('known', 'known', function => 'items')
		  . 'SELECT * FROM known'),
	qr/DETAIL:  https:\/\/lambda\.invalid: .*resolve/, "a superuser's server tells why");

# ---------------------------------------------------------------------------
# Endpoints
# ---------------------------------------------------------------------------

sub allow
{
	my $list = shift;

	return $session->query("SET lambda_fdw.allowed_endpoints = '$list'");
}

my $refused = qr/^ERROR:  42501: server "mine" may not connect to "(\S+)"\nDETAIL:  .*lambda_fdw\.allowed_endpoints/;

# Which endpoint a statement is refused.
sub refused_endpoint
{
	my $answer = $session->query(shift);

	return $answer =~ $refused ? $1 : $answer;
}

like(allow($_), qr/^ERROR:  22023: .*\nDETAIL:  It must be a list of hosts/, "\"$_\" is no list")
  for ('https://h', 'h/', ',', 'h:0', 'a b');
my $load = 'SELECT count(*) > 0 FROM lambda_fdw_options()';
my @loosen = (q{SET lambda_fdw.allowed_endpoints = ''}, 'SET lambda_fdw.deny_private_addresses = off');
my @show = ('SHOW lambda_fdw.allowed_endpoints', 'SHOW lambda_fdw.deny_private_addresses');
$node->safe_psql('postgres', "ALTER DATABASE postgres SET lambda_fdw.allowed_endpoints = 'nothing'; "
	  . 'ALTER DATABASE postgres SET lambda_fdw.deny_private_addresses = on');
like(as_role($node, 'joe', $load, @loosen), qr/42501: .*42501: /s, 'an ordinary role may not set either');
like(as_role($node, 'joe', @loosen, $load, @show), qr/\nt\n.*nothing\non$/s, 'nor before the library is there');
$node->safe_psql('postgres', 'ALTER DATABASE postgres RESET ALL');

lead_to('https://Lambda.Invalid:8443');
allow('lambda.invalid, *.amazonaws.com');
is(refused_endpoint('SELECT * FROM there'), 'lambda.invalid:8443', 'another port is another endpoint');
is(refused_endpoint($uses{$_}), 'lambda.invalid:8443', "$_ neither") for sort keys %uses;
allow('LAMBDA.*:8443');
like($session->query('SELECT * FROM there'), qr/HV00N: /, 'one that is allowed is tried');
lead_to("https://127.0.0.1:$port");
allow('*:*');
like($session->query('SELECT * FROM there'), qr/HV00N: /, 'a list allows no address that is refused');
allow('nothing');
is($session->query('SELECT count(*) FROM items'), '20', "a superuser's server may connect to any");

# The endpoints that are AWS's own: the region's, a bucket's, a service's.
$node->safe_psql('postgres', 'ALTER SERVER mine OPTIONS (DROP endpoint)');
is(refused_endpoint('SELECT * FROM there'), 'lambda.eu-west-1.amazonaws.com', "the region's own");
is(refused_endpoint($uses{'an import'}), 'bucket-1.s3.eu-west-1.amazonaws.com', "a bucket's");
is(refused_endpoint($uses{'a model'}), 'bedrock-runtime.eu-west-1.amazonaws.com', "a service's");
$node->safe_psql('postgres', "ALTER SERVER mine OPTIONS (ADD endpoint 'https://lambda.invalid')");

# The Security Token Service is not the server's choice.
$node->safe_psql('postgres',
	q{ALTER USER MAPPING FOR CURRENT_USER SERVER mine OPTIONS (ADD role_arn 'arn:aws:iam::123456789012:role/reader')});
reset_calls($node);
is(refused_endpoint('SELECT * FROM there'), 'lambda.invalid', 'with a role');
is($node->safe_psql('postgres', 'SELECT count(*) FROM service_calls'), '0', 'nobody is asked for its keys then');
allow('*.invalid');
like($session->query('SELECT * FROM there'), qr/HV00N: /, 'one that is allowed, with a role');
is($node->safe_psql('postgres', 'SELECT min(service) FROM service_calls'), 'sts', 'STS is not in the list, and asked');
$node->safe_psql('postgres', 'ALTER USER MAPPING FOR CURRENT_USER SERVER mine OPTIONS (DROP role_arn)');
$session->query('RESET lambda_fdw.allowed_endpoints');

# ---------------------------------------------------------------------------
# Private addresses
# ---------------------------------------------------------------------------

my $private = qr/the address is private, and lambda_fdw\.deny_private_addresses is on/;

$session->query('SET lambda_fdw.deny_private_addresses = on');
for my $address (qw(10.0.0.1 172.16.0.1 192.168.0.1 100.64.0.1 224.0.0.1 [fd00::1] [::ffff:10.0.0.1] [64:ff9b::a00:1] [2002:a00:1::1]))
{
	my ($told, $logged) = told_and_logged("https://$address", 'SELECT * FROM there');

	is($told, $expected, "$address: the client is told no more");
	like($logged, $private, "$address is refused");
}
SKIP:
{
	skip 'this machine has no private address', 4
	  unless $own =~ /^(10|192\.168|172\.(1[6-9]|2\d|3[01])|192\.0\.2)\./;
	unlink $knocks;
	my ($told, $logged) = told_and_logged("https://$own:$ports{close}", 'SELECT * FROM there');
	like($logged, $private, "this machine's address is refused");
	ok(!-e $knocks, 'and nobody knocked');
	$session->query('SET lambda_fdw.deny_private_addresses = off');
	($told, $logged) = told_and_logged("https://$own:$ports{close}", 'SELECT * FROM there');
	unlike($logged, $private, 'the next call is not');
	is(slurp_file($knocks), "connection\n" x 2, 'and knocks');
}

$session->close;
$node->stop;
done_testing();
