# Append over foreign tables: all scans are under way together, and all that a wait
# of a scan's own takes care of is taken care of in Append's.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

plan skip_all => 'asynchronous scans are for Linux' unless $^O eq 'linux';

my $node = start_server();
my $endpoint = start_endpoint();

# SQL for a table of so many partitions, with the columns of the function partition;
# the members of a partition's payload are what code makes of its number.
sub create_partitions
{
	my ($name, $count, $members, $server) = @_;

	$server //= 'lambda';
	return "CREATE TABLE $name (p int, id int) PARTITION BY LIST (p);\n" . join '', map {
		my $more = $members->($_);
		"CREATE FOREIGN TABLE ${name}_$_ PARTITION OF $name FOR VALUES IN ($_) SERVER $server "
		  . "OPTIONS (function_arn 'partition', payload '{\"p\": $_, $more}');\n"
	} 1 .. $count;
}

$node->safe_psql('postgres',
		create_try()
	  . create_outcome()
	  . create_server('lambda', $endpoint)
	  . create_server('brief', $endpoint, "request_timeout_ms '400'")
	  . create_function('lambda', 'calls', columns => 'function text, payload jsonb')
	  . create_function('lambda', 'reset_calls', columns => 'cleared int')
	  . create_server('late', $endpoint, "request_timeout_ms '2500', max_attempts '1'")
	  . create_function('late', 'later', function => 'partition',
		options => q{payload '{"p": 1, "delay_ms": 4000}'})
	  . create_function('late', 'late_items', function => 'items')
	  . create_function('lambda', 'slow', options => q{payload '{"delay_ms": 300}'})
	  . create_function('lambda', 'hang')
	  . create_function('lambda', 'hang_mid')
	  . create_function('lambda', 'function_error')
	  . create_function('lambda', 'throttled',
		options => q{payload '{"times": 2, "retry_after": null}'})
	  . create_function('brief', 'brief_hang', function => 'hang')
	  . create_function('brief', 'brief_hang_mid', function => 'hang_mid')
	  . create_function('lambda', 'lookup', columns =>
		  q{key int OPTIONS (required 'true', pushdown '=, in'), label text})
	  . create_partitions('late', 8, sub { '"delay_ms": 200' })
	  . create_partitions('twenty', 20, sub { $_ < 20 ? '"delay_ms": 1000' : '"n": 5, "row_ms": 20' })
	  . create_partitions('endless', 2, sub { '"n": 10000, "row_ms": 20' })
	  . create_partitions('patient', 2, sub { $_ == 1 ? '"n": 2' : '"delay_ms": 200' }, 'brief')
	  . 'CREATE TABLE local AS SELECT n AS id FROM generate_series(1, 3) n; ANALYZE local;');

my $session = open_session($node);
my $control = open_session($node);

# ---------------------------------------------------------------------------
# Side by side
# ---------------------------------------------------------------------------

is($session->query('SELECT count(*), sum(p) FROM late'), '24|108', 'eight partitions');
is_soon(600, 3,
	sub { return elapsed_ms(sub { $session->query('SELECT count(*) FROM late') }); },
	'eight partitions take no longer than three of them');

# Append is told of sixteen descriptors at once, and has a row of the last first.
my $answer;
is_soon(800, 1,
	sub {
		return elapsed_ms(
			sub {
				$session->query('ROLLBACK; BEGIN; DECLARE c CURSOR FOR SELECT p FROM twenty');
				$answer = $session->query('FETCH 5 FROM c');
			});
	},
	'one of twenty does not wait for the others');
is($answer, join("\n", (20) x 5), '... and gives all it has');
is($session->query('MOVE ALL FROM c; COMMIT; SELECT 1'), '1', '... which come later');

# ---------------------------------------------------------------------------
# Other waits meanwhile
# ---------------------------------------------------------------------------

is_soon(150, 1,
	sub {
		$session->query('BEGIN; DECLARE c CURSOR FOR SELECT p, id FROM late UNION ALL SELECT 0, id FROM hang_mid');
		is($session->query('FETCH 1 FROM c'), '0|1', 'a cursor that has rows to come');
		is($session->query('SELECT * FROM slow'), '1', 'another statement takes in what comes');
		is($session->query('SELECT count(*) FROM (SELECT 1 FROM late) s'), '24', '... as another Append does');
		my $ms = elapsed_ms(sub { $answer = $session->query('FETCH 24 FROM c') });
		is(scalar(split /\n/, $answer), 24, '... and the cursor has all of it');
		$session->query('ROLLBACK');
		return $ms;
	},
	'... at once');

# A bind join waits by itself, 300 ms; what comes for others meanwhile is not lost.
foreach my $sibling ('SELECT l.id FROM local l JOIN lookup ON key = l.id',
	'SELECT l.id FROM local l, LATERAL (SELECT FROM slow OFFSET 0) s')
{
	my $query = "SELECT count(*) FROM (SELECT id FROM late UNION ALL $sibling) s";

	is($session->query($query), 27, "beside $sibling");
}

SKIP:
{
	my $made = $session->query('CREATE EXTENSION postgres_fdw');

	skip 'no postgres_fdw', 2 if $made =~ /ERROR/;
	$node->safe_psql('postgres', 'CREATE SERVER loopback FOREIGN DATA WRAPPER postgres_fdw '
		  . "OPTIONS (host '" . $node->host . "', port '" . $node->port . "', dbname 'postgres', async_capable 'true');"
		  . 'CREATE USER MAPPING FOR CURRENT_USER SERVER loopback;'
		  . q{CREATE VIEW sleepy AS SELECT 100 + n AS id FROM generate_series(1, 3) n, pg_sleep(0.1);}
		  . q{CREATE FOREIGN TABLE remote (id int) SERVER loopback OPTIONS (table_name 'sleepy')});
	like(
		$session->query('EXPLAIN SELECT id FROM late UNION ALL SELECT id FROM remote'),
		qr/(Async Foreign Scan on late.*){8}Async Foreign Scan on remote/s,
		'beside postgres_fdw');
	is( $session->query(
			'SELECT count(*), max(id) FROM (SELECT id FROM late UNION ALL SELECT id FROM remote) s'),
		'27|103',
		'... all rows');
}

# ---------------------------------------------------------------------------
# What ends a wait
# ---------------------------------------------------------------------------

foreach my $query ('SELECT * FROM hang UNION ALL SELECT * FROM hang_mid',
	'SELECT * FROM hang UNION ALL SELECT * FROM slow')
{
	# older minor releases do not wait for the latch, and see it within a second
	is_soon(1500, 3,
		sub {
			$session->send($query);
			$node->poll_query_until('postgres',
				q{SELECT wait_event_type IN ('Extension', 'IPC') FROM pg_stat_activity WHERE pid = } . $session->pid)
			  or die 'nobody waits';
			return elapsed_ms(
				sub {
					$control->query('SELECT pg_cancel_backend(' . $session->pid . ')');
					$answer = $session->receive;
				});
		},
		"cancel of: $query");
	like($answer, qr/57014/, '... is an error');
}

foreach my $table (qw(brief_hang brief_hang_mid))
{
	my $took =
	  elapsed_ms(sub { $answer = $session->query("SELECT id FROM $table UNION ALL SELECT id FROM hang") });

	like($answer, qr/no answer in time|timeout|in time/, "$table: request_timeout_ms counts in Append's wait");
	cmp_ok($took, '>', 350, '... not before it has passed');
	cmp_ok($took, '<', 10_000, '... and soon after');
}

# ... but not while the cursor is idle.
$session->query('BEGIN; DECLARE c CURSOR FOR SELECT p FROM patient');
is($session->query('FETCH 1 FROM c'), '1', 'a cursor whose other partition takes its time');
sleep(1);
is($session->query('FETCH 9 FROM c'), "1\n2\n2\n2", '... has it after longer than its deadline');
$session->query('COMMIT');

# Nor while it is idle and another Append waits: two of its tables have been read,
# the answer was looked for after each, in vain, and the next table has rows left.
$session->query('SELECT count(*) FROM late_items');	# there is a connection
$session->query('BEGIN; DECLARE c CURSOR FOR '
	  . join(' UNION ALL ', map { "SELECT $_ AS id FROM local" } -3 .. -1)
	  . ' UNION ALL SELECT id FROM later');
is($session->query('FETCH 7 FROM c'), "-3\n-3\n-3\n-2\n-2\n-2\n-1", 'a cursor whose tables have rows');
sleep(3.5);
is($session->query('SELECT count(*) FROM late'), 24, '... is idle while another Append waits');
is($session->query('FETCH ALL FROM c'),
	"-1\n-1\n1\n2\n3", '... and its answer is not past its deadline');
$session->query('COMMIT');

# ---------------------------------------------------------------------------
# Attempts
# ---------------------------------------------------------------------------

reset_calls($node);
is( $session->query(
		'SELECT count(*) FROM (SELECT id FROM throttled UNION ALL SELECT id FROM throttled UNION ALL SELECT id FROM slow) s'),
	3,
	'attempts that follow a back-off');
cmp_ok(count_calls($node, q{function = 'throttled'}), '>=', 4, '... were made in the wait');

# ---------------------------------------------------------------------------
# What is left behind
# ---------------------------------------------------------------------------

my %queries = (
	'all rows' => 'SELECT key FROM lookup WHERE key = 1 UNION ALL SELECT key FROM lookup WHERE key = 2',
	'some rows' => 'SELECT * FROM endless LIMIT 3',
	'an error' => 'SELECT id FROM endless UNION ALL SELECT id FROM function_error');

foreach my $name (sort keys %queries)
{
	my $code = sub { $session->query("SELECT try(\$q\$$queries{$name}\$q\$, 40)") };

	$code->();
	my ($memory, $files) = growth_of($session, 1000, $code);
  SKIP:
	{
		skip 'no /proc', 2 unless defined $memory;
		cmp_ok($memory, '<', 1000, "$name: no memory is left behind");
		cmp_ok($files, '<=', 2, "$name: no descriptor is");
	}
}

# Partition 1 is never read again, after partition 2 was asked for.
$session->query(q{SELECT lambda_fdw_disconnect('lambda')});
$session->query('BEGIN; SET LOCAL enable_memoize = off; DECLARE c CURSOR FOR SELECT v.x, s.id FROM '
	  . '(VALUES (1), (2)) v (x), LATERAL (SELECT id FROM endless WHERE p IN (v.x, v.x + 10) LIMIT 2) s');
is($session->query('FETCH 4 FROM c'), "1|1\n1|2\n2|1\n2|2", 'a partition after the other');
is($session->query(q{SELECT count(*) FROM lambda_fdw_connections() WHERE server_name = 'lambda'}), 1, '... whose call has ended');
$session->query('ROLLBACK');
is($session->query('SELECT count(*) FROM late'), 24, 'the session is as before');

$session->close;
$control->close;
$node->stop;
done_testing();
