# A server in single-user mode, where there is no postmaster to watch.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use IPC::Run;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server();
my ($out, $err);

$node->safe_psql('postgres', create_server('lambda', $endpoint) . create_function('lambda', 'items'));
$node->stop;

IPC::Run::run([ 'postgres', '--single', '-D', $node->data_dir, 'postgres' ],
	'<', \"SELECT count(*) FROM items\n", '>', \$out, '2>', \$err,
	IPC::Run::timeout(60));
like($out, qr/count = "20"/, 'a scan');
unlike($err, qr/ERROR/, 'no error');

done_testing();
