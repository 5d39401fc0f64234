# Transfers that fail, in every way: what is raised, how many times the function
# was called, and that the session has no more open descriptors than before.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use IO::Socket::INET;
use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Socket qw(SOL_SOCKET SO_LINGER);
use Test::More;
use Time::HiRes qw(sleep);

my $folder = $PostgreSQL::Test::Utils::tmp_check;

# It takes connections and says nothing.
my $mute = IO::Socket::INET->new(
	Listen => 50,
	LocalAddr => '127.0.0.1') or die "no socket: $!";
my $mute_url = 'https://127.0.0.1:' . $mute->sockport;

# A port where nothing listens.
my $gone = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1')
  or die "no socket: $!";
my $nobody_url = 'http://127.0.0.1:' . $gone->sockport;
$gone->close;

my $node = start_server();
my $endpoint = start_endpoint();

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint),
	create_server('hasty', $endpoint, "request_timeout_ms '400'"),
	create_server('narrow', $endpoint, "max_response_bytes '1000000'"),
	create_server('mute', $mute_url, "connect_timeout_ms '200'"),
	create_server('nobody', $nobody_url),
	create_server('nowhere', 'https://lambda.invalid'),
	create_outcome(),
	create_function('lambda', 'calls',
		columns => 'seq int, function text, payload jsonb, connection int'),
	create_function('lambda', 'reset_calls', columns => 'cleared int'),
	create_function('lambda', 'items'));

my $session = open_session($node);

# How many descriptors the session has open, without files and without any
# connection to Lambda; 0 where the system does not tell.
sub descriptors
{
	$session->query('SELECT lambda_fdw_disconnect(srvname) FROM pg_foreign_server');
	return scalar grep { (readlink($_) // '/') !~ /^\// }
	  glob('/proc/' . $session->pid . '/fd/*');
}

# The session goes on.
sub goes_on
{
	my $name = shift;

	is($session->query('SELECT count(*) FROM items'),
		'20', "$name: the next query works");
	return;
}

my $tables = 0;

# A read, a write, or a write that may be repeated of a function.
sub statement_of
{
	my ($way, $server, $function, $event) = @_;

	if ($way eq 'read')
	{
		my $table = 'read_' . ++$tables;

		$node->safe_psql('postgres',
			create_function($server, $table, function => $function,
				options => "payload '$event', max_pages '3'"));
		return "SELECT id FROM $table";
	}
	return sprintf q{SELECT lambda_invoke('%s', '%s', '%s', idempotent => %s)},
	  $server, $function, $event, $way eq 'write' ? 'false' : 'true';
}

# Has a function fail for a read, a write and one that may be repeated, as
# often as the three numbers say; "?" is a number that chance decides.
sub fails
{
	my ($fault, $sqlstate, $calls, $detail, $hint) = @_;
	my ($server, $function, $event) = @$fault;
	my @calls = @$calls;

	foreach my $way ('read', 'write', 'idempotent write')
	{
		my $expected = shift @calls;
		next unless defined $expected;
		my $outcome = outcome_of($session, statement_of($way, @$fault));
		my $told = attempts_told($outcome->{message} // '');
		my $name = "$function $event, $way";

		is($outcome->{sqlstate}, $sqlstate, $name);
		like($outcome->{message},
			qr/^could not invoke Lambda function "$function"(: HTTP status \d+)?( after \d+ attempts)?$/,
			'its message');
		like($outcome->{detail}, $detail, 'its detail');
		is($outcome->{hint}, $hint // '', 'its hint');
		is($told, $expected, 'attempts made') if $expected ne '?';
		goes_on($name);
		next if $server =~ /^(mute|nobody|nowhere)$/;
		is(count_calls($node, "function = '$function'"), $told, 'calls counted');
		reset_calls($node);
	}
	return;
}

goes_on('before');
my $descriptors = descriptors();
note "$descriptors descriptors that are no files";
reset_calls($node);

# ---------------------------------------------------------------------------
# Where no request is sent
# ---------------------------------------------------------------------------

my $each_3 = [ 3, 3, 3 ];
my $each_1 = [ 1, 1, 1 ];

fails([ 'nobody', 'items', '{}' ],
	'HV00N', $each_3, qr/^\Q$nobody_url\E: .*connect/i);
fails([ 'nowhere', 'items', '{}' ],
	'HV00N', $each_3, qr/^https:\/\/lambda\.invalid: .*resolve/i);

SKIP:
{
	# without any CA certificate libcurl does not begin with TLS
	skip 'no certificates of authorities', 1 unless -s '/etc/ssl/certs/ca-certificates.crt';
	fails([ 'mute', 'items', '{}' ],
		'HV00N', $each_3, qr/^\Q$mute_url\E: no connection in time\.$/,
		'The option connect_timeout_ms allows 200 ms.');
}

# ---------------------------------------------------------------------------
# Where the answer breaks
# ---------------------------------------------------------------------------

# The function may have run: a write is not sent again unless it may be.
my $may_repeat = [ 3, 1, 3 ];

fails([ 'lambda', 'reset_before', '{}' ],
	'08006', $may_repeat, qr/: .*(reset|closed before an answer)/i);
fails([ 'lambda', 'reset_mid', '{"body": "[{\"i"}' ],
	'08006', $may_repeat, qr/: .*reset/i);
fails([ 'lambda', 'truncated', '{"body": "[{\"id\":1"}' ],
	'08006', $may_repeat, qr/: .*bytes (remaining|missing)/);
fails([ 'lambda', 'bad_headers', '{"kind": "not_http"}' ],
	'08006', $may_repeat, qr/: .*(HTTP|status line)/);

# A read that has returned rows is not repeated: here it has.
fails([ 'lambda', 'reset_mid', '{}' ], '08006', [ 1, 1, 3 ], qr/: .*reset/i);
# Here it has, if the first row was read before the connection ended.
fails([ 'lambda', $_, '{}' ],
	'08006', [ '?', 1, 3 ], qr/: .*bytes (remaining|missing)/)
  for qw(truncated wrong_length);

# A function that has not answered in time most likely still runs: it is not
# sent again, whoever asks.
my $hint = 'The option request_timeout_ms allows 400 ms.';
fails([ 'hasty', @$_ ], '08006', $each_1, qr/: no answer in time\.$/, $hint)
  for (
	[ 'hang', '{}' ],
	[ 'hang_mid', '{}' ],
	[ 'stall_headers', '{"kind": "headers"}' ],
	[ 'stall_headers', '{"kind": "status_line"}' ],
	[ 'drip', '{"n": 100, "delay_ms": 50}' ]);

# ---------------------------------------------------------------------------
# Where the answer is too much, or no answer
# ---------------------------------------------------------------------------

fails([ 'narrow', 'endless', '{}' ],
	'54000', $each_1, qr/: the body is too large\.$/,
	'The option max_response_bytes allows 1000000 bytes.');
fails([ 'lambda', 'bad_headers', qq({"bytes": $_}) ],
	'54000', $each_1, qr/: (the headers are|a header is) too large\.$/)
  for 66 * 1024, 4 * 1024 * 1024;
is(outcome_of($session, statement_of('read', 'lambda', 'bad_headers', '{"bytes": 57344}'))->{rows},
	0, '56 kB of headers are taken');
reset_calls($node);
fails([ 'lambda', 'redirect', '{}' ],
	'HV000', $each_1, qr/^The answer is HTTP status 307, without a body\.$/,
	'Redirects are not followed; check the option endpoint.');

# A length that is too short, and what may be behind it.
foreach my $way ('read', 'write', 'idempotent write')
{
	my $outcome = outcome_of($session, statement_of($way, 'lambda', 'short_length', '{}'));

	is($outcome->{sqlstate}, '22P02', "Content-Length too short, $way");
	goes_on($way);
	my $smuggled = '{"length": 10, "body": "[{\"id\":1}]HTTP/1.1 200 OK\\\\r\\\\n'
	  . 'Content-Length: 10\\\\r\\\\n\\\\r\\\\n[{\"id\":2}]"}';
	$smuggled =~ s/\\\\/\\/g;
	is(outcome_of($session, statement_of($way, 'lambda', 'short_length', $smuggled))->{rows},
		1, 'what is behind the answer is not read');
	goes_on($way);
	is(count_calls($node, q{function = 'short_length'}), '2', 'called once each');
	reset_calls($node);
}

# Answers that cannot be read: the function ran, and is not called again.
sub cannot_read
{
	my ($name, $event, $sqlstate, $message, $calls) = @_;
	my ($function, $rest) = @$event;
	my $outcome = outcome_of($session, statement_of('read', 'lambda', $function, $rest));

	is($outcome->{sqlstate}, $sqlstate, $name);
	like($outcome->{message}, $message, 'its message');
	is(count_calls($node, "function = '$function'"), $calls, 'calls counted');
	goes_on($name);
	reset_calls($node);
	return;
}

sub raw
{
	my $text = shift;

	return [ 'raw', encode_json({ response => $text }) ];
}

cannot_read('nesting of 1001', raw('[' x 1001 . ']' x 1001), '54001', qr/is not valid JSON$/, 1);
cannot_read('nesting of 100000', raw('[' x 100_000), '54001', qr/is not valid JSON$/, 1);
is( outcome_of($session,
		statement_of('write', 'lambda', @{ raw('[' x 100_000) }))->{sqlstate},
	'54001', 'nesting of 100000, write');
is(count_calls($node), '1', 'calls counted');
goes_on('nesting, write');
reset_calls($node);

# What is no JSON is that, whether more of it would have come or not, and the
# function is not called again for it.
my $no_json = '{"body": "[{\"id\":1,}"}';
my $waited = elapsed_ms(
	sub {
		cannot_read('no JSON, then silence', [ 'hang_mid', $no_json ],
			'22P02', qr/is not valid JSON$/, 1);
	});
cmp_ok($waited, '<', 30000, 'nobody waits for the rest of it for long');
$no_json =~ s/\}$/, "delay_ms": 800}/;
my $reset = statement_of('read', 'lambda', 'reset_mid', $no_json);
my $outcome;
foreach (1 .. 5)
{
	$outcome = outcome_of($session, $reset);
	# bytes that are seen with the reset, on a busy machine, are asked for anew
	last if $outcome->{sqlstate} eq '22P02';
	reset_calls($node);
}
is($outcome->{sqlstate}, '22P02', 'no JSON, then a reset');
is(count_calls($node, q{function = 'reset_mid'}), '1', 'calls counted');
reset_calls($node);

# An error's own body may be long, too.
my $long = outcome_of($session,
	statement_of('read', 'lambda', 'raw',
		encode_json({ status => 503, response => '*' x 1_000_000 })));
is($long->{message},
	'could not invoke Lambda function "raw": HTTP status 503 after 3 attempts',
	'an error of a megabyte');
is($long->{detail}, 'The answer is HTTP status 503: ' . '*' x 200 . '...',
	'of which little is shown');
is(count_calls($node, q{function = 'raw'}), '3', 'calls counted');
goes_on('a long error');
reset_calls($node);

cannot_read('half an answer', raw('[{"id": 1}'), '22P02', qr/is not valid JSON$/, 1);
cannot_read('more pages than max_pages', [ 'paged', '{"total": 100}' ],
	'54000', qr/^Lambda function "paged" has more than 3 pages$/, 3);
cannot_read('the same page again', raw('{"rows": [], "cursor": "x"}'),
	'HV021', qr/answered with the cursor it was given$/, 2);

# ---------------------------------------------------------------------------
# Rows that were returned
# ---------------------------------------------------------------------------

# An answer that breaks before its first row is asked for anew.
is($session->query(statement_of('read', 'lambda', $_->[0], $_->[1])),
	'1', "recovers: $_->[0] $_->[1]")
  for (
	[ 'reset_before', '{"times": 2}' ],
	[ 'reset_mid', '{"times": 2, "body": "[{\"i"}' ],
	[ 'truncated', '{"times": 2, "body": "{\"rows\": ["}' ],
	[ 'truncated', '{"times": 2, "body": ""}' ]);
is(count_calls($node), '12', 'by three calls each');
reset_calls($node);

# The calls of a scan are tried again side by side.
$node->safe_psql('postgres',
	create_function('lambda', 'each', function => 'throttled',
		columns => q{id int, n int OPTIONS (pushdown '=', required 'true')},
		options => q{payload '{"times": 1, "retry_after": 1}'}));
my $elapsed = elapsed_ms(
	sub {
		is($session->query('SELECT n FROM each WHERE n IN (1, 2, 3, 4) ORDER BY n'),
			"1\n2\n3\n4", 'four calls are throttled, and recover');
	});
cmp_ok($elapsed, '>', 1000, 'as late as they are told to');
cmp_ok($elapsed, '<', 3900, 'at the same time');
is(count_calls($node), '8', 'by two calls each');
reset_calls($node);

# One that breaks after it is not, though the next would be whole.
$session->query('BEGIN');
$session->query('DECLARE c CURSOR FOR '
	  . statement_of('read', 'lambda', 'reset_mid', '{"times": 1}'));
is($session->query('FETCH 1 FROM c'), '1', 'a cursor gets a row');
is($session->query('FETCH 1 FROM c'), '2', 'and another');
like(
	$session->query('FETCH 1 FROM c'),
	qr/08006: could not invoke Lambda function "reset_mid"\n/,
	'and then the error');
$session->query('ROLLBACK');
is(count_calls($node), '1', 'of one call');
goes_on('a cursor');
reset_calls($node);

$session->query('BEGIN');
$session->query('DECLARE c CURSOR FOR '
	  . statement_of('read', 'hasty', 'drip', '{"n": 100, "delay_ms": 150}'));
is($session->query('FETCH 2 FROM c'), "1\n2", 'a cursor of a slow answer gets rows');
like(
	$session->query('FETCH ALL FROM c'),
	qr/08006: could not invoke Lambda function "drip"\n.*no answer in time/s,
	'until the time is up');
$session->query('ROLLBACK');
is(count_calls($node), '1', 'of one call');
goes_on('a slow cursor');
reset_calls($node);

# ---------------------------------------------------------------------------
# Connections that were kept
# ---------------------------------------------------------------------------

my %stale = (
	read => [ { rows => 1 }, 2 ],
	write => [ undef, 1 ],
	'idempotent write' => [ { rows => 1 }, 2 ]);

foreach my $way (sort keys %stale)
{
	my ($expected, $calls) = @{ $stale{$way} };
	my $sql = statement_of($way, 'lambda', 'drip', '{"n": 1}');

	outcome_of($session, statement_of('read', 'lambda', 'stale', '{}'));
	my $outcome = outcome_of($session, $sql);

	$expected //= {
		%$outcome{qw(hint context)},
		sqlstate => '08006',
		message => 'could not invoke Lambda function "drip"',
		detail => "$endpoint: the connection was closed before an answer."
	};
	is_deeply($outcome, $expected, "a kept connection is reset: $way");
	is(count_calls($node, q{function = 'drip'}), $calls, 'calls counted');
	goes_on("stale, $way");
	reset_calls($node);
}

# From here the test itself answers for Lambda, one request after the other.
my $script = IO::Socket::INET->new(
	Listen => 5,
	ReuseAddr => 1,
	LocalAddr => '127.0.0.1') or die "no socket: $!";
my $port = $script->sockport;
$node->safe_psql('postgres', create_server('script', "http://127.0.0.1:$port"));

# Reads a request; returns its head.
sub read_request
{
	my $connection = shift;
	my $head = '';

	while (my $line = <$connection>)
	{
		last if $line eq "\r\n";
		$head .= $line;
	}
	my ($length) = $head =~ /^Content-Length: (\d+)/mi;
	read($connection, my $body, $length) if $length;
	return $head;
}

sub answer
{
	my $connection = shift;

	syswrite $connection, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n42";
	return;
}

my $write = "SELECT payload FROM lambda_invoke('script', 'items', '{}')";
$session->send($write);
my $connection = $script->accept;
like(read_request($connection), qr/^POST .*amz-sdk-request: attempt=1; max=3/s,
	'a request comes');
answer($connection);
is($session->receive, '42', 'and is answered');

# It is closed while nobody waits: the next request takes another.
$connection->close;
sleep(0.1);
$session->send($write);
$connection = $script->accept;
like(read_request($connection), qr/attempt=1; max=3/,
	'after a close a write takes another connection');
answer($connection);
is($session->receive, '42', 'and is answered');

# It is reset by a write that it carries, and no other can be had: the
# function may have run.
$session->send($write);
like(read_request($connection), qr/attempt=1; max=3/, 'the connection is used again');
$script->close;
setsockopt($connection, SOL_SOCKET, SO_LINGER, pack('ii', 1, 0));
$connection->close;
my $answer = $session->receive;
like($answer, qr/08006: could not invoke Lambda function "items"\n/,
	'a write is not sent again where no new connection can be had');
goes_on('no new connection');
like($session->query($write), qr/HV00N: .*after 3 attempts/,
	'one that was not sent is');

# ---------------------------------------------------------------------------
# TLS
# ---------------------------------------------------------------------------

# Makes an authority's certificate; returns whether it could.
sub make_authority
{
	my $name = shift;

	return system("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=$name "
		  . "-addext basicConstraints=critical,CA:TRUE "
		  . "-keyout '$folder/$name.key' -out '$folder/$name.pem' >/dev/null 2>&1") == 0;
}

# Has the first authority sign a certificate for a name.
sub sign_certificate
{
	my ($name, $alternative) = @_;

	append_to_file("$folder/$name.cnf", "subjectAltName=$alternative\n");
	return system("openssl req -newkey rsa:2048 -nodes -subj /CN=$name "
		  . "-keyout '$folder/$name.key' -out '$folder/$name.csr' >/dev/null 2>&1 && "
		  . "openssl x509 -req -in '$folder/$name.csr' -days 2 -CAcreateserial "
		  . "-CA '$folder/authority.pem' -CAkey '$folder/authority.key' "
		  . "-extfile '$folder/$name.cnf' -out '$folder/$name.pem' >/dev/null 2>&1") == 0;
}

SKIP:
{
	skip 'no openssl', 1
	  unless make_authority('authority')
	  && make_authority('other')
	  && sign_certificate('address', 'IP:127.0.0.1')
	  && sign_certificate('elsewhere', 'DNS:lambda.example');

	my %urls = map {
		$_ => start_endpoint('--tls', "$folder/$_.pem", "$folder/$_.key")
	} qw(address elsewhere);
	# server, the name it is called by, the authority it trusts, the error
	my @servers = (
		[ 'wrong_name', 'elsewhere', 'authority', qr/name|match/ ],
		[ 'other_authority', 'address', 'other', qr/certificate|trust anchors/ ],
		[ 'usual_authorities', 'address', undef, qr/certificate|trust anchors/ ],
		[ 'no_authorities', 'address', 'missing', qr/certificate|trust anchors/ ],
		[ 'trusting', 'address', 'authority' ]);

	foreach my $row (@servers)
	{
		my ($server, $certificate, $authority) = @$row;

		$node->safe_psql('postgres',
			create_server($server, $urls{$certificate},
				defined $authority ? "ca_bundle '$folder/$authority.pem'" : undef));
	}
	foreach my $row (@servers)
	{
		my ($server, $certificate, undef, $words) = @$row;

		foreach my $way ('read', 'write')
		{
			my $outcome = outcome_of($session, statement_of($way, $server, 'items', '{}'));

			if (!defined $words)
			{
				ok($outcome->{rows}, "TLS, $way: the right name and authority");
				next;
			}
			is($outcome->{sqlstate}, 'HV00N', "TLS, $way: $server");
			is($outcome->{message}, 'could not invoke Lambda function "items"',
				'is not tried again');
			like($outcome->{detail}, qr/^\Q$urls{$certificate}\E: .*$words/,
				'its detail');
			goes_on("TLS, $server");
		}
	}
	$node->safe_psql('postgres',
		create_function('trusting', 'calls_by_tls', function => 'calls', columns => 'seq int'));
	is($node->safe_psql('postgres', 'SELECT count(*) FROM calls_by_tls'),
		'2', 'and only they led to calls');
}

is(descriptors(), $descriptors, 'the session has as many descriptors as before');

$session->close;
$node->stop;
done_testing();
