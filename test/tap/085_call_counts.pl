# What pg_stat_lambda counts of calls: each once, by what came of it, on every way that
# a call can end; as EXPLAIN ANALYZE counts them, and as the endpoint does.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes 'sleep';

my $node = start_server(
	q{shared_preload_libraries = 'lambda_fdw'},
	'max_worker_processes = 8');
my $endpoint = start_endpoint();
my @slow_pages = (columns => 'id int, page int', function => 'slow_pages');

sub create_partitions
{
	my ($name, $count, $members) = @_;

	return "CREATE TABLE $name (p int, id int) PARTITION BY LIST (p);\n" . join '', map {
		"CREATE FOREIGN TABLE ${name}_$_ PARTITION OF $name FOR VALUES IN ($_) SERVER lambda "
		  . "OPTIONS (function_arn 'partition', payload '{\"p\": $_, $members}');\n"
	} 1 .. $count;
}

$node->safe_psql('postgres', join ";\n",
	'CREATE EXTENSION aws_s3 CASCADE; CREATE EXTENSION aws_ml CASCADE; CREATE EXTENSION aws_lambda CASCADE',
	create_try(),
	create_server('control', $endpoint),
	map({ create_server($_, $endpoint) } qw(lambda aws_s3 aws_ml aws_lambda)),
	create_server('brief', $endpoint, "request_timeout_ms '400', max_attempts '2'"),
	create_server('nowhere', 'http://127.0.0.1:1', "max_attempts '2'"),
	'CREATE SERVER keyless FOREIGN DATA WRAPPER lambda_fdw OPTIONS '
	  . "(region 'eu-west-1', endpoint '$endpoint'); CREATE USER MAPPING FOR CURRENT_USER SERVER keyless",
	create_function('control', 'calls', columns => 'function text, payload jsonb'),
	create_function('control', 'requests',
		function => 'service_calls', columns => 'service text, operation text, status int'),
	create_function('control', 'reset_calls', columns => 'cleared int'),
	map({ create_function('lambda', $_) } qw(items function_error hang hang_mid split_rows)),
	create_function('lambda', 'wide', function => 'split_rows',
		columns => 'id int, k int',
		options => q{splits '16', estimated_rows '160', payload '{"test": {"total": 160}}'}),
	create_function('lambda', 'wide_late', function => 'split_rows',
		columns => 'id int, k int',
		options => q{splits '16', estimated_rows '160', payload '{"test": {"total": 160, "delay_ms": 60000}}'}),
	create_function('lambda', 'slow_pages', @slow_pages, options => q{payload '{}'}),
	create_function('lambda', 'broken_pages', @slow_pages,
		options => q{payload '{"bad": {"3": "raise"}}'}),
	create_function('lambda', 'throttled_page', @slow_pages,
		options => q{payload '{"bad": {"2": "throttle"}, "times": 1}'}),
	create_function('lambda', 'throttled',
		options => q{payload '{"times": 2, "retry_after": null}'}),
	create_function('brief', 'too_throttled', function => 'throttled',
		options => q{payload '{"times": 9, "retry_after": null}'}),
	create_function('lambda', 'missing', function => 'status',
		options => q{payload '{"code": 404, "type": "ResourceNotFoundException"}'}),
	create_function('brief', 'brief_hang', function => 'hang'),
	create_function('brief', 'brief_hang_mid', function => 'hang_mid'),
	create_function('nowhere', 'unreachable', function => 'items'),
	create_function('keyless', 'unsigned', function => 'items'),
	create_function('lambda', 'none', function => 'function_error',
		options => q{no_rows_errors 'KeyError'}),
	create_function('lambda', 'stream', columns => 'id int, note text',
		options => q{response_mode 'streaming', payload '{"rows": 50}'}),
	create_function('lambda', 'stream_raises', function => 'stream', columns => 'id int, note text',
		options => q{response_mode 'streaming', payload '{"rows": 5, "raises": "TooMuch", "message": "secret 4711"}'}),
	create_function('lambda', 'stream_refused', function => 'stream', columns => 'id int, note text',
		options => q{response_mode 'streaming', payload '{"rows": 0, "fault": "refused"}'}),
	create_function('lambda', 'stream_endless', function => 'stream', columns => 'id int, note text',
		options => q{response_mode 'streaming', payload '{"rows": 100000, "delay_ms": 20}'}),
	create_function('lambda', 'greedy', columns =>
		q{key int OPTIONS (required 'true', pushdown '=, in'), label text}),
	create_function('lambda', 'lookup', columns =>
		q{key int OPTIONS (required 'true', pushdown '=, in'), label text}),
	create_function('lambda', 'store', columns => q{id int OPTIONS (key 'true'), n int},
		options => q{updatable 'true', batch_size '3', payload '{"store": "stock"}'}),
	create_function('lambda', 'held', function => 'store', columns => q{id int OPTIONS (key 'true'), n int},
		options => q{updatable 'true', batch_size '3', deliver_at 'commit', payload '{"store": "held"}'}),
	create_function('lambda', 'failing', function => 'store', columns => q{id int OPTIONS (key 'true'), n int},
		options => q{updatable 'true', payload '{"store": "failing", "fault": "raise"}'}),
	create_partitions('parts', 4, '"n": 5'),
	'CREATE TABLE keys AS SELECT n AS key FROM generate_series(1, 12) n; ANALYZE keys');

my $control = open_session($node);

my @outcomes = qw(invocations attempts throttles function_errors service_errors
  transport_errors timeouts cancelled refused);

# Both begin to count anew.
sub forget
{
	$control->query('SELECT (SELECT count(*) FROM reset_calls), lambda_fdw_stats_reset()');
	return;
}

# What pg_stat_lambda has of all calls but those of this test's own: the sums of these
# counters by their names, those left out that are 0, then how many requests the
# endpoint had, and the last errors.
sub come_to
{
	my @names = @_;
	my $sums = join ', ', map { "'$_', coalesce(sum($_), 0)" } @names;
	my $told = decode_json($control->query(<<"END"));
SELECT jsonb_build_object($sums,
  'seen', (SELECT count(*) FROM calls) + (SELECT count(*) FROM requests WHERE service <> 'sts'),
  'errors', coalesce(string_agg(DISTINCT last_error, '; '), ''))
FROM pg_stat_lambda WHERE server <> 'control'
END

	return (join(' ', map { "$_ $told->{$_}" } grep { $told->{$_} != 0 } @names),
		$told->{seen}, $told->{errors});
}

# After code has run, calls have come to this; the endpoint had as many attempts,
# unless told otherwise.
sub comes_to
{
	my ($name, $code, $want, %more) = @_;
	my ($attempts) = $want =~ /attempts (\d+)/;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	forget();
	$code->();
	is_deeply([ come_to(@outcomes) ],
		[ $want, $more{seen} // $attempts // 0, $more{error} // '' ], $name);
	return;
}

my $session = open_session($node);

# What a query comes to in a session of its own, which ends with its errors.
sub run
{
	my ($sql) = @_;

	return sub { $session->query($sql); };
}

# The same, cancelled once the function is asked.
sub cancelled
{
	my ($sql, $how) = @_;

	return sub {
		my $victim = open_session($node);

		$victim->send($sql);
		$node->poll_query_until('postgres',
			"SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = " . $victim->pid)
		  or die 'nobody waits';
		$control->query("SELECT pg_${how}_backend(" . $victim->pid . ')');
		$victim->receive;
		$victim->close;
		wait_until_alone($node, $control, $session);
	};
}

my @parallel = ('parallel_setup_cost = 0', 'parallel_tuple_cost = 0',
	'max_parallel_workers_per_gather = 2');

# ---------------------------------------------------------------------------
# Every end
# ---------------------------------------------------------------------------

comes_to('a scan', run('SELECT * FROM items'), 'invocations 1 attempts 1');
comes_to('ten', run('SELECT count(*) FROM generate_series(1, 10) g, LATERAL (SELECT id FROM items OFFSET g * 0) i'),
	'invocations 10 attempts 10');
comes_to('a function that raises', run('SELECT * FROM function_error'),
	'invocations 1 attempts 1 function_errors 1',
	error => 'KeyError');
comes_to('one that has no rows so', run('SELECT * FROM none'), 'invocations 1 attempts 1');
comes_to('an unknown function', run('SELECT * FROM missing'),
	'invocations 1 attempts 1 service_errors 1',
	error => 'ResourceNotFoundException (HTTP status 404)');
comes_to('throttled twice', run('SELECT * FROM throttled'), 'invocations 1 attempts 3 throttles 2');
comes_to('throttled too often', run('SELECT * FROM too_throttled'),
	'invocations 1 attempts 2 throttles 2 service_errors 1',
	error => 'TooManyRequestsException (HTTP status 429)');
comes_to('no connection', run('SELECT * FROM unreachable'),
	'invocations 1 attempts 2 transport_errors 1',
	seen => 0,
	error => 'no connection');
comes_to('no answer in time', run('SELECT * FROM brief_hang'),
	'invocations 1 attempts 1 timeouts 1',
	error => 'no answer in time');
comes_to('half an answer in time', run('SELECT * FROM brief_hang_mid'),
	'invocations 1 attempts 1 timeouts 1',
	error => 'no answer in time');
comes_to('no keys', run('SELECT * FROM unsigned'), 'refused 1', error => 'no credentials, or the request cannot be signed');
comes_to('a limit of the statement', run('SET lambda_fdw.max_invocations = 2; SELECT * FROM slow_pages; RESET lambda_fdw.max_invocations'),
	'invocations 2 attempts 2 refused 1',
	error => 'past a limit of the statement');
comes_to('a call that a limit of the statement breaks off', run(q{SET lambda_fdw.max_bytes = '2kB'; SELECT * FROM items; RESET lambda_fdw.max_bytes}),
	'invocations 1 attempts 1 cancelled 1',
	error => 'past a limit of the statement');
comes_to('a cancel', cancelled('SELECT * FROM hang', 'cancel'), 'invocations 1 attempts 1 cancelled 1');
comes_to('a cancel amid an answer', cancelled('SELECT * FROM hang_mid', 'cancel'),
	'invocations 1 attempts 1 cancelled 1');
comes_to('a statement_timeout', run(q{SET statement_timeout = '200ms'; SELECT * FROM hang; RESET statement_timeout}),
	'invocations 1 attempts 1 cancelled 1');
comes_to('a terminated session', cancelled('SELECT * FROM hang', 'terminate'),
	'invocations 1 attempts 1 cancelled 1');
comes_to('one amid an answer', cancelled('SELECT * FROM hang_mid', 'terminate'),
	'invocations 1 attempts 1 cancelled 1');
comes_to('a terminated COMMIT',
	cancelled(q{SELECT lambda_invoke('lambda', 'hang', '1', deliver_at => 'commit')}, 'terminate'),
	'invocations 1 attempts 1 cancelled 1');
comes_to('an answer that is left', run('SELECT * FROM stream_endless LIMIT 1'), 'invocations 1 attempts 1');
comes_to('a cursor that is closed',
	run('BEGIN; DECLARE c CURSOR FOR SELECT * FROM hang_mid; FETCH 1 FROM c; CLOSE c; COMMIT'),
	'invocations 1 attempts 1');
comes_to('an error of another', run(q{DO $$DECLARE c CURSOR FOR SELECT id FROM hang_mid; r int; BEGIN OPEN c; FETCH c INTO r; RAISE 'no'; END$$}),
	'invocations 1 attempts 1 cancelled 1');
comes_to('subtransactions', run(q{SELECT try('SELECT * FROM function_error', 5)}),
	'invocations 5 attempts 5 function_errors 5',
	error => 'KeyError');
comes_to('a stream', run('SELECT * FROM stream'), 'invocations 1 attempts 1');
comes_to('an error behind its rows', run('SELECT * FROM stream_raises'),
	'invocations 1 attempts 1 function_errors 1',
	error => 'TooMuch');
comes_to('one that the service breaks', run('SELECT * FROM stream_refused'),
	'invocations 1 attempts 1 service_errors 1',
	error => 'InvalidRuntimeException (HTTP status 500)');
comes_to('an error of a later page', run('SELECT * FROM broken_pages'),
	'invocations 3 attempts 3 function_errors 1',
	error => 'ValueError');
comes_to('a payload that is split', run('SELECT * FROM greedy WHERE key IN (1, 2, 3, 4)'),
	'invocations 3 attempts 3 function_errors 1',
	error => 'Function.ResponseSizeTooLarge');
comes_to('SQL', run(q{SELECT lambda_invoke('lambda', 'items', '{}')}), 'invocations 1 attempts 1');
comes_to('an event', run(q{SELECT lambda_invoke('lambda', 'items', '{}', 'Event')}), 'invocations 1 attempts 1');
comes_to('a dry run', run(q{SELECT lambda_invoke('lambda', 'items', '{}', 'DryRun')}), 'invocations 1 attempts 1');
comes_to('aws_lambda', run(q{SELECT aws_lambda.invoke(aws_commons.create_lambda_function_arn('items'), '{}'::json)}),
	'invocations 1 attempts 1');
comes_to('a write', run('INSERT INTO store SELECT n FROM generate_series(1, 7) n'),
	'invocations 3 attempts 3');
comes_to('a write at COMMIT', run('INSERT INTO held SELECT n FROM generate_series(1, 7) n'),
	'invocations 3 attempts 3');
comes_to('a write that fails', run('INSERT INTO failing VALUES (1)'),
	'invocations 1 attempts 1 function_errors 1',
	error => 'Refused');
comes_to('ANALYZE', run('ANALYZE items'), 'invocations 1 attempts 1');
comes_to('killed workers',
	sub {
		my $victim = open_session($node);

		$victim->query("SET $_") for @parallel;
		$victim->send('SELECT count(*) FROM wide_late');
		$node->poll_query_until('postgres',
			q{SELECT count(*) = 2 FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND wait_event_type = 'Extension'})
		  or die 'no workers';
		$node->poll_query_until('postgres', 'SELECT count(*) = 16 FROM calls') or die 'not all calls';
		$control->query(q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'parallel worker'});
		$victim->receive;
		$victim->close;
		wait_until_alone($node, $control, $session);
	},
	'invocations 16 attempts 16 cancelled 16');

# ---------------------------------------------------------------------------
# As EXPLAIN ANALYZE has it
# ---------------------------------------------------------------------------

# The sums of a plan's numbers, by their names.
sub add_plan
{
	my ($sums, $node) = @_;

	if (ref $node eq 'ARRAY')
	{
		add_plan($sums, $_) for @$node;
	}
	elsif (ref $node eq 'HASH')
	{
		foreach my $name (keys %$node)
		{
			add_plan($sums, $node->{$name});
			$sums->{$name} += $node->{$name} if !ref $node->{$name} && $node->{$name} =~ /^\d+$/;
		}
	}
	return $sums;
}

# EXPLAIN ANALYZE, pg_stat_lambda and the endpoint agree on what a query calls; of what
# writes are answered EXPLAIN has no bytes.
sub agrees
{
	my ($name, $query, @settings) = @_;
	my @names = qw(invocations attempts throttles rows received_bytes);
	my ($plan, @told);

	forget();
	$plan = add_plan({}, decode_json($session->query(
		join(' ', map { "SET $_;" } @settings) . "EXPLAIN (ANALYZE, FORMAT JSON, TIMING OFF) $query")));
	$session->query('RESET ALL') if @settings;
	pop @names if defined $plan->{Batches};
	@told = map { $plan->{ join ' ', map { ucfirst } split /_/ } // 0 } 'invocations', 'attempts', 'throttles', 'rows_received', 'bytes_received';
	my ($counted, $seen) = come_to(@names);
	is($counted, join(' ', map { "$names[$_] $told[$_]" } grep { $told[$_] != 0 } 0 .. $#names),
		"$name: as EXPLAIN ANALYZE has it");
	# a call that is left may not have been sent, or reach the endpoint during the next
	# test
	if ($query =~ /LIMIT/)
	{
		for (my $i = 0; $i < 10 && $seen < $plan->{Attempts}; $i++)
		{
			sleep 0.1;
			$seen = (come_to(@names))[1];
		}
		$seen = $plan->{Attempts} if $seen < $plan->{Attempts};
	}
	is($seen, $plan->{Attempts}, "$name: as the endpoint has it");
	return $plan;
}


agrees('a scan', 'SELECT * FROM items');
agrees('pages', 'SELECT * FROM slow_pages');
agrees('pages and LIMIT', 'SELECT * FROM slow_pages LIMIT 15');
agrees('a page that is throttled', 'SELECT * FROM throttled_page');
agrees('retries', 'SELECT * FROM throttled');
agrees('a stream', 'SELECT * FROM stream');
agrees('a stream that is left', 'SELECT * FROM stream_endless LIMIT 3');
agrees('many calls', 'SELECT * FROM wide', 'max_parallel_workers_per_gather = 0');
agrees('many calls and LIMIT', 'SELECT * FROM wide LIMIT 5', 'max_parallel_workers_per_gather = 0');
agrees('Append', 'SELECT * FROM parts');
agrees('Append, one after the other', 'SELECT * FROM parts', 'enable_async_append = off');
agrees('Append and LIMIT', 'SELECT * FROM parts LIMIT 7');
agrees('a bind join', 'SELECT * FROM keys JOIN lookup USING (key)');
agrees('rescans', 'SELECT * FROM keys, LATERAL (SELECT label FROM lookup WHERE lookup.key = keys.key OFFSET 0) l');
agrees('a split', 'SELECT * FROM greedy WHERE key IN (1, 2, 3, 4, 5)');
agrees('INSERT', 'INSERT INTO store SELECT n FROM generate_series(11, 20) n');
agrees('UPDATE', 'UPDATE store SET n = 1');
agrees('DELETE', 'DELETE FROM store WHERE id > 14');
is(agrees('workers', 'SELECT * FROM wide', @parallel)->{'Workers Launched'}, 2, 'there were workers');
agrees('workers and LIMIT', 'SELECT * FROM wide LIMIT 20', @parallel);

# ---------------------------------------------------------------------------
# Other services
# ---------------------------------------------------------------------------

comes_to('a batch',
	run(q{SELECT s.* FROM (SELECT 'good ' || n AS c FROM generate_series(1, 60) n) t, aws_comprehend.detect_sentiment(c, 'en') s}),
	'invocations 3 attempts 3');
is($control->query(q{SELECT service || ' ' || function FROM pg_stat_lambda WHERE server = 'aws_ml'}),
	'comprehend BatchDetectSentiment', 'what a model is counted as');

$control->query(q{SELECT lambda_invoke('control', 's3_objects', '{"put": {"bucket": "bucket", "key": "rows", "rows": 10}}')});
$session->query('CREATE TABLE imported (id text, c2 text, c3 text)');
my $import = q{SELECT aws_s3.table_import_from_s3('imported', '', '(format csv)', 'bucket', '%s', 'eu-west-1')};
my $export = q{SELECT aws_s3.query_export_to_s3('SELECT repeat(''x'', 1000000) FROM generate_series(1, %d)', 'bucket', 'made', 'eu-west-1')};

comes_to('an import', run(sprintf $import, 'rows'), 'invocations 1 attempts 1');
comes_to('one of nothing', run(sprintf $import, 'missing'),
	'invocations 1 attempts 1 service_errors 1',
	error => 'NoSuchKey (HTTP status 404)');
comes_to('an export', run(sprintf $export, 1), 'invocations 1 attempts 1');
comes_to('an export in parts', run(sprintf $export, 17), 'invocations 5 attempts 5');
is($control->query(q{SELECT service || ' ' || function FROM pg_stat_lambda WHERE server = 'aws_s3'}),
	's3 bucket', 'what an object is counted as');

# ---------------------------------------------------------------------------
# The log of calls
# ---------------------------------------------------------------------------

# The lines that a statement leaves in the log, with these settings: without what
# differs from run to run.
sub logs
{
	my ($sql, @settings) = @_;
	my $start = -s $node->logfile;
	my $reader = open_session($node);

	$reader->query("SET lambda_fdw.$_") for @settings;
	$reader->query($sql);
	$reader->close;
	wait_until_alone($node, $control, $session);
	my @lines = slurp_file($node->logfile, $start) =~ /(LOG:  lambda_fdw call: .*(?:\n.*STATEMENT.*)?)/g;
	s/duration [\d.]+ ms/duration N ms/, s/request [0-9a-f-]{36}/request UUID/ for @lines;
	return join "\n", @lines;
}

my $all = q{log_invocations = 'all'};
my $line = 'LOG:  lambda_fdw call: server "lambda", lambda';

is(logs('SELECT * FROM items', $all),
	qq{$line "items", ok, status 200, attempts 1, duration N ms, slot wait 0.000 ms, sent 107 bytes, received 2627 bytes, request UUID},
	'a line of the log');
is(logs('SELECT * FROM items'), '', 'which nobody asked for');
is(logs('SELECT * FROM items', 'log_invocations = errors'), '', 'errors: not of this one');
is(logs('SELECT * FROM items', 'log_min_duration = 60000'), '', 'nor where it is fast');
like(logs('SELECT * FROM slow_pages LIMIT 1', 'log_min_duration = 0'), qr/^$line "slow_pages", ok/, 'but if all are slow');
like(logs('SELECT * FROM stream_raises', 'log_invocations = errors'),
	qr/^$line "stream", function error: TooMuch, status 200, attempts 1, .* UUID$/, 'errors: of a function');
like(logs('SELECT * FROM unreachable', 'log_invocations = errors'),
	qr/^LOG:  lambda_fdw call: server "nowhere", lambda "items", transport error: .*[Cc]onnect.*, attempts 2, /, 'of the transport, with what it says');
like(logs('SELECT * FROM unsigned', 'log_invocations = errors'),
	qr/^LOG:  lambda_fdw call: server "keyless", lambda "items", refused: no credentials, or the request cannot be signed, attempts 0, /, 'of what is not sent');
like(logs('SELECT * FROM stream_endless LIMIT 1', $all), qr/^$line "stream", left, status 200, .* UUID$/, 'an answer that is left');
like(logs(q{SELECT lambda_invoke('lambda', 'items', '{"secret": 4711}', qualifier => '$LATEST')}, $all, q{trace_id = 'Root=1-5759e988-bd862e3fe1be46a994272793'}),
	qr/^$line "items", qualifier "\$LATEST", ok, .* UUID, trace Root=1-5759e988-bd862e3fe1be46a994272793$/, 'qualifier and trace; no statement');
like(logs(q{SET statement_timeout = '200ms'; SELECT * FROM hang}, $all), qr/^$line "hang", cancelled, attempts 1, /, 'a cancel');
like(logs(q{SET lambda_fdw.max_bytes = '2kB'; SELECT * FROM items}, $all),
	qr/^$line "items", cancelled: past a limit of the statement, status 200, attempts 1, /, 'an answer that a limit of the statement breaks off');
like(logs(sprintf($import, 'rows'), $all, q{trace_id = 'Root=1-5759e988-bd862e3fe1be46a994272793'}),
	qr/^LOG:  lambda_fdw call: server "aws_s3", s3 "bucket", ok, status 200, .*, request \w+, trace Root=/, 'Amazon S3');
is(logs('SELECT * FROM items', 'track = off'), '', 'nothing of what is not tracked');
like(logs('SELECT * FROM items', 'track = off', $all), qr/^$line "items", ok, .*, request UUID$/, 'unless it is logged');
forget();
logs('SELECT * FROM items', 'track = off', $all);
is((come_to(@outcomes))[0], '', 'which counts nothing');
my $log = slurp_file($node->logfile);
unlike($log, qr/lambda_fdw call: .*4711/, 'no payload, nor what a function says');
unlike($log, qr/lambda_fdw call: .*\n.*(?:STATEMENT|CONTEXT):.*4711/, 'nor a statement that has it');

$session->close;
$control->close;
$node->stop;
done_testing();
