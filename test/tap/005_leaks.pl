# A session's memory and descriptors do not grow over a thousand calls that
# fail.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server("log_min_messages = 'panic'", "log_statement = 'none'");

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', start_endpoint()),
	create_server('nobody', 'http://127.0.0.1:9'),
	create_function('lambda', 'items'),
	create_function('lambda', 'endless'),
	create_function('lambda', 'hang'),
	create_function('lambda', 'reset_before'),
	create_function('lambda', 'truncated'),
	create_function('lambda', 'function_error'),
	create_function('nobody', 'unreachable'),
	create_function('lambda', 'status'),
	create_function('lambda', 'redirect'),
	create_function('lambda', 'not_http', function => 'bad_headers',
		options => q<payload '{"kind": "not_http"}'>),
	create_function('lambda', 'no_json', function => 'raw',
		options => q<payload '{"response": "[{\"id\": "}'>),
	create_function('lambda', 'no_rows', function => 'raw',
		options => q<payload '{"response": "[{\"id\": 1}, {\"id\": \"x\"}]"}'>),
	create_try());

my $session = open_session($node);
my ($before) = memory_of($session->pid);
plan skip_all => 'no /proc' unless $before;

# What a session leaves behind after a query, tried often, whose every run
# fails this many times.
sub try_often
{
	my ($query, $times, $failures) = @_;
	my $sql = "SELECT try(\$\$$query\$\$, %d)";

	my $failed;

	$session->query(sprintf($sql, $times / 5));
	my ($memory, $files) = growth_of($session, 256,
		sub { $failed = $session->query(sprintf($sql, $times)) });

	is($failed, $failures, $query);
	cmp_ok($memory, '<', 256, 'memory stays, in kB');
	cmp_ok(abs($files), '<=', 2, 'so do descriptors');
	return;
}

try_often("SELECT * FROM $_", 1000, 1000)
  for qw(reset_before truncated function_error unreachable no_rows);
try_often('SELECT * FROM items', 1000, 0);
try_often('SELECT * FROM endless LIMIT 1', 200, 0);
# an error above a scan whose answer is under way
try_often('SELECT 1 / (id - 1) FROM endless', 200, 200);

# Ten kinds of errors, by turns: 1000 after as many as warm the session up.
my @kinds = (
	(map { "SELECT * FROM $_" } qw(reset_before truncated function_error
		  unreachable no_rows no_json status redirect not_http)),
	q{SELECT lambda_invoke('lambda', 'nosuch')});
my $by_turns = 'SELECT sum(try(kind, 1)) FROM generate_series(1, 100), '
  . 'unnest(ARRAY[' . join(', ', map { "\$\$$_\$\$" } @kinds) . ']) kind';

my $failed;

$session->query($by_turns);
my ($memory, $files) =
  growth_of($session, 2048, sub { $failed = $session->query($by_turns) });
is($failed, '1000', 'ten kinds of errors by turns');
cmp_ok($memory, '<', 2048, 'memory stays, in kB');
cmp_ok(abs($files), '<=', 2, 'so do descriptors');

# Statements that time out cannot be caught: each is a transaction.
sub time_out
{
	$session->query("SET statement_timeout = '5ms'");
	$session->query('SELECT * FROM hang') for 1 .. shift;
	$session->query('RESET statement_timeout');
	return;
}

time_out(20);
($memory, $files) = growth_of($session, 256, sub { time_out(200) });
cmp_ok($memory, '<', 256, '200 timeouts: memory stays, in kB');
cmp_ok(abs($files), '<=', 2, 'so do descriptors');
is($session->query('SELECT count(*) FROM items'), '20', 'the session goes on');

$session->close;
$node->stop;
done_testing();
