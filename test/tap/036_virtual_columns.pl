# Virtual generated columns, which 18 has: PostgreSQL computes them, so that the
# function neither sees them nor has values for them.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server('autovacuum = off');

plan skip_all => 'virtual generated columns came with 18'
  if $node->safe_psql('postgres', 'SHOW server_version_num') < 180000;

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint),
	create_function('lambda', 'calls', columns => 'seq int, function text, payload jsonb'),
	create_function('lambda', 'reset_calls', columns => 'cleared int'),
	<<'END');
CREATE FOREIGN TABLE items (id int OPTIONS (pushdown '=, in'), twice int GENERATED ALWAYS AS (id * 2) VIRTUAL, name text)
  SERVER lambda OPTIONS (function_arn 'items');
CREATE FOREIGN TABLE arrays (id int, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL, name text)
  SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[[1, \"a\"], [2, \"b\"]]"}');
CREATE FOREIGN TABLE scalars (id int, twice int GENERATED ALWAYS AS (id * 2) VIRTUAL)
  SERVER lambda OPTIONS (function_arn 'raw', payload '{"response": "[1, 2, 3]"}');
CREATE FOREIGN TABLE optioned (id int, twice int OPTIONS (pushdown '=') GENERATED ALWAYS AS (id * 2) VIRTUAL)
  SERVER lambda OPTIONS (function_arn 'items');
CREATE TABLE wanted AS SELECT generate_series(1, 3) AS id;
END

sub gives
{
	my ($sql, $rows) = @_;

	is($node->safe_psql('postgres', $sql), $rows, $sql);
}

gives('SELECT * FROM arrays', "1|2|a\n2|4|b");
gives('SELECT * FROM scalars WHERE twice > 2', "2|4\n3|6");
gives('SELECT items FROM items WHERE id = 3', '(3,6,"item 3")');
gives('SELECT w.id, t FROM wanted w LEFT JOIN items t ON t.id = w.id AND t.twice <> 4 ORDER BY 1',
	qq{1|(1,2,"item 1")\n2|\n3|(3,6,"item 3")});

reset_calls($node);
gives('SELECT id FROM items WHERE twice = 8', '4');
gives(q{SELECT payload->'lambda_fdw'->'columns' FROM calls WHERE function = 'items'}, '["id"]');
gives(q{ANALYZE items; SELECT reltuples FROM pg_class WHERE relname = 'items'}, '20');

my ($out, $err);
$node->psql('postgres', 'SELECT * FROM optioned', stderr => \$err);
like($err, qr/column "twice" of foreign table "optioned" cannot have options/,
	'an option that could have no effect');

done_testing();
