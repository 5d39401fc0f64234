# Append over foreign tables: all scans are under way together, and what ends a wait
# of ours ends one of Append's.
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

# SQL for a table of so many partitions, each with the function in a payload that
# may use the partition's number.
sub create_partitions
{
	my ($name, $count, %more) = @_;
	my $function = $more{function} // 'slow';
	my $payload = $more{payload} // sub { '{"delay_ms": 200}' };
	my $columns = $more{columns} // 'id int';

	return "CREATE TABLE $name (p int, $columns) PARTITION BY LIST (p);\n" . join '',
	  map {
		my $options = $payload->($_);
		"CREATE FOREIGN TABLE ${name}_$_ PARTITION OF $name FOR VALUES IN ($_)"
		  . ' SERVER ' . ($more{server} // 'lambda')
		  . " OPTIONS (function_arn '$function', payload '$options', fill_partition 'x');\n"
	  } 1 .. $count;
}

$node->stop;
done_testing();
