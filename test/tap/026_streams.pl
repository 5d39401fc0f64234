# Streamed answers: what breaks them, when their rows come, what they hold of
# memory, and when they are given up; and the memory of all answers together.
use strict;
use warnings;

use FindBin;
use List::Util qw(max);
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $node = start_server("log_min_messages = 'fatal'");
my $endpoint = start_endpoint();

$node->safe_psql('postgres',
	    create_outcome()
	  . create_server('lambda', $endpoint, "max_attempts '2', request_timeout_ms '30000'")
	  . create_function('lambda', 'calls', columns => 'seq int, function text')
	  . create_function('lambda', 'reset_calls', columns => 'cleared int')
	  . create_function('lambda', 'items'));
my $session = open_session($node);
my $tables = 0;

# A table over the function stream with this event; returns its name.
sub create_stream
{
	my ($event, $more) = @_;
	my $table = 's' . ++$tables;

	$more = $more ? ", $more" : '';
	$node->safe_psql('postgres',
		create_function('lambda', $table, function => 'stream', columns => 'id int, note text',
			options => "response_mode 'streaming', payload '$event'$more"));
	return $table;
}

# What a statement over a new table comes to, and in how many calls.
sub stream_outcome
{
	my ($event, $more) = @_;
	my $table = create_stream($event, $more);

	reset_calls($node);
	return (outcome_of($session, "SELECT * FROM $table"), count_calls($node));
}

# ---------------------------------------------------------------------------
# What breaks a stream
# ---------------------------------------------------------------------------

foreach my $case (
	[ 'bad_prelude', "a message begins with lengths whose checksum is another" ],
	[ 'bad_message', "a message's checksum is another" ],
	[ 'cut_message', "it ends inside of a message" ],
	[ 'no_complete', "it ends without the message InvokeComplete" ],
	[ 'after', "bytes follow its last message" ],
	[ 'huge_length', "a message is longer than any may be" ],
	[ 'huge_headers', "a message has more headers than any may have" ],
	[ 'long_document', "a message beside the chunks is too long" ],
	[ 'bad_document', "InvokeComplete is no JSON object" ])
{
	my ($fault, $detail) = @$case;

	# nothing was taken before: it is tried again; behind a row it is not
	foreach my $rows (0, 2)
	{
		my ($outcome, $calls) = stream_outcome(qq({"rows": $rows, "fault": "$fault"}));

		is($outcome->{sqlstate}, '08006', "$fault behind $rows rows")
		  or diag(explain($outcome));
		like($outcome->{detail}, qr/: the (event stream is broken|answer is no event stream): \Q$detail\E\.$/, 'its detail');
		is($calls, $rows ? 1 : 2, 'how often it was asked for');
	}
}
my ($outcome, $calls) = stream_outcome('{"rows": 0, "fault": "plain"}');
like($outcome->{detail}, qr/the answer is no event stream: /, 'an answer that is none');
($outcome, $calls) = stream_outcome('{"rows": 2, "fault": "reset"}');
is($outcome->{sqlstate}, '08006', 'a connection that breaks');
($outcome, $calls) = stream_outcome('{"rows": 2, "fault": "unknown"}');
is($outcome->{rows}, 2, 'an event of another type is passed over');
($outcome, $calls) = stream_outcome('{"rows": 2, "fault": "hang"}', "request_timeout_ms '300'");
like($outcome->{hint}, qr/request_timeout_ms allows 300 ms/, 'a stream that hangs');
($outcome, $calls) = stream_outcome('{"rows": 3000, "size": 1000, "chunk_rows": 10}', "max_response_bytes '1000000'");
is($outcome->{sqlstate}, '54000', 'a stream that is too large');
like($outcome->{hint}, qr/max_response_bytes allows 1000000 bytes/, 'its hint');

# Errors of the service amid the stream, and of the function at its end.
foreach my $case (
	[ 'throttled', '53400', 2 ], [ 'service', '08006', 2 ],
	[ 'refused', 'HV00L', 1 ], [ 'error', '08006', 2 ], [ 'timeout', '38000', 1 ])
{
	my ($fault, $sqlstate, $attempts) = @$case;

	foreach my $rows (0, 2)
	{
		($outcome, $calls) = stream_outcome(qq({"rows": $rows, "fault": "$fault"}));
		is($outcome->{sqlstate}, $sqlstate, "$fault behind $rows rows")
		  or diag(explain($outcome));
		is($calls, $rows ? 1 : $attempts, 'how often it was asked for');
	}
}
($outcome, $calls) = stream_outcome(
	'{"rows": 5, "chunk_rows": 5, "fault": "service", "fault_calls": 1, "fault_key": "once", "document": true}');
is($calls, 1, 'rows of an open document are rows');
($outcome, $calls) = stream_outcome(
	'{"chunks": [], "fault": "service", "fault_calls": 1, "fault_key": "first"}');
is("$outcome->{rows} $calls", '0 2', 'an error before the first byte is tried again');

# ---------------------------------------------------------------------------
# When rows come
# ---------------------------------------------------------------------------

my $stamped = create_stream('{"rows": 9, "stamp": true, "delay_ms": 50}');
is_soon(6, 1,
	sub {
		return $session->query(<<"END");
SELECT round(1000 * percentile_cont(0.5) WITHIN GROUP (ORDER BY late)) FROM (
  SELECT extract(epoch FROM clock_timestamp()) - note::numeric AS late FROM $stamped) s
END
	},
	'a row is there within 5 ms of its chunk');

my $slow = create_stream('{"rows": 1000, "delay_ms": 300}');
my $elapsed = elapsed_ms(sub { is($session->query("SELECT id FROM $slow LIMIT 2"), "1\n2", 'LIMIT') });
cmp_ok($elapsed, '<', 30_000, 'ends a stream that goes on');
$session->query('BEGIN');
$session->query("DECLARE c CURSOR FOR SELECT id FROM $slow");
is($session->query('FETCH 1 FROM c'), '1', 'a cursor');
$elapsed = elapsed_ms(sub { $session->query('CLOSE c') });
cmp_ok($elapsed, '<', 30_000, 'which is closed ends it, too');
$session->query('COMMIT');
is($session->query('SELECT count(*) FROM items'), '20', 'and the session goes on');
$elapsed = elapsed_ms(
	sub {
		like($session->query("SET statement_timeout = 400; SELECT count(*) FROM $slow"),
			qr/57014/, 'a cancel');
	});
cmp_ok($elapsed, '<', 30_000, 'ends it at once');
$session->query('RESET statement_timeout');

# ---------------------------------------------------------------------------
# Memory
# ---------------------------------------------------------------------------

# The most memory that a statement has needed above the session's, in kB.
sub peak_of
{
	my ($statement, $expected, $name) = @_;
	my $pid = $session->pid;
	my ($before) = memory_of($pid);

	return 0 unless defined $before && open(my $file, '>', "/proc/$pid/clear_refs");
	print $file "5\n";
	close($file);
	is($session->query($statement), $expected, $name);
	slurp_file("/proc/$pid/status") =~ /^VmHWM:\s+(\d+) kB/m;
	return $1 - $before;
}

my $small = create_stream('{"rows": 20000, "same": true, "size": 1000, "chunk_rows": 60}');
my $large = create_stream('{"rows": 200000, "same": true, "size": 1000, "chunk_rows": 60}');
my $wide = create_stream('{"rows": 8, "same": true, "size": 6000000, "chunk_rows": 1}');
my $count = 'SELECT count(*), sum(length(note)) FROM';

# chunks of 60 rows: as many as fit
my @peaks = peak_of("$count $small", '19980|19980000', 'a stream of 20 MB');
my $least = elapsed_ms(
	sub { push @peaks, peak_of("$count $small", '19980|19980000', 'once more') });
push @peaks, peak_of("$count $small", '19980|19980000', 'and again');
# what a run finds allocated already is no part of its peak
my $peak = max(@peaks);
my $peak_large;
my $most = elapsed_ms(
	sub { $peak_large = peak_of("$count $large", '199980|199980000', 'one of 200 MB') });
note("20 MB: $least ms, $peak kB; 200 MB: $most ms, $peak_large kB");
cmp_ok($peak_large, '<', 16 * 1024, 'its memory, in kB');
cmp_ok($peak_large, '<', $peak + 2048, 'which is that of the smaller one');
cmp_ok(peak_of("$count $wide", '8|48000000', 'rows of 6 MB in messages of their own'),
	'<', 40 * 1024, 'need a row and its window');

my $noise = create_stream('{"rows": 2, "fault": "noise"}');
cmp_ok(peak_of("SELECT count(*) FROM $noise", '2', '40 MB of messages that nobody knows'),
	'<', 8 * 1024, 'leave nothing, in kB');

# Many answers side by side.
my $many = create_stream('{"rows": 4000, "same": true, "size": 1000, "chunk_rows": 40}');
$node->safe_psql('postgres',
	    "ALTER FOREIGN TABLE $many ADD COLUMN k int OPTIONS (pushdown '=', input 'true');"
	  . "ALTER FOREIGN TABLE $many OPTIONS (ADD max_concurrency '60')");
$session->query(q{SET lambda_fdw.answer_mem = '8MB'});
my $side_by_side = "SELECT count(*) FROM $many WHERE k = ANY (ARRAY(SELECT generate_series(1, 40)))";
$peak = peak_of($side_by_side, '160000', '40 answers of 4 MB side by side');
note("peak $peak kB");
cmp_ok($peak, '<', 40 * 1024, 'share the memory of all answers, in kB');

# What others have used up does not stop who is waited for.
$session->query(q{SET lambda_fdw.answer_mem = '1MB'});
$session->query('BEGIN');
$session->query("DECLARE c$_ CURSOR FOR SELECT id FROM $small; FETCH 1 FROM c$_") for 1 .. 4;
is($session->query("$count $small"), '19980|19980000', 'a scan beside cursors that hold all memory');
is($session->query("SELECT count(*) FROM $small a, (SELECT id FROM $small LIMIT 3) b"),
	'59940', 'and a join');
is($session->query('MOVE ALL FROM c2'), '', 'a cursor goes on');
$session->query('COMMIT');
$session->query('RESET lambda_fdw.answer_mem');

$session->close;
$node->stop;
done_testing();
