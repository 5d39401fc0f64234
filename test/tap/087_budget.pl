# What a statement may use, across processes and messages: parallel workers, with
# memory that sessions share and without, the extended protocol, pipelines, exports.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server('max_worker_processes = 8',
	q{shared_preload_libraries = 'lambda_fdw'});
my $endpoint = start_endpoint();

$node->safe_psql('postgres',
		create_server('lambda', $endpoint)
	  . create_function('lambda', 'calls', columns => 'seq int, function text, payload jsonb',
		options => q{envelope 'false'})
	  . create_function('lambda', 'reset_calls', columns => 'cleared int')
	  . create_function('lambda', 'rows', function => 'split_rows', columns => 'id int, k int',
		options => q{splits '16', estimated_rows '160', payload '{"test": {"total": 160, "delay_ms": 20}}'})
	  . create_function('lambda', 's3_uploads', columns => 'key text')
	  . create_function('lambda', 'service_calls', columns => 'seq int, operation text',
		options => q{envelope 'false'})
	  . 'CREATE EXTENSION aws_s3 CASCADE;'
	  . create_outcome());

# A session whose plans are parallel as soon as they can be.
sub open_parallel
{
	my $session = open_session($node);

	$session->query($_)
	  for 'SET parallel_setup_cost = 0', 'SET parallel_tuple_cost = 0',
	  'SET parallel_leader_participation = off', 'SET max_parallel_workers_per_gather = 2';
	return $session;
}

# EXPLAIN (ANALYZE) under a limit, in a statement of its own.
sub explained
{
	my ($session, $setting, $value) = @_;

	$session->query("SET lambda_fdw.$setting = '$value'");
	return $session->query('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT count(*) FROM rows');
}

# Workers count with their leader: none of them could do this alone
sub test_workers
{
	my $session = open_parallel();
	my $outcome;

	like(explained($session, 'max_invocations', 16),
		qr/Workers Launched: 2.*Invocations: 16\b/s, 'workers make as many calls as the statement may');
	reset_calls($node);
	$session->query('SET lambda_fdw.max_invocations = 15');
	$outcome = outcome_of($session, 'SELECT count(*) FROM rows');
	is($outcome->{sqlstate}, '53400', 'and no more');
	like($outcome->{detail}, qr/^It has made 1[45] calls; the next was not sent\.$/, 'who counts them all');
	cmp_ok(count_calls($node), '<=', 15, 'as the endpoint does');

	$session->query('SET lambda_fdw.price_request = 0.1');
	$session->query('SET lambda_fdw.max_invocations = 0');
	like(explained($session, 'max_cost', 1.6),
		qr/Workers Launched: 2.*Estimated Cost: 1\.600000000 USD/s, 'the cost is that of all');
	$session->query('SET lambda_fdw.max_cost = 1.5');
	$outcome = outcome_of($session, 'SELECT count(*) FROM rows');
	is($outcome->{sqlstate}, '53400', 'and limited as such');
	$session->query('SET lambda_fdw.max_cost = 0');

	$session->query(q{SET lambda_fdw.max_bytes = '2kB'});
	$outcome = outcome_of($session, 'SELECT count(*) FROM rows');
	is($outcome->{sqlstate}, '53400', 'so are the bytes');
	$session->close;
	return;
}

# Each message of the extended protocol is a statement, in a pipeline too
sub test_protocol
{
	my $script = "${PostgreSQL::Test::Utils::tmp_check}/budget.$$.sql";
	my $calls = sub {
		return "SELECT count(lambda_invoke('lambda', 'echo', to_jsonb(i))) FROM generate_series(1, $_[0]) i;\n";
	};
	my $run = sub {
		my ($protocol, @lines) = @_;

		append_to_file($script, join '', @lines);
		reset_calls($node);
		local $ENV{PGOPTIONS} = '-c lambda_fdw.max_invocations=2';
		my ($out, $err) = ('', '');
		IPC::Run::run(
			[
				'pgbench', '--no-vacuum', '--transactions', '2', '--protocol', $protocol,
				'--file', $script, '-h', $node->host, '-p', $node->port, 'postgres'
			],
			'>', \$out, '2>', \$err);
		unlink $script;
		return ($err, count_calls($node));
	};
	my ($error, $count);

	foreach my $protocol ('simple', 'extended', 'prepared')
	{
		($error, $count) = $run->($protocol, $calls->(2), $calls->(2));
		is("$error$count", $error . '8', "each statement has its own calls: $protocol");
		unlike($error, qr/exceed/, 'and they are enough');
	}
	($error, $count) = $run->('extended', "\\startpipeline\n", $calls->(2), $calls->(2), "\\endpipeline\n");
	is($count, 8, 'in a pipeline too');
	($error, $count) = $run->('extended', "\\startpipeline\n", $calls->(2), $calls->(3), "\\endpipeline\n");
	like($error, qr/exceed "lambda_fdw\.max_invocations" \(2\)/, 'where one may be refused');
	is($count, 4, 'after what it may');
	return;
}

# A limit that ends an export leaves no part of it in S3
sub test_export
{
	my $session = open_session($node);
	my $export = q{SELECT aws_s3.query_export_to_s3('SELECT repeat(''x'', 1000000) FROM generate_series(1, 30)', 'bucket', 'key', 'eu-west-1')};
	my %under = (
		'a part' => [ 'max_invocations', 2, $export ],
		'bytes of a part' => [ 'max_bytes', '9MB', $export ],
		# what is known of the upload is in the answer that passes it
		'bytes of the answer' => [ 'max_bytes', '1kB', $export =~ s/SELECT/SELECT lambda_invoke('lambda', 'echo', to_jsonb(repeat('x', 440))),/r ]);

	$session->query(q{SET aws_s3.server = 'lambda'});
	# an upload that is left is warned of
	$session->query('SET client_min_messages = error');
	foreach my $name (sort keys %under)
	{
		my ($setting, $value, $query) = @{ $under{$name} };

		reset_calls($node);
		$session->query("SET lambda_fdw.$setting = '$value'");
		is(outcome_of($session, $query)->{sqlstate}, '53400', "$name is too much");
		$session->query("SET lambda_fdw.$setting = 0");
		like($session->query(q{SELECT string_agg(operation, ' ' ORDER BY seq) FROM service_calls}),
			# a part that was cut off may be noted last
			qr/^CreateMultipartUpload .*\bAbortMultipartUpload\b/, 'the upload is aborted');
		is($session->query('SELECT count(*) FROM s3_uploads'), '0', 'so that none is left');
	}
	$session->close;
	return;
}

# Without memory that they share, workers are not counted, and make no calls
sub test_own_memory
{
	my $session = open_parallel();
	my ($how) = split /\|/, $session->query('SELECT * FROM lambda_fdw_shared_memory()');
	my $shared = $node->safe_psql('postgres', q{SELECT current_setting('server_version_num')::int >= 170000}) eq 't';

	$session->query('SET plan_cache_mode = force_generic_plan');
	$session->query('PREPARE kept AS SELECT count(*) FROM rows');
	is($session->query('EXECUTE kept'), 160, 'a plan is kept');
	if ($shared)
	{
		like(explained($session, 'max_invocations', 16), qr/Workers Launched: 2/, "workers run ($how)");
		is($session->query('EXECUTE kept'), 160, 'and count together');
		$session->query('SET lambda_fdw.max_invocations = 15');
		is(outcome_of($session, 'SELECT count(*) FROM rows')->{sqlstate}, '53400', 'all of them');
	}
	else
	{
		my $plan = explained($session, 'max_invocations', 16);

		like($plan, qr/Invocations: 16/, "the session makes its calls ($how)");
		unlike($plan, qr/Gather/, 'itself');
		is(outcome_of($session, 'EXECUTE kept')->{sqlstate}, '55000', 'a plan that was kept is refused');
	}
	$session->close;
	return;
}

test_workers();
test_protocol();
test_export();
$node->append_conf('postgresql.conf', q{shared_preload_libraries = ''});
$node->restart;
test_own_memory();

done_testing();
