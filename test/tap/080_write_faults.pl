# Writes, and every fault that a call can meet: what is raised, and by the ledger of
# the function that no row is lost in silence, none is sent again that may not be,
# and none ever by another batch.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $ledger = "$PostgreSQL::Test::Utils::tmp_check/ledger$$";
my $endpoint = start_endpoint();
my $node = start_server('restart_after_crash = on');

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint),
	create_server('hasty', $endpoint, "request_timeout_ms '400'"),
	create_server('narrow', $endpoint, "max_response_bytes '1000'"),
	create_server('nobody', 'http://127.0.0.1:1'),
	create_outcome(),
	create_function('lambda', 'calls',
		columns => 'function text, headers jsonb, payload jsonb'),
	create_function('lambda', 'reset_calls', columns => 'cleared int'));

my $session = open_session($node);
my $tables = 0;

# A table whose function meets a fault, by members of its payload.
sub table
{
	my ($server, $options, %event) = @_;
	my $name = 'written_' . ++$tables;
	my $function = delete $event{function} // 'write_fault';

	$node->safe_psql('postgres', create_function($server, $name,
			function => $function,
			columns => q{id int OPTIONS (key 'true'), t text},
			options => join ', ', q{updatable 'true'}, $options || (),
			sprintf "payload '%s'", encode_json({ ledger => $ledger, %event })));
	return $name;
}

# Forgets what was written.
sub clear
{
	unlink $ledger;
	reset_calls($node);
	return;
}

# The lines of the ledger.
sub entries
{
	my $what = shift;

	my @entries = grep { !$what || $_->{what} eq $what }
	  map { decode_json($_) } -e $ledger ? split /\n/, slurp_file($ledger) : ();

	return @entries;
}

# How often each row was carried out, and by which batches.
sub rows_of
{
	my $what = shift;
	my %rows;

	foreach my $entry (entries($what))
	{
		$rows{$_}{ $entry->{batch} }++ for @{ $entry->{ids} };
	}
	return \%rows;
}

# Checks the ledger: rows 1 to n were carried out so often each, at least and at most,
# by one batch each.
sub accounts
{
	my ($name, $n, $least, $most) = @_;
	my $rows = rows_of('ran');
	my @wrong;

	foreach my $id (1 .. $n)
	{
		my @times = values %{ $rows->{$id} // {} };
		my $times = 0;

		$times += $_ for @times;
		push @wrong, "$id: $times times in " . @times . ' batches'
		  if $times < $least || $times > $most || @times > 1;
	}
	is("@wrong", '', "$name: each row as often as it may be");
	is(scalar(grep { $_ < 1 || $_ > $n } keys %$rows), 0, "$name: no other row");
	return;
}

sub insert
{
	my ($table, $n) = @_;

	return "INSERT INTO $table SELECT i, 'row ' || i FROM generate_series(1, $n) i";
}

# How a statement ends that COMMIT delivers, as outcome_of has it.
sub commit_of
{
	my $sql = shift;
	my %outcome;

	$session->query('BEGIN');
	is($session->query($sql), '', 'rows are held');
	my $said = $session->query('COMMIT');
	return { rows => 0 } if $said eq '';
	$said =~ s/\nLOCATION: .*//s;
	$said =~ /^ERROR:  (\w{5}): (.*)$/m and @outcome{ 'sqlstate', 'message' } = ($1, $2);
	$said =~ /^DETAIL:  (.*?)(?=\n(?:HINT|CONTEXT):|\z)/ms and $outcome{detail} = $1;
	$said =~ /^HINT:  (.*?)(?=\nCONTEXT:|\z)/ms and $outcome{hint} = $1;
	$said =~ /^CONTEXT:  (.*)/ms and $outcome{context} = $1;
	return \%outcome;
}

# ---------------------------------------------------------------------------
# No fault
# ---------------------------------------------------------------------------

clear();
my $plain = table('lambda', q{batch_size '7'}, delay_ms => 20);
is_deeply(outcome_of($session, insert($plain, 100)), { rows => 100 }, 'rows are written');
accounts('no fault', 100, 1, 1);
is(scalar(entries('came')), 15, 'in batches of 7');
my %ids = map { $_->{batch} => 1 } entries('came');
is(scalar(keys %ids), 15, 'each has an id');
my %random = map { /^([0-9a-f]{32})-([1-9]\d*)$/ ? ($1 => 1) : ('?' => 1) } keys %ids;
is(scalar(keys %random), 1, 'of the form of ids, and of one transaction');
ok(!exists $random{'?'}, 'all of them');
clear();
$session->query(insert($plain, 1));
$session->query("BEGIN; INSERT INTO $plain VALUES (2); SAVEPOINT s; INSERT INTO $plain VALUES (3); COMMIT");
my @batches = map { $_->{batch} } entries('ran');
is_deeply([ map { /-(\d+)$/ } @batches ], [ 1, 1, 2 ], 'ids count from 1 in each transaction');
is(join(' ', map { substr $_, 0, 32 } @batches[ 1, 2 ]),
	join(' ', (substr $batches[1], 0, 32) x 2), 'a savepoint has the ids of its transaction');
isnt(substr($batches[0], 0, 32), substr($batches[1], 0, 32), 'another transaction has others');

# One at a time keeps the order; sixteen are seen side by side.
clear();
my $orderly = table('lambda', q{batch_size '10', max_concurrency '1'});
$session->query(insert($orderly, 200));
is_deeply([ map { @{ $_->{ids} } } entries('ran') ], [ 1 .. 200 ], 'one call at a time keeps the order');
clear();
my $wide = table('lambda', q{batch_size '1', max_concurrency '16'}, delay_ms => 500);
$session->query(insert($wide, 16));
is(join(' ', map { $_->{what} } entries()), join(' ', ('came') x 16, ('ran') x 16),
	'sixteen calls are under way at once');

# What the function says of rows.
clear();
my $failing = table('lambda', q{batch_size '10', max_concurrency '1'}, failed => [ 13, 17 ]);
my $outcome = outcome_of($session, insert($failing, 30));
is($outcome->{sqlstate}, '38000', 'rows that the function could not write');
is($outcome->{message}, 'Lambda function "write_fault" could not write 2 of 10 rows', 'are counted');
is($outcome->{detail}, qq(row 13 (id=13): no room for 13\nrow 17 (id=17): no room for 17),
	'and named by their number');
like($outcome->{context},
	qr/^rows 11 to 20 of INSERT into foreign table "$failing", batch \w{32}-2: the function has run and may have written them\nrows written before: 10, in calls: 1$/m,
	'their context tells of the batch');
accounts('failed rows', 20, 1, 1);
clear();
my $missing = table('lambda', q{batch_size '10'}, unaffected => [ 3, 14 ]);
like($session->query(insert($missing, 20)),
	qr/^NOTICE:  00000: Lambda function "write_fault" did not affect 2 rows of foreign table "$missing"/,
	'rows that the function did not affect');

# ---------------------------------------------------------------------------
# Faults
# ---------------------------------------------------------------------------

# Each fault, on the second of three batches, which come one after the other: its
# SQLSTATE, and how often the batch comes to a function that must not run twice,
# and to one that may.
my $code = '08007';
my @faults = (
	[ 'reset_before', {}, $code, 1, 3 ],
	[ 'reset_mid', {}, $code, 1, 3 ],
	[ 'truncated', {}, $code, 1, 3 ],
	[ 'wrong_length', {}, $code, 1, 3 ],
	[ 'bad_headers', { kind => 'not_http' }, $code, 1, 3 ],
	[ 'break_head', { part => 'switching' }, $code, 1, 3 ],
	[ 'bad_headers', { bytes => 70000 }, $code, 1, 1 ],
	[ 'raw', { response => '', status => 500 }, $code, 1, 3 ],
	[ 'raw', { response => '', status => 502 }, $code, 1, 3 ],
	[ 'raw', { response => '', status => 503 }, $code, 1, 3 ],
	[ 'raw', { response => '', status => 504 }, $code, 1, 3 ],
	[ 'raw', { response => '', status => 501 }, $code, 1, 1 ],
	[ 'raw', { response => '', status => 410 }, $code, 1, 1 ],
	[ 'raw', { response => '[{"id": 1}' }, '22P02', 1, 1 ],
	[ 'raw', { response => 'no JSON' }, '22P02', 1, 1 ],
	[ 'raw', { response => '{"errorType": "E"}', function_error => 'Unhandled' }, '38000', 1, 1 ],
	[ 'raw', { response => '{"errorType": "Function.ResponseSizeTooLarge"}', function_error => 'Unhandled' },
		'38000', 1, 1 ],
	# nothing is written here
	[ 'throttled', { retry_after => 0 }, '53400', 0, 0 ],
	[ 'aws_errors', { error => 'EC2UnexpectedException' }, 'HV00L', 0, 0 ],
	[ 'aws_errors', { error => 'AccessDeniedException' }, '42501', 0, 0 ],
	[ 'aws_errors', { error => 'ResourceNotFoundException' }, 'HV00R', 0, 0 ]);

sub meets
{
	my ($name, $table, $sqlstate, $runs, $at_commit) = @_;
	my $outcome = $at_commit ? commit_of(insert($table, 30)) :
	  outcome_of($session, insert($table, 30));
	my $rows = rows_of('ran');
	my $batch = qr/^rows 11 to 20 of INSERT into foreign table "$table", batch \w{32}-2: /m;

	is($outcome->{sqlstate}, $sqlstate, $name);
	if ($runs == 0)
	{
		like($outcome->{context}, qr/${batch}not written$/m, 'it says that nothing is written');
	}
	else
	{
		like($outcome->{context}, qr/${batch}(may be written|the function has run and may have written (it|them))$/m,
			'it says which rows may be written');
	}
	if ($sqlstate eq '08007')
	{
		like($outcome->{message},
			qr/^the outcome of a write by Lambda function "write_fault" is not known/, 'its message');
		like($outcome->{detail}, qr/\nThe write may have happened\.$/, 'its detail');
		like($outcome->{hint}, qr/before you write again\.|may be written again/, 'its hint');
	}
	like($outcome->{context}, qr/^rows written before: 10, in calls: 1$/m, 'and what was written before');
	accounts("$name, first batch", 10, 1, 1) if $runs == 0;
	is_deeply([ map { values %{ $rows->{$_} // { 0 => 0 } } } 1, 10, 11, 20, 21 ],
		[ 1, 1, $runs, $runs, 0 ], 'the function ran as often as it may');
	is(scalar(keys %{ $rows->{11} // {} }), $runs ? 1 : 0, 'by one batch');
	return;
}

foreach my $fault (@faults)
{
	my ($function, $event, $sqlstate, $once, $repeated) = @$fault;
	my %event = (fault => $function, on => [11], %$event);

	foreach my $way ([ '', $once ], [ q{, idempotent 'true'}, $repeated ],
		[ q{, deliver_at 'commit'}, $once, 1 ])
	{
		clear();
		meets("$function " . encode_json($event) . $way->[0],
			table('lambda', "batch_size '10', max_concurrency '1'$way->[0]", %event),
			$sqlstate, @$way[ 1, 2 ]);
	}
}

# What has not answered in time is never sent again.
foreach my $function ('hang', 'hang_mid', 'stall_headers')
{
	clear();
	meets("$function, idempotent",
		table('hasty', q{batch_size '10', max_concurrency '1', idempotent 'true'},
			fault => $function, on => [11]),
		'08007', 1);
}

# Nor is an option told that would change it.
clear();
$outcome = outcome_of($session,
	insert(table('hasty', q{batch_size '10'}, fault => 'hang'), 10));
like($outcome->{hint}, qr/allows \d+ ms\. Look in .* before you write again\.$/,
	'no option sends again what was not answered in time');
clear();
$outcome = outcome_of($session,
	insert(table('lambda', q{batch_size '10'}, fault => 'reset_before'), 10));
like($outcome->{hint}, qr/before you write again\. .* idempotent /,
	'one does where the connection broke');

# The answer is too long: the function has run.
clear();
meets('too long an answer',
	table('narrow', q{batch_size '10', max_concurrency '1'},
		fault => 'raw', on => [11], response => 'x' x 2000),
	'54000', 1);

# A fault that goes away.
foreach my $fault ([ 'reset_before', q{, idempotent 'true'}, 2 ], [ 'throttled', '', 1 ])
{
	my ($function, $option, $runs) = @$fault;

	clear();
	is_deeply(
		outcome_of($session,
			insert(table('lambda', "batch_size '10'$option", fault => $function,
					times => 1, retry_after => 0), 100)),
		{ rows => 100 }, "$function, once for each batch");
	accounts($function, 100, $runs, $runs);
}

# A first attempt in doubt stays so, whatever becomes of the next.
clear();
meets('reset, then refused',
	table('lambda', q{batch_size '10', max_concurrency '1', idempotent 'true'},
		fault => 'reset_before', on => [11], times => 1, then => 'raw', status => 403,
		response => '{"message": "no"}'),
	'08007', 2);

clear();
meets('reset, then too large',
	table('lambda', q{batch_size '10', max_concurrency '1', idempotent 'true'},
		fault => 'reset_before', on => [11], times => 1, then => 'raw', status => 413,
		response => '{"message": "no"}'),
	'08007', 2);

# A durable function is named by the batch, and may be called again.
clear();
my $durable = table('lambda',
	q{batch_size '10', durable 'true', qualifier '$LATEST'}, function => 'write_durable',
	fault => 'aws_errors', error => 'ServiceException', times => 1);
is_deeply(outcome_of($session, insert($durable, 30)), { rows => 30 }, 'a durable function');
is( $node->safe_psql('postgres', <<'END'), '6|3|3|t', 'each batch comes twice, by one name');
SELECT count(*), count(DISTINCT name), count(DISTINCT payload), bool_and(name = payload->'lambda_fdw'->>'batch_id')
FROM (SELECT headers->>'x-amz-durable-execution-name' AS name, payload FROM calls
  WHERE function = 'write_durable') c
END
clear();
$durable = table('lambda',
	q{batch_size '10', durable 'true', qualifier '$LATEST'}, function => 'write_durable',
	fault => 'aws_errors', error => 'ServiceException');
$outcome = outcome_of($session, insert($durable, 10));
is($outcome->{sqlstate}, '08007', 'a durable function that never answers');
like($outcome->{hint}, qr/^The durable execution "\w{32}-1", if there is one, tells: /,
	'is found by its name');

# Nobody is there: nothing is sent.
clear();
$outcome = outcome_of($session, insert(table('nobody', q{batch_size '10'}), 30));
is($outcome->{sqlstate}, 'HV00N', 'nobody listens');
like($outcome->{context}, qr/^rows \d+ to \d+ of INSERT .*: not written$/m, 'and nothing is written');
unlike($outcome->{context}, qr/may be written/, 'by no call');
is_deeply([ entries() ], [], 'nothing came');

# Calls beside the one that fails are in doubt, too.
clear();
$outcome = outcome_of($session,
	insert(table('lambda', q{batch_size '10', max_concurrency '4'}, fault => 'raw',
			on => [11], status => 403, response => '{}', delay_ms => 300), 30));
is($outcome->{sqlstate}, '42501', 'a call is refused');
like($outcome->{context}, qr/rows (1 to 10|21 to 30) of INSERT [^\n]*: was under way, may be written|rows written before/,
	'those beside it are told');
# They go on, and are not to be taken for those of what follows.
for (1 .. 100)
{
	last if entries('ran') == entries('came');
	sleep 0.05;
}

# ---------------------------------------------------------------------------
# Too much
# ---------------------------------------------------------------------------

# Lambda refuses more than three rows.
clear();
is_deeply(
	outcome_of($session, insert(table('lambda', q{batch_size '10'}, max_rows => 3), 50)),
	{ rows => 50 }, 'batches that are refused are sent in halves');
my $rows = rows_of('ran');
is(scalar(grep { (values %{ $rows->{$_} })[0] == 1 && keys %{ $rows->{$_} } == 1 } 1 .. 50),
	50, 'each row is written once');
%ids = ();
$ids{ $_->{batch} }++ for entries('came');
is(scalar(grep { $_ > 1 } values %ids), 0, 'no id is sent twice');

# What passes the limit of the API is known before.
clear();
my $large = table('lambda', q{batch_size '1000'});
is_deeply(
	outcome_of($session,
		"INSERT INTO $large SELECT i, repeat('x', 900000 + i) FROM generate_series(1, 30) i"),
	{ rows => 30 }, 'large rows');
accounts('large rows', 30, 1, 1);
cmp_ok(scalar(entries('came')), '<=', 6, 'few calls');
clear();
$outcome = outcome_of($session,
	"INSERT INTO $large SELECT i, repeat('\"', CASE i WHEN 5 THEN 4000000 ELSE 1 END) FROM generate_series(1, 9) i");
is($outcome->{sqlstate}, '54000', 'a row that is too large alone');
is($outcome->{message}, 'row 5 is too large to be sent to Lambda function "write_fault"', 'is named');

# ---------------------------------------------------------------------------
# Much
# ---------------------------------------------------------------------------

clear();
my $many = table('lambda', q{batch_size '1000', max_concurrency '4'});
my $big = insert($many, 100_000);
$session->query(insert($many, 20_000));
clear();
my ($memory, $files) = growth_of($session, 20_000,
	sub { clear(); is($session->query($big), '', '100,000 rows') });
accounts('100,000 rows', 100_000, 1, 1);
cmp_ok($memory, '<', 20_000, 'take no memory that stays');
is($files, 0, 'nor descriptors');

# ---------------------------------------------------------------------------
# Ways to write
# ---------------------------------------------------------------------------

# An Event is sent, and that is all.
clear();
my $event = table('lambda', q{batch_size '10', invocation_type 'Event'}, failed => [3]);
is_deeply(outcome_of($session, insert($event, 30)), { rows => 30 }, 'an Event');
foreach my $second (1 .. 100)
{
	last if entries('ran') == 3;
	sleep(0.1);
}
accounts('an Event', 30, 1, 1);

# What a transaction changes twice is changed in its order.
clear();
my $changed = table('lambda', q{batch_size '5', deliver_at 'commit'}, have => [ 1 .. 20 ],
	delay_ms => 10);
$session->query('BEGIN');
$session->query("UPDATE $changed SET t = '$_'") for 1, 2;
is($session->query('COMMIT'), '', 'changes are held');
is_deeply([ map { $_->{what}, @{ $_->{ids} } } entries() ],
	[ map { my $first = $_; map { $_, $first .. $first + 4 } 'came', 'ran' } (1, 6, 11, 16) x 2 ],
	'and go one call after the other');

# COPY.
my $file = "$PostgreSQL::Test::Utils::tmp_check/rows$$";
append_to_file($file, join '', map { "$_\trow $_\n" } 1 .. 30);
foreach my $fault ([ '', 0 ], [ 'reset_before', '08007' ], [ 'throttled', '53400' ])
{
	my ($function, $sqlstate) = @$fault;

	clear();
	my $copied = table('lambda', q{batch_size '10', max_concurrency '1'},
		($function ? (fault => $function) : ()), on => [11], retry_after => 0);
	$outcome = outcome_of($session, "COPY $copied FROM '$file'");
	is($outcome->{sqlstate} // 0, $sqlstate, "COPY $function");
	accounts("COPY $function", $function eq '' ? 30 : $function eq 'throttled' ? 10 : 20, 1, 1);
	like($outcome->{context}, qr/^rows 11 to 20 of INSERT into foreign table "$copied"/m,
		'its context has the rows')
	  if $function;
}

# One row a call, whose answer is awaited.
clear();
my $returning = table('lambda', q{max_concurrency '1'}, fault => 'reset_mid', on => [3]);
$outcome = outcome_of($session, insert($returning, 5) . ' RETURNING id');
is($outcome->{sqlstate}, '08007', 'RETURNING, and a fault');
like($outcome->{context},
	qr/^row 3 of INSERT into foreign table "$returning", batch \w{32}-3: .*\nrows written before: 2, in calls: 2$/m,
	'tells of its row');
accounts('RETURNING', 3, 1, 1);
clear();
$outcome = outcome_of($session, insert(table('lambda', '', fault => 'raw',
	response => '[{"id": 1}, {"id": 2}]'), 1) . ' RETURNING id');
is($outcome->{message},
	'Lambda function "write_fault" returned more than one row for the one that was written',
	'more rows than one for one');

# Values that call functions themselves, while batches are under way.
clear();
my $inner = table('lambda', q{batch_size '1'}, delay_ms => 50);
my $outer = table('lambda', q{batch_size '1', max_concurrency '4'}, delay_ms => 50);
$node->safe_psql('postgres', <<"END");
CREATE FUNCTION written_within(n int) RETURNS int LANGUAGE plpgsql AS \$\$
BEGIN
  INSERT INTO $inner VALUES (n);
  RETURN n;
END \$\$
END
is($session->query("INSERT INTO $outer SELECT written_within(i) + 10 FROM generate_series(1, 10) i"),
	'', 'a write inside of a write');
accounts('a write inside of a write', 20, 1, 1);

# Partitions have calls of their own, which an error of another tells of.
clear();
my $left = table('lambda', q{batch_size '10'}, fault => 'hang', on => [1]);
my $right = table('lambda', q{batch_size '10'}, fault => 'raw', on => [40], status => 403,
	response => '{}', delay_ms => 1000);
$node->safe_psql('postgres', <<"END");
CREATE TABLE parted (id int, t text) PARTITION BY RANGE (id);
ALTER TABLE parted ATTACH PARTITION $left FOR VALUES FROM (1) TO (31);
ALTER TABLE parted ATTACH PARTITION $right FOR VALUES FROM (31) TO (100);
END
$outcome = outcome_of($session, insert('parted', 50) . ' ORDER BY i DESC');
is($outcome->{sqlstate}, '42501', 'a partition is refused');
like($outcome->{context},
	qr/^rows 21 to 30 of INSERT into foreign table "$left", batch [^\n]*: was under way, may be written$/m,
	'what is under way to another is told')
  or note explain $outcome;

# ---------------------------------------------------------------------------
# Ends
# ---------------------------------------------------------------------------

my $control = open_session($node);
my $slow = table('lambda', q{batch_size '1', max_concurrency '16'}, fault => 'hang', on => [ 5 .. 99 ]);
my $answer;

# Has a session write, until all calls are under way that may be, and their rows are in
# the ledger: on a busy machine that is some time after they came.
sub begin_slow
{
	my $writer = shift;

	clear();
	$writer->send(insert($slow, 40));
	for (1 .. 1200)
	{
		return if entries('ran') == 16 + 4;
		sleep(0.05);
	}
	die 'not all calls are carried out';
}

is_soon(50, 5,
	sub {
		begin_slow($session);
		my $ms = elapsed_ms(
			sub {
				$control->query('SELECT pg_cancel_backend(' . $session->pid . ')');
				$answer = $session->receive;
			});
		accounts('cancel', 20, 1, 1);
		return $ms;
	},
	'a cancel acts within 50 ms');
like($answer, qr/57014: canceling statement due to user request/, 'a write is cancelled');
like($answer, qr/row 5 of INSERT into foreign table "$slow", batch \w{32}-5: was under way, may be written/,
	'what was under way is told');
like($answer, qr/rows written before: 4, in calls: 4/, 'and what was written');

# The endpoint is killed amid its calls: what came before its death may be written,
# and the rest is not sent.
clear();
$node->safe_psql('postgres', create_server('mortal', start_endpoint()));
my $mortal = table('mortal', q{batch_size '10', max_concurrency '4'},
	fault => 'die', on => [45]);
$outcome = outcome_of($session, insert($mortal, 200));
my $ran = rows_of('ran');
my $most = (sort { $b <=> $a } keys %$ran)[0];
like($outcome->{sqlstate}, qr/^(08007|HV00N)$/, 'the endpoint dies');
is(scalar(grep { join(',', values %{ $ran->{$_} }) ne '1' } keys %$ran), 0,
	'no row is written twice');
like($outcome->{context}, qr/may be written/, 'its rows may be written');
my ($before) = $outcome->{context} =~ /^rows written before: (\d+)/m;
cmp_ok($before // 0, '<=', scalar(keys %$ran), 'what is said to be written is');
cmp_ok($most, '<', 200, 'and the rest is not sent');

# The backend is killed amid its calls.
my $victim = open_session($node);
begin_slow($victim);
kill 'KILL', $victim->pid;
$victim->receive;
$victim->close;
wait_for_restart($node);
accounts('a killed backend', 20, 1, 1);
is(scalar(entries('came')), 20, 'nothing is sent after its death');

done_testing();
