# Every line of docs/pushdown.md: what it says is sent is what the endpoint
# receives.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server();
my $endpoint = start_endpoint();
my $document = slurp_file("$FindBin::RealBin/../../docs/pushdown.md");
my ($table) = $document =~ /^```sql\n(.*?)^```/ms or die 'no table';

# The function of the document answers nothing; it takes the answer from the
# payload.
$table =~ s/function_arn 'orders'/function_arn 'raw', payload '{"response": "[]"}'/
  or die 'no function';
$node->safe_psql('postgres', $_)
  for (
	create_server('aws', $endpoint),
	create_function('aws', 'calls', columns => 'seq int, payload jsonb'),
	create_function('aws', 'reset_calls', columns => 'cleared int'),
	$table);

my $session = open_session($node);

# The rows of the table under a heading, each a list of its cells.
sub rows_of
{
	my $heading = shift;
	my ($section) = $document =~ /^## \Q$heading\E\n(.*?)(?=^## |\z)/ms
	  or die "no heading $heading";
	my @rows;

	while ($section =~ /^\| `(.*)\|$/mg)
	{
		my @cells = split /\s*\|\s*/, "`$1";

		s/^`|`\s*$//g for @cells;
		push @rows, \@cells;
	}
	die "no rows under $heading" unless @rows;
	return @rows;
}

# Runs a query and compares something of the calls with JSON.
sub sends
{
	my ($query, $what, $expected, $name) = @_;

	reset_calls($node);
	is($session->query("SELECT id FROM orders $query"), '', "$query runs");
	is( $session->query("SELECT jsonb_agg($what ORDER BY payload) FROM calls"),
		$session->query("SELECT '$expected'::jsonb"),
		"$query: $name");
	return;
}

my $arguments = q{payload - 'response' - 'lambda_fdw'};
my $filters = q{(SELECT coalesce(jsonb_agg(jsonb_build_array(f->'column', f->'operator',
    coalesce(f->'value', f - 'column' - 'operator'))), '[]')
  FROM jsonb_array_elements(payload->'lambda_fdw'->'filters') f)};

foreach my $row (rows_of('Conditions'))
{
	my ($query, $expected_arguments, $expected_filters) = @$row;

	sends($query, $arguments, "[$expected_arguments]", 'arguments');
	sends($query, $filters, "[$expected_filters]", 'filters');
}
foreach my $row (rows_of('Nobody is asked'))
{
	reset_calls($node);
	is($session->query("SELECT id FROM orders $row->[0]"), '', "$row->[0] runs");
	is(count_calls($node), '0', "$row->[0]: nobody is asked");
}
sends($_->[0], $arguments, $_->[1], 'a call each') for rows_of('One value at a time');
sends($_->[0], $filters, '[[]]', 'nothing is sent') for rows_of('Not sent');
foreach my $row (rows_of('Order and limit'))
{
	my ($query, $order, $limit) = @$row;

	sends($query, q{payload->'lambda_fdw'->'order_by'}, "[$order]", 'order');
	sends($query, q{payload->'lambda_fdw'->'limit'}, "[$limit]", 'limit');
}

# The same again, prepared, tenth time as first, under a generic plan too.
$session->query('PREPARE p(int, int) AS SELECT id FROM orders WHERE $1 < id ORDER BY id LIMIT $2');
foreach my $mode ('auto', 'force_generic_plan')
{
	reset_calls($node);
	$session->query("SET plan_cache_mode = $mode");
	$session->query('EXECUTE p(5, 7)') for 1 .. 10;
	is( $session->query(q{SELECT count(*), payload->'above', payload->'lambda_fdw'->'limit', jsonb_array_length(payload->'lambda_fdw'->'order_by') FROM calls GROUP BY 2, 3, 4}),
		'10|5|7|1',
		"EXECUTE number ten sends what number one sent: $mode");
}

# Another session's ALTER takes effect at once.
$node->safe_psql('postgres',
	q{ALTER FOREIGN TABLE orders ALTER id OPTIONS (SET pushdown '=, >:beyond')});
reset_calls($node);
$session->query('EXECUTE p(5, 7)');
is($session->query(q{SELECT payload->'beyond', payload->'above' FROM calls}),
	'5|', 'ALTER FOREIGN TABLE changes what a prepared statement sends');
$node->safe_psql('postgres', q{ALTER FOREIGN TABLE orders OPTIONS (DROP capabilities)});
reset_calls($node);
$session->query('EXECUTE p(5, 7)');
is($session->query(q{SELECT payload->'lambda_fdw'->'limit' FROM calls}),
	'', 'and whether it sends a limit');

$session->close;
$node->stop;
done_testing();
