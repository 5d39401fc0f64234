# A server in single-user mode, where there is no postmaster to watch.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server();

$node->safe_psql('postgres', $_)
  for (
	'CREATE EXTENSION aws_s3 CASCADE',
	'CREATE TABLE lines (line text)',
	create_server('lambda', $endpoint, "idle_connection_ms '100'"),
	create_function('lambda', 'items'),
	create_function('lambda', 'hang'));
$node->stop;

# What it prints; a statement ends with its line.
my $output = '';
IPC::Run::run(
	[ $node->installed_command('postgres'), '--single', '-D', $node->data_dir, 'postgres' ],
	'<', \<<'END', '>', \$output, '2>&1', IPC::Run::timeout(180)) or diag 'it failed';
SELECT count(*) AS rows_of_items FROM items
SELECT count(*) AS connections_kept FROM lambda_fdw_connections()
SET statement_timeout = '200ms'
SELECT count(*) AS rows_of_hang FROM hang
RESET statement_timeout
SELECT pg_sleep(0.3)
SELECT count(*) AS connections_left FROM lambda_fdw_connections()
SELECT count(*) + 100 AS rows_again FROM items
SET aws_s3.server = 'lambda'
SELECT count(*) AS exports FROM aws_s3.query_export_to_s3('SELECT 1 / 0', 'bucket', 'key')
SELECT rows_uploaded FROM aws_s3.query_export_to_s3('SELECT generate_series(1, 3)', 'bucket', 'key')
SELECT aws_s3.table_import_from_s3('lines', '', '', 'bucket', 'key', NULL)
END
like($output, qr/rows_of_items = "20"/, 'a scan');
like($output, qr/connections_kept = "1"/, 'its connection is kept');
like($output, qr/canceling statement due to statement timeout/, 'a timeout ends a wait');
like($output, qr/connections_left = "0"/, 'idle connections are closed');
like($output, qr/rows_again = "120"/, 'and another scan');
like($output, qr/ERROR:  division by zero/, 'an export that fails');
unlike($output, qr/there is no client connection/, 'is not sent to a client that there is not');
like($output, qr/rows_uploaded = "3"/, 'an export');
like($output, qr/3 rows imported into relation "lines" from file key of 6 bytes/, 'an import');

done_testing();
