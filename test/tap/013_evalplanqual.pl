# A row that another session changes under a lock is checked again, with the
# foreign row it was joined to.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use Test::More;

my $node = start_server();

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', start_endpoint()),
	create_function('lambda', 'items',
		columns => q{id int OPTIONS (pushdown '=, in'), name text}),
	'CREATE TABLE basket (item int, n int)');

my $first = open_session($node);
my $second = open_session($node);

# The first session changes the basket, the second runs a query that has to
# wait for it, the first commits; returns what the second sees.
sub seen_after
{
	my ($change, $query, @settings) = @_;

	$node->safe_psql('postgres',
		'TRUNCATE basket; INSERT INTO basket VALUES (1, 10), (2, 20)');
	$second->query($_) for 'RESET ALL', @settings;
	$first->query('BEGIN');
	$first->query($change);
	$second->send($query);
	$node->poll_query_until('postgres',
		q{SELECT wait_event_type = 'Lock' FROM pg_stat_activity WHERE pid = }
		  . $second->pid) or die 'the query does not wait';
	$first->query('COMMIT');
	return $second->receive;
}

my $join = 'SELECT item, n, name FROM basket JOIN items ON id = item WHERE item = 1 AND n < 15 ORDER BY 1 FOR UPDATE OF basket';
my $left = 'SELECT item, n, name FROM basket LEFT JOIN items ON id = item WHERE n < 15 ORDER BY 1 FOR UPDATE OF basket';

foreach my $settings (
	['SET enable_nestloop = off'],
	[ 'SET enable_hashjoin = off', 'SET enable_mergejoin = off' ])
{
	is(seen_after('UPDATE basket SET n = 12 WHERE item = 1', $join, @$settings),
		'1|12|item 1', "the new row is seen: @$settings");
	is(seen_after('UPDATE basket SET n = 99 WHERE item = 1', $join, @$settings),
		'', "a row that matches no longer is not: @$settings");
	is(seen_after('DELETE FROM basket WHERE item = 1', $join, @$settings),
		'', "nor is one that is gone: @$settings");
	is(seen_after('UPDATE basket SET item = 2 WHERE item = 1', $left, @$settings),
		'2|10|', "a changed key finds no other foreign row: @$settings");
	is( seen_after(
			'UPDATE basket SET n = 11 WHERE item = 1',
			'UPDATE basket SET n = n + length(name) FROM items WHERE id = item AND n < 15 RETURNING item, n, name',
			@$settings),
		'1|17|item 1',
		"an update goes on from the new row: @$settings");
}

# Below the Append of a subquery, which waits for both of its scans, they wait by
# themselves when the row is checked again.
my $append = '(SELECT count(*) FROM (SELECT id FROM items UNION ALL SELECT id + n FROM items) s WHERE id = item + n)';

like(
	$second->query("EXPLAIN UPDATE basket SET n = n + $append"),
	qr/(Async Foreign Scan.*){2}/s,
	'an Append that waits for two scans') if $^O eq 'linux';
is( seen_after(
		'UPDATE basket SET n = 15 WHERE item = 1',
		"UPDATE basket SET n = n + 10 * $append WHERE item = 1 AND n < 16 RETURNING item, n"),
	'1|35',
	'and whose rows are those of the new row');

$first->close;
$second->close;
$node->stop;
done_testing();
