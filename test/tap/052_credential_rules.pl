# Whom the server's own environment is for: region, endpoint and credentials
# come from it only for those who may use it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use Ambient;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $endpoint, $home) = start_ambient();
my $keys =
  "aws_access_key_id '$access_key', aws_secret_access_key '$secret_key'";
my $nowhere = 'http://127.0.0.1:1';
my $role = 'arn:aws:iam::123456789012:role';
my %region = (AWS_REGION => 'us-east-2');
my %lambda = (AWS_ENDPOINT_URL_LAMBDA => $endpoint);

# The server "bare" says nothing; joe may use it, and has keys for it.
$node->safe_psql('postgres',
	    'CREATE ROLE joe; GRANT pg_read_all_data TO joe;'
	  . 'CREATE SERVER bare FOREIGN DATA WRAPPER lambda_fdw;'
	  . 'GRANT USAGE ON FOREIGN SERVER bare, chain TO joe;'
	  . "CREATE SERVER partition FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'xx-north-1');"
	  . create_function('bare', 'bare_items', function => 'items')
	  . create_function('partition', 'partition_items', function => 'items'));
foreach my $server ('bare', 'chain', 'partition')
{
	map_user($_, $server, $keys) for 'CURRENT_USER', 'joe';
}

# What a query of a table comes to: the region it was signed for, or an error.
sub outcome
{
	my ($table, $user) = @_;
	my $session = session_as($user);
	my $answer;

	forget();
	$answer = answers($session, "SELECT count(*) FROM $table");
	$session->close;
	return $answer eq '20' ? used_regions() : $answer;
}

put_file('.aws/config', <<"END");
[default]
region = eu-central-1
services = local
endpoint_url = $nowhere
[services local]
s3 =
  endpoint_url = $nowhere
lambda =
  endpoint_url = $endpoint
[profile other]
region = ap-south-1
endpoint_url = $endpoint
END

# The shared files are read again when they have changed, also under one session,
# and left alone where nothing is theirs to say.
{
	my $config = slurp_file("$home/.aws/config");
	my $session;

	restart_with();
	$session = open_session($node);
	forget();
	$session->query('SELECT count(*) FROM bare_items') for 1, 2;
	is(used_regions(), 'eu-central-1', 'a region of the profile');
	put_file('.aws/config', $config =~ s/eu-central-1/eu-central-2/r);
	forget();
	$session->query('SELECT count(*) FROM bare_items') for 1, 2;
	is(used_regions(), 'eu-central-2', 'and one as long that replaces it');
	put_file('.aws/config', "[default]\nuse_fips_endpoint = true\n");
	is(answers($session, 'SELECT count(*) FROM items'), '20',
		'keys, a region and an endpoint leave nothing to the profile');
	like(answers($session, 'SELECT count(*) FROM bare_items'),
		qr/HV00J: no region is known/, 'which has lost its region');
	$session->close;
	put_file('.aws/config', $config);
}

# Each setting before the next, and the server's before all.
restart_with(
	%region, %lambda,
	AWS_DEFAULT_REGION => 'us-west-1',
	AWS_ENDPOINT_URL => $nowhere);
is(outcome('bare_items'), 'us-east-2',
	'AWS_REGION and AWS_ENDPOINT_URL_LAMBDA');
is(outcome('items'), 'eu-west-1', "the server's options are before them");
like(outcome('bare_items', 'joe'),
	qr/HV00J: no region is known for server "bare"(?!.*DETAIL)/s,
	'a role without ambient credentials has no region of the environment');
like(outcome('partition_items', 'joe'),
	qr/HV024: region "xx-north-1" belongs to no known partition/,
	'nor an endpoint');
is(outcome('items', 'joe'), 'eu-west-1', "the server's options are for it");

restart_with(
	AWS_DEFAULT_REGION => 'us-west-1',
	AWS_ENDPOINT_URL => $endpoint);
is(outcome('bare_items'), 'us-west-1',
	'AWS_DEFAULT_REGION and AWS_ENDPOINT_URL');
map_user('CURRENT_USER', 'bare', "role_arn '$role/reader', $keys");
restart_with(%region,
	AWS_ENDPOINT_URL => $endpoint,
	AWS_ENDPOINT_URL_STS => undef);
is(outcome('bare_items'), 'us-east-2', 'AWS_ENDPOINT_URL');
is(asked(), 'sts AssumeRole 1', 'is for STS too');
map_user('CURRENT_USER', 'bare', $keys);

restart_with();
is(outcome('bare_items'), 'eu-central-1',
	'the region of the profile, and the endpoint of its services section');
like(outcome('partition_items', 'joe'),
	qr/HV024: region "xx-north-1" belongs to no known partition/,
	'which are not for everybody');
restart_with(AWS_PROFILE => 'other');
is(outcome('bare_items'), 'ap-south-1', 'another profile, with its endpoint');
restart_with(AWS_CONFIG_FILE => "$home/nosuch");
like(
	outcome('bare_items'),
	qr/HV00J: no region is known for server "bare".*DETAIL:  Neither AWS_REGION, AWS_DEFAULT_REGION nor profile "default" tells one/s,
	'no region anywhere');
restart_with(AWS_REGION => 'no region', AWS_CONFIG_FILE => "$home/nosuch");
like(outcome('bare_items'), qr/HV00J: /, 'a region that is none');
restart_with(%lambda, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS => 'true');
like(outcome('partition_items'), qr/HV024: region "xx-north-1" belongs to no/,
	'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS');
is(outcome('items'), 'eu-west-1', "does not concern the server's option");

# What cannot be.
foreach my $name ('FIPS', 'DUALSTACK')
{
	my $what = { FIPS => 'FIPS', DUALSTACK => 'dual stack' }->{$name};

	restart_with(%region, %lambda, "AWS_USE_${name}_ENDPOINT" => 'true');
	like(
		outcome($_->[0]),
		qr/HV024: server "$_->[1]" cannot have both an endpoint of its own and $what/,
		"AWS_USE_${name}_ENDPOINT and an endpoint, $_->[0]")
	  for [ 'items', 'chain' ], [ 'bare_items', 'bare' ];
	is(outcome('items', 'joe'), 'eu-west-1', 'which is not for everybody');
}
restart_with(%region, AWS_ENDPOINT_URL => 'localhost');
like(
	outcome('bare_items'),
	qr/HV024: the endpoint that the server's environment configures is not valid/,
	'an endpoint that is no URL');
restart_with(%region, AWS_ENDPOINT_URL => 'http://192.0.2.1');
like(outcome('bare_items'), qr/42501: /, 'plain http beyond loopback');

# A role without keys gets nothing of the server's without a grant.
restart_with(
	AWS_CONTAINER_CREDENTIALS_FULL_URI => "$endpoint/container/credentials");
superuser_mapping();

# Nobody is asked for the role, and it is told what to do.
sub refused_ok
{
	my ($name, $user, $message, $session) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $own = !defined $session;

	$session = session_as($user) if $own;
	forget();
	like(answers($session, 'SELECT count(*) FROM items'),
		$message, "$name: is refused");
	like(
		answers($session, "SELECT * FROM lambda_fdw_credentials('chain')"),
		qr/\|\|\|user mapping: it has no keys, and may not use the server's own/,
		"$name: lambda_fdw_credentials");
	is(used_keys() . asked(), '', "$name: nobody is asked");
	$session->close if $own;
	return;
}

my $told = qr/28000: role "joe" has no AWS keys for server "chain"/;
map_user('joe', 'chain', '');
refused_ok('a mapping without keys', 'joe',
	qr/$told(?!.*DETAIL).*HINT:  ALTER USER MAPPING FOR joe SERVER chain OPTIONS \(ADD aws_access_key_id/s);
$node->safe_psql('postgres',
	'GRANT EXECUTE ON FUNCTION lambda_invoke TO joe');
my $joe = session_as('joe');
like(
	answers($joe, "SELECT status_code FROM lambda_invoke('chain', 'items')"),
	$told, 'nor does lambda_invoke work');
is(used_keys() . asked(), '', 'or ask anybody');
map_user('joe', 'chain', "profile 'default'");
refused_ok('a mapping with a profile', 'joe',
	qr/$told.*DETAIL:  It may not use the server's own credentials: a superuser must own the server/s);
map_user('joe', 'chain', "role_arn '$role/reader'");
refused_ok('a mapping with a role', 'joe', $told);
$node->safe_psql('postgres', 'DROP USER MAPPING FOR joe SERVER chain');
refused_ok('no mapping', 'joe',
	qr/$told(?!.*DETAIL).*HINT:  CREATE USER MAPPING FOR joe SERVER chain OPTIONS \(aws_access_key_id/s);
map_user('PUBLIC', 'chain', '');
refused_ok("everybody's mapping", 'joe', $told);
$node->safe_psql('postgres',
	'CREATE ROLE boss SUPERUSER; GRANT pg_read_all_data TO boss');
refused_ok("everybody's mapping for a superuser", 'boss',
	qr/28000: role "boss" has no AWS keys/);

# It cannot give itself the right, or use it for more than was granted.
like(
	answers($joe,
		    'CREATE USER MAPPING FOR joe SERVER chain OPTIONS '
		  . "(use_ambient_credentials 'true')"),
	qr/42501: /,
	'a user may not grant itself the credentials of the server');
map_user('joe', 'chain', '');
like(
	answers($joe,
		    'ALTER USER MAPPING FOR joe SERVER chain OPTIONS '
		  . "(ADD use_ambient_credentials 'true')"),
	qr/42501: /,
	'nor later');
map_user('joe', 'chain', "use_ambient_credentials 'true'");
like(
	answers($joe,
		"ALTER USER MAPPING FOR joe SERVER chain OPTIONS (ADD $_)"),
	qr/42501: /,
	"with the grant it may not add $_")
  for "profile 'other'", "role_arn '$role/reader'";

my %granted = (
	key => 'ASIATASK\d{8}',
	source => 'container',
	asked => 'container credentials 1',
	expires => 1);
found_ok('with a grant', role => 'joe', %granted);
is(answers($joe, "SELECT status_code FROM lambda_invoke('chain', 'items')"),
	'200', 'and lambda_invoke');
$node->safe_psql('postgres', 'DROP USER MAPPING FOR joe SERVER chain');
map_user('PUBLIC', 'chain', "use_ambient_credentials 'true'");
found_ok("with everybody's grant", role => 'joe', %granted);
$node->safe_psql('postgres', 'DROP USER MAPPING FOR PUBLIC SERVER chain');

# A role with keys of its own is a caller of its own.
map_user('joe', 'chain', "$keys, role_arn '$role/reader'");
found_ok(
	'a role without ambient credentials assumes one with its keys',
	role => 'joe',
	key => 'ASIAROLE\d{8}',
	source => "role $role/reader, by user mapping",
	asked => 'sts AssumeRole 1',
	expires => 1);

# Half a pair of keys is none.
foreach my $half (
	[ "aws_access_key_id '$access_key'", 'aws_secret_access_key' ],
	[ "aws_secret_access_key '$secret_key'", 'aws_access_key_id' ])
{
	my ($given, $missing) = @$half;

	foreach my $options ($given, "$given, role_arn '$role/reader'")
	{
		foreach my $user ('joe', 'CURRENT_USER')
		{
			my $session;

			map_user($user, 'chain', $options);
			$session = session_as($user eq 'joe' ? 'joe' : undef);
			forget();
			like(
				answers($session, 'SELECT count(*) FROM items'),
				qr/28000: .*lacks the option "$missing"/,
				"a mapping without $missing");
			like(
				answers($session,
					"SELECT * FROM lambda_fdw_credentials('chain')"),
				qr/^\|\|\|user mapping: .*$missing/,
				'lambda_fdw_credentials says so too');
			is(asked(), '', 'nobody is asked');
			$session->close;
		}
	}
}
superuser_mapping();

# A view is run as its owner, but for one that says otherwise.
map_user('joe', 'chain', '');
$node->safe_psql('postgres',
		'CREATE VIEW shared AS SELECT * FROM items; '
	  . 'GRANT SELECT ON shared TO joe');
is(answers($joe, 'SELECT count(*) FROM shared'),
	'20', "a superuser's view invokes as the superuser");
SKIP:
{
	skip('no views of invokers', 1) if $node->pg_version < 15;
	$node->safe_psql('postgres',
		'ALTER VIEW shared SET (security_invoker = true)');
	like(answers($joe, 'SELECT count(*) FROM shared'),
		$told, "an invoker's view does not");
}

# Once the owner is no superuser nobody gets credentials of the server, those
# included that sessions have fetched.
map_user('joe', 'chain', "use_ambient_credentials 'true'");
map_user('boss', 'chain', '');
my $super = session_as();
my $boss = session_as('boss');
my %everybody = (joe => $joe, boss => $boss, $node->safe_psql('postgres',
	'SELECT CURRENT_USER') => $super);

sub all_work
{
	my $when = shift;

	is(answers($_, 'EXECUTE all_items'), '20', "$when, a prepared query works")
	  for values %everybody;
	return;
}

sub none_works
{
	my $when = shift;

	foreach my $name (sort keys %everybody)
	{
		my $message = qr/28000: role "$name" has no AWS keys/;

		like(answers($everybody{$name}, 'EXECUTE all_items'),
			$message, "$when, a prepared query of $name is refused");
		refused_ok("$when, $name", undef, $message, $everybody{$name});
	}
	return;
}

answers($_, 'PREPARE all_items AS SELECT count(*) FROM items')
  for values %everybody;
all_work('before');
$node->safe_psql('postgres', 'ALTER SERVER chain OWNER TO joe');
none_works('a server given to a user');
$node->safe_psql('postgres', 'ALTER SERVER chain OWNER TO boss; '
	  . 'GRANT USAGE ON FOREIGN SERVER chain TO joe');
all_work('with a superuser');
$node->safe_psql('postgres', 'ALTER ROLE boss NOSUPERUSER');
none_works('an owner who is no superuser now');
$node->safe_psql('postgres', 'ALTER ROLE boss SUPERUSER');
all_work('a superuser again');

# A superuser that is none any more loses the right to its own.
$node->safe_psql('postgres',
	'ALTER SERVER chain OWNER TO CURRENT_USER; ALTER ROLE boss NOSUPERUSER; '
	  . 'GRANT USAGE ON FOREIGN SERVER chain TO boss');
refused_ok('a superuser before', undef,
	qr/28000: role "boss" has no AWS keys/, $boss);
is(answers($joe, 'EXECUTE all_items'), '20', 'a grant is not affected');
$_->close for values %everybody;

no_secrets_ok();
stop_ambient();
done_testing();
