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

done_testing();
