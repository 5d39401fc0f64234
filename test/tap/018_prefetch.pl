# The next page is asked for while the rows of the one before it are read: that the
# function is at work meanwhile, that no call is in vain, and what goes wrong with a
# page is raised where its rows would come.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my $endpoint = start_endpoint();
my $node = start_server();

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint),
	create_function('lambda', 'calls', columns => 'seq int, function text'),
	create_function('lambda', 'reset_calls', columns => 'cleared int'),
	create_function('lambda', 'slow_pages', columns => 'id int, page int'),
	create_function('lambda', 'counted', function => 'slow_pages', columns => 'id int, page int',
		options => q(page_argument 'page')),
	create_function('lambda', 'twice', function => 'slow_pages', columns => 'id int, page int',
		options => q(cursor_path '/meta/next', cursor_argument 'page', payload '{"by": "twice"}')),
	<<'END');
CREATE FUNCTION waits(int, s float) RETURNS int LANGUAGE sql VOLATILE AS 'SELECT $1 FROM pg_sleep(s)';
ALTER FOREIGN TABLE slow_pages OPTIONS (ADD payload '{}');
ALTER FOREIGN TABLE counted OPTIONS (ADD payload '{"by": "page"}');
END

my $session = open_session($node);

# Has the function behave so.
sub set_payload
{
	my ($table, $payload) = @_;

	$session->query("ALTER FOREIGN TABLE $table OPTIONS (SET payload '$payload')");
	reset_calls($node);
	return;
}

# The calls so far, once there are at least as many; after a while, however many.
sub calls_from
{
	my $wanted = shift;

	foreach (1 .. 100)
	{
		my $calls = count_calls($node, "function = 'slow_pages'");
		return $calls if $calls >= $wanted;
		sleep 0.05;
	}
	return count_calls($node, "function = 'slow_pages'");
}

# The function takes 200 ms a page, and so does the query: half of it is at the same
# time, but for the first page.
foreach my $table ('slow_pages', 'counted')
{
	set_payload($table, sprintf '{"delay_ms": 200, "by": "%s"}',
		$table eq 'counted' ? 'page' : 'cursor');
	my ($rows, $calls);
	is_soon(-200, 1,
		sub {
			reset_calls($node);
			my $ahead = elapsed_ms(sub {
				$rows = $session->query("SELECT count(waits(id, 0.02)), max(page) FROM $table");
			});
			$calls = calls_from($table eq 'counted' ? 5 : 4);
			my $one_by_one = elapsed_ms(sub {
				$session->query("SELECT count(waits(id, 0.02)) FROM (SELECT * FROM $table LIMIT 1000000) s");
			});
			return $ahead - $one_by_one;
		},
		"$table: the function works while rows are read");
	is($rows, '40|4', "$table: all rows");
	is($calls, $table eq 'counted' ? 5 : 4, "$table: no page was asked for twice");
}

# An answer that is larger than what is read at once is moved meanwhile, so that its end
# says that there is a page before all rows are read.
set_payload('counted', '{"by": "page", "rows": 100, "pad": 8000, "pages": 3}');
$session->query('BEGIN');
$session->query('DECLARE c CURSOR FOR SELECT waits(id, 0.004) FROM counted');
$session->query('FETCH 60 FROM c');
is(calls_from(2), 2, 'the same with answers of 800 kB');
$session->query('COMMIT');

# What LIMIT or EXISTS ends makes no call in vain.
foreach (
	[ 'SELECT id FROM slow_pages LIMIT 1', 1 ],
	[ 'SELECT id FROM slow_pages LIMIT 10', 1 ],
	[ 'SELECT count(*) FROM (SELECT id FROM slow_pages LIMIT 11) s', 2 ],
	[ 'SELECT EXISTS (SELECT FROM slow_pages)', 1 ],
	[ 'SELECT count(*) FROM generate_series(1, 10) id WHERE id IN (SELECT id FROM slow_pages LIMIT 10)', 1 ],
	[ 'SELECT count(*) FROM slow_pages', 4 ])
{
	my ($query, $calls) = @$_;

	set_payload('slow_pages', '{}');
	$session->query($query);
	sleep 0.1;
	is(calls_from($calls), $calls, "$query: $calls");
}

# A cursor asks once half of a page is read.
set_payload('slow_pages', '{}');
$session->query('BEGIN');
$session->query('DECLARE c CURSOR FOR SELECT id FROM slow_pages');
$session->query('FETCH 5 FROM c');
sleep 0.1;
is(calls_from(1), 1, 'a cursor in the first half of a page');
$session->query('FETCH 1 FROM c');
is(calls_from(2), 2, '... and in the second');
$session->query('CLOSE c');
is($session->query('SELECT count(*) FROM slow_pages'), 40, 'it may be closed then');
$session->query('COMMIT');

# What is wrong with the second page is raised when its first row is wanted.
foreach my $bad ('raise', 'break', 'json', 'row', 'throttle')
{
	set_payload('slow_pages', qq({"times": 1, "bad": {"2": "$bad"}}));
	$session->query('BEGIN');
	$session->query('DECLARE c CURSOR FOR SELECT id FROM slow_pages');
	my @rows = split /\n/, $session->query('FETCH 10 FROM c');
	is(scalar @rows, 10, "$bad: all rows of the first page");
	cmp_ok(calls_from(2), '>=', 2, "$bad: the second was asked for");
	my $next = $session->query('FETCH 10 FROM c') . $session->query('FETCH 1 FROM c');
	like($next, $bad eq 'throttle' ? qr/\A11\n.*20\n?21\z/s : qr/ERROR/,
		"$bad: what comes of it");
	$session->query('ROLLBACK');
}

# A page that was foreseen, and is not the next after all, is not read.
is($session->query('SELECT count(*), count(DISTINCT id) FROM twice'), '40|40',
	'a page foreseen in vain');

# One that is cancelled while the next page is under way goes on to no further one.
set_payload('slow_pages', '{"delay_ms": 100, "pages": 100}');
$session->query("SET statement_timeout = '250ms'");
like($session->query('SELECT count(waits(id, 0.02)) FROM slow_pages'),
	qr/statement timeout/, 'cancelled');
$session->query('RESET statement_timeout');
# one that was sent may reach the endpoint late
my $calls = calls_from(1);
sleep 0.3;
cmp_ok(calls_from(1), '<=', $calls + 1, 'no further call');

done_testing();
