# pg_stat_lambda_activity: what another session sees of scans, joins, writes and
# functions of SQL while they run, at moments that the function's gate sets.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server(q{shared_preload_libraries = 'lambda_fdw'}, 'max_worker_processes = 8');

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint, "max_attempts '3'"),
	create_server('aws_s3', $endpoint),
	create_server('aws_ml', $endpoint),
	'CREATE EXTENSION aws_s3 CASCADE',
	'CREATE EXTENSION aws_ml CASCADE',
	map({ my ($name, $options) = @$_;
			create_function('lambda', $name, function => 'gated',
				columns => q{key int OPTIONS (pushdown '=, in', required 'true'), label text},
				options => $options) }
		[ 'keys', q{max_batch_keys '10', max_concurrency '4'} ],
		[ 'many', q{max_batch_keys '20000', max_concurrency '2', estimated_rows '1000000'} ]),
	create_function('lambda', 'all_rows', function => 'gated', columns => 'key int, label text',
		options => q{payload '{"key": [1, 2, 3]}'}),
	map({ my ($name, $options) = @$_;
			create_function('lambda', $name, function => 'gated',
				columns => q{id int OPTIONS (key 'true'), n int},
				options => qq{updatable 'true', batch_size '10', max_concurrency '2', $options}) }
		[ 'stock', q{payload '{"inner": "store", "store": "stock"}'} ],
		[ 'held', q{payload '{"inner": "store", "store": "held"}', deliver_at 'commit'} ]),
	create_function('lambda', 'throttled', options => q{payload '{"retry_after": 60}'}),
	create_function('lambda', 'split_rows', columns => 'id int',
		options => q{splits '8', max_concurrency '8', estimated_rows '100000', payload '{"test": {"delay_ms": 60000}}'}),
	create_function('lambda', 'calls', columns => q{function text, header text OPTIONS (path '/headers/x-amzn-trace-id')},
		options => q{envelope 'false'}),
	create_function('lambda', 'reset_calls', columns => 'cleared int'),
	'CREATE ROLE reader LOGIN',
	'CREATE ROLE monitor LOGIN IN ROLE pg_monitor',
	"CREATE TABLE docs AS SELECT 'hang up'::text AS c FROM generate_series(1, 20)",
	'ANALYZE docs');

# Databases of other encodings
foreach my $database ([ 'latin', 'LATIN1', "caf\xc3\xa9" ], [ 'koi', 'KOI8R', "\xd1\x87\xd0\xb0\xd0\xb9" ])
{
	my ($name, $encoding, $server) = @$database;

	$node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0 ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C'");
	$node->safe_psql($name, 'SET client_encoding = utf8; CREATE EXTENSION lambda_fdw;'
		  . create_server(qq("$server"), $endpoint, q{max_in_flight '2'})
		  . create_function(qq("$server"), 'keys', function => 'gated',
			columns => q{key int OPTIONS (pushdown '=, in', required 'true'), label text}));
}

my $session = open_session($node);
my $control = open_session($node);

sub permit
{
	my $n = shift // 'null';

	$control->query(qq{SELECT status_code FROM lambda_invoke('lambda', 'permit', '{"n": $n}')});
	return;
}

# Waits until the session's work is as the condition says; returns these columns.
sub wait_until
{
	my ($condition, $columns, $of) = @_;
	my $pid = ($of // $session)->pid;

	for (1 .. 600)
	{
		my $row = $control->query(
			"SELECT $columns FROM pg_stat_lambda_activity a WHERE pid = $pid AND $condition");
		return $row if $row ne '';
		select(undef, undef, undef, 0.02);
	}
	return 'never: ' . $control->query(
		"SELECT to_json(a) FROM pg_stat_lambda_activity a WHERE pid = $pid");
}

# Nothing is shown of a session.
sub is_quiet
{
	my ($name, $of) = @_;
	my $pid = ($of // $session)->pid;

	is($control->query("SELECT count(*) FROM pg_stat_lambda_activity WHERE pid = $pid OR leader_pid = $pid"),
		'0', "$name: nothing is left");
	return;
}

sub cancel
{
	my ($name, $event) = @_;

	is_waiting($control, $session->pid, $node->pg_version >= 17 ? $event : 'Extension',
		"$name: wait event") if $event;
	$control->query('SELECT pg_cancel_backend(' . $session->pid . ')');
	like($session->receive, qr/57014/, "$name: cancelled");
	is_quiet($name);
	return;
}

my $calls = 'calls_done, calls_under_way, calls_to_do, rows';

# ---------------------------------------------------------------------------
# A scan of 200 keys in parts
# ---------------------------------------------------------------------------

$session->send('SELECT count(*) FROM keys WHERE key = ANY (ARRAY(SELECT generate_series(1, 200)))');
is(wait_until(q{calls_under_way = 4 AND state = 'sent'},
		"operation, datname, usename = caller, server, service, function, qualifier, attempt, request_id, $calls, received_bytes, trace_id, leader_pid, state_since >= started_at"),
	'scan|postgres|t|lambda|lambda|gated||1||0|4|16|0|0|||t', 'a scan before an answer');
permit(6);
is(wait_until(q{calls_done = 6 AND calls_under_way = 4}, "$calls, received_bytes > 600, sent_bytes > 600"),
	'6|4|10|60|t|t', 'after six');
permit(14);
is($session->receive, '200', 'its end');
is_quiet('a scan');

# ---------------------------------------------------------------------------
# An idle cursor; nested and many pieces of work
# ---------------------------------------------------------------------------

$session->query('BEGIN');
$session->query("DECLARE c$_ CURSOR FOR SELECT label FROM keys WHERE key = $_") for 1 .. 10;
permit(10);
$session->query("FETCH 1 FROM c$_") for 1 .. 10;
is($control->query(
		'SELECT count(*), sum(calls_done), min(state), max(state), sum(rows) FROM pg_stat_lambda_activity WHERE pid = '
		  . $session->pid),
	'8|8|idle|idle|8', 'ten idle cursors, eight of them shown');
$session->send('SELECT label FROM keys WHERE key = 99');
is(wait_until(q{state = 'sent'}, $calls), '0|1|0|0', 'what is under way comes before what is idle');
permit(1);
$session->receive;
$session->query("CLOSE c$_") for 1 .. 9;
is($control->query("SELECT state, $calls FROM pg_stat_lambda_activity WHERE pid = " . $session->pid),
	'idle|1|0|0|1', 'one that had no place gets it');
$session->query('ROLLBACK');
is_quiet('cursors');

$session->query(q{CREATE FUNCTION inner_label(int) RETURNS text LANGUAGE sql AS 'SELECT label FROM keys WHERE key = $1'});
permit(1);
$session->send('SELECT inner_label(key + 1) FROM keys WHERE key = 1');
is(wait_until(q{state = 'sent' AND EXISTS (SELECT FROM pg_stat_lambda_activity b WHERE b.pid = a.pid AND b.calls_done = 1)}, "operation, $calls"),
	'scan|0|1|0|0', 'a scan within a scan');
permit(1);
is($session->receive, 'label 2', 'its end');
is_quiet('nested');

# ---------------------------------------------------------------------------
# A bind join, writes, functions, ANALYZE
# ---------------------------------------------------------------------------

$session->query('CREATE TEMP TABLE wanted AS SELECT g AS key FROM generate_series(1, 100000) g; ANALYZE wanted');
$session->send('SELECT count(m.label) FROM wanted w LEFT JOIN many m ON m.key = w.key');
is(wait_until('calls_under_way > 0 AND sent_bytes > 10000', 'operation, calls_done, calls_to_do, rows'), 'join|0||0',
	'a bind join does not know how many calls it will make');
permit(2);
is(wait_until('calls_done >= 2 AND calls_under_way > 0 AND rows > 1000', 'operation'), 'join', 'it goes on');
permit(100);
is($session->receive, '100000', 'its end');
is_quiet('a bind join');
permit();
$session->send('SELECT count(k.label) FROM (SELECT key FROM wanted LIMIT 30) w LEFT JOIN keys k ON k.key = w.key');
is(wait_until('calls_under_way = 3', "operation, $calls"), 'join|0|3|0|0', '... but for its last keys');
permit(3);
is($session->receive, '30', 'its end');
is_quiet('a short bind join');

$session->send("COPY stock FROM PROGRAM 'seq -f %.0f,1 1 100' (FORMAT csv)");
is(wait_until('calls_under_way = 2', "operation, $calls"), 'write|0|2||0', 'a COPY');
permit(9);
is(wait_until('calls_done = 9 AND rows = 90', "operation, $calls"), 'write|9|1|0|90', 'its last batch');
permit(1);
is($session->receive, '', 'its end');
is_quiet('a COPY');

$session->query('BEGIN');
$session->query('INSERT INTO held SELECT g, 1 FROM generate_series(1, 100) g');
is_quiet('what is held');
$session->send('COMMIT');
is(wait_until('calls_under_way = 2', "operation, $calls"), 'commit|0|2|8|0', 'a COMMIT');
permit(3);
is(wait_until('calls_done = 3 AND calls_under_way = 2', "operation, $calls"), 'commit|3|2|5|30',
	'after three');
permit(7);
is($session->receive, '', 'its end');
is_quiet('a COMMIT');

$session->send(q{SELECT count(*) FROM generate_series(1, 5) g, lambda_invoke('lambda', 'gated', format('{"key": [%s]}', g)::jsonb, qualifier => '$LATEST') WHERE g > 0});
permit(3);
is(wait_until('calls_done = 3 AND calls_under_way = 1', "operation, function, qualifier, $calls"),
	'function|gated|$LATEST|3|1||', 'a function of SQL: its calls are one piece of work');
permit(2);
is($session->receive, '5', 'its end');
is_quiet('a function');

$session->send('ANALYZE all_rows');
is(wait_until('calls_under_way = 1', "operation, $calls"), 'analyze|0|1|0|0', 'ANALYZE');
permit(1);
is($session->receive, '', 'its end');
is_quiet('ANALYZE');

# ---------------------------------------------------------------------------
# S3 and models
# ---------------------------------------------------------------------------

sub ask
{
	my ($function, $event) = @_;

	$control->query("SELECT status_code FROM lambda_invoke('aws_s3', '$function', \$q\$" . encode_json($event) . "\$q\$)");
	return;
}

ask('s3_fault', { operation => 'UploadPart', times => undef, skip => 1, action => 'hang' });
$session->send(q{SELECT aws_s3.query_export_to_s3('SELECT repeat(''x'', 1000) FROM generate_series(1, 20000)', aws_commons.create_s3_uri('bucket', 'watched', 'eu-west-1'))});
is(wait_until(q{state = 'sent' AND calls_done >= 2}, "operation, service, function, calls_to_do, rows > 5000, sent_bytes > 5000000"),
	'export|s3|bucket||t|t', 'an export');
cancel('an export', 'LambdaS3');
ask('reset_calls', {});

ask('s3_fault', { operation => 'GetObject', times => undef, action => 'hang' });
$session->query('CREATE TEMP TABLE imported (x text)');
$session->send(q{SELECT aws_s3.table_import_from_s3('imported', '', '', aws_commons.create_s3_uri('bucket', 'watched', 'eu-west-1'))});
is(wait_until(q{state = 'sent'}, "operation, service, function, calls_to_do, rows"), 'import|s3|bucket||', 'an import');
cancel('an import', 'LambdaS3');
ask('reset_calls', {});

$session->send(q{SELECT s.* FROM docs, aws_comprehend.detect_sentiment(c, 'en') s});
is(wait_until(q{state = 'sent'}, "operation, service, calls_done, calls_under_way, rows"), 'join|comprehend|0|1|0', 'a batch join with a model');
cancel('a batch join', 'LambdaModel');

# ---------------------------------------------------------------------------
# Retries, workers, traces
# ---------------------------------------------------------------------------

$session->send('SELECT * FROM throttled');
is(wait_until(q{state = 'backing off'}, "attempt, $calls, state_since > now() - interval '1 min'"), '1|0|1|0|0|t', 'a throttled call');
cancel('a throttled call', 'LambdaBackoff');

$session->query($_)
  for 'SET parallel_setup_cost = 0', 'SET parallel_tuple_cost = 0', 'SET max_parallel_workers_per_gather = 2';
$session->send('SELECT count(*) FROM split_rows');
$node->poll_query_until('postgres',
	'SELECT count(*) = 2 AND bool_and(calls_to_do IS NOT NULL) AND sum(calls_under_way) > 2 FROM pg_stat_lambda_activity WHERE pid <> leader_pid AND leader_pid = ' . $session->pid)
  or die 'no workers are shown';
cancel('workers');
$session->query('RESET max_parallel_workers_per_gather');

my $traceparent = q{/*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'*/};
my $header = 'Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1';
my %traces = (
	'none' => [ '', '' ],
	'the setting' => [ "SET LOCAL lambda_fdw.trace_id = 'Root=1-67891233-abcdef012345678912345678'", '',
		'Root=1-67891233-abcdef012345678912345678' ],
	'a traceparent' => [ "SET LOCAL lambda_fdw.trace_id = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'", '', $header ],
	'a comment that is not read' => [ '', $traceparent, '' ],
	'a comment' => [ 'SET LOCAL lambda_fdw.trace_from_comments = on', $traceparent, $header ],
	'a comment before the setting' => [ 'SET LOCAL lambda_fdw.trace_from_comments = on; SET LOCAL lambda_fdw.trace_id = \'Sampled=1\'', $traceparent, $header ],
	'the setting behind no comment' => [ 'SET LOCAL lambda_fdw.trace_from_comments = on; SET LOCAL lambda_fdw.trace_id = \'Sampled=1\'', '', 'Sampled=1' ]);

for my $name (sort keys %traces)
{
	my ($set, $comment, $expected) = @{ $traces{$name} };

	$session->query('BEGIN');
	$session->query($set) if $set;
	reset_calls($node);
	$session->send("SELECT label FROM keys WHERE key = 1 $comment");
	is(wait_until(q{state = 'sent'}, q{coalesce(trace_id, 'none')}), $expected || 'none', "trace: $name");
	permit(1);
	is($session->receive, 'label 1', "trace: $name: the answer");
	is($control->query(q{SELECT header FROM calls WHERE function = 'gated'}), $expected // '', "trace: $name: what was sent");
	$session->query('ROLLBACK');
}

like($session->query("SET lambda_fdw.trace_id = '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01'"),
	qr/22023: invalid value.*\nDETAIL:  It is neither X-Ray's header nor a W3C traceparent\.\nHINT:/, 'a traceparent that is none');

# ---------------------------------------------------------------------------
# Names of databases with other encodings
# ---------------------------------------------------------------------------

my %others = map { $_ => open_session($node, $_) } 'latin', 'koi';
foreach my $database (sort keys %others)
{
	$others{$database}->send('SELECT label FROM keys WHERE key = 1');
	wait_until(q{state = 'sent'}, 'pid', $others{$database});
}
my %names_in = (
	postgres => "koi \xd1\x87\xd0\xb0\xd0\xb9, latin caf\xc3\xa9",
	# what the encoding does not have is told by its bytes
	latin => 'koi \xde\xc1\xca, latin ' . "caf\xc3\xa9",
	koi => "koi \xd1\x87\xd0\xb0\xd0\xb9, latin caf" . '\xe9');
foreach my $database (sort keys %names_in)
{
	foreach my $view ('pg_stat_lambda_activity', 'pg_stat_lambda_servers')
	{
		is($node->safe_psql($database,
				"SET client_encoding = utf8; SELECT string_agg(datname || ' ' || server, ', ' ORDER BY datname) FROM $view WHERE datname <> 'postgres'"),
			$names_in{$database}, "$view in $database");
	}
}
permit(2);
$_->receive, $_->close for values %others;

# ---------------------------------------------------------------------------
# Who sees what; ends
# ---------------------------------------------------------------------------

$session->send('SELECT label FROM keys WHERE key = 1');
wait_until(q{state = 'sent'}, 'pid');
my $seen = 'SELECT usename, datname, operation, state, calls_done, function, started_at IS NULL FROM pg_stat_lambda_activity';
is(logged_in($node, 'reader', $seen), 'postgres|postgres|||||t', 'others see that there is something, not what');
is(logged_in($node, 'monitor', $seen), 'postgres|postgres|scan|sent|0|gated|f', 'pg_monitor sees it');
$control->query('SELECT pg_terminate_backend(' . $session->pid . ', 10000)');
$session->receive;
is_quiet('a session that was terminated');

$session = open_session($node);
$session->query('SET lambda_fdw.track = off');
permit(1);
is($session->query('SELECT label FROM keys WHERE key = 1'), 'label 1', 'a session without track');

done_testing();
