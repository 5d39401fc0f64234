# Where credentials come from: every source alone, what it is asked and how
# often, and which comes first.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use Ambient;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

my ($node, $endpoint, $home) = start_ambient();
my %static = (
	AWS_ACCESS_KEY_ID => $access_key,
	AWS_SECRET_ACCESS_KEY => $secret_key);
my %temporary = (
	%static,
	AWS_ACCESS_KEY_ID => 'ASIAEXAMPLE',
	AWS_SESSION_TOKEN => 'session/token+example==');
my %instance = (
	AWS_EC2_METADATA_DISABLED => undef,
	AWS_EC2_METADATA_SERVICE_ENDPOINT => $endpoint);

# No source has credentials: every one that was tried is named.
restart_with();
missing_ok(
	'nothing',
	qr{user\ mapping:\ it\ has\ no\ keys\n
	  environment:\ AWS_ACCESS_KEY_ID\ is\ not\ set\n
	  web\ identity:\ AWS_WEB_IDENTITY_TOKEN_FILE\ is\ not\ set\n
	  profile\ "default":\ there\ is\ none\ in\ "\Q$home\E/.aws/config"
	  \ or\ "\Q$home\E/.aws/credentials"\n
	  container:\ AWS_CONTAINER_CREDENTIALS_RELATIVE_URI\ .*\ not\ set\n
	  instance\ metadata:\ AWS_EC2_METADATA_DISABLED\ is\ true}x,
	asked => '');

# The environment.
restart_with(%static);
found_ok('environment', key => $access_key, source => 'environment');
superuser_mapping("profile 'none'");
missing_ok('an explicit profile, for which the environment does not count',
	qr/profile "none": there is none in /);
superuser_mapping("aws_access_key_id 'ASIAEXAMPLE', "
	  . "aws_secret_access_key '$secret_key', "
	  . "aws_session_token 'session/token+example=='");
found_ok(
	'mapping keys before the environment',
	key => 'ASIAEXAMPLE',
	source => 'user mapping');
superuser_mapping();

restart_with(%temporary);
found_ok('environment with a token', key => 'ASIAEXAMPLE',
	source => 'environment');

restart_with(AWS_ACCESS_KEY_ID => $access_key);
missing_ok('half an environment',
	qr/environment: only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set/);

# The shared files, which are read each time.
restart_with();
put_file('.aws/credentials', "[default]\n" . static_keys());
found_ok('credentials file', key => $access_key,
	source => 'profile "default"');
put_file('.aws/credentials', '');
put_file('.aws/config',
	"[default]\n" . static_keys() . "\n[profile other]\n" . static_keys());
found_ok('config file', key => $access_key, source => 'profile "default"');
superuser_mapping("profile 'other'");
found_ok('the option profile', key => $access_key,
	source => 'profile "other"');
superuser_mapping();


# Programs that print them.  A run adds a line to the file "runs".
my $keys = put_file('keys.json',
	    qq({"Version": 1, "AccessKeyId": "$access_key", )
	  . qq("SecretAccessKey": "$secret_key", )
	  . qq("Expiration": "2099-12-31T23:59:59Z"}));
my %processes = (
	good => "cat $keys",
	eternal => qq(sed 's/"Expiration"/"Ignored"/' $keys),
	lingering => "cat $keys; exec >&- 2>&-; sleep 1",
	failing => 'echo "no luck today" >&2; exit 3',
	silent => 'exit 0',
	chatty => 'echo welcome',
	second => qq(sed 's/"Version": 1/"Version": 2/' $keys),
	keyless => qq(echo '{"Version": 1, "AccessKeyId": "AKIDEXAMPLE"}'),
	killed => 'kill -9 $$',
	deaf => "trap '' INT TERM; echo \$\$ >$home/pid; while :; do sleep 1; done",
	endless => "echo \$\$ >$home/pid; exec yes",
	hanging => "echo \$\$ >$home/pid; exec sleep 300",
	sheltering => "sh -c 'echo \$\$ >$home/pid; exec sleep 300'; exit 1");
my $config = '';
foreach my $name (sort keys %processes)
{
	my $path = put_script($name, "echo >>$home/runs\n$processes{$name}");

	$config .= "[profile $name]\ncredential_process = $path\n";
}
put_script('has a blank', qq(printf '<%s>' "\$@" >$home/words; cat $keys));
put_file('.aws/config', $config . <<"END");
[profile quoting]
credential_process = "$home/has a blank" a\\ b 'c "d' "e \\" f" \$HOME * f;g
[profile unbalanced]
credential_process = $home/good 'a
[profile absent]
credential_process = $home/nosuch
[profile refused]
credential_process = $keys
END
put_file('runs', '');
put_file('.aws/credentials', '');

# Runs since the last look.
sub runs
{
	my $count = () = slurp_file("$home/runs") =~ /\n/g;

	put_file('runs', '');
	return $count;
}

foreach my $name ('good', 'eternal', 'lingering', 'quoting')
{
	superuser_mapping("profile '$name'");
	found_ok(
		"credential_process, $name",
		key => $access_key,
		source => 'credential_process',
		expires => $name ne 'eternal');
	is(runs(), 1, "credential_process, $name: is run once") if $name ne 'quoting';
}
is(slurp_file("$home/words"),
	'<a b><c "d><e " f><$HOME><*><f;g>', 'words as Python splits them, no shell');
my %failures = (
	failing => qr/"\Q$home\E\/failing" exited with status 3: no luck today/,
	silent => qr/it printed no JSON object/,
	chatty => qr/it printed no JSON object/,
	second => qr/its Version is not 1/,
	keyless => qr/the answer has no AccessKeyId and SecretAccessKey/,
	killed => qr/"\Q$home\E\/killed" was ended by signal 9/,
	unbalanced => qr/the command cannot be split into words/,
	absent => qr/could not run "\Q$home\E\/nosuch": No such file/,
	refused => qr/could not run "\Q$keys\E": Permission denied/);
foreach my $name (sort keys %failures)
{
	superuser_mapping("profile '$name'");
	missing_ok("credential_process, $name",
		qr/credential_process: $failures{$name}/);
}

# Is the process that wrote its number gone, or about to be?  What is nobody's
# child may be left over as a zombie.
sub is_gone
{
	my $pid = slurp_file("$home/pid") + 0;
	my $state = "/proc/$pid/stat";

	foreach (1 .. 50)
	{
		return 1 unless kill(0, $pid);
		return 1 if -r $state && eval { slurp_file($state) } =~ /\) Z 1 /;
		sleep(0.1);
	}
	return 0;
}

foreach my $name ('deaf', 'endless', 'hanging', 'sheltering')
{
	my $session = session_as();
	my ($before) = memory_of($session->pid);

	superuser_mapping("profile '$name'");
	like(
		answers($session, "SET statement_timeout = '1s'",
			'SELECT count(*) FROM items'),
		qr/57014: canceling statement due to statement timeout/,
		"credential_process, $name: is cancelled");
	ok(is_gone(), "credential_process, $name: is ended");
	my ($after) = memory_of($session->pid);
	cmp_ok(($after // 0) - ($before // 0), '<', 16 * 1024,
		"credential_process, $name: its output is not kept, in kB");
	superuser_mapping("profile 'good'");
	is(answers($session, 'RESET statement_timeout', 'SELECT count(*) FROM items'),
		';20', "credential_process, $name: the session goes on");
	$session->close;
}
superuser_mapping("profile 'deaf'");
unlink "$home/pid";
my $victim = session_as();
$victim->send('SELECT count(*) FROM items');
foreach (1 .. 600)
{
	last if -s "$home/pid";
	sleep(0.1);
}
$node->safe_psql('postgres', 'SELECT pg_terminate_backend(' . $victim->pid . ')');
like($victim->receive, qr/57P01: terminating connection/,
	'a session whose program hangs is terminated');
ok(is_gone(), 'and the program is ended');
$victim->close;
superuser_mapping();

# Web identity: STS is asked with a token from a file that others replace.
my $role = 'arn:aws:iam::123456789012:role';
my %web = (
	AWS_ROLE_ARN => "$role/reader",
	AWS_ROLE_SESSION_NAME => 'pod-7',
	AWS_WEB_IDENTITY_TOKEN_FILE => "$home/token");
restart_with(%web);
missing_ok(
	'web identity without its file',
	qr/could not open "\Q$home\E\/token": No such file/,
	asked => '');
put_file('token', 'another token');
missing_ok(
	'web identity with a bad token',
	qr{role \Q$role\E/reader, by web identity: STS answered HTTP status 400 InvalidIdentityToken: Couldn't retrieve},
	asked => 'sts AssumeRoleWithWebIdentity 1');
foreach my $token ('web-identity-token-1', "web-identity-token-2\n")
{
	put_file('token', $token);
	found_ok(
		'web identity',
		key => 'ASIAROLE\d{8}',
		source => "role $role/reader, by web identity",
		asked => 'sts AssumeRoleWithWebIdentity 1',
		expires => 1);
	is(record_of("concat_ws(' ', access_key, parameters->>'RoleSessionName')"),
		'pod-7', 'it is not signed, and the session is named');
}
put_file('.aws/config', <<"END");
[profile web]
role_arn = $role/idp
web_identity_token_file = $home/token
END
superuser_mapping("profile 'web'");
found_ok(
	'web identity of a profile',
	key => 'ASIAROLE\d{8}',
	source => "role $role/idp, by web identity",
	asked => 'sts AssumeRoleWithWebIdentity 2',
	expires => 1);
superuser_mapping();
restart_with(%web, AWS_ROLE_ARN => undef);
missing_ok('web identity without a role',
	qr/web identity: AWS_ROLE_ARN is not set/);

# Containers.
sub container
{
	my ($name, @more) = @_;

	restart_with(
		AWS_CONTAINER_CREDENTIALS_FULL_URI => "$endpoint/container/$name",
		@more);
	return;
}

container('credentials');
found_ok(
	'container',
	key => 'ASIATASK\d{8}',
	source => 'container',
	asked => 'container credentials 1',
	expires => 1);
restart_with(AWS_CONTAINER_CREDENTIALS_FULL_URI =>
	  $endpoint =~ s/127\.0\.0\.1/localhost/r . '/container/credentials');
found_ok(
	'container at localhost',
	key => 'ASIATASK\d{8}',
	source => 'container',
	asked => 'container credentials 1',
	expires => 1);
container('flaky');
found_ok(
	'container that fails once',
	key => 'ASIATASK\d{8}',
	source => 'container',
	asked => 'container flaky 2',
	expires => 1);
container('broken');
missing_ok(
	'container without JSON',
	qr{container: \Q$endpoint\E/container/broken did not answer with JSON},
	asked => 'container broken 1');
container('authorized');
missing_ok(
	'container without a token',
	qr{authorized answered HTTP status 401: .*token of the request is not valid},
	asked => 'container authorized 1');
container('authorized', AWS_CONTAINER_AUTHORIZATION_TOKEN => 'pod-token-1');
found_ok(
	'container with a token',
	key => 'ASIATASK\d{8}',
	source => 'container',
	asked => 'container authorized 1',
	expires => 1);
container('authorized',
	AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE => "$home/pod",
	AWS_CONTAINER_AUTHORIZATION_TOKEN => 'the file counts');
missing_ok(
	'container without its token file',
	qr/container: could not open "\Q$home\E\/pod": No such file/,
	asked => '');
put_file('pod', "pod-token-1\r\nHost: elsewhere");
missing_ok(
	'container with a token of two lines',
	qr/container: the authorization token has a line break/,
	asked => '');
foreach my $number (1, 2)
{
	put_file('pod', "pod-token-$number\n");
	found_ok(
		"container with token $number of a file",
		key => 'ASIATASK\d{8}',
		source => 'container',
		asked => 'container authorized 1',
		expires => 1);
	is(record_of("parameters->>'pod_token'"), $number, 'it is the new token');
}

restart_with(AWS_CONTAINER_CREDENTIALS_FULL_URI => 'http://192.0.2.1/keys');
cmp_ok(
	elapsed_ms(
		sub {
			missing_ok('container of a host beyond',
				qr{container: http://192.0.2.1/keys: the address is neither loopback});
		}),
	'<', 5000, 'is not connected to');
restart_with(AWS_CONTAINER_CREDENTIALS_FULL_URI => "file://$home/keys.json");
missing_ok('container of no URL',
	qr/container: AWS_CONTAINER_CREDENTIALS_FULL_URI is no http or https URL/);
restart_with(AWS_CONTAINER_CREDENTIALS_RELATIVE_URI => '/v2/keys');
cmp_ok(
	elapsed_ms(
		sub {
			missing_ok('container without its service',
				qr{container: http://169\.254\.170\.2/v2/keys\b});
		}),
	'<', 16_000, 'fails quickly');

SKIP:
{
	my @command = (
		'openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2',
		'-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
		'-keyout', "$home/key.pem", '-out', "$home/cert.pem");

	skip('no openssl', 3) unless run_log(\@command);
	my $https = start_endpoint('--tls', "$home/cert.pem", "$home/key.pem");
	my $session;

	like($https, qr/^https:/, 'an endpoint with https');
	restart_with(
		AWS_CA_BUNDLE => "$home/cert.pem",
		AWS_CONTAINER_CREDENTIALS_FULL_URI => "$https/container/credentials");
	$session = session_as();
	like(
		answers($session, "SELECT * FROM lambda_fdw_credentials('chain')"),
		qr/^container\|\*+0001\|2/,
		'container over https');
	$session->close;
	restart_with(
		AWS_CONTAINER_CREDENTIALS_FULL_URI => "$https/container/credentials");
	$session = session_as();
	like(
		answers($session, "SELECT * FROM lambda_fdw_credentials('chain')"),
		qr{^\|\|\|.*container: \Q$https\E/container/credentials: }s,
		'unless its certificate is not trusted');
	$session->close;
}

# Instance metadata, as it can be.
my $role_found = 'imds role 1, imds roles 1, imds token 1';
my %modes = map { $_ => start_endpoint('--imds', $_) }
  qw(v1 none error expired hang dead);
$modes{v2} = $endpoint;

sub instance
{
	my ($mode, @more) = @_;

	restart_with(
		$modes{$mode},
		AWS_EC2_METADATA_DISABLED => undef,
		AWS_EC2_METADATA_SERVICE_ENDPOINT => $modes{$mode},
		@more);
	return;
}

foreach my $mode ('v2', 'v1', 'expired', 'hang')
{
	instance($mode);
	found_ok(
		"instance metadata, $mode",
		key => 'ASIAIMDS\d{8}',
		source => 'instance metadata, role endpoint-role',
		asked => $role_found,
		expires => 1);
	is( record_of("parameters->>'with_token'", "operation <> 'token'"),
		$mode eq 'v2' || $mode eq 'expired' ? 'true true' : 'false false',
		'with a token or without');
	is(record_of("parameters->>'ttl'", "operation = 'token'"),
		'21600', 'a token for six hours')
	  if $mode eq 'v2';
}
my %silence = (
	none => [
		qr{/latest/meta-data/iam/security-credentials/ answered HTTP status 404},
		'imds roles 1, imds token 1'
	],
	error => [
		qr{role endpoint-role: AssumeRoleUnauthorizedAccess EC2 cannot assume the role},
		$role_found
	],
	dead => [ qr{/latest/api/token: |/security-credentials/: } ]);
foreach my $mode (sort keys %silence)
{
	my ($problem, $asked) = @{ $silence{$mode} };

	instance($mode);
	cmp_ok(
		elapsed_ms(
			sub {
				missing_ok("instance metadata, $mode", $problem,
					$asked ? (asked => $asked) : ());
			}),
		'<', 10_000, 'in a short time');
}
foreach my $mode ('v1', 'hang')
{
	instance($mode, AWS_EC2_METADATA_V1_DISABLED => 'true');
	missing_ok(
		"instance metadata, $mode, version 1 disabled",
		qr{instance metadata: \Q$modes{$mode}\E/latest/api/token},
		asked => 'imds token 1');
}
instance(
	'none',
	AWS_EC2_METADATA_SERVICE_ENDPOINT => "$modes{none}/",
	AWS_EC2_METADATA_V1_DISABLED => 'true');
missing_ok(
	'instance metadata, none, version 1 disabled',
	qr{instance metadata: \Q$modes{none}\E/latest/api/token answered HTTP status 404},
	asked => 'imds token 1');
instance(
	'dead',
	AWS_METADATA_SERVICE_NUM_ATTEMPTS => 2,
	AWS_EC2_METADATA_V1_DISABLED => 'TRUE');
missing_ok(
	'instance metadata, dead, asked twice',
	qr{instance metadata: \Q$modes{dead}\E/latest/api/token: no answer in time},
	asked => 'imds token 2');
instance('v2', AWS_EC2_METADATA_DISABLED => 'true');
missing_ok(
	'instance metadata, disabled',
	qr/instance metadata: AWS_EC2_METADATA_DISABLED is true/,
	asked => '');

# The order: each of those that come first is taken away.
put_file('.aws/config', '');
put_file('token', 'web-identity-token-1');
put_file('.aws/credentials', "[default]\n" . static_keys());
my %all = (
	%temporary, %web,
	AWS_CONTAINER_CREDENTIALS_FULL_URI => "$endpoint/container/credentials");
instance('v2', %all);
found_ok('the environment is first', key => 'ASIAEXAMPLE',
	source => 'environment');
delete @all{ keys %temporary };
instance('v2', %all);
found_ok(
	'web identity is second',
	key => 'ASIAROLE\d{8}',
	source => "role $role/reader, by web identity",
	asked => 'sts AssumeRoleWithWebIdentity 1',
	expires => 1);
delete @all{ keys %web };
instance('v2', %all, AWS_PROFILE => 'default');
found_ok('files are third', key => $access_key,
	source => 'profile "default"');
put_file('.aws/credentials', '');
instance('v2', %all);
found_ok(
	'the container is fourth',
	key => 'ASIATASK\d{8}',
	source => 'container',
	asked => 'container credentials 1',
	expires => 1);
instance('v2', %all, AWS_PROFILE => 'nowhere');
missing_ok('AWS_PROFILE names no profile: nobody else is asked',
	qr/profile "nowhere": there is none in "[^"\n]*" or "[^"\n]*"(?!\ncontainer)/,
	asked => '');
instance('v2');
found_ok(
	'the instance is last',
	key => 'ASIAIMDS\d{8}',
	source => 'instance metadata, role endpoint-role',
	asked => $role_found,
	expires => 1);

no_secrets_ok();
stop_ambient();
done_testing();
