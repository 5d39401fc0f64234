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

# Where nothing is to be sent to: it accepts nothing, but would see who comes.
my $silent = IO::Socket::INET->new(
	Listen => 5,
	LocalAddr => '127.0.0.1') or die "no socket: $!";

my $node = start_server();
my $endpoint = start_endpoint();
my $requests = "${PostgreSQL::Test::Utils::tmp_check}/requests";
my $proxy = start_proxy($requests);

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

# Runs a statement in a session; returns how it ended, as create_outcome has
# it.
sub outcome_of
{
	my ($session, $sql) = @_;

	return decode_json($session->query("SELECT outcome(\$q\$$sql\$q\$)"));
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

# Where an error's code stands, and its message.
my @shapes = (
	# shape, type and what else the event says, code and detail expected
	[ 'message', '', 'NamedException', 'What it says.' ],
	[ 'Message', '', 'NamedException', 'What it says.' ],
	[ '__type', '', 'NamedException', 'What it says.' ],
	[ 'code', '', 'NamedException', 'What it says.' ],
	[ 'suffix', '', 'NamedException', 'What it says.' ],
	[
		'html', '', 'HTTP status 400',
		'The answer is HTTP status 400: <html><body><h1>Bad gateway</h1></body></html>'
	],
	[ 'empty', '', 'HTTP status 400', 'The answer is HTTP status 400, without a body.' ],
	[
		'message', ', "message": "two\nlines and \u00e9"',
		'NamedException', "two lines and \x{e9}"
	],
	[ 'message', ', "message": ""', 'NamedException',
		'The answer is HTTP status 400: {"message": ""}' ]);

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
	'HV00R' => 'Check the options function_arn and qualifier; the region called is eu-west-1.');

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
	my ($name, $more, $what, $detail) = @$shape;

	$more = ', "message": "What it says."' . $more if $more eq '';
	add_cases(
		'status',
		qq{"code": 400, "shape": "$name", "type": "NamedException"$more},
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

# Throttled calls wait the longest: they are dealt first, so that the sessions
# wait side by side.
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

$node->stop;
done_testing();
