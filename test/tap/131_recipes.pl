# docs/recipes.md: its handlers are the files that they name, its SQL and its shell
# run and print what it says, on a primary and a standby, and the functions receive
# what it says; and what it claims of workers side by side.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use Cookbook;
use IPC::Run;
use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $place = PostgreSQL::Test::Utils::tempdir();
my $log = "$place/parcels.log";
my $bucket = 'amzn-s3-demo-bucket';

# what the carrier's function finds in its environment
$ENV{PARCELS_URL} = 'http://127.0.0.1:' . start_program('parcels.py', '--log', $log);
$ENV{PARCELS_KEY} = 'of-the-carrier';

my $endpoint = start_endpoint();
my $node = new_server();
my $standby;

$node->append_conf('postgresql.conf', "$_\n") for 'wal_level = replica', 'max_wal_senders = 4';
$node->append_conf('pg_hba.conf', 'local replication all trust');
$node->start;
$node->safe_psql('postgres',
	    'CREATE EXTENSION lambda_fdw;'
	  . create_server('aws', $endpoint)
	  . create_function('aws', 'calls', columns => 'seq int, function text, payload json')
	  . create_function('aws', 'reset_calls', columns => 'cleared int')
	  . create_function('aws', 's3_calls',
		function => 'service_calls',
		columns => 'seq int, operation text, region text, status int, parameters jsonb',
		options => q{payload '{"service": "s3"}', envelope 'false'}));

# A standby of what there is, which has replayed what the primary wrote until now.
sub standby
{
	if (!$standby)
	{
		$node->backup('copy');
		$standby = PostgreSQL::Test::Cluster->new('standby');
		$standby->init_from_backup($node, 'copy', has_streaming => 1);
		$standby->start;
	}
	$node->wait_for_catchup($standby);
	return $standby;
}

# SQL of the reader's, on the server that its first line says; what is a region and
# keys to him is the test endpoint and its keys here.
sub run_sql
{
	my ($title, $sql) = @_;

	$sql =~ s/(OPTIONS \()(region '[^']*'\))/$1endpoint '$endpoint', $2/g;
	$sql =~ s/'AKIA\.\.\.'/'$access_key'/g;
	$sql =~ s/'\.\.\.'/'$secret_key'/g;
	return run_psql($sql =~ /\A-- on the standby\n/ ? standby() : $node, $sql);
}

# A job of the shell, in a folder where what it reads and writes is.
sub run_shell
{
	my ($title, $script) = @_;
	my $out = '';
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGDATABASE} = 'postgres';

	IPC::Run::run([ 'sh', '-e', '-c', $script ], '<', \undef, '>', \$out, '2>&1',
		init => sub { chdir $place or die $!; });
	return $out;
}

# A file that the text before it names: an object of the bucket, or one of the shell's.
sub put_file
{
	my ($title, $content, $before) = @_;
	my ($in_bucket, $name) = $before =~ /(object )?`([\w\/.-]+\.csv)`[^`]*\z/ or die "$title: a file without its name";

	if ($in_bucket)
	{
		my $put = encode_json({ put => { bucket => $bucket, key => $name, text => $content } });

		$node->safe_psql('postgres', "SELECT lambda_invoke('aws', 's3_objects', \$j\$$put\$j\$)");
		return '';
	}
	append_to_file("$place/$name", '');
	open(my $file, '>', "$place/$name") or die $!;
	print $file $content;
	close($file) or die $!;
	return '';
}

# What the carrier's API was asked since the last time, in any order.
sub check_upstream
{
	my ($title, $requests) = @_;

	is(join('', sort map { "$_\n" } split /\n/, slurp_file($log)), join('', sort map { "$_\n" } split /\n/, $requests),
		"$title: what the API was asked");
	truncate($log, 0) or die $!;
	return '';
}

run_page('recipes.md', $node, sql => \&run_sql, sh => \&run_shell, csv => \&put_file, http => \&check_upstream);

$standby->stop;
$node->stop;
done_testing();
