# deliver_at 'commit' where something goes wrong while a transaction commits: its
# deadline, cancel, terminate, kill, and what is left of it in memory and on disk.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $endpoint = start_endpoint();

$ENV{AWS_ENDPOINT_URL_STS} = $endpoint;
$ENV{AWS_EC2_METADATA_DISABLED} = 'true';
my $node = start_server('restart_after_crash = on', 'log_temp_files = 0');

my $keys = "aws_access_key_id '$access_key', aws_secret_access_key '$secret_key'";
my $role = 'arn:aws:iam::123456789012:role';

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint, "max_concurrency '1'"),
	create_server('wide', $endpoint),
	create_server('assumed', $endpoint),
	"ALTER USER MAPPING FOR CURRENT_USER SERVER assumed OPTIONS (ADD role_arn '$role/reader')",
	create_server('hanging', $endpoint),
	"ALTER USER MAPPING FOR CURRENT_USER SERVER hanging OPTIONS (ADD role_arn '$role/hang')",
	create_function('lambda', 'calls',
		columns => 'seq int, function text, payload jsonb, access_key text'),
	create_function('lambda', 'written', function => 'calls',
		columns => 'function text, payload jsonb, written int'),
	create_function('lambda', 'reset_calls', columns => 'cleared int'),
	create_function('lambda', 'reset_store', columns => 'cleared int'),
	map({ my ($name, $options) = @$_;
			create_function('lambda', $name, function => 'store',
				columns => q{id int OPTIONS (key 'true'), n int},
				options => "updatable 'true', deliver_at 'commit', batch_size '3', $options") }
		[ 'stock', q{payload '{"store": "stock"}'} ],
		[ 'other', q{payload '{"store": "other"}'} ],
		[ 'throttled', q{payload '{"fault": "throttled", "times": 2}'} ],
		[ 'broken', q{payload '{"fault": "reset_after", "times": 1, "once": true}'} ],
		[ 'repeated', q{payload '{"fault": "reset_after", "times": 1, "once": true}', idempotent 'true'} ]),
	'CREATE TABLE local (what text)',
	q{CREATE FUNCTION hold(function text, payload jsonb DEFAULT '1', server text DEFAULT 'lambda')
	  RETURNS void LANGUAGE sql AS
	  $$SELECT lambda_invoke(server, function, payload, deliver_at => 'commit')$$});

my $session = open_session($node);
my $control = open_session($node);

# A row of a local table, and what is held beside it; the transaction is open.
sub begin
{
	my ($in, $what, @held) = @_;

	$in->query($_)
	  for 'BEGIN', "INSERT INTO local VALUES ('$what')", map { "SELECT hold($_)" } @held;
	return;
}

# Nothing of the transaction is there.
sub is_gone
{
	my ($what, $name) = @_;

	is($node->safe_psql('postgres', "SELECT count(*) FROM local WHERE what = '$what'"),
		'0', "$name: the transaction is aborted");
	return;
}

# The temporary files that are there.
sub temporary_files
{
	return $node->safe_psql('postgres', 'SELECT count(*) FROM pg_ls_tmpdir()');
}

sub wait_for_call
{
	my $of = shift;

	$node->poll_query_until('postgres',
		"SELECT wait_event_type = 'Extension' FROM pg_stat_activity WHERE pid = " . $of->pid)
	  or die 'the session does not call';
	return;
}

# Keeps a session's memory and disk busy: 300 kB, four times work_mem.
sub spill
{
	my $in = shift;

	$in->query(q{SET work_mem = '64kB'});
	$in->query(q{SELECT count(hold('echo', to_jsonb(repeat('x', 10000)))) FROM generate_series(1, 30)});
	return;
}

# ---------------------------------------------------------------------------
# Deadlines
# ---------------------------------------------------------------------------

$session->query("SET lambda_fdw.commit_timeout = '300ms'");
begin($session, 'deadline', q{'echo'}, q{'hang'}, q{'echo', '2'});
my $answer;
my $elapsed = elapsed_ms(sub { $answer = $session->query('COMMIT') });
like($answer, qr/57014: canceling COMMIT due to lambda_fdw.commit_timeout/, 'commit_timeout');
like($answer, qr/CONTEXT:.*payload 1 for Lambda function "hang"/, 'what it waited for');
cmp_ok($elapsed, '>', 290, 'not before its time');
cmp_ok($elapsed, '<', 10_000, 'and not long after');
is_gone('deadline', 'commit_timeout');
is(count_calls($node, q{function = 'echo'}), '1', 'what came after was not sent');
$session->query('SET lambda_fdw.commit_timeout = 0');
$session->query("SET statement_timeout = '200ms'");
begin($session, 'no limit', q{'slow', '{"delay_ms": 500}'});
is($session->query('COMMIT'), '', 'a limit of 0 is none, and statement_timeout does not limit COMMIT');
$session->query('RESET lambda_fdw.commit_timeout');
$node->safe_psql('postgres',
	q{CREATE PROCEDURE committing() LANGUAGE plpgsql AS $$ BEGIN PERFORM hold('hang'); COMMIT; END $$});
like($session->query('CALL committing()'),
	qr/57014: canceling statement due to statement timeout/, 'that of a procedure it does');
$session->query('RESET statement_timeout');
is($session->query('SHOW lambda_fdw.commit_timeout'), '1min', 'the default');
like($session->query('SET lambda_fdw.commit_timeout = -1'), qr/22023: -1 ms is outside/, 'it is not negative');

# ---------------------------------------------------------------------------
# Errors of rows, batches that are sent again
# ---------------------------------------------------------------------------

$node->safe_psql('postgres', 'SELECT * FROM reset_store');
$session->query($_)
  for 'BEGIN', q{INSERT INTO local VALUES ('rows')}, 'INSERT INTO other VALUES (1, 1)',
  'INSERT INTO stock SELECT g, g FROM generate_series(1, 4) g',
  'INSERT INTO other VALUES (2, 2)', 'INSERT INTO stock VALUES (5, 5), (1, 1)';
like($session->query('COMMIT'),
	qr/38000: .*a row with the key .*rows 5 to 6 of INSERT into foreign table "stock", batch [0-9a-f]{32}-5: /s,
	'an error tells the rows by their number among those of the table');
is_gone('rows', 'an error of rows');

# How many calls a table's writes were, how many batch_ids they had, and how many
# rows were written.
sub batches
{
	my $of = shift;

	return $node->safe_psql('postgres',
		q{SELECT count(*), count(DISTINCT payload->'lambda_fdw'->>'batch_id'), sum(written) FROM written}
		  . qq{ WHERE payload->'lambda_fdw'->>'table' = '$of'});
}

reset_calls($node);
$session->query($_) for 'BEGIN', 'INSERT INTO throttled VALUES (1, 1)', 'INSERT INTO throttled VALUES (2, 2)';
is($session->query('COMMIT'), '', 'throttled');
is(batches('throttled'), '3|1|2', 'is sent again with its batch_id');
$session->query($_) for 'BEGIN', 'INSERT INTO repeated VALUES (1, 1)', 'INSERT INTO repeated VALUES (2, 2)';
is($session->query('COMMIT'), '', 'an idempotent write whose connection broke');
is(batches('repeated'), '2|1|2', 'is sent again with its batch_id');
begin($session, 'unknown');
$session->query('INSERT INTO broken VALUES (1, 1)');
like($session->query('COMMIT'), qr/08007: /, 'one that is not may be written');
is(batches('broken'), '1|1|1', 'and is not sent again');
is_gone('unknown', 'an unknown outcome');

# So may a payload of lambda_invoke; one that is not held is 08006 (007_faults).
reset_calls($node);
begin($session, 'unheard', q{'reset_before', '{}'});
like($session->query('COMMIT'), qr/08007: /, 'a payload that is held may have been delivered');
is(count_calls($node, "function = 'reset_before'"), '1', 'and is not sent again');
is_gone('unheard', 'an unknown outcome of lambda_invoke');

# ---------------------------------------------------------------------------
# Credentials that are asked for then
# ---------------------------------------------------------------------------

reset_calls($node);
begin($session, 'assumed', q{'echo', '1', 'assumed'});
is(count_calls($node), '0', 'nothing is called before COMMIT');
is($session->query('COMMIT'), '', 'keys of a role');
is($node->safe_psql('postgres', 'SELECT string_agg(access_key, $$ $$) FROM calls') =~ /^ASIAROLE\d+$/,
	1, 'are those of the role');
$session->query("SET lambda_fdw.commit_timeout = '300ms'");
begin($session, 'keys', q{'echo', '1', 'hanging'});
$elapsed = elapsed_ms(sub { $answer = $session->query('COMMIT') });
like($answer, qr/28000: .*no answer in time.*within 300 ms \(lambda_fdw.commit_timeout\)/s,
	'keys that do not come');
cmp_ok($elapsed, '<', 10_000, 'are waited for no longer');
is_gone('keys', 'no keys');
$session->query('RESET lambda_fdw.commit_timeout');

# ---------------------------------------------------------------------------
# Signals
# ---------------------------------------------------------------------------

begin($session, 'cancelled', q{'hang'});
$session->send('COMMIT');
wait_for_call($session);
$elapsed = elapsed_ms(
	sub {
		$control->query('SELECT pg_cancel_backend(' . $session->pid . ')');
		$answer = $session->receive;
	});
like($answer, qr/57014: canceling statement due to user request/, 'COMMIT is cancelled');
cmp_ok($elapsed, '<', 10_000, 'at once');
is_gone('cancelled', 'cancelled');
is($session->query(q{SELECT hold('echo')}), '', 'the session goes on');

my $victim = open_session($node);
begin($victim, 'terminated', q{'hang'});
spill($victim);
is(temporary_files(), '1', 'what is held past work_mem is in a file');
$victim->send('COMMIT');
wait_for_call($victim);
$control->query('SELECT pg_terminate_backend(' . $victim->pid . ')');
like($victim->receive, qr/57P01: terminating connection/, 'COMMIT is terminated');
$victim->close;
wait_until_alone($node, $session, $control);
is_gone('terminated', 'terminated');
is(temporary_files(), '0', 'no file is left');

$victim = open_session($node);
begin($victim, 'ended', q{'echo', '"ended"'});
spill($victim);
$victim->close;
wait_until_alone($node, $session, $control);
is_gone('ended', 'a session that ends in its transaction');
is(count_calls($node, q{payload = '"ended"'}), '0', 'sends nothing');
is(temporary_files(), '0', 'and leaves no file');

# ---------------------------------------------------------------------------
# Memory and disk
# ---------------------------------------------------------------------------

foreach my $end ('COMMIT', 'ROLLBACK')
{
	reset_calls($node);
	begin($session, lc $end);
	spill($session);
	is(temporary_files(), '1', "$end: a file");
	$session->query($_) for 'SAVEPOINT a', q{SELECT hold('echo', '"gone"')};
	spill($session);
	$session->query('ROLLBACK TO a');
	spill($session);
	is($session->query($end), '', $end);
	is(temporary_files(), '0', "$end: the file is gone");
	is( count_calls($node, q{function = 'echo' AND length(payload #>> '{}') = 10000}),
		$end eq 'COMMIT' ? 60 : 0, "$end: the calls");
	is(count_calls($node, q{payload = '"gone"'}), '0', "$end: none that was rolled back");
}
# an error while the file is there
begin($session, 'failing', q{'function_error', '{}'});
spill($session);
like($session->query('COMMIT'), qr/38000: /, 'an error');
is(temporary_files(), '0', 'the file is gone');
# too little disk: the rest of the transaction is sent once there is more
foreach my $limit ('-1', '100kB')
{
	begin($session, "limit $limit");
	$session->query($_) for "SET temp_file_limit = '100kB'", 'SAVEPOINT a';
	like($session->query(q{SELECT count(hold('echo', to_jsonb(repeat('y', 10000)))) FROM generate_series(1, 100)}),
		qr/53400: temporary file size exceeds/, 'temp_file_limit holds');
	$session->query($_)
	  for 'ROLLBACK TO a', "SELECT hold('echo', '\"after $limit\"')", "SET temp_file_limit = '$limit'";
	like($session->query('COMMIT'), $limit eq '-1' ? qr/^$/ : qr/53400: /, "COMMIT with $limit");
	is(count_calls($node, "payload = '\"after $limit\"'"), $limit eq '-1' ? 1 : 0, 'what came after');
	$session->query('RESET temp_file_limit');
}
is(count_calls($node, q{left(payload #>> '{}', 1) = 'y'}), '0', 'what was rolled back is not sent');
is_gone('limit 100kB', 'COMMIT that cannot read');
is(temporary_files(), '0', 'no file is left');

SKIP:
{
	my ($before) = memory_of($session->pid);

	skip 'no /proc', 2 unless $before;
	$session->query('SET work_mem = $$1MB$$');
	# a transaction each, dropped: a million bytes, and fifty times as many
	my $hold = q{DO $$BEGIN PERFORM hold('echo', to_jsonb(g::text || repeat('z', 400))) FROM generate_series(1, %d) g; RAISE division_by_zero; END$$};
	$session->query(sprintf $hold, 5000);
	my ($grown) = growth_of($session, 2048, sub { $session->query(sprintf $hold, 100_000) });
	cmp_ok($grown, '<', 2048, '100,000 held payloads: memory stays, in kB');
	is(temporary_files(), '0', 'and no file');
}

# ---------------------------------------------------------------------------
# Encodings
# ---------------------------------------------------------------------------

$node->safe_psql('postgres', q{CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'});
$node->safe_psql('latin', "CREATE EXTENSION lambda_fdw;" . create_server('lambda', $endpoint));
reset_calls($node);
$node->safe_psql('latin', q{SELECT lambda_invoke('lambda', 'echo', to_jsonb(chr(233)), deliver_at => 'commit')});
is(count_calls($node, q{payload = to_jsonb(chr(233))}), '1', 'payloads of a LATIN1 database');

# ---------------------------------------------------------------------------
# A crash
# ---------------------------------------------------------------------------

$victim = open_session($node);
begin($victim, 'killed', q{'hang'});
spill($victim);
$victim->send('COMMIT');
wait_for_call($victim);
kill('KILL', $victim->pid);
$victim->close;
$_->close for $session, $control;
wait_for_restart($node);
is_gone('killed', 'killed');
is(temporary_files(), '0', 'no file is left');

unlike(slurp_file($node->logfile), qr/WARNING:/, 'nothing leaks');
$node->stop;
done_testing();
