# What calls functions to count rows: ANALYZE of a table and of its parents, by
# hand, by vacuumdb and by autovacuum; none of them where a table says so, and
# none for long.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $endpoint = start_endpoint();
my $node = start_server('autovacuum = off', 'autovacuum_naptime = 1s');

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint),
	create_function('lambda', 'calls', columns => 'seq int, function text', options => "analyze 'false'"),
	create_function('lambda', 'reset_calls', columns => 'cleared int', options => "analyze 'false'"),
	create_function('lambda', 'hang'),
	create_function('lambda', 'alone', function => 'items', options => "analyze 'false'"),
	create_function('lambda', 'asked', function => 'items'),
	<<'END');
CREATE TABLE parts (id int) PARTITION BY RANGE (id);
CREATE TABLE parts_here PARTITION OF parts FOR VALUES FROM (0) TO (1000);
CREATE FOREIGN TABLE parts_far PARTITION OF parts FOR VALUES FROM (1000) TO (2000)
  SERVER lambda OPTIONS (function_arn 'items', analyze 'false');
CREATE TABLE far_only (id int) PARTITION BY RANGE (id);
CREATE FOREIGN TABLE far_only_1 PARTITION OF far_only FOR VALUES FROM (0) TO (1000)
  SERVER lambda OPTIONS (function_arn 'items', analyze 'false');
CREATE TABLE heirs (id int);
CREATE FOREIGN TABLE heirs_far () INHERITS (heirs) SERVER lambda OPTIONS (function_arn 'items', analyze 'false');
INSERT INTO parts SELECT generate_series(1, 100);
INSERT INTO heirs SELECT generate_series(1, 100);
END

# One that hangs is waited for meanwhile.
my $hanging = open_session($node);
my $started = time();
$hanging->send('ANALYZE hang');

# How many invocations a statement makes, with what it says.
sub calls_of
{
	my ($database, $sql) = @_;
	my ($out, $err);

	reset_calls($node);
	is($node->psql($database, $sql, stderr => \$err, on_error_die => 0), 0, "$sql: no error") or diag $err;
	return (count_calls($node, "function <> 'hang'"), $err);
}

sub never_calls
{
	my ($sql, $words) = @_;
	my ($calls, $err) = calls_of('postgres', $sql);

	is($calls, '0', "$sql: calls nobody");
	like($err, $words, "$sql: and says so") if defined $words;
	return;
}

sub statistics_of
{
	return $node->safe_psql('postgres',
		"SELECT count(*) FROM pg_stats WHERE tablename = '$_[0]' AND inherited");
}

# ---------------------------------------------------------------------------
# By hand
# ---------------------------------------------------------------------------

never_calls('ANALYZE alone', qr/WARNING:  skipping "alone" --- cannot analyze this foreign table/);
never_calls('ANALYZE parts');
is(statistics_of('parts'), '1', 'the parent has statistics of what is here');
never_calls('ANALYZE parts_far');
never_calls('ANALYZE far_only');
never_calls('ANALYZE heirs');
is(statistics_of('heirs'), '1', 'and an inheritance parent');
never_calls('VACUUM (ANALYZE) heirs, parts, alone');

my ($calls) = calls_of('postgres', 'ANALYZE asked');
is($calls, '1', 'others are called');
is($node->safe_psql('postgres', "SELECT reltuples FROM pg_class WHERE relname = 'asked'"), '20', 'and counted');
$node->safe_psql('postgres', "ALTER FOREIGN TABLE parts_far OPTIONS (SET analyze 'true')");
($calls) = calls_of('postgres', 'ANALYZE parts_far');
is($calls, '1', 'and so is this one, if it may');
$node->safe_psql('postgres', "ALTER FOREIGN TABLE parts_far OPTIONS (DROP analyze)");
($calls) = calls_of('postgres', 'ANALYZE far_only');
is($calls, '0', 'while others may not');
$node->safe_psql('postgres', "ALTER FOREIGN TABLE parts_far OPTIONS (ADD analyze 'off')");

like(
	as_role($node, 'CURRENT_USER', "ALTER FOREIGN TABLE alone OPTIONS (SET analyze 'sometimes')"),
	qr/HV024: invalid value for option "analyze": "sometimes"/, 'it is true or false');

# ---------------------------------------------------------------------------
# One that hangs
# ---------------------------------------------------------------------------

my $answer = $hanging->receive;
my $seconds = time() - $started;
like($answer, qr/ERROR:  08006: .*no complete answer|ERROR:  08006: /s, 'ends')
  or diag $answer;
like($answer, qr/CONTEXT:  ANALYZE of foreign table "hang", which waits at most 30 s for its function; with the table option analyze 'false' it makes no call/,
	'and says why, and what to do');
cmp_ok($seconds, '>', 29, 'after 30 seconds');
cmp_ok($seconds, '<', 60, 'and not much later');
$hanging->close;

# A table's own limit, where it is less.
$node->safe_psql('postgres', "ALTER FOREIGN TABLE hang OPTIONS (ADD request_timeout_ms '200')");
$started = time();
like(as_role($node, 'CURRENT_USER', 'ANALYZE hang'), qr/08006: /, 'a table of a shorter limit');
cmp_ok(time() - $started, '<', 20, 'keeps it');
$node->safe_psql('postgres', 'DROP FOREIGN TABLE hang, asked');

# ---------------------------------------------------------------------------
# By programs
# ---------------------------------------------------------------------------

reset_calls($node);
$node->command_ok([ 'vacuumdb', '--analyze-in-stages', '--dbname', $node->connstr('postgres') ],
	'vacuumdb --analyze-in-stages');
$node->command_ok([ 'vacuumdb', '--analyze', '--all', '--maintenance-db', $node->connstr('postgres') ],
	'vacuumdb --analyze');
is(count_calls($node), '0', 'call nobody');

# Autovacuum analyzes inheritance parents whose own rows have changed.
sub autoanalyzed
{
	my $before = $node->safe_psql('postgres', "SELECT autoanalyze_count FROM pg_stat_user_tables WHERE relname = 'heirs'");

	reset_calls($node);
	$node->safe_psql('postgres', 'INSERT INTO heirs SELECT generate_series(1, 1000)');
	$node->append_conf('postgresql.conf', 'autovacuum = on');
	$node->reload;
	$node->poll_query_until('postgres',
		"SELECT autoanalyze_count > $before FROM pg_stat_user_tables WHERE relname = 'heirs'")
	  or die 'autovacuum does not analyze';
	$node->append_conf('postgresql.conf', 'autovacuum = off');
	$node->reload;
	return count_calls($node);
}

is(autoanalyzed(), '0', 'autovacuum calls nobody');
$node->safe_psql('postgres', "ALTER FOREIGN TABLE heirs_far OPTIONS (SET analyze 'true')");
cmp_ok(autoanalyzed(), '>', 0, 'and would, without the option');

$node->stop;
done_testing();
