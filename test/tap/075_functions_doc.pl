# docs/functions.md: every handler it shows is the file that it names, its
# SQL runs and prints what it says, and the function receives what it says.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use Cookbook;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server();

$node->safe_psql('postgres',
	    create_server('aws', $endpoint)
	  . create_function('aws', 'calls', columns => 'seq int, function text, payload json')
	  . create_function('aws', 'reset_calls', columns => 'cleared int'));
run_page('functions.md', $node);

$node->stop;
done_testing();
