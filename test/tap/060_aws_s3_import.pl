# Imports from S3: who may, what a dump keeps, and what is left of an import that
# does not come to its end.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server();
my $keys = "aws_access_key_id '$access_key', aws_secret_access_key '$secret_key'";
my $bucket = 'amzn-s3-demo-bucket';

$node->safe_psql('postgres', $_)
  for (
	create_server('control', $endpoint),
	create_function('control', 's3_calls',
		function => 'service_calls',
		columns => 'seq int, operation text, region text, access_key text, status int, parameters jsonb',
		options => q{payload '{"service": "s3"}', envelope 'false'}),
	create_function('control', 'reset_calls', columns => 'cleared int'),
	create_outcome(),
	"CREATE SERVER aws_s3 FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'us-west-2', endpoint '$endpoint')",
	"CREATE USER MAPPING FOR PUBLIC SERVER aws_s3 OPTIONS ($keys)",
	'CREATE ROLE app LOGIN; CREATE ROLE other LOGIN; CREATE ROLE boss LOGIN; CREATE ROLE hired LOGIN',
	'CREATE TABLE t1 (col1 text, col2 text); GRANT INSERT, SELECT ON t1 TO app, boss, hired',
	'CREATE UNLOGGED TABLE numbers (id bigint, c2 text, c3 text)');
like(
	[ $node->psql('postgres', 'CREATE EXTENSION aws_s3 CASCADE') ]->[2],
	qr/NOTICE:  installing required extension "aws_commons"$/, 'CREATE EXTENSION aws_s3 CASCADE');

# Has the endpoint do something, by one of its functions.
sub ask
{
	my ($function, $request) = @_;

	$node->safe_psql('postgres', "SELECT lambda_invoke('control', '$function', \$j\$" . encode_json($request) . '$j$)');
	return;
}

# Puts an object, as the handler s3_objects has it.
sub put
{
	my ($key, %more) = @_;

	ask('s3_objects', { put => { bucket => $bucket, key => $key, %more } });
	return;
}

sub import_of
{
	my ($key, $table, $options, $more) = @_;

	$table //= 't1';
	$options //= '(format csv)';
	$more = defined $more ? ", $more" : '';
	return "SELECT aws_s3.table_import_from_s3('$table', '', '$options', '$bucket', '$key', 'us-east-1'$more)";
}

# A role's statement is an error of this kind, and S3 is not asked.
sub refused
{
	my ($name, $role, $error, $sql) = @_;

	reset_calls($node);
	like(logged_in($node, $role, $sql), qr/$error/, $name);
	is($node->safe_psql('postgres', 'SELECT count(*) FROM s3_calls'), '0', "$name: nobody is asked");
	return;
}

# A role's statement imports, signed with a key.
sub imports
{
	my ($name, $role, $sql, $key) = @_;

	$key //= $access_key;
	reset_calls($node);
	like(logged_in($node, $role, $sql), qr/^3 rows imported into relation "t1" from file sample.csv of 12 bytes$/, $name);
	is( $node->safe_psql('postgres', q{SELECT operation, parameters->>'bucket', parameters->>'key', region, access_key, status FROM s3_calls}),
		"GetObject|$bucket|sample.csv|us-east-1|$key|200", "$name: S3 received it");
	return;
}

put('sample.csv', text => "a,b\nc,d\ne,f\n");

# ---------------------------------------------------------------------------
# The GRANTs of the guide
# ---------------------------------------------------------------------------

my $import = import_of('sample.csv');
my $by_type = "SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', aws_commons.create_s3_uri('$bucket', 'sample.csv', 'us-east-1'))";

refused('without GRANTs', 'app', '42501: .*permission denied for schema aws_s3', $_) for $import, $by_type;
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA aws_s3 TO app');
refused('USAGE on the schema', 'app', '42501: .*permission denied for function table_import_from_s3', $_) for $import, $by_type;
$node->safe_psql('postgres', 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 TO app');
imports('EXECUTE on the functions', 'app', $_) for $import, $by_type;

# They give no more than that.
my %more = (
	'the table of another' => import_of('sample.csv', 'numbers'),
	'another server' => q{SELECT count(*) FROM lambda_fdw_options(); SET aws_s3.server = 'control'},
	'a user mapping' => "CREATE USER MAPPING FOR app SERVER aws_s3 OPTIONS ($keys)",
	'a foreign table' => q{CREATE FOREIGN TABLE pg_temp.t (id int) SERVER aws_s3 OPTIONS (function_arn 'simple')},
	'a file of the server' => q{SELECT aws_s3.table_import_from_s3('t1 FROM ''/etc/hostname'' WHERE col1 IS DISTINCT', '', '', 'b', 'k', 'us-east-1')},
	'a program' => q{SELECT aws_s3.table_import_from_s3('t1', 'col1) FROM PROGRAM ''id''; COPY t1 (col1', '', 'b', 'k', 'us-east-1')});
refused("not $_", 'app', '42(501|601): ', $more{$_}) for sort keys %more;
refused('nor others', 'other', '42501: .*permission denied for schema', $import);

# By a function of app's, which is called by one without a GRANT.
$node->safe_psql('postgres', 'GRANT CREATE ON SCHEMA public TO app');
logged_in($node, 'app', qq{CREATE FUNCTION public.of_app() RETURNS text LANGUAGE sql SECURITY DEFINER AS \$\$ $import \$\$},
	qq{CREATE FUNCTION public.of_caller() RETURNS text LANGUAGE sql AS \$\$ $import \$\$});
imports('a SECURITY DEFINER function', 'other', 'SELECT of_app()');
refused('one without', 'other', '42501: .*permission denied', 'SELECT of_caller()');

# A table is found by the caller's search_path.
imports('a search_path', 'app', "SET search_path = public; $import");
refused('another', 'app', '42P01: .*relation "t1" does not exist', "SET search_path = pg_catalog; $import");

# ---------------------------------------------------------------------------
# Whose server, and whose keys
# ---------------------------------------------------------------------------

my $given = "'ASIAEXAMPLE', '$secret_key', 'session/token+example=='";

imports('credentials of the call', 'app', import_of('sample.csv', undef, undef, $given), 'ASIAEXAMPLE');
imports('credentials as a composite', 'app', "SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', "
	  . "aws_commons.create_s3_uri('$bucket', 'sample.csv', 'us-east-1'), aws_commons.create_aws_credentials($given))", 'ASIAEXAMPLE');

# The server of this name is somebody's who is no superuser: he would have the
# requests of whoever never granted him that, whatever they are signed with.
$node->safe_psql('postgres', 'GRANT USAGE ON FOREIGN DATA WRAPPER lambda_fdw TO boss; ALTER SERVER aws_s3 OWNER TO boss');
refused("a server of somebody's", 'app', '42501: .*permission denied for foreign server aws_s3', $_)
  for $import, import_of('sample.csv', undef, undef, $given);
$node->safe_psql('postgres', 'ALTER SERVER aws_s3 OWNER TO CURRENT_USER; DROP USER MAPPING FOR PUBLIC SERVER aws_s3');
refused('without a mapping', 'app', '28000: .*role "app" has no AWS keys for server "aws_s3"', $import);
imports('without a mapping, with keys', 'app', import_of('sample.csv', undef, undef, $given), 'ASIAEXAMPLE');
$node->safe_psql('postgres', "CREATE USER MAPPING FOR PUBLIC SERVER aws_s3 OPTIONS ($keys)");

# The log shows no keys of a call, whatever fails in it.
my $log = -s $node->logfile;
my $hidden = 'SecretOfTheCall';
my $superuser = open_session($node);

$superuser->query('SET log_statement = none');
like($superuser->query($_->[0]), qr/$_->[1]/, "an error: $_->[1]")
  for [ import_of('sample.csv', undef, undef, "'AKIDEXAMPLE', '$hidden'"), '38000: could not download from Amazon S3' ],
  [ import_of('sample.csv', undef, undef, "NULL, '$hidden'"), '22023: .*needs access_key and secret_key' ],
  [ import_of('sample.csv', 'no_such', undef, "'AKIDEXAMPLE', '$hidden'"), '42P01: relation "no_such" does not exist' ],
  [ import_of('', undef, undef, "'AKIDEXAMPLE', '$hidden'"), '22023: .*needs the argument file_path' ],
  [ "SELECT aws_s3.table_import_from_s3('t1', '', '', '($bucket,sample.csv,)', 'AKIDEXAMPLE', '$hidden', '', 'more')", '22023: .*has too many arguments' ],
  [ "SELECT aws_s3.table_import_from_s3('t1', '', '', aws_commons.create_s3_uri(NULL, 'sample.csv', NULL), aws_commons.create_aws_credentials('AKIDEXAMPLE', '$hidden', NULL))",
	'22004: .*needs the argument bucket' ],
  [ "DO \$\$ BEGIN PERFORM aws_s3.table_import_from_s3('t1', '', '', aws_commons.create_s3_uri('$bucket', 'sample.csv', NULL), aws_commons.create_aws_credentials('AKIDEXAMPLE', '$hidden', NULL)); END \$\$",
	'38000: could not download from Amazon S3' ];
$superuser->close;
like(slurp_file($node->logfile, $log), qr/ERROR:  relation "no_such" does not exist/, 'it is logged');
unlike(slurp_file($node->logfile, $log), qr/$hidden/, 'without the keys');

# rds_superuser, as docs/rds.md creates it, may grant as the guides say
my ($creation) = slurp_file("$FindBin::RealBin/../../docs/rds.md") =~ /^```sql\n(GRANT USAGE ON SCHEMA aws_s3 TO rds_superuser .*?)^```/ms;
$node->safe_psql('postgres', "CREATE ROLE rds_superuser; $creation; GRANT rds_superuser TO boss");
imports('a member of rds_superuser', 'boss', $import);
is( logged_in($node, 'boss', 'GRANT USAGE ON SCHEMA aws_s3 TO hired', 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 TO hired'),
	"\n", 'grants as the guides say, without a word');
imports('to others', 'hired', $import);

# What the document shows, from its set-up on
my ($document) = slurp_file("$FindBin::RealBin/../../docs/rds.md") =~ /^(## Set up Amazon S3\n.*?)^## Export/ms;
my $script = join '', $document =~ /^```sql\n(.*?)^```/msg;

$script =~ s/\(region '/(endpoint '$endpoint', region '/;
$script =~ s/'(AKIA\.\.\.|sample_access_key)'/'$access_key'/g;
$script =~ s/'(\.\.\.|sample_secret_key)'/'$secret_key'/g;
put('pipeDelimitedSampleFile', text => "1|foo1|bar1|elephant1\n2|foo2|bar2|elephant2\n");
put('SampleFile', text => "x\ty\n");
put('2026/01.csv', text => "x,y\n");
put('2026/02.csv.gz', gzip => [ "x,y\n", "z,\n" ], headers => { 'Content-Encoding' => 'gzip' });
$node->safe_psql('postgres', 'CREATE DATABASE document');
my ($status, $out, $err) = $node->psql('document', $script, on_error_stop => 1);
is("$out\n", <<'END', 'its SQL answers') or diag $err;
3 rows imported into relation "t1" from file sample.csv of 12 bytes
3 rows imported into relation "t1" from file sample.csv of 12 bytes
2 rows imported into relation "test" from file pipeDelimitedSampleFile of 44 bytes
1 rows imported into relation "t1" from file SampleFile of 4 bytes
1 rows imported into relation "t1" from file 2026/01.csv of 4 bytes
2 rows imported into relation "t1" from file 2026/02.csv.gz of 47 bytes
3 rows imported into relation "sales_dbo.t1" from file sample.csv of 12 bytes
END

# ---------------------------------------------------------------------------
# Dumps
# ---------------------------------------------------------------------------

my $dump = "${PostgreSQL::Test::Utils::tmp_check}/s3_dump.sql";

$node->safe_psql('postgres', 'CREATE DATABASE dumped; CREATE DATABASE restored');
$node->safe_psql('dumped', 'CREATE EXTENSION aws_commons VERSION \'1.0\'; CREATE EXTENSION aws_s3; CREATE EXTENSION lambda_fdw;'
	  . "CREATE SERVER aws_s3 FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'us-west-2', endpoint '$endpoint');"
	  . "CREATE USER MAPPING FOR PUBLIC SERVER aws_s3 OPTIONS ($keys);"
	  . 'CREATE TABLE t1 (col1 text, col2 text); CREATE TABLE uris (uri aws_commons._s3_uri_1);'
	  . "INSERT INTO uris VALUES (aws_commons.create_s3_uri('$bucket', 'sample.csv', 'us-east-1'));"
	  . 'GRANT USAGE ON SCHEMA aws_s3 TO app; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 TO app; GRANT INSERT ON t1 TO app; GRANT SELECT ON uris TO app;'
	  . 'ALTER EXTENSION aws_commons UPDATE');
$node->command_ok([ 'pg_dump', '-f', $dump, '-d', $node->connstr('dumped') ], 'a dump');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored') ], 'is restored');
is( $node->safe_psql('restored', "SET SESSION AUTHORIZATION app; SELECT aws_s3.table_import_from_s3('t1', '', '(format csv)', uri) FROM uris"),
	'3 rows imported into relation "t1" from file sample.csv of 12 bytes', 'with its GRANTs and objects');

# ---------------------------------------------------------------------------
# Imports that do not come to their end
# ---------------------------------------------------------------------------

put('big.csv', rows => 200000);
put('bad.csv', text => join('', map { "$_,x,y\n" } 1 .. 50000) . "oops,x,y\n");

# An import of the session waits in the middle of the object.
sub stalled
{
	my ($session, $sql) = @_;

	ask('s3_fault', { operation => 'GetObject', key => 'big.csv', action => 'stall', after => 3000000, times => 1 });
	$session->send($sql);
	$node->poll_query_until('postgres', 'SELECT bytes_processed > 1000000 FROM pg_stat_progress_copy WHERE pid = ' . $session->pid)
	  or BAIL_OUT('the import does not begin');
	return;
}

# Nothing was imported, and nobody copies.
sub nothing_left
{
	my $name = shift;

	is($node->safe_psql('postgres', 'SELECT count(*) FROM numbers'), '0', "$name: nothing is imported");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_stat_progress_copy'), '0', "$name: nobody copies");
	return;
}

my $session = open_session($node);
my $big = import_of('big.csv', 'numbers');
my ($answer, $took);

stalled($session, $big);
$took = elapsed_ms(sub {
	$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . $session->pid . ')');
	$answer = $session->receive;
});
like($answer, qr/57014: canceling statement due to user request/, 'a cancel');
cmp_ok($took, '<', 3000, 'comes through at once');
nothing_left('cancelled');
stalled($session, "SET statement_timeout = '1s'; $big; RESET statement_timeout");
like($session->receive, qr/57014: canceling statement due to statement timeout/, 'statement_timeout');
$session->query('RESET statement_timeout');
nothing_left('timed out');

like($session->query(import_of('bad.csv', 'numbers')),
	qr/22P02: invalid input syntax for type bigint: "oops".*CONTEXT:  COPY numbers, line 50001, column id: "oops"/s,
	'a bad value at the end');
nothing_left('a bad value');

stalled($session, $big);
$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $session->pid . ')');
like($session->receive, qr/57P01: /, 'a session that is ended');
$session->close;
nothing_left('ended');

$session = open_session($node);
my $read_only = $session->query("BEGIN READ ONLY; $big; ROLLBACK");
like($read_only, qr/25006: cannot execute COPY FROM in a read-only transaction/, 'a transaction that only reads');
$session->query("BEGIN; $big; ROLLBACK");
nothing_left('rolled back');
reset_calls($node);
is($session->query($big), '200000 rows imported into relation "numbers" from file big.csv of '
	  . $node->safe_psql('postgres', q{SELECT payload->0->>'size' FROM lambda_invoke('control', 's3_objects', '{"prefix": "big.csv"}')}) . ' bytes',
	'afterwards the session imports');
is($node->safe_psql('postgres', 'SELECT count(*), min(id), max(id), count(DISTINCT id) FROM numbers'),
	'200000|1|200000|200000', 'every row, once');

# ---------------------------------------------------------------------------
# Memory
# ---------------------------------------------------------------------------

put('large.csv', rows => 500000, columns => 3, width => 100);
put('packed.csv', rows => 500000, columns => 3, width => 100, compress => JSON::PP::true, headers => { 'Content-Encoding' => 'gzip' });
put('members.csv', gzip => [ "1,a,b\n2,c", ",d\n", '', "3,e,f\n" ], headers => { 'Content-Encoding' => 'gzip' });

# what no row is stored of touches no buffers, which are shared memory
foreach my $key ('large.csv', 'packed.csv')
{
	my ($memory) = growth_of($session, 8192, sub {
		like($session->query(import_of($key, 'numbers', '(format csv) WHERE id < 0')), qr/^0 rows imported into relation "numbers" from file $key of \d+ bytes$/, "all of $key");
	});
	cmp_ok($memory, '<', 8192, "$key needs little memory");
}
$session->query('TRUNCATE numbers');
like($session->query(import_of('members.csv', 'numbers')), qr/^3 rows imported into relation "numbers" from file members.csv of \d+ bytes$/, 'gzip of several members');
is($session->query('SELECT string_agg(id || c2 || c3, \' \' ORDER BY id) FROM numbers'), '1ab 2cd 3ef', 'is all of them');
$session->query('TRUNCATE numbers');
like($session->query(import_of('packed.csv', 'numbers')), qr/^500000 rows/, 'a packed object');
is($session->query('SELECT count(DISTINCT id), max(length(c3)) FROM numbers'), '500000|100', 'has every row');

$session->close;
$node->stop;
done_testing();
