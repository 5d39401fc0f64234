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
		return;
	}
	open(my $file, '>', "$place/$name") or die $!;
	print $file $content;
	close($file) or die $!;
	return;
}

# What the carrier's API was asked since the last time, in any order.
sub check_upstream
{
	my ($title, $requests) = @_;

	is(join('', sort map { "$_\n" } split /\n/, slurp_file($log)), join('', sort map { "$_\n" } split /\n/, $requests),
		"$title: what the API was asked");
	truncate($log, 0) or die $!;
	return;
}

# A section shows every call, so that what is refused has called nobody.
sub check_end
{
	my ($title, @calls) = @_;

	is_deeply(\@calls, [], "$title: no call that it does not show");
	return;
}

run_page('recipes.md', $node,
	sql => \&run_sql,
	sh => \&run_shell,
	csv => \&put_file,
	http => \&check_upstream,
	end => \&check_end);

# ---------------------------------------------------------------------------
# What the text says beside its blocks
# ---------------------------------------------------------------------------

my $session = open_session($node);
my $other = open_session($node);

# What one statement does, and how many calls it makes of a function.
sub does
{
	my ($name, $sql, $expected, $function, $calls) = @_;

	reset_calls($node);
	like($session->query($sql), $expected, $name);
	is(count_calls($node, "function = '$function'"), $calls, "$name: calls");
	return;
}

# Enrichment: an update that joins by itself, and two sessions
does('UPDATE ... FROM', 'UPDATE leads SET employees = c.employees FROM company_register c WHERE c.domain = leads.domain AND id IN (1, 2, 4)',
	qr/^$/, 'company_register', 3);
$session->query(q{INSERT INTO leads VALUES (8, 'sul.example'), (9, 'porto.example')});
$other->query('BEGIN; SELECT FROM leads WHERE id = 8 FOR UPDATE');
does('a row that is locked', 'CALL enrich_leads(3)', qr/^$/, 'company_register', 1);
is($session->query('SELECT id FROM leads WHERE enriched_at IS NULL'), '8', 'is left to whoever has it');
$other->query('ROLLBACK');
does('later', 'CALL enrich_leads(3)', qr/^$/, 'company_register', 1);
is($session->query('SELECT count(*) FROM leads WHERE enriched_at IS NULL'), '0', 'it is enriched');
does('in a transaction block', 'BEGIN; CALL enrich_leads(3); ROLLBACK', qr/^$/, 'company_register', 0);
$session->query(q{INSERT INTO leads VALUES (10, 'sul.example')});
does('in a transaction block, with a row', 'BEGIN; CALL enrich_leads(3); ROLLBACK', qr/2D000: invalid transaction termination/, 'company_register', 1);

# The view: its owner's keys, whoever refreshes
$session->query('CREATE ROLE clerk; GRANT SELECT ON supplier_prices TO clerk; ALTER MATERIALIZED VIEW prices OWNER TO clerk');
does('a view of one without keys', 'REFRESH MATERIALIZED VIEW CONCURRENTLY prices', qr/28000: .*role "clerk"/, 'price_list', 0);

# The outbox: several workers, and one that dies before its COMMIT
$session->query(q{INSERT INTO shipments VALUES (21, 'a'), (22, 'b')});
my $first = $session->query('SELECT min(id) FROM outbox');
$other->query("BEGIN; SELECT FROM outbox WHERE id = $first FOR UPDATE");
does('an event that another worker has', 'CALL deliver_outbox()', qr/^$/, 'shipment_events', 1);
is($session->query('SELECT id FROM outbox'), $first, 'is left to it');
$other->query('ROLLBACK');
does('a worker that does not come to its COMMIT', 'BEGIN; CALL deliver_outbox(); ROLLBACK', qr/2D000: invalid transaction termination/, 'shipment_events', 1);
is($session->query('SELECT id, attempts FROM outbox'), "$first|0", 'leaves the event');
does('the next', 'CALL deliver_outbox()', qr/^$/, 'shipment_events', 1);
is($node->safe_psql('postgres', q{SELECT payload->>'id' FROM calls WHERE function = 'shipment_events'}), $first, 'sends it again');
is($session->query('SELECT count(*) FROM outbox'), '0', 'and takes it out');

# The API: the SQLSTATE of the function's choice
does('an API that is not available', q{SELECT * FROM parcels WHERE number = 'P-503'}, qr/^ERROR:  38503: /, 'parcel_tracking', 1);

# COPY of a file whose last line is no row
sub copy_bad_file
{
	my $name = shift;
	my $lines = join '', map { "2026-11-28\t$_\t1\n" } 1 .. 5000;

	reset_calls($node);
	like(run_psql($node, "COPY daily_sales FROM STDIN;\n${lines}oops\n\\.\n"), qr/^ERROR:  .*\nCONTEXT:  COPY daily_sales, line 5001/m, $name);
	return count_calls($node, q{function = 'sales_ledger'});
}
$session->query(q{ALTER FOREIGN TABLE daily_sales OPTIONS (SET batch_size '500')});
cmp_ok(copy_bad_file('a line that is no row'), '>', 0, 'some of those before were sent');
$session->query(q{ALTER FOREIGN TABLE daily_sales OPTIONS (ADD deliver_at 'commit')});
is(copy_bad_file('a line that is no row, at commit'), '0', 'nothing was sent');

# S3: what it received
reset_calls($node);
$session->query(q{BEGIN; TRUNCATE invoices; SELECT aws_s3.table_import_from_s3('invoices', 'invoice, issued, currency, amount', '(FORMAT csv, HEADER)', 'amzn-s3-demo-bucket', 'invoices/2026-11.csv', 'eu-west-1'); ROLLBACK});
is($node->safe_psql('postgres', q{SELECT operation, region, status, parameters->>'key' FROM s3_calls}), 'GetObject|eu-west-1|200|invoices/2026-11.csv', 'S3 was asked for the object');
like($session->query(q{SELECT aws_s3.table_import_from_s3('invoices', 'invoice, issued, currency, amount', '(FORMAT csv, HEADER)', 'amzn-s3-demo-bucket', 'invoices/2026-11.csv', 'eu-west-1')}),
	qr/23505: duplicate key/, 'the same file again');

$_->close for $session, $other;
$standby->stop;
$node->stop;
done_testing();
