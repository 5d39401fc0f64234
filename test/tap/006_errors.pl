# Every error of Invoke: its SQLSTATE, its words, and how many times the
# function was called; and what trying again waits for and costs.
#
# The tables are written from AWS's documentation and from what the manual
# promises, not from the extension's own.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use IO::Select;
use IO::Socket::INET;
use JSON::PP;
use LambdaFdw;
use POSIX qw(ceil strftime);
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

# A port that no request may come to: connections to it can be counted.
my $silent = IO::Socket::INET->new(
	Listen => 5,
	LocalAddr => '127.0.0.1') or die "no socket: $!";

my $node = start_server();
my $endpoint = start_endpoint();
my $requests = "${PostgreSQL::Test::Utils::tmp_check}/requests";
my $proxy = 'http://127.0.0.1:' . start_program('proxy.py', '--log', $requests);

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint),
	create_server('once', $endpoint, "max_attempts '1'"),
	create_server('silent', 'http://127.0.0.1:' . $silent->sockport),
	create_server('seen', $endpoint, "proxy '$proxy'"),
	create_outcome(),
	create_function('lambda', 'calls',
		columns => 'seq int, function text, payload jsonb, headers jsonb'),
	create_function('lambda', 'reset_calls', columns => 'cleared int'),
	create_function('lambda', 'items'));

# A statement of SQL that reads or writes with an event.  A read goes through
# a foreign table of its own.
my $tables = 0;

sub read_of
{
	my ($function, $event, $server) = @_;
	my $table = 'read_' . ++$tables;

	$node->safe_psql('postgres',
		create_function($server // 'lambda', $table, function => $function,
			options => "payload '$event'"));
	return "SELECT id FROM $table";
}

sub write_of
{
	my ($function, $event, $server, $idempotent) = @_;

	return sprintf q{SELECT lambda_invoke('%s', '%s', '%s', idempotent => %s)},
	  $server // 'lambda', $function, $event, $idempotent ? 'true' : 'false';
}

# How many calls an event was in.
sub calls_of
{
	my $event = shift;

	return count_calls($node, "payload @> '$event'");
}

# ---------------------------------------------------------------------------
# What every error is, and how many calls it takes
# ---------------------------------------------------------------------------

# HTTP status, code, SQLSTATE, and how many of three attempts are made by a
# read, by a write and by a write that is said to be idempotent.  One call
# where trying again is useless, three where the handler did not run, and for
# the writes that may not be repeated one where it may have run.
my $errors = <<'END';
400 InvalidParameterValueException            HV000 1 1 1
400 InvalidRequestContentException            HV000 1 1 1
400 ModeNotSupportedException                 HV000 1 1 1
400 NoPublishedVersionException               HV000 1 1 1
400 RecursiveInvocationException              HV000 1 1 1
400 SnapStartException                        HV00L 1 1 1
400 ThrottlingException                       53400 3 3 3
402 ServiceQuotaExceededException             53400 1 1 1
403 EFSMountFailureException                  HV00L 1 1 1
403 S3FilesMountFailureException              HV00L 1 1 1
403 AccessDeniedException                     42501 1 1 1
403 InvalidSignatureException                 28000 1 1 1
403 UnrecognizedClientException               28000 1 1 1
403 ExpiredTokenException                     28000 1 1 1
403 MissingAuthenticationTokenException       28000 1 1 1
404 ResourceNotFoundException                 HV00R 1 1 1
408 EFSMountConnectivityException             HV00L 3 3 3
408 EFSMountTimeoutException                  HV00L 3 3 3
408 S3FilesMountConnectivityException         HV00L 3 3 3
408 S3FilesMountTimeoutException              HV00L 3 3 3
408 SnapStartTimeoutException                 55000 3 3 3
408 RequestTimeoutException                   08006 3 1 3
409 ResourceConflictException                 55000 3 3 3
409 SnapStartNotReadyException                55000 3 3 3
409 CodeArtifactUserPendingException          55000 3 3 3
409 SnapStartRegenerationFailureException     HV00L 1 1 1
409 CodeArtifactUserDeletedException          HV00L 1 1 1
409 CodeArtifactUserFailedException           HV00L 1 1 1
409 DurableExecutionAlreadyStartedException   HV000 1 1 1
410 EFSIOException                            HV00L 3 1 3
413 RequestTooLargeException                  54000 1 1 1
413 SerializedRequestEntityTooLargeException  54000 1 1 1
415 UnsupportedMediaTypeException             HV000 1 1 1
429 TooManyRequestsException                  53400 3 3 3
500 ServiceException                          08006 3 1 3
500 InternalFailure                           08006 3 1 3
502 EC2ThrottledException                     53400 3 3 3
502 EC2UnexpectedException                    HV00L 3 3 3
502 ENINotReadyException                      55000 3 3 3
502 ResourceNotReadyException                 55000 3 3 3
502 SubnetIPAddressLimitReachedException      HV00L 3 3 3
502 EC2AccessDeniedException                  HV00L 1 1 1
502 ENILimitReachedException                  HV00L 1 1 1
502 InvalidRuntimeException                   HV00L 1 1 1
502 InvalidSecurityGroupIDException           HV00L 1 1 1
502 InvalidSubnetIDException                  HV00L 1 1 1
502 InvalidZipFileException                   HV00L 1 1 1
502 KMSAccessDeniedException                  HV00L 1 1 1
502 KMSDisabledException                      HV00L 1 1 1
502 KMSInvalidStateException                  HV00L 1 1 1
502 KMSNotFoundException                      HV00L 1 1 1
503 ServiceUnavailableException               08006 3 1 3
END

# The same of errors without a known code, by their status.
my $statuses = <<'END';
400 HV000 1 1 1
401 28000 1 1 1
403 42501 1 1 1
404 HV00R 1 1 1
408 08006 3 1 3
409 55000 1 1 1
413 54000 1 1 1
418 HV000 1 1 1
429 53400 3 3 3
500 08006 3 1 3
501 08006 1 1 1
502 08006 3 1 3
503 08006 3 1 3
504 08006 3 1 3
END

# Where an error's code and message stand, and what is shown of them.
my $words = '"message": "What it says."';
my @shapes = (
	(map { [ qq("shape": "$_", $words), 'NamedException', 'What it says.' ] }
		  qw(message Message __type code suffix)),
	[
		'"shape": "html"', 'HTTP status 400',
		'The answer is HTTP status 400: <html><body><h1>Bad gateway</h1></body></html>'
	],
	[ '"message": "two\nlines and \u00e9"', 'NamedException', "two lines and \x{e9}" ],
	[ '"message": ""', 'NamedException', 'The answer is HTTP status 400: {"message": ""}' ]);

my @cases;

# Notes three cases: what they invoke, and what is to come.
sub add_cases
{
	my ($function, $event, %expected) = @_;
	my @calls = @{ delete $expected{calls} };

	foreach my $way ('read', 'write', 'idempotent write')
	{
		my $marked = sprintf '{"case": %d, %s}', scalar @cases, $event;

		push @cases,
		  {
			%expected,
			name => "$way: $event",
			calls => shift @calls,
			function => $function,
			sql => $way eq 'read' ? read_of($function, $marked) :
			  write_of($function, $marked, 'lambda', $way ne 'write')
		  };
	}
	return;
}

my %hints = (
	'28000' => "Check the keys in the user mapping, and the server's clock.",
	'42501' => 'The owner of the keys needs lambda:InvokeFunction on the function.',
	'HV00R' => "Check the function's name and qualifier; the region called is eu-west-1.");

# Of a table's columns, those before the calls are named.
sub table_rows
{
	my ($text, @names) = @_;
	my @rows;

	foreach my $line (split /\n/, $text)
	{
		my @fields = split ' ', $line;
		my %row = map { $_ => shift @fields } @names;

		push @rows, { %row, calls => \@fields };
	}
	return @rows;
}

foreach my $row (table_rows($errors, qw(status code sqlstate)))
{
	my $code = $row->{code};

	add_cases(
		'aws_errors', qq{"error": "$code"},
		sqlstate => $row->{sqlstate},
		what => $code eq 'TooManyRequestsException' ?
		  "$code, ReservedFunctionConcurrentInvocationLimitExceeded" : $code,
		detail => "$code, as the test asked.",
		calls => $row->{calls});
}
add_cases(
	'aws_errors',
	'"error": "TooManyRequestsException", "reason": "CallerRateLimitExceeded"',
	sqlstate => '53400',
	what => 'TooManyRequestsException, CallerRateLimitExceeded',
	detail => 'TooManyRequestsException, as the test asked.',
	calls => [ 3, 3, 3 ]);
foreach my $row (table_rows($statuses, qw(status sqlstate)))
{
	add_cases(
		'status',
		qq{"code": $row->{status}, "shape": "empty"},
		sqlstate => $row->{sqlstate},
		what => "HTTP status $row->{status}",
		detail => "The answer is HTTP status $row->{status}, without a body.",
		calls => [ @{ $row->{calls} } ]);
	add_cases(
		'status',
		qq{"code": $row->{status}, "type": "NewestException"},
		sqlstate => $row->{sqlstate},
		what => 'NewestException',
		detail => 'An error occurred.',
		calls => [ @{ $row->{calls} } ])
	  if $row->{status} != 429;
}
foreach my $shape (@shapes)
{
	my ($event, $what, $detail) = @$shape;

	add_cases(
		'status',
		qq{"code": 400, "type": "NamedException", $event},
		sqlstate => 'HV000',
		what => $what,
		detail => $detail,
		calls => [ 1, 1, 1 ]);
}

# The endpoint knows no error that the table lacks.
$node->safe_psql('postgres',
	create_function('lambda', 'aws_errors', columns => 'code text, status int'));
is( $node->safe_psql('postgres',
		'SELECT status, code FROM aws_errors ORDER BY status, code COLLATE "C"'),
	join("\n",
		map { "$_->{status}|$_->{code}" }
		  sort { $a->{status} <=> $b->{status} || $a->{code} cmp $b->{code} }
		  table_rows($errors, qw(status code sqlstate))),
	'the table has every error');

# Throttled calls wait the longest, and are given to the sessions first, so
# that these wait side by side.
my @hands;
my $dealt = 0;

foreach my $number (
	sort {
		($cases[$b]{sqlstate} eq '53400') <=> ($cases[$a]{sqlstate} eq '53400')
		  || $a <=> $b
	} 0 .. $#cases)
{
	push @{ $hands[ $dealt++ % 20 ] }, $number;
}
reset_calls($node);
my @sessions = map { open_session($node) } @hands;
foreach my $i (0 .. $#hands)
{
	$sessions[$i]->send(
		join ' UNION ALL ',
		map { "SELECT $_ || ' ' || outcome(\$q\$$cases[$_]{sql}\$q\$)" }
		  @{ $hands[$i] });
}
foreach my $session (@sessions)
{
	foreach my $line (split /\n/, $session->receive)
	{
		my ($number, $json) = split / /, $line, 2;

		$cases[$number]{outcome} = decode_json($json);
	}
	$session->close;
}
my %counted = split /[|\n]/,
  $node->safe_psql('postgres',
	q{SELECT payload->>'case', count(*) FROM calls GROUP BY 1});

foreach my $number (0 .. $#cases)
{
	my $case = $cases[$number];
	my $outcome = $case->{outcome};
	my $after = $case->{calls} > 1 ? " after $case->{calls} attempts" : '';

	is_deeply(
		{
			%$outcome{qw(sqlstate message detail hint)},
			calls => $counted{$number}
		},
		{
			sqlstate => $case->{sqlstate},
			message => qq{could not invoke Lambda function "$case->{function}": }
			  . "$case->{what}$after",
			detail => $case->{detail},
			hint => $hints{ $case->{sqlstate} } // '',
			calls => $case->{calls}
		},
		$case->{name});
	like($outcome->{context}, qr/^request [0-9a-f-]{36}$/m,
		"$case->{name}: the request's id is there")
	  if $number % 50 == 0;
}

# ---------------------------------------------------------------------------
# Trying again
# ---------------------------------------------------------------------------

my $session = open_session($node);

# The attempts of one event's invocations, as they were announced.
sub attempts_of
{
	my $event = shift;

	return $node->safe_psql('postgres',
		"SELECT string_agg(headers->>'amz-sdk-request', ', ' ORDER BY seq), "
		  . "count(DISTINCT headers->>'amz-sdk-invocation-id') "
		  . "FROM calls WHERE payload @> '$event'");
}

# The service recovers before the attempts are over.
reset_calls($node);
foreach my $event (
	'{"error": "ENINotReadyException", "times": 2}',
	'{"error": "EFSIOException", "times": 2}',
	'{"error": "ServiceException", "times": 1}',
	'{"error": "ThrottlingException", "times": 1}')
{
	my $calls = decode_json($event)->{times} + 1;

	(my $marked = $event) =~ s/\}/, "case": "write"}/;
	is($session->query(read_of('aws_errors', $event)),
		'1', "a read gets its row in spite of $event");
	is(calls_of($event), $calls, "after $calls calls");
	is( outcome_of($session, write_of('aws_errors', $marked, 'lambda', 1))->{rows},
		1, 'so does a write that may be repeated');
	is(calls_of($marked), $calls, "after $calls calls");
}
is( attempts_of('{"error": "EFSIOException", "case": "write"}'),
	'attempt=1; max=3, attempt=2; max=3, attempt=3; max=3|1',
	'attempts are numbered, and have one invocation id');
is( attempts_of('{"error": "EFSIOException"}'),
	'attempt=1; max=3, attempt=2; max=3, attempt=3; max=3, '
	  . 'attempt=1; max=3, attempt=2; max=3, attempt=3; max=3|2',
	'another invocation has another');

# max_attempts of a server, and of a table.
foreach my $way ('read', 'write')
{
	my $event = qq({"error": "TooManyRequestsException", "case": "one $way"});

	is( outcome_of($session,
			  $way eq 'read' ? read_of('aws_errors', $event, 'once') :
			  write_of('aws_errors', $event, 'once', 1))->{message},
		'could not invoke Lambda function "aws_errors": TooManyRequestsException, '
		  . 'ReservedFunctionConcurrentInvocationLimitExceeded',
		"max_attempts '1': a $way is not tried again");
	is(attempts_of($event), 'attempt=1; max=1|1', 'it was one call');
}
$node->safe_psql('postgres',
	create_function('once', 'twice', function => 'status',
		options => q{max_attempts '2', payload '{"case": "twice"}'}));
like(outcome_of($session, 'SELECT * FROM twice')->{message},
	qr/after 2 attempts$/, "a table's max_attempts counts");
is(attempts_of('{"case": "twice"}'),
	'attempt=1; max=2, attempt=2; max=2|1', 'and not its server\'s');

# ---------------------------------------------------------------------------
# How long it takes
# ---------------------------------------------------------------------------

# What the service asks for, in the ways it asks, and the wait in ms.  More
# than 5 s beyond the back-off are not waited.
reset_calls($node);
@sessions = map { open_session($node) } 1 .. 7;
# A date is in whole seconds, and part of the wait has gone by when it is sent.
my $http_date = strftime('%a, %d %b %Y %H:%M:%S GMT', gmtime(ceil(time()) + 4));
my @waits = (
	[ read_of('throttled', '{"retry_after": 2, "times": 1}'), 2000, 8000 ],
	[ write_of('throttled', '{"retry_after": 2, "times": 1}'), 2000, 8000 ],
	[
		read_of('aws_errors',
			'{"error": "ENINotReadyException", "times": 1, "retry_after_ms": 1500}'),
		1500, 6000
	],
	[
		read_of('aws_errors',
			'{"error": "ENINotReadyException", "times": 1, "retry_after_ms": 700, "retry_after": 4}'),
		700, 3900
	],
	[
		read_of('aws_errors',
			qq({"error": "ENINotReadyException", "times": 1, "retry_after": "$http_date"})),
		1500, 12_000
	],
	[ read_of('status', '{"times": 1}'), 0, 4000 ],
	[
		write_of('aws_errors',
			'{"error": "ENINotReadyException", "times": 1, "retry_after": 60}'),
		5000, 20_000
	]);

foreach my $i (0 .. $#waits)
{
	$sessions[$i]->send("SELECT outcome(\$q\$$waits[$i][0]\$q\$)->>'rows', "
		  . "extract(epoch FROM clock_timestamp() - statement_timestamp()) * 1000");
}

# They wait while this session is cancelled, and has a timeout.
my $throttled = read_of('throttled', '{"retry_after": 30}');
my $event_name = $node->pg_version >= 17 ? 'LambdaBackoff' : 'Extension';
my $control = open_session($node);
my $made = 0;
my $answer;

is_soon(50, 5,
	sub {
		$session->send($throttled);
		$made++;
		$node->poll_query_until('postgres',
			"SELECT count(*) = $made FROM calls WHERE payload @> '{\"retry_after\": 30}'")
		  or die 'the session does not call';
		is_waiting($control, $session->pid, $event_name,
			'the wait for another attempt is seen');
		return elapsed_ms(
			sub {
				$control->query('SELECT pg_cancel_backend(' . $session->pid . ')');
				$answer = $session->receive;
			});
	},
	'a cancel acts within 50 ms');
like($answer, qr/57014: canceling statement due to user request/,
	'it can be cancelled');
$session->query("SET statement_timeout = '200ms'");
is_soon(50, 5,
	sub {
		$made++;
		return elapsed_ms(sub { $answer = $session->query($throttled) }) - 200;
	},
	'a timeout acts within 50 ms');
$session->query('RESET statement_timeout');
like($answer, qr/57014: canceling statement due to statement timeout/,
	'statement_timeout applies to it');
cmp_ok(calls_of('{"retry_after": 30}'), '<=', $made, 'none of them was tried again');
is($session->query('SELECT count(*) FROM items'), '20', 'the session goes on');
$control->close;

foreach my $i (0 .. $#waits)
{
	my ($sql, $least, $most) = @{ $waits[$i] };
	my ($rows, $ms) = split /\|/, $sessions[$i]->receive;

	$sessions[$i]->close;
	is($rows, 1, "recovers: $sql");
	cmp_ok($ms, '>=', $least, "not before $least ms");
	cmp_ok($ms, '<', $most, "but before $most ms");
}

# ---------------------------------------------------------------------------
# What it costs
# ---------------------------------------------------------------------------

# The attempts of some invocations that fail, one after the other.
sub attempts_made
{
	my ($one, $sql, $times) = @_;

	return join ' ', map { attempts_told($_) } split /\n/,
	  $one->query("SELECT outcome(\$q\$$sql\$q\$)->>'message' "
		  . "FROM generate_series(1, $times)");
}

my $unavailable = read_of('aws_errors', '{"error": "ServiceException"}');
my $busy = read_of('aws_errors', '{"error": "TooManyRequestsException"}');
my $elsewhere = read_of('aws_errors', '{"error": "ServiceException"}', 'seen');
my $spender = open_session($node);

# 500 tokens are 35 retries at 14, and two throttled ones at 5.
reset_calls($node);
is(attempts_made($spender, $unavailable, 20),
	('3 ' x 17) . '2 1 1', 'a session that fails often stops trying again');
is(calls_of('{"error": "ServiceException"}'), 17 * 3 + 2 + 1 + 1, 'indeed');
is(attempts_made($spender, $busy, 2), '3 1', 'throttled calls cost less');
is(calls_of('{"error": "TooManyRequestsException"}'), '4', 'indeed');
$spender->query('SELECT * FROM items') for 1 .. 13;
is(attempts_made($spender, $unavailable, 1), '1', 'successes fill the bucket');
$spender->query('SELECT * FROM items');
is(attempts_made($spender, $unavailable, 2), '2 1', 'slowly');
is(attempts_made($spender, $elsewhere, 1), '3', 'another server has its own');
$spender->close;
is(attempts_made($session, $unavailable, 1), '3', 'and so has another session');

# ---------------------------------------------------------------------------
# Clocks and tokens
# ---------------------------------------------------------------------------

# How many requests a port got through the proxy, refused ones too.
sub requests_to
{
	my $url = shift;

	return scalar(() = slurp_file($requests) =~ /^POST \Q$url\E\//mg);
}

foreach my $offset (3600, -3600, 200, -200)
{
	my $url = start_endpoint("--clock-offset=$offset");
	my $skewed = abs($offset) > 300;
	my $seen = 0;

	(my $name = "clock$offset") =~ s/-/_/;
	$node->safe_psql('postgres',
			create_server($name, $url, "proxy '$proxy'")
		  . create_function($name, "items_$name", function => 'items'));
	foreach my $sql ("SELECT * FROM items_$name",
		"SELECT lambda_invoke('$name', 'items', '{}')")
	{
		my $one = open_session($node);

		foreach my $round (1 .. 2)
		{
			ok(outcome_of($one, $sql)->{rows}, "clock $offset s ahead: $sql");
			$seen += $skewed && $round == 1 ? 2 : 1;
			is(requests_to($url), $seen,
				$skewed && $round == 1 ? 'the clock is corrected' : 'by one request');
		}
		$one->close;
	}
}

# The clock is corrected even where no other attempt may be made.
my $ahead = start_endpoint('--clock-offset=3600');
$node->safe_psql('postgres',
	create_server('ahead', $ahead, "proxy '$proxy', max_attempts '1'"));
my $item = write_of('items', '{}', 'ahead');
is(outcome_of($session, $item)->{sqlstate},
	'28000', "max_attempts '1' and a wrong clock: an error");
ok(outcome_of($session, $item)->{rows}, 'but for the next invocation');
is(requests_to($ahead), '2', 'by one request each');

# A token that has expired, and nothing to renew it with.
my $before = requests_to($endpoint);
$node->safe_psql('postgres', <<"END");
ALTER USER MAPPING FOR CURRENT_USER SERVER seen OPTIONS (
  SET aws_access_key_id 'ASIAEXAMPLE', ADD aws_session_token 'expired')
END
foreach my $sql (read_of('items', '{}', 'seen'), write_of('items', '{}', 'seen', 1))
{
	my $outcome = outcome_of($session, $sql);

	is($outcome->{sqlstate}, '28000', "an expired token: $sql");
	is( $outcome->{message},
		'could not invoke Lambda function "items": ExpiredTokenException',
		'says what it is');
	is(requests_to($endpoint), ++$before, 'after one request');
}

# ---------------------------------------------------------------------------
# Functions that fail
# ---------------------------------------------------------------------------

# Runtime, type and words.
my @failures = (
	[ 'python', 'KeyError', qr/^'x is not defined'$/ ],
	[ 'node', 'ReferenceError', qr/^x is not defined$/ ],
	[ 'java', 'java.lang.RuntimeException', qr/^x is not defined$/ ],
	[ 'go', 'errorString', qr/^x is not defined$/ ],
	[ 'timeout', 'Unhandled', qr/Task timed out after 3\.00 seconds$/ ]);

reset_calls($node);
foreach my $failure (@failures)
{
	my ($runtime, $type, $detail) = @$failure;

	foreach my $way ('read', 'write', 'idempotent write')
	{
		my $event = qq({"runtime": "$runtime", "case": "$way"});
		my $outcome = outcome_of($session,
			$way eq 'read' ? read_of('function_error', $event) :
			write_of('function_error', $event, 'lambda', $way ne 'write'));

		is( "$outcome->{sqlstate} $outcome->{message}",
			qq{38000 Lambda function "function_error" failed: $type},
			"$runtime, $way");
		like($outcome->{detail}, $detail, 'with the words');
		like($outcome->{context}, qr/^request [0-9a-f-]{36}, version \$LATEST$/m,
			'and the request');
		is(calls_of($event), '1', 'after one call');
	}
}

# The log goes to the server's log alone.
$node->safe_psql('postgres',
	create_function('lambda', 'logged', function => 'function_error',
		options => "log_type 'Tail'"));
foreach my $sql ('SELECT * FROM logged',
	"SELECT lambda_invoke('lambda', 'function_error', '{}', log_type => 'Tail')")
{
	my $offset = -s $node->logfile;

	$answer = $session->query($sql);
	like($answer, qr/38000: .*KeyError\nDETAIL:  'x is not defined'\nCONTEXT/,
		"a function fails: $sql");
	unlike($answer, qr/REPORT RequestId|End of the function's log/,
		'its log is not shown');
	like(
		slurp_file($node->logfile, $offset),
		qr/DETAIL:  'x is not defined'\n\tEnd of the function's log:\n\tSTART RequestId: .*\n\tREPORT RequestId: .*Memory Size/s,
		'but logged');
}
like($session->query("SELECT * FROM lambda_invoke('lambda', 'items', '{}', log_type => 'Tail')"),
	qr/\|[A-Za-z0-9+\/]{100,}=*\|$/, 'that of a success is in the answer');

# ---------------------------------------------------------------------------
# Payloads that Lambda would not take
# ---------------------------------------------------------------------------

# An event of so many bytes.
sub event_of
{
	my $bytes = shift;

	return sprintf q{jsonb_build_object('pad', repeat('x', %d))},
	  $bytes - length('{"pad": ""}');
}

my $most = 6 * 1024 * 1024;
my $most_event = 1024 * 1024;

reset_calls($node);
$node->safe_psql('postgres',
	create_function('silent', 'long_note', function => 'items',
		columns => q{id int, note text OPTIONS (pushdown '=')}));
foreach my $case (
	[ event_of($most + 1) . ", 'RequestResponse'", $most, $most + 1 ],
	[ event_of($most + 1) . ", 'DryRun'", $most, $most + 1 ],
	[ event_of($most_event + 1) . ", 'Event'", $most_event, $most_event + 1 ])
{
	my ($arguments, $limit, $bytes) = @$case;
	my $outcome =
	  outcome_of($session, "SELECT lambda_invoke('silent', 'items', $arguments)");

	is( "$outcome->{sqlstate} $outcome->{message}",
		'54000 the payload for Lambda function "items" is too large',
		"too large: $arguments");
	is($outcome->{detail}, "It has $bytes bytes; Lambda takes $limit.", 'by a byte');
}
is( outcome_of($session, "SELECT * FROM long_note WHERE note = repeat('x', $most)")
	  ->{sqlstate},
	'54000', 'a condition that is too large');
ok(!IO::Select->new($silent)->can_read(0.2), 'no connection was made for it');

# At the limit they are taken.
is( $session->query('SELECT status_code FROM lambda_invoke('
		  . "'lambda', 'items', " . event_of($most) . ", 'DryRun')"),
	'204', 'a payload as large as may be');
is( $session->query('SELECT status_code FROM lambda_invoke('
		  . "'lambda', 'items', " . event_of($most_event) . ", 'Event')"),
	'202', 'an event as large as may be');

$session->close;
$node->stop;
done_testing();
