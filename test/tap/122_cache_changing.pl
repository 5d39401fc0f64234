# Functions whose answer is another one at each call: in four sessions side by side no row
# is older than its table's time, and no key has rows of two answers.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use List::Util qw(shuffle);
use Test::More;
use Time::HiRes qw(time);

my $size = 5;
my $seconds = 5;

# Milliseconds: the clock of day is set right now and then.
my $tolerance = 5;

my $seed = $ENV{LAMBDA_FDW_SEED} // 19;

srand($seed);

my $endpoint = start_endpoint();
my $node = start_server(
	q{shared_preload_libraries = 'lambda_fdw'},
	q{lambda_fdw.cache_size = '256kB'},
	'max_connections = 40');
my $one = open_session($node);
my @tables;

$one->query(create_server('lambda', $endpoint) . 'CREATE TABLE ids AS SELECT generate_series(1, 40) AS id; ANALYZE ids');
foreach my $ttl (1, 30, 2000)
{
	foreach my $pushdown ('=', '=, in')
	{
		my $name = "t$ttl" . ($pushdown eq '=' ? 'each' : 'list');

		push @tables, [ $name, $ttl ];
		$one->query(create_function('lambda', $name,
				function => 'changing',
				columns => qq{id int OPTIONS (pushdown '$pushdown', required 'true'), call int, "row" int, at float8},
				options => qq{cache_ttl_ms '$ttl', envelope 'false', max_batch_keys '7', payload '{"size": $size}'}));
	}
}

# Of each key: how many answers its rows are of, how many there are, and how much older than
# its time they were when the statement began, in milliseconds.
sub random_query
{
	my ($table, $ttl) = @{ $tables[ rand @tables ] };
	my $ids = join ', ', (shuffle 1 .. 40)[ 0 .. rand 12 ];
	my $from = (
		"$table AS t WHERE t.id IN ($ids)",
		"ids JOIN $table AS t USING (id) WHERE ids.id IN ($ids)",
		"ids LEFT JOIN $table AS t ON t.id = ids.id WHERE ids.id IN ($ids)",
		"$table AS t WHERE t.id = " . (1 + int rand 40))[ rand 4 ];

	return ($ttl, qq{SELECT count(DISTINCT call) || ' ' || count(*) || ' ' ||
		ceil(max(extract(epoch FROM statement_timestamp()) - at) * 1000 - $ttl)
		FROM $from GROUP BY t.id});
}

my @sessions = map { open_session($node) } 1 .. 4;
my ($nqueries, @wrong) = (0);
my $until = time() + $seconds;

while (time() < $until)
{
	my @sent = map { my ($ttl, $query) = random_query(); $_->send($query); [ $_, $query ] } @sessions;

	foreach my $sent (@sent)
	{
		my ($session, $query) = @$sent;
		my @keys = split /\n/, $session->receive();

		$nqueries++;
		push @wrong, "$query: @keys"
		  if !@keys || grep { !/^1 $size (-?\d+)$/ || $1 > $tolerance } @keys;
	}
}
is(join("\n", @wrong), '', "rows of one answer, none too old (seed $seed)");
note("$nqueries queries");
cmp_ok($one->query('SELECT sum(cache_hits) FROM pg_stat_lambda'), '>', $nqueries / 10, 'of which some were known');
is($one->query('SELECT coalesce(sum(asking), 0) FROM pg_stat_lambda_cache'), '0', 'nobody asks in the end');

done_testing();
