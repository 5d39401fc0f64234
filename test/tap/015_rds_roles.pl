# The GRANTs of RDS are enough, and give no more: run by ordinary roles, and as a
# dump of RDS has them.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server();
my $keys = "aws_access_key_id '$access_key', aws_secret_access_key '$secret_key'";

$node->safe_psql('postgres', $_)
  for (
	create_server('control', $endpoint),
	create_function('control', 'calls',
		columns => 'seq int, function text, region text, invocation_type text, access_key text'),
	create_function('control', 'reset_calls', columns => 'cleared int'),
	'CREATE EXTENSION aws_lambda CASCADE',
	"CREATE SERVER aws_lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'us-west-2', endpoint '$endpoint')",
	"CREATE USER MAPPING FOR PUBLIC SERVER aws_lambda OPTIONS ($keys)",
	'CREATE ROLE app LOGIN; CREATE ROLE other LOGIN; CREATE ROLE restored LOGIN; CREATE ROLE boss LOGIN; CREATE ROLE hired LOGIN;');

my $invoke = q{SELECT status_code FROM aws_lambda.invoke('simple', '{}'::json)};
my $words = q{SELECT status_code FROM aws_lambda.invoke('simple', '{}'::json, 'DryRun', 'None', NULL, '1')};

# A role's statement is an error of this kind, and nobody is asked.
sub refused
{
	my ($name, $role, $error, $sql) = @_;

	reset_calls($node);
	like(logged_in($node, $role, $sql), qr/$error/, $name);
	is(count_calls($node), '0', "$name: nobody is asked");
	return;
}

# A role's statement invokes as the keys of the mapping for all.
sub invokes
{
	my ($name, $role, $sql, $status) = @_;

	reset_calls($node);
	is(logged_in($node, $role, $sql), $status // '200', $name);
	is( $node->safe_psql('postgres', 'SELECT function, access_key FROM calls'),
		"simple|$access_key", "$name: the endpoint received it");
	return;
}

# ---------------------------------------------------------------------------
# The two GRANTs
# ---------------------------------------------------------------------------

refused('without GRANTs', 'app', '42501: .*permission denied for schema aws_lambda', $_)
  for $invoke, $words;
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA aws_lambda TO app');
refused('USAGE on the schema', 'app', '42501: .*permission denied for function invoke', $_)
  for $invoke, $words,
  q{SELECT aws_lambda.invoke('simple', '{}'::jsonb)},
  q{SELECT aws_lambda.invoke(aws_commons.create_lambda_function_arn('simple'), '{}'::jsonb)};
$node->safe_psql('postgres', 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_lambda TO app');
invokes('EXECUTE on the functions', 'app', $invoke);
invokes('by the composite type', 'app',
	q{SELECT status_code FROM aws_lambda.invoke(aws_commons.create_lambda_function_arn('simple', 'us-west-2'), '{}'::jsonb)});
invokes('with six words', 'app', $words, '204');
invokes('with a region of nothing', 'app',
	q{SELECT status_code FROM aws_lambda.invoke('simple', '{}'::json, '')});
is($node->safe_psql('postgres', q{SELECT region FROM calls WHERE function = 'simple'}),
	'us-west-2', "which is the server's");

# They give no more than that.
my %more = (
	'lambda_invoke' => q{SELECT lambda_invoke('aws_lambda', 'simple')},
	'lambda_fdw_credentials' => q{SELECT lambda_fdw_credentials('aws_lambda')},
	'lambda_fdw_disconnect' => q{SELECT lambda_fdw_disconnect('aws_lambda')},
	'a user mapping' => "CREATE USER MAPPING FOR app SERVER aws_lambda OPTIONS ($keys)",
	'a foreign table' => q{CREATE FOREIGN TABLE pg_temp.t (id int) SERVER aws_lambda OPTIONS (function_arn 'simple')},
	'another server' => q{SET aws_lambda.server = 'control'},
	'another endpoint' => q{SET aws_lambda.endpoint_override = 'http://127.0.0.1:1'});
$node->safe_psql('postgres', 'GRANT EXECUTE ON FUNCTION lambda_invoke TO app');
refused("not $_", 'app', '42501: .*permission denied', "SELECT count(*) FROM lambda_fdw_options(); $more{$_}") for sort keys %more;
refused('nor others', 'other', '42501: .*permission denied for schema', $words);

# ---------------------------------------------------------------------------
# Whose server, and whose keys
# ---------------------------------------------------------------------------

# The server of this name is somebody's who is no superuser: he would have the
# payloads of whoever never granted him that.
$node->safe_psql('postgres', 'GRANT USAGE ON FOREIGN DATA WRAPPER lambda_fdw TO boss;'
	  . 'ALTER SERVER aws_lambda OWNER TO boss');
refused("a server of somebody's", 'app', '42501: .*permission denied for foreign server aws_lambda', $_)
  for $invoke, $words;
$node->safe_psql('postgres', 'ALTER SERVER aws_lambda OWNER TO CURRENT_USER');
invokes('again of a superuser', 'app', $invoke);

# A mapping of one's own is before that for all; without any there is nothing to
# sign with, not even the server's own.
$node->safe_psql('postgres',
	"CREATE USER MAPPING FOR app SERVER aws_lambda OPTIONS (aws_access_key_id 'AKIDDENIED', aws_secret_access_key '$secret_key')");
reset_calls($node);
like(logged_in($node, 'app', $invoke), qr/invoke API failed.*AccessDenied/s, "a role's own keys are used");
$node->safe_psql('postgres', 'DROP USER MAPPING FOR app SERVER aws_lambda;'
	  . 'DROP USER MAPPING FOR PUBLIC SERVER aws_lambda');
refused('without a mapping', 'app', '28000: .*role "app" has no AWS keys for server "aws_lambda"', $invoke);
$node->safe_psql('postgres', "CREATE USER MAPPING FOR PUBLIC SERVER aws_lambda OPTIONS ($keys)");

# By a function of app's, which is called by one without a GRANT.
$node->safe_psql('postgres', 'GRANT CREATE ON SCHEMA public TO app');
logged_in($node, 'app', qq{CREATE FUNCTION public.of_app() RETURNS int LANGUAGE sql SECURITY DEFINER AS \$\$ $words \$\$},
	qq{CREATE FUNCTION public.of_caller() RETURNS int LANGUAGE sql AS \$\$ $words \$\$});
invokes('a SECURITY DEFINER function', 'other', 'SELECT of_app()', '204');
refused('one without', 'other', '42501: .*permission denied', 'SELECT of_caller()');

# ---------------------------------------------------------------------------
# What a dump of RDS grants
# ---------------------------------------------------------------------------

$node->safe_psql('postgres', <<'END');
GRANT USAGE ON SCHEMA aws_lambda TO restored;
GRANT ALL ON FUNCTION aws_lambda.invoke(function_name text, payload json, region text, invocation_type text, log_type text, context json, qualifier character varying, OUT status_code integer, OUT payload json, OUT executed_version text, OUT log_result text) TO restored;
GRANT ALL ON FUNCTION aws_lambda.invoke(function_name text, payload jsonb, region text, invocation_type text, log_type text, context jsonb, qualifier character varying, OUT status_code integer, OUT payload jsonb, OUT executed_version text, OUT log_result text) TO restored;
GRANT ALL ON FUNCTION aws_lambda.invoke(function_name aws_commons._lambda_function_arn_1, payload json, invocation_type text, log_type text, context json, qualifier character varying, OUT status_code integer, OUT payload json, OUT executed_version text, OUT log_result text) TO restored;
GRANT ALL ON FUNCTION aws_lambda.invoke(function_name aws_commons._lambda_function_arn_1, payload jsonb, invocation_type text, log_type text, context jsonb, qualifier character varying, OUT status_code integer, OUT payload jsonb, OUT executed_version text, OUT log_result text) TO restored;
END
invokes("a dump's GRANTs", 'restored', $invoke);
invokes("a dump's GRANTs, with six words", 'restored', $words, '204');
invokes("a dump's GRANTs, with six words and an ARN", 'restored',
	q{SELECT status_code FROM aws_lambda.invoke('(simple,us-west-2)', '{}'::json, 'DryRun', 'None', NULL, '1')}, '204');
$node->safe_psql('postgres', 'REVOKE ALL ON ALL FUNCTIONS IN SCHEMA aws_lambda FROM restored');
refused('revoked', 'restored', '42501: .*permission denied for function invoke', $_) for $invoke, $words;
$node->safe_psql('postgres', q{
CREATE FUNCTION aws_lambda.invoke(function_name text, payload json, other int) RETURNS int LANGUAGE sql AS 'SELECT 1';
GRANT EXECUTE ON FUNCTION aws_lambda.invoke(text, json, int) TO restored});
refused("a function of the same name that is not the extension's", 'restored', '42501: ', $words);
$node->safe_psql('postgres', 'DROP FUNCTION aws_lambda.invoke(text, json, int)');

# ---------------------------------------------------------------------------
# rds_superuser, as docs/rds.md creates it
# ---------------------------------------------------------------------------

my $document = slurp_file("$FindBin::RealBin/../../docs/rds.md");
my ($creation) = $document =~ /^```sql\n(CREATE ROLE rds_superuser;\n.*?)^```/ms;
$node->safe_psql('postgres', $creation);
$node->safe_psql('postgres', 'GRANT rds_superuser TO boss');
invokes('a member of rds_superuser', 'boss', $invoke);
is( logged_in($node, 'boss',
		'GRANT USAGE ON SCHEMA aws_lambda TO hired',
		'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_lambda TO hired'),
	"\n", 'grants as the guides say, without a word');
invokes('to others', 'hired', $_->[0], $_->[1]) for [ $invoke, '200' ], [ $words, '204' ];
refused('but is no superuser', 'boss', '42501: ', 'ALTER SERVER aws_lambda OPTIONS (DROP endpoint)');

# ---------------------------------------------------------------------------
# RDS's versions
# ---------------------------------------------------------------------------

is( $node->safe_psql('postgres', q{SELECT string_agg(extname || ' ' || extversion, ', ' ORDER BY extname) FROM pg_extension WHERE extname ~ '^aws'}),
	'aws_commons 1.2, aws_lambda 1.0', 'the versions that RDS has');
foreach my $version ('1.0', '1.1', '1.2')
{
	(my $database = "version_$version") =~ tr/./_/;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, "CREATE EXTENSION aws_commons VERSION '$version'; CREATE EXTENSION aws_lambda VERSION '1.0';"
		  . q{CREATE TABLE kept (arn aws_commons._lambda_function_arn_1); INSERT INTO kept VALUES (aws_commons.create_lambda_function_arn('simple', 'eu-west-1'));}
		  . 'ALTER EXTENSION aws_commons UPDATE; ALTER EXTENSION aws_lambda UPDATE');
	is( $node->safe_psql($database, q{SELECT arn, extversion FROM kept, pg_extension WHERE extname = 'aws_commons'}),
		'(simple,eu-west-1)|1.2', "aws_commons $version, updated, with what depends on it");
}

$node->stop;
done_testing();
