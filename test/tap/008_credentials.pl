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

# Nobody has any: every source that was tried is named.
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

no_secrets_ok();
stop_ambient();
done_testing();
