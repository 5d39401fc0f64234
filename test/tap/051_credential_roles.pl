# Roles that are assumed with other credentials, and how long fetched
# credentials are used.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use Ambient;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use POSIX qw(strftime);
use Test::More;
use Time::HiRes qw(sleep);

my ($node, $endpoint, $home) = start_ambient();
my $role = 'arn:aws:iam::123456789012:role';
my $user = 'arn:aws:iam::123456789012:user/example';
my $mapping_keys =
  "aws_access_key_id '$access_key', aws_secret_access_key '$secret_key'";
my $static = static_keys();

my %everything = (
	AWS_ACCESS_KEY_ID => $access_key,
	AWS_SECRET_ACCESS_KEY => $secret_key,
	AWS_CONTAINER_CREDENTIALS_FULL_URI => "$endpoint/container/credentials",
	AWS_EC2_METADATA_DISABLED => undef,
	AWS_EC2_METADATA_SERVICE_ENDPOINT => $endpoint);
restart_with(%everything);

# A role is found, by whatever it is assumed with.
sub role_ok
{
	my ($name, $arn, $by, %more) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	found_ok(
		$name,
		key => 'ASIAROLE\d{8}',
		source => "role $arn, by $by",
		asked => 'sts AssumeRole 1',
		expires => 1,
		%more);
	return;
}

# Roles of the user mapping.
superuser_mapping("$mapping_keys, role_arn '$role/reader'");
role_ok('keys and a role', "$role/reader", 'user mapping');
is( record_of("concat_ws(' ', access_key, parameters->>'RoleSessionName', "
		  . "parameters->>'DurationSeconds')"),
	"$access_key lambda_fdw",
	'it is assumed with the keys');
superuser_mapping("role_arn '$role/reader', role_session_name 'from-sql'");
role_ok('the chain and a role', "$role/reader", 'environment');
is(record_of("parameters->>'RoleSessionName'"), 'from-sql',
	'the session is named');
superuser_mapping("role_arn '$role/external', external_id 'xid-1'");
role_ok('a role with an external id', "$role/external", 'environment');
foreach my $options ("role_arn '$role/external', external_id 'xid-2'",
	"role_arn '$role/external'", "role_arn '$role/denied'")
{
	my ($arn) = $options =~ /'(.*?)'/;

	superuser_mapping($options);
	missing_ok(
		"a role that is denied: $options",
		qr{role \Q$arn\E, by environment: STS answered HTTP status 403 AccessDenied: User: \Q$user\E is not authorized to perform: sts:AssumeRole on resource: \Q$arn\E},
		asked => 'sts AssumeRole 1');
}
foreach my $name ('flaky', 'throttled')
{
	superuser_mapping("$mapping_keys, role_arn '$role/$name'");
	role_ok("a role that is $name", "$role/$name", 'user mapping',
		asked => 'sts AssumeRole 2');
}
superuser_mapping("aws_access_key_id 'AKIDUNKNOWN', "
	  . "aws_secret_access_key '$secret_key', role_arn '$role/reader'");
missing_ok(
	'a role with unknown keys',
	qr{by user mapping: STS answered HTTP status 403 InvalidClientTokenId: },
	asked => 'sts AssumeRole 1');

superuser_mapping("$mapping_keys, role_arn '$role/hang'");
my $session = session_as();
forget();
answers($session, "SET statement_timeout = '500ms'");
my $answer;
cmp_ok(
	elapsed_ms(
		sub { $answer = answers($session, 'SELECT count(*) FROM items') }),
	'<', 3000, 'a role for which STS hangs: the timeout acts');
like($answer, qr/57014: canceling statement due to statement timeout/,
	'the statement is cancelled');
is(asked(), 'sts AssumeRole 1', 'STS was asked once');
superuser_mapping("$mapping_keys, role_arn '$role/reader'");
is(answers($session, 'SELECT count(*) FROM items'), '20', 'the session goes on');
$session->close;

# Scans below an Append and parallel workers need a role, too.
$node->safe_psql('postgres', create_function('chain', 'split_items', function => 'split_rows',
		options => q{splits '4', payload '{"test": {"total": 40}}'}));
my $append = 'SELECT count(*) FROM (' . join(' UNION ALL ', ('SELECT id FROM items') x 8) . ') i';
my $parallel = 'SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SELECT count(*) FROM split_items';
foreach my $case ([ 'reader', qr/^160$/, qr/^40$/, 'a role' ],
	[ 'flaky', qr/^160$/, qr/^40$/, 'a role that is flaky' ],
	[ 'denied', (qr/28000: no AWS credentials.*AccessDenied/s) x 2, 'a role that is denied' ],
	[ 'hang', (qr/57014/) x 2, 'a role for which STS hangs' ])
{
	my ($arn, $rows, $worker_rows, $name) = @$case;

	superuser_mapping("$mapping_keys, role_arn '$role/$arn'");
	$session = session_as();
	answers($session, "SET statement_timeout = '500ms'") if $arn eq 'hang';
	forget();
	like(answers($session, $append), $rows, "$name, below an Append");
	is(asked(), 'sts AssumeRole ' . ($arn eq 'flaky' ? 2 : 1), 'it is assumed once for all');
	like(answers($session, $parallel), $worker_rows, '... and in parallel workers');
	$session->close;
}

# Where STS is, is the administrator's to say, for everybody.
$node->safe_psql('postgres',
	    'CREATE ROLE joe; GRANT pg_read_all_data TO joe;'
	  . 'GRANT USAGE ON FOREIGN SERVER chain TO joe');
map_user($_, 'chain', "$mapping_keys, role_arn '$role/reader'")
  for 'joe', 'CURRENT_USER';
restart_with(AWS_ENDPOINT_URL_STS => 'http://127.0.0.1:1');
missing_ok(
	'STS that is not there',
	qr{role \Q$role\E/reader, by user mapping: http://127\.0\.0\.1:1: },
	asked => '');
restart_with(AWS_IGNORE_CONFIGURED_ENDPOINT_URLS => 'true');
$node->safe_psql('postgres',
	"ALTER SERVER chain OPTIONS (SET region 'xx-north-1')");
foreach my $name (undef, 'joe')
{
	$session = session_as($name);
	forget();
	like(
		answers($session, "SELECT * FROM lambda_fdw_credentials('chain')"),
		qr/HV024: region "xx-north-1" belongs to no known partition/,
		'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS leaves the STS of the region');
	is(asked(), '', 'which is not the one configured');
	$session->close;
}
$node->safe_psql('postgres',
	"ALTER SERVER chain OPTIONS (SET region 'eu-west-1')");
restart_with(%everything);

# Roles of profiles.
put_file('.aws/credentials', "[bottom]\n$static\n[self]\n$static");
put_file('.aws/config', <<"END");
[profile top]
role_arn = $role/reader-top
source_profile = middle
duration_seconds = 1800
[profile middle]
role_arn = $role/reader-middle
source_profile = bottom
role_session_name = halfway
[profile self]
role_arn = $role/reader-self
source_profile = self
[profile unknown]
role_arn = $role/reader
source_profile = nobody
[profile empty-self]
role_arn = $role/reader
source_profile = empty-self
[profile one]
role_arn = $role/reader
source_profile = two
[profile two]
role_arn = $role/reader
source_profile = three
[profile three]
role_arn = $role/reader
source_profile = one
[profile into]
role_arn = $role/reader
source_profile = one
[profile environment]
role_arn = $role/reader
credential_source = Environment
[profile instance]
role_arn = $role/reader
credential_source = Ec2InstanceMetadata
[profile container]
role_arn = $role/reader
credential_source = EcsContainer
[profile nonsense]
role_arn = $role/reader
credential_source = Thin air
[profile both]
role_arn = $role/reader
source_profile = bottom
credential_source = Environment
[profile neither]
role_arn = $role/reader
[profile mfa]
role_arn = $role/reader
source_profile = bottom
mfa_serial = arn:aws:iam::123456789012:mfa/example
[profile sso]
sso_session = corp
sso_account_id = 123456789012
[profile short]
role_arn = $role/reader
source_profile = bottom
duration_seconds = 60
[profile outside]
role_arn = $role/external
source_profile = bottom
external_id = xid-1
END

superuser_mapping("profile 'top'");
role_ok(
	'a chain of three profiles',
	"$role/reader-top",
	"role $role/reader-middle, by profile \"bottom\"",
	asked => 'sts AssumeRole 2');
is( record_of(
		"concat_ws(':', parameters->>'RoleSessionName', "
		  . "parameters->>'DurationSeconds')"),
	'halfway lambda_fdw:1800',
	'each with its own parameters');
superuser_mapping("profile 'top', role_arn '$role/reader-last'");
role_ok(
	'and the role of the mapping on top',
	"$role/reader-last",
	"role $role/reader-top, by role $role/reader-middle, by profile \"bottom\"",
	asked => 'sts AssumeRole 3');
superuser_mapping("profile 'self'");
role_ok('a profile with keys and its own role',
	"$role/reader-self", 'profile "self"');
superuser_mapping("profile 'outside'");
role_ok('a profile with an external id',
	"$role/external", 'profile "bottom"');
superuser_mapping("profile 'environment'");
role_ok('a role with the environment', "$role/reader", 'environment');
superuser_mapping("profile 'instance'");
role_ok(
	'a role with the instance',
	"$role/reader",
	'instance metadata, role endpoint-role',
	asked => 'imds role 1, imds roles 1, imds token 1, sts AssumeRole 1');
superuser_mapping("profile 'container'");
role_ok('a role with the container',
	"$role/reader", 'container',
	asked => 'container credentials 1, sts AssumeRole 1');

my %problems = (
	unknown => qr/profile "nobody": there is none in /,
	'empty-self' => qr/profile "empty-self": it is its own source_profile, but has no keys/,
	one => qr/profile "three": source_profile "one" leads back to itself/,
	into => qr/profile "three": source_profile "one" leads back to itself/,
	nonsense => qr/profile "nonsense": credential_source must be Environment, /,
	both => qr/profile "both": role_arn needs one of source_profile and credential_source/,
	neither => qr/profile "neither": role_arn needs one of /,
	mfa => qr/profile "mfa": its role needs an MFA code/,
	sso => qr/profile "sso": IAM Identity Center is not supported/);
foreach my $name (sort keys %problems)
{
	superuser_mapping("profile '$name'");
	missing_ok("profile $name", $problems{$name}, asked => '');
}
superuser_mapping("profile 'short'");
missing_ok(
	'a duration that STS refuses',
	qr/STS answered HTTP status 400 ValidationError: /,
	asked => 'sts AssumeRole 1');

# Fetched credentials are dropped when server or mapping change, and only then.
superuser_mapping("role_arn '$role/reader'");
$session = session_as();
forget();
my $requests = 1;
answers($session, 'SELECT count(*) FROM items');
foreach my $change (
	'USER MAPPING FOR CURRENT_USER SERVER chain OPTIONS '
	. "(ADD role_session_name 'later')",
	"SERVER chain OPTIONS (ADD fdw_startup_cost '1')",
	'SERVER chain OPTIONS (DROP fdw_startup_cost)')
{
	$node->safe_psql('postgres', "ALTER $change");
	is(answers($session, ('SELECT count(*) FROM items') x 2),
		'20;20', "ALTER $change: invokes");
	$requests++;
	is(asked(), "sts AssumeRole $requests", 'STS is asked again, once');
}
$node->safe_psql('postgres',
	"ALTER SERVER control OPTIONS (ADD fdw_startup_cost '1')");
answers($session, 'SELECT count(*) FROM items');
is(asked(), "sts AssumeRole $requests", 'but not for another server');

# Many calls at once ask once.
$node->safe_psql('postgres',
	create_function('chain', 'by_id', function => 'items',
		columns => q{id int OPTIONS (pushdown '=')}));
$session->close;
$session = session_as();
forget();
is( answers($session, 'SELECT count(*) FROM by_id WHERE id IN (1, 2, 3, 4, 5)'),
	'5', 'five calls at once');
is(asked(), 'sts AssumeRole 1', 'ask once');
$session->close;

# So do scans below an Append that waits for all of them.
my $three = 'SELECT count(*) FROM (SELECT id FROM items UNION ALL SELECT id FROM items '
  . 'UNION ALL SELECT id FROM by_id WHERE id IN (1, 2, 3)) s';
$session = session_as();
forget();
is(answers($session, $three), '43', 'three scans below an Append');
is(asked(), 'sts AssumeRole 1', '... ask once');
$session->close;

# Renewal.  The credentials of all these sessions are good for 16 s, but for
# those of "late": after 8 s they are renewed.
my %renewed = (
	container => '',
	role => "profile 'bottom', role_arn '$role/brief16'",
	web => "profile 'web'",
	program => "profile 'program'",
	stuck => "profile 'stuck'",
	web_stuck => "profile 'web-stuck'",
	late => "profile 'late'");
my %sessions;

sub put_program
{
	my ($name, $seconds) = @_;
	my $expires = strftime('%Y-%m-%dT%H:%M:%SZ', gmtime(time() + $seconds));
	my $json = put_file("$name.json",
		    qq({"Version": 1, "AccessKeyId": "$access_key", )
		  . qq("SecretAccessKey": "$secret_key", "Expiration": "$expires"}));

	put_script($name, "echo >>$home/$name.runs\ncat $json");
	put_file("$name.runs", '');
	return;
}

sub runs_of
{
	my $name = shift;

	return length slurp_file("$home/$name.runs");
}

put_file('.aws/config', <<"END");
[profile web]
role_arn = $role/brief16
web_identity_token_file = $home/token
[profile web-stuck]
role_arn = $role/brief16
web_identity_token_file = $home/token-stuck
[profile program]
credential_process = $home/program
[profile stuck]
credential_process = $home/stuck
[profile late]
credential_process = $home/late
END
put_file($_, 'web-identity-token-1') for 'token', 'token-stuck';
restart_with(
	AWS_CONTAINER_CREDENTIALS_FULL_URI => "$endpoint/container/brief16");
foreach my $name (sort keys %renewed)
{
	$node->safe_psql('postgres',
		    "CREATE ROLE $name; GRANT pg_read_all_data TO $name; "
		  . "GRANT USAGE ON FOREIGN SERVER chain TO $name");
	map_user($name, 'chain', join ', ', grep { length } $renewed{$name},
		"use_ambient_credentials 'true'");
	$sessions{$name} = session_as($name);
}
put_program('program', 16);
put_program('stuck', 16);
put_program('late', 3);
forget();
my %expires;
foreach my $name (sort keys %renewed)
{
	is(answers($sessions{$name}, ('SELECT count(*) FROM items') x 2),
		'20;20', "$name: invokes");
	$expires{$name} = answers($sessions{$name},
		"SELECT expires_at FROM lambda_fdw_credentials('chain')");
}
is( asked(),
	'container brief16 1, sts AssumeRole 1, sts AssumeRoleWithWebIdentity 2',
	'before renewal is due, all were asked once');
is(runs_of($_), 1, "$_: was run once") for 'program', 'stuck';
put_script($_, "echo >>$home/$_.runs\necho 'no more' >&2; exit 1")
  for 'stuck', 'late';
put_file('token', 'web-identity-token-2');
put_file('token-stuck', 'another token');
sleep(8.5);
put_program('program', 16);
forget();
foreach my $name (sort grep { $_ ne 'late' } keys %renewed)
{
	my $still = $name =~ /stuck/ ? 'is' : 'is not';

	is(answers($sessions{$name}, ('SELECT count(*) FROM items') x 2),
		'20;20', "$name: invokes when renewal is due");
	is( answers($sessions{$name},
			    "SELECT expires_at = '$expires{$name}', "
			  . "'$expires{$name}' > now() "
			  . "FROM lambda_fdw_credentials('chain')"),
		$name =~ /stuck/ ? 't|t' : 'f|t',
		"$name: $still what it was, before it expired");
}
is( asked(),
	'container brief16 1, sts AssumeRole 1, sts AssumeRoleWithWebIdentity 2',
	'all were asked once more');
is( record_of('status', "operation = 'AssumeRoleWithWebIdentity'"),
	'200 400', 'with the new token');
is(runs_of('program'), 1, 'the program that was replaced was run once');
is(runs_of('stuck'), 2, 'the one that fails was run once more');
like(
	answers($sessions{late}, 'SELECT count(*) FROM items'),
	qr/28000: .*"\Q$home\E\/late" exited with status 1: no more/s,
	'late: cannot be renewed, and has expired');
$_->close for values %sessions;

# Credentials that AWS calls expired before they are: its clock is ahead.
my $ahead = start_endpoint('--clock-offset', 100);
superuser_mapping();
restart_with($ahead,
	AWS_CONTAINER_CREDENTIALS_FULL_URI => "$ahead/container/brief2");
$session = session_as();
forget();
is(answers($session, 'SELECT count(*) FROM items'), '20', 'before they expire');
sleep(2.5);
is( answers($session, 'SELECT count(*) FROM by_id WHERE id IN (1, 2, 3, 4, 5)'),
	'5', 'expired credentials are renewed');
is(asked(), 'container brief2 2', 'once for all calls');
sleep(2.5);
is(answers($session, $three), '43', '... and below an Append, while its scans are under way');
is(asked(), 'container brief2 3', '... once');
$session->close;
restart_with($ahead,
	AWS_CONTAINER_CREDENTIALS_FULL_URI => "$ahead/container/brief0");
$session = session_as();
forget();
like(
	answers($session, 'SELECT count(*) FROM items'),
	qr/28000: .*ExpiredTokenException/,
	'credentials that are always expired are an error');
is(asked(), 'container brief0 2', 'after one renewal');
superuser_mapping("aws_access_key_id 'ASIAEXAMPLE', "
	  . "aws_secret_access_key '$secret_key', aws_session_token 'expired'");
forget();
like(
	answers($session, 'SELECT count(*) FROM items'),
	qr/28000: .*ExpiredTokenException/,
	'so are those of a mapping');
is(asked(), '', 'for which nobody is asked');
$session->close;

no_secrets_ok();
stop_ambient();
done_testing();
