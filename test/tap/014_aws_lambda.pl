# The extension aws_lambda: installed by itself, its settings before the library
# is loaded, dumped and restored; and what docs/rds.md shows.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = new_server();

# sessions load the library themselves
$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->start;

# Runs SQL as the superuser of a database; returns what psql printed and said.
sub run_sql
{
	my ($database, $sql, %more) = @_;
	my ($out, $err);

	$node->psql($database, $sql, stdout => \$out, stderr => \$err, %more);
	return ($out, $err);
}

# ---------------------------------------------------------------------------
# Installed by itself
# ---------------------------------------------------------------------------

$node->safe_psql('postgres', 'CREATE DATABASE shop');
my ($out, $err) = run_sql('shop', 'CREATE EXTENSION IF NOT EXISTS aws_lambda CASCADE');
like($err, qr/^[^\n]*NOTICE:  installing required extension "aws_commons"$/,
	'one NOTICE, the one of RDS');

# The error's HINT is what has to be run, with what only the user knows.
(undef, $err) = run_sql('shop', q{SELECT aws_lambda.invoke('my-function', '{}'::json)});
my ($hint) = $err =~ /HINT:  Create it as a superuser:\n(.*;)/s;
is(scalar(() = $hint =~ /^CREATE .*;$/mg), 3, 'the statements that are missing')
  or diag $err;
$hint =~ s/(aws_access_key_id) '...'/$1 '$access_key'/;
$hint =~ s/(aws_secret_access_key) '...'/$1 '$secret_key'/;
$hint =~ s/(region) '...'/$1 'us-west-2', endpoint '$endpoint'/;
$node->safe_psql('shop', $hint);
is( $node->safe_psql('shop', q{SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::json)}),
	'200',
	'and work');
$node->safe_psql('shop', $_)
  for (
	create_function('aws_lambda', 'calls',
		columns => 'seq int, function text, invocation_type text, payload json'),
	create_function('aws_lambda', 'reset_calls', columns => 'cleared int'));

# ---------------------------------------------------------------------------
# Settings that decide where credentials go
# ---------------------------------------------------------------------------

$node->safe_psql('shop', <<'END');
CREATE ROLE joe LOGIN;
GRANT USAGE ON SCHEMA aws_lambda TO joe;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_lambda TO joe;
END
$node->safe_psql('shop', <<"END");
CREATE USER MAPPING FOR joe SERVER aws_lambda OPTIONS (aws_access_key_id '$access_key', aws_secret_access_key '$secret_key');
END
my $invoke = q{SELECT status_code FROM aws_lambda.invoke('my-function', '{}'::json)};
foreach my $setting (q{endpoint_override=http://127.0.0.1:1}, 'server=none')
{
	my ($name, $value) = split /=/, $setting;

	# joe's session has not loaded the library when he sets it
	($out, $err) = run_sql('shop', "SET aws_lambda.$name = '$value'; $invoke",
		extra_params => [ '-U', 'joe' ]);
	is($out, '200', "$name of a user before the library is loaded does nothing");
	like($err, qr/permission denied to set parameter "aws_lambda.$name"/, 'and is warned of');

	local $ENV{PGOPTIONS} = "-c aws_lambda.$name=$value";
	($out) = run_sql('shop', $invoke, extra_params => [ '-U', 'joe' ]);
	is($out, '200', "$name of a user's connection does nothing");
	($out, $err) = run_sql('shop', $invoke);
	isnt($out, '200', "$name of a superuser's does");
}
$node->safe_psql('shop', 'ALTER ROLE joe SET aws_lambda.request_timeout_ms = 50');
(undef, $err) = run_sql('shop', q{SELECT aws_lambda.invoke('hang', '{}'::json)},
	extra_params => [ '-U', 'joe' ]);
like($err, qr/HINT:  The setting aws_lambda.request_timeout_ms allows 50 ms\./,
	'a timeout is for everybody to set');

# ---------------------------------------------------------------------------
# Dumped and restored
# ---------------------------------------------------------------------------

$node->safe_psql('shop', <<'END');
CREATE TABLE functions (name text, arn aws_commons._lambda_function_arn_1 NOT NULL);
INSERT INTO functions VALUES ('mine', aws_commons.create_lambda_function_arn('my-function', 'eu-west-1'));
GRANT SELECT ON functions TO joe;
END
my $dump = "${PostgreSQL::Test::Utils::tmp_check}/shop.sql";
$node->command_ok([ 'pg_dump', '--file', $dump, '--dbname', $node->connstr('shop') ],
	'it is dumped');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
($out, $err) = run_sql('restored', slurp_file($dump), on_error_stop => 1);
is($err, '', 'and restored');
($out, $err) = run_sql('restored',
	q{SELECT name, status_code, payload FROM functions, aws_lambda.invoke(arn, '{"n": 1}'::json)},
	extra_params => [ '-U', 'joe' ]);
is($out, 'mine|200|{"received":{"n":1}}',
	'with server, user mappings and privileges') or diag $err;

# What a dump of RDS says, whose extensions make their schemas themselves.
$node->safe_psql('postgres', 'CREATE DATABASE of_rds');
($out, $err) = run_sql('of_rds', <<'END', on_error_stop => 1);
SELECT pg_catalog.set_config('search_path', '', false);
CREATE EXTENSION IF NOT EXISTS aws_commons WITH SCHEMA public;
COMMENT ON EXTENSION aws_commons IS 'Common data types across AWS services';
CREATE EXTENSION IF NOT EXISTS aws_lambda WITH SCHEMA public;
COMMENT ON EXTENSION aws_lambda IS 'AWS Lambda integration';
CREATE TABLE public.functions (arn aws_commons._lambda_function_arn_1);
GRANT USAGE ON SCHEMA aws_lambda TO joe;
GRANT ALL ON FUNCTION aws_lambda.invoke(function_name text, payload json, region text, invocation_type text, log_type text, context json, qualifier character varying, OUT status_code integer, OUT payload json, OUT executed_version text, OUT log_result text) TO joe;
GRANT ALL ON FUNCTION aws_lambda.invoke(function_name aws_commons._lambda_function_arn_1, payload jsonb, invocation_type text, log_type text, context jsonb, qualifier character varying, OUT status_code integer, OUT payload jsonb, OUT executed_version text, OUT log_result text) TO joe;
END
is($err, '', 'a dump of RDS is restored');
$node->command_like(
	[ 'pg_dump', '--dbname', $node->connstr('of_rds') ],
	qr/^CREATE EXTENSION IF NOT EXISTS aws_commons WITH SCHEMA public;$(?!.*CREATE SCHEMA).*^CREATE EXTENSION IF NOT EXISTS aws_lambda WITH SCHEMA public;$/ms,
	'and dumped as such');

# Another extension may have made the schema; somebody else's is not used.
$node->safe_psql('of_rds', 'DROP TABLE public.functions; DROP EXTENSION aws_commons CASCADE');
$node->safe_psql('of_rds', 'CREATE SCHEMA aws_commons; CREATE EXTENSION aws_lambda CASCADE');
$node->safe_psql('of_rds', 'DROP EXTENSION aws_commons CASCADE; ALTER SCHEMA aws_commons OWNER TO joe');
(undef, $err) = run_sql('of_rds', 'CREATE EXTENSION aws_lambda CASCADE');
like($err, qr/ERROR:  schema "aws_commons" already exists/,
	'no part of it is put where somebody else can change it');

# ---------------------------------------------------------------------------
# What the document shows
# ---------------------------------------------------------------------------

$node->safe_psql('postgres', 'CREATE DATABASE document');
my $document = slurp_file("$FindBin::RealBin/../../docs/rds.md");
$document =~ s/^## Set up Amazon S3\n.*?(?=^## From RDS)//ms or die 'no S3';
my $script = join '', $document =~ /^```sql\n(.*?)^```/msg;
$script =~ s/'AKIA\.\.\.'/'$access_key'/ or die 'no key';
$script =~ s/(aws_secret_access_key) '\.\.\.'/$1 '$secret_key'/ or die 'no secret';

$node->safe_psql('shop', 'SELECT * FROM reset_calls');
($out, $err) = run_sql('document',
	"SET aws_lambda.endpoint_override = '$endpoint';\n$script",
	on_error_stop => 1);
unlike($err, qr/ERROR/, 'its SQL runs');
$out =~ s/\|[\w+\/]{99,}=*$/|LOG/m;
is("$out\n", <<'END', 'and answers');
200|{"received":{"body":"Hello from Postgres!"}}|$LATEST|
200|{"context": {"custom": {"app": "shop"}}, "received": {"body": "Hello from Postgres!"}}|2|LOG
202
202|||
200|{"received":{"body":"Hello from Postgres!"}}|2|
{"received":{"body":"Hello from Postgres!"}}
END
is( $node->safe_psql(
		'shop', 'SELECT invocation_type, payload::jsonb FROM calls ORDER BY seq')
	  . "\n",
	<<'END', 'what was sent');
RequestResponse|{"body": "Hello from Postgres!"}
RequestResponse|{"body": "Hello from Postgres!"}
Event|{}
Event|{"body": "Hello from Postgres!"}
RequestResponse|{"body": "Hello from Postgres!"}
Event|{"id": 1, "customer": "Ada"}
Event|[{"id": 2, "customer": "Grace"}, {"id": 3, "customer": "Edsger"}]
RequestResponse|{"body": "Hello from Postgres!"}
END

$node->stop;
done_testing();
