# Rows of answers that are kept are those that would have been asked for.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server(q{shared_preload_libraries = 'lambda_fdw'});
my $keep = q{cache_ttl_ms '3600000'};
my $one = open_session($node);

$one->query(create_server('lambda', $endpoint)
	  . create_function('lambda', 'ignoring', function => 'items_ignoring',
		columns => q{id int OPTIONS (pushdown '=', required 'true'), name text OPTIONS (pushdown '=', required 'true'),
			category text OPTIONS (pushdown 'in')},
		options => "$keep, envelope 'false'")
	  . create_function('lambda', 'wider', function => 'changing',
		columns => q{id int OPTIONS (pushdown 'in'), call int},
		options => "$keep, envelope 'false', cache_match 'wider'")
	  . create_function('lambda', 'aligned', function => 'batch',
		columns => q{a numeric OPTIONS (pushdown '=', required 'true'), score int},
		options => qq{$keep, batch_argument '/instances', batch_answer 'aligned', payload '{"how": {"answer": "echo"}}'})
	  . create_function('lambda', 'limited', function => 'items_ignoring',
		columns => q{id int OPTIONS (pushdown 'in'), name text},
		options => "$keep, capabilities 'limit', cache_match 'wider'")
	  . create_function('lambda', 'stuck', function => 'changing',
		columns => q{id int OPTIONS (pushdown '=')},
		options => qq{$keep, payload '{"delay_ms": 60000}'})
	  . q{CREATE FUNCTION ask() RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM id FROM stuck WHERE id = 1; END';}
	  . 'CREATE TABLE pairs (id int, name text);'
	  . 'CREATE TABLE amounts (a numeric)');

# How many rows are what.
sub returns
{
	my ($query, $rows, $name) = @_;

	is($one->query($query), $rows, "$name, asked");
	is($one->query($query), $rows, "$name, kept");
	return;
}

# lists of one column, which are what they have in common, in two orders
is($one->query(q{SELECT id FROM wider WHERE id = ANY ('{2}')}), '2', 'one of a list');
returns(q{SELECT id FROM wider WHERE id IN (1, 2, 3) AND id = ANY ('{5,2,1}') ORDER BY id}, "1\n2",
	'two lists');

# a function that ignores the tuple
$one->query(q{INSERT INTO pairs VALUES (1, 'item 1')});
my $join = 'SELECT id FROM pairs JOIN ignoring USING (id, name) WHERE category = ANY';

returns("$join ('{green,blue}')", '1', 'a tuple and a list');
$one->query(q{INSERT INTO pairs VALUES (5, 'item 5')});
returns("$join ('{green}') ORDER BY id", "1\n5", 'two tuples');

# a key that the function repeats in its own way
returns(q{SELECT a, score FROM aligned WHERE a IN (1.00, 2.50) ORDER BY a}, "1.00|3\n2.50|3",
	'aligned');

# a limit that is sent after rows were kept: the function must keep to it
$one->query('SELECT * FROM limited');
my $lateral = sub { return "SELECT l.id FROM (VALUES $_[0]) v (ids), LATERAL (SELECT id FROM limited WHERE id = ANY (v.ids) LIMIT 1) l" };
is($one->query($lateral->(q{('{1}'::int[])})), '1', 'a limit of what is kept');
like($one->query($lateral->(q{('{1}'::int[]), ('{3,5}')})), qr/returned one that does not match/,
	'a limit that was sent');

# a transaction that an error has ended, and whose client says nothing
my $other = open_session($node);

$other->query(q{SET statement_timeout = '500ms'});
foreach my $query ('SELECT id FROM stuck WHERE id = 1', 'SELECT ask()')
{
	$other->query('BEGIN');
	like($other->query($query), qr/statement timeout/, "$query fails");
	is($one->query(q{SELECT coalesce(sum(asking), 0) FROM pg_stat_lambda_cache WHERE relname = 'stuck'}),
		'0', 'and nobody waits for it');
	$other->query('ROLLBACK');
}

done_testing();
