# Exports to S3: what arrives is what COPY writes, whatever happens on the way;
# what does not arrive leaves nothing behind.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $endpoint = start_endpoint();
my $node = start_server('wal_level = replica', 'max_wal_senders = 3');
my $folder = $PostgreSQL::Test::Utils::tmp_check;

$node->safe_psql('postgres', 'CREATE EXTENSION aws_s3 CASCADE');
$node->safe_psql('postgres', $_)
  for (
	create_server('aws_s3', $endpoint, "max_attempts '3'"),
	create_outcome(),
	create_function('aws_s3', 's3_uploads', columns => 'key text'),
	create_function('aws_s3', 'endless', columns => 'id int, name text',
		options => q{max_response_bytes '1000000000'}));

my $control = open_session($node);
my $session = open_session($node);

# What a function of the endpoint answers.
sub ask
{
	my ($function, $event) = @_;
	my $json = encode_json($event // {});

	return decode_json($control->query(
			"SELECT payload FROM lambda_invoke('aws_s3', '$function', \$q\$$json\$q\$)"));
}

# The objects under a prefix.
sub objects
{
	my ($prefix, %more) = @_;

	return @{ ask('s3_objects', { bucket => 'bucket', prefix => $prefix, %more }) };
}

# How often each operation was asked for since the last reset.
sub operations
{
	my %count;

	$count{ $_->{operation} }++ for @{ ask('service_calls', { service => 's3' })->{rows} };
	return \%count;
}

sub quoted
{
	my $text = shift;

	$text =~ s/'/''/g;
	return "'$text'";
}

sub export_of
{
	my ($query, $key, $options) = @_;

	return 'SELECT * FROM aws_s3.query_export_to_s3(' . quoted($query) . ", 'bucket', '$key', options := "
	  . quoted($options // '') . ')';
}

# Nothing of a key is in S3, neither an object nor an upload.
sub is_nothing
{
	my ($key, $name) = @_;

	is($control->query('SELECT count(*) FROM s3_uploads'), '0', "$name: no upload is left");
	is_deeply([ objects($key) ], [], "$name: and no object");
	return;
}

# What COPY writes, in a file of the server: its size and SHA-256.
sub copied
{
	my ($query, $options) = @_;
	my $file = "$folder/copied.$$";

	$control->query("COPY ($query) TO '$file' WITH ($options)");
	my $answer = $control->query("SELECT length(f), encode(sha256(f), 'hex') FROM pg_read_binary_file('$file') f");
	unlink $file;
	return split /\|/, $answer;
}

# Waits until S3 has so many uploads under way.
sub wait_for_uploads
{
	my $number = shift;

	$node->poll_query_until('postgres', "SELECT count(*) >= $number FROM s3_uploads")
	  or die 'no upload begins';
	return;
}

# Rows of 1000 bytes.
sub rows
{
	my $number = shift;

	return "SELECT i, repeat('x', 1000 - length(i::text) - 2) FROM generate_series(1, $number) i";
}

# ---------------------------------------------------------------------------
# What arrives
# ---------------------------------------------------------------------------

ask('reset_calls');
foreach my $options ('format text', 'format csv, header true', 'format binary')
{
	my $query = rows(25000);
	my ($size, $sha256) = copied($query, $options);
	my ($rows, $files, $bytes) = split /\|/, $session->query(export_of($query, 'large', $options));
	my ($object) = objects('large', digest => JSON::PP::true);

	is_deeply([ $rows, $files, $bytes ], [ 25000, 1, $size ], "$options: what the function returns");
	is("$object->{size} $object->{sha256}", "$size $sha256", "$options: what is in S3");
}
is_deeply(
	operations(),
	{
		CreateMultipartUpload => 3,
		UploadPart => 10,
		CompleteMultipartUpload => 3
	},
	'they go in parts of 8 MB');
is($control->query('SELECT count(*) FROM s3_uploads'), '0', 'of which none is left');

ask('reset_calls');
$session->query(export_of(rows(8000), 'small'));
is_deeply(operations(), { PutObject => 1 }, '8 MB go at once');

# Files are cut between rows, and each begins with the header.
$session->query("SET aws_s3.file_size_limit = '3MB'");
is($session->query(export_of(rows(20000), 'cut', 'format csv, header')), '20000|7|20000063', 'seven files');
$session->query('RESET aws_s3.file_size_limit');
my @files = objects('cut', digest => JSON::PP::true);
is_deeply([ map { $_->{key} } @files ], [ 'cut', map { "cut_part$_" } 2 .. 7 ], 'their names');
is_deeply([ map { $_->{size} } @files ], [ (3146009) x 6, 1124009 ], 'their sizes');
is_deeply([ map { $_->{lines} } @files ], [ (3147) x 6, 1125 ], 'their lines');
{
	my @content = map { (objects($_, content => JSON::PP::true))[0]{text} } 'cut_part2', 'cut_part7';

	is(scalar(grep { /\Ai,repeat\n\d+,x+\n/ && /,x+\n\z/ } @content), 2, 'each has a header and whole rows');
}

# ---------------------------------------------------------------------------
# What does not
# ---------------------------------------------------------------------------

# Each has sent parts before it ends.
my $failing = "SELECT 1 / (20001 - i), repeat('x', 1000) FROM generate_series(1, 20001) i";
my $waiting = rows(20000) . " UNION ALL SELECT 0, pg_sleep(60)::text";

is(outcome_of($session, export_of($failing, 'failing'))->{sqlstate}, '22012', 'an error of the query');
is_nothing('failing', 'an error of the query');
is($session->query(export_of('SELECT 1', 'after')), '1|1|2', 'the session goes on');

# Ends a session's export, by a function of the server; returns its answer and
# after how many milliseconds it came.
sub end_export
{
	my ($victim, $sql, $function, $wait) = @_;
	my ($answer, $ms);

	$victim->send($sql);
	$wait->();
	$ms = elapsed_ms(
		sub {
			$control->query("SELECT $function(" . $victim->pid . ')');
			$answer = $victim->receive;
		});
	return ($answer, $ms);
}

is_soon(100, 3,
	sub {
		my ($answer, $ms) =
		  end_export($session, export_of($waiting, 'cancelled'), 'pg_cancel_backend', sub { wait_for_uploads(1) });

		like($answer, qr/57014: canceling statement due to user request/, 'a cancel in the query');
		is_nothing('cancelled', 'a cancel in the query');
		return $ms;
	},
	'it acts within 100 ms');
is($session->query(export_of('SELECT 1', 'after')), '1|1|2', 'the session goes on');

# S3 does not answer: which request it is decides what there is to end.
foreach my $operation (qw(PutObject CreateMultipartUpload UploadPart CompleteMultipartUpload))
{
	my $rows = $operation eq 'PutObject' ? 10 : 60000;
	my ($answer, $ms);

	ask('reset_calls');
	ask('s3_fault', { operation => $operation, times => undef, action => 'hang' });
	($answer, $ms) = end_export(
		$session,
		export_of(rows($rows), 'hung'),
		'pg_cancel_backend',
		sub {
			$node->poll_query_until('postgres', <<"END") or die "no $operation";
SELECT wait_event_type = 'Extension' AND
  EXISTS (SELECT FROM lambda_invoke('aws_s3', 's3_fault', '{}') f WHERE f.payload->0->>'met' <> '0')
  FROM pg_stat_activity WHERE pid = ${\$session->pid}
END
		});
	like($answer, qr/57014: canceling statement due to user request/, "a cancel while $operation hangs");
	# without the answer nobody knows which upload to end
	cmp_ok($ms, '<', $operation eq 'CreateMultipartUpload' ? 12_000 : 4000, 'acts soon');
	ask('reset_calls');
	is_nothing('hung', "a cancel while $operation hangs");
}
is($session->query(export_of('SELECT 1', 'after')), '1|1|2', 'the session goes on');

foreach my $name ('the query', 'UploadPart')
{
	my $victim = open_session($node);
	my ($answer, $ms);

	ask('s3_fault', { operation => 'UploadPart', times => undef, action => 'hang' }) if $name eq 'UploadPart';
	($answer, $ms) = end_export(
		$victim,
		export_of($name eq 'UploadPart' ? rows(60000) : $waiting, 'terminated'),
		'pg_terminate_backend',
		sub { wait_for_uploads(1) });
	$victim->close;
	like($answer, qr/57P01/, "terminated in $name");
	ask('reset_calls');
	wait_until_alone($node, $session, $control);
	is_nothing('terminated', "terminated in $name");
}

# The first backup of a session has a callback of exits, as uploads do.
{
	my $victim = open_session($node);
	my $backup = "SELECT repeat('x', 999), CASE WHEN i = 19000 THEN pg_backup_start('export', true)::text END FROM generate_series(1, 20000) i";
	my $answer;

	is($victim->query('SELECT rows_uploaded FROM (' . export_of($backup, 'backup') . ') e'), '20000',
		'the query begins the first backup of a session');
	($answer) = end_export($victim, export_of($waiting, 'terminated'), 'pg_terminate_backend',
		sub { wait_for_uploads(1) });
	$victim->close;
	like($answer, qr/57P01/, 'terminated after it');
	wait_until_alone($node, $session, $control);
	is_nothing('terminated', 'terminated after it');
}

# ---------------------------------------------------------------------------
# Faults of S3
# ---------------------------------------------------------------------------

my $query = rows(20000);
my ($size, $sha256) = copied($query, 'format text');

# An export meets these faults, each once, and is what it is without them.
sub meets
{
	my ($name, @faults) = @_;
	my $object;

	ask('reset_calls');
	ask('s3_fault', $_) for @faults;
	is($session->query(export_of($query, 'fault')), "20000|1|$size", "$name: tried again");
	($object) = objects('fault', digest => JSON::PP::true);
	is("$object->{size} $object->{sha256}", "$size $sha256", "$name: all is there");
	is_deeply([ map { $_->{met} } @{ ask('s3_fault') } ], [ (1) x @faults ], "$name: met");
	is($control->query('SELECT count(*) FROM s3_uploads'), '0', "$name: no upload is left");
	return;
}

my @requests = (
	{ operation => 'CreateMultipartUpload' },
	(map { { operation => 'UploadPart', number => $_ } } 1 .. 3),
	{ operation => 'CompleteMultipartUpload' });

foreach my $action ('reset', '500', '503')
{
	meets("$action for every request", map { { %$_, action => $action } } @requests);
	ask('reset_calls');
	ask('s3_fault', { operation => 'PutObject', action => $action });
	is($session->query(export_of('SELECT 1', 'fault')), '1|1|2', "$action for the only one: tried again");
	is(ask('s3_fault')->[0]{met}, 1, "$action for the only one: met");
}
meets("$_ for the last", { %{ $requests[-1] }, action => $_ }) for ('error_in_200', 'spaces');

# For good.
foreach my $operation (qw(PutObject CreateMultipartUpload UploadPart CompleteMultipartUpload))
{
	my $outcome;

	ask('reset_calls');
	ask('s3_fault', { operation => $operation, times => undef, action => '403' });
	$outcome = outcome_of($session,
		export_of($operation eq 'PutObject' ? 'SELECT 1' : $query, 'refused'));
	is($outcome->{sqlstate}, '58000', "$operation refused: SQLSTATE");
	is($outcome->{message}, 'could not upload to Amazon S3', "$operation refused: message");
	like($outcome->{detail}, qr/^Amazon S3 client returned '.+'\.$/, "$operation refused: DETAIL");
	unlike($outcome->{context}, qr/^SQL statement "SELECT (i|1)/m, "$operation refused: it is not the query's fault");
	ask('reset_calls');
	is_nothing('refused', "$operation refused");
}
is($session->query(export_of('SELECT 1', 'after')), '1|1|2', 'the session goes on');

# Files that were complete before are left, and no part of the one that was not.
$session->query("SET aws_s3.file_size_limit = '9MB'");
is(outcome_of($session, export_of($failing, 'several'))->{sqlstate}, '22012', 'an error in the third file');
$session->query('RESET aws_s3.file_size_limit');
is(join(' ', map { $_->{key} } objects('several')), 'several several_part2', 'leaves two');
is($control->query('SELECT count(*) FROM s3_uploads'), '0', 'and no upload');

# ---------------------------------------------------------------------------
# Memory
# ---------------------------------------------------------------------------

# The most memory a process has had, in kB; nothing where the system does not
# tell.
sub peak_of
{
	my $pid = shift;

	return -r "/proc/$pid/status" && slurp_file("/proc/$pid/status") =~ /^VmHWM:\s+(\d+) kB/m
	  ? $1
	  : undef;
}

SKIP:
{
	my $fresh = open_session($node);
	my $before = peak_of($fresh->pid);
	my ($rows, $files, $bytes) =
	  split /\|/, $fresh->query(export_of("SELECT id, repeat(name, 12) FROM endless LIMIT 500000", 'stream'));

	is("$rows $files", '500000 1', 'rows of a foreign table go to S3 as they come');
	cmp_ok($bytes, '>', 80_000_000, '80 MB of them');
	is((objects('stream'))[0]{size}, $bytes, 'are there');
	skip 'memory is not known', 1 unless defined $before;
	cmp_ok(peak_of($fresh->pid) - $before, '<', 64 * 1024, 'with 64 MB of memory at the most');
	$fresh->close;
}

# ---------------------------------------------------------------------------
# What the document shows
# ---------------------------------------------------------------------------

my ($document) = slurp_file("$FindBin::RealBin/../../docs/rds.md") =~ /^(## Export to Amazon S3\n.*?)^## /ms;
my $script = join '', $document =~ /^```sql\n(.*?)^```/msg;

$node->safe_psql('postgres', 'CREATE DATABASE document');
$node->safe_psql('document', $_)
  for (
	'CREATE EXTENSION aws_s3 CASCADE; CREATE EXTENSION IF NOT EXISTS lambda_fdw',
	create_server('aws_s3', $endpoint),
	create_function('aws_s3', 'totals', function => 'items', columns => q{id int, total text OPTIONS (path '/name')}),
	q{CREATE TABLE sample_table AS SELECT 1 AS a, 'x:y' AS b},
	q{CREATE TABLE customers AS SELECT 3 AS id, 'Ada' AS name});
ask('reset_calls');
is($node->safe_psql('document', $script) . "\n", <<'END', 'its SQL answers');
1|1|6
1|1|8
1|1|14
1|1|38
1|1|6
1|1|27
END
is_deeply(operations(), { PutObject => 6 }, 'and uploads');
is(join('', map { $_->{text} } map { @{ ask('s3_objects', { bucket => 'amzn-s3-demo-bucket', prefix => $_, content => JSON::PP::true }) } } 'sample-filepath', 'totals.csv'),
	"1\tx:y\nid,name,total\n3,Ada,item 3\n", 'this');

# ---------------------------------------------------------------------------
# On a standby
# ---------------------------------------------------------------------------

$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
is($standby->safe_psql('postgres', export_of('SELECT pg_is_in_recovery()', 'standby')), '1|1|2', 'a standby exports');
is((objects('standby', content => JSON::PP::true))[0]{text}, "t\n", 'what it has');
$standby->stop;

# ---------------------------------------------------------------------------
# Without a client
# ---------------------------------------------------------------------------

$session->close;
$control->close;
$node->stop;
my $output = '';
IPC::Run::run(
	[ $node->installed_command('postgres'), '--single', '-D', $node->data_dir, 'postgres' ],
	'<', \<<'END', '>', \$output, '2>&1', IPC::Run::timeout(180)) or diag 'it failed';
DO $$ BEGIN PERFORM aws_s3.query_export_to_s3('SELECT 1 UNION ALL SELECT 2', 'bucket', 'single'); RAISE WARNING 'after the export'; END $$
SELECT rows_uploaded, bytes_uploaded FROM aws_s3.query_export_to_s3('DO', 'bucket', 'single')
SELECT rows_uploaded + 100 AS rows_uploaded FROM aws_s3.query_export_to_s3('SELECT 1 FROM generate_series(1, 20)', 'bucket', 'again')
END
like($output, qr/after the export/, 'a server in single-user mode exports');
like($output, qr/syntax error/, 'and goes on after an error');
like($output, qr/rows_uploaded = "120"/, 'with another export');
$node->start;
$control = open_session($node);
is((objects('single', content => JSON::PP::true))[0]{text}, "1\n2\n", 'which are in S3');

done_testing();
