# The server's own credentials, files and metadata service are for superusers,
# and for whom a superuser lets use them: no option, view, function or ALTER of
# anybody else leads there.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $home = "${PostgreSQL::Test::Utils::tmp_check}/home";
my $marker = "$home/was-run";
my $node;

# The server has credentials of every kind; who uses them leaves a trace: a call,
# a question to the metadata service, a file.
mkdir $home;
mkdir "$home/.aws";
append_to_file("$home/.aws/config", <<"END");
[default]
region = eu-west-1
[profile vault]
credential_process = touch $marker
END
{
	delete local @ENV{ grep { /^AWS_/ } keys %ENV };
	local $ENV{HOME} = $home;
	local $ENV{AWS_ACCESS_KEY_ID} = $access_key;
	local $ENV{AWS_SECRET_ACCESS_KEY} = $secret_key;
	local $ENV{AWS_REGION} = 'eu-west-1';
	local $ENV{AWS_EC2_METADATA_SERVICE_ENDPOINT} = $endpoint;
	local $ENV{AWS_CONTAINER_CREDENTIALS_FULL_URI} = "$endpoint/container/credentials";
	local $ENV{AWS_ENDPOINT_URL_STS} = $endpoint;
	$node = start_server();
}

# "keyed" is what the test itself calls by.
$node->safe_psql('postgres', $_)
  for (
	create_server('keyed', $endpoint),
	create_function('keyed', 'calls',
		columns => 'seq int, function text, access_key text'),
	create_function('keyed', 'service_calls', columns => 'seq int, service text'),
	create_function('keyed', 'reset_calls', columns => 'cleared int'),
	"CREATE SERVER aws FOREIGN DATA WRAPPER lambda_fdw OPTIONS (endpoint '$endpoint')",
	create_function('aws', 'items', columns => 'id int'),
	<<'END');
CREATE ROLE joe;
GRANT CREATE ON SCHEMA public TO joe;
GRANT USAGE ON FOREIGN DATA WRAPPER lambda_fdw TO joe;
GRANT USAGE ON FOREIGN SERVER aws TO joe;
GRANT SELECT ON items TO joe;
END

# Runs statements one after the other, as joe unless they say otherwise; returns
# what they printed.
sub as_joe
{
	return as_role($node, 'joe', @_);
}

# Has anybody used what is the server's?
sub traces
{
	return count_calls($node) . ' calls, '
	  . $node->safe_psql('postgres', 'SELECT count(*) FROM service_calls')
	  . ' questions'
	  . (-e $marker ? ', a program run' : '');
}

# Joe's statements end in this error, and leave no trace.
sub refused
{
	my ($name, $error, @statements) = @_;

	reset_calls($node);
	my $answer = as_joe(@statements);
	like($answer, qr/\b$error: /, $name);
	is(traces(), '0 calls, 0 questions', "$name: no trace");
	unlike($answer, qr/AWS_|\Q$home\E|\Q$access_key\E/,
		"$name: nothing is said of the environment");
	return;
}

my $joes = 'CREATE USER MAPPING FOR CURRENT_USER SERVER aws';
my $undo = 'DROP USER MAPPING IF EXISTS FOR CURRENT_USER SERVER aws';
my $role = q{role_arn 'arn:aws:iam::123456789012:role/reader'};

# ---------------------------------------------------------------------------
# By options of his user mapping
# ---------------------------------------------------------------------------

refused('no user mapping', '28000', 'SELECT * FROM items');
refused('an empty one', '28000', $joes, 'SELECT * FROM items');
refused('a profile', '28000', $undo, "$joes OPTIONS (profile 'vault')", 'SELECT * FROM items');
refused('the default profile', '28000', $undo, "$joes OPTIONS (profile 'default')", 'SELECT * FROM items');
refused('a role alone', '28000', $undo, "$joes OPTIONS ($role)", 'SELECT * FROM items');
refused('half a key', '28000', $undo, "$joes OPTIONS (aws_access_key_id 'AKIDJOE')", 'SELECT * FROM items');
refused('the grant itself', '42501', $undo, "$joes OPTIONS (use_ambient_credentials 'true')", 'SELECT * FROM items');
refused('the grant, later', '42501', $undo, $joes,
	"ALTER USER MAPPING FOR CURRENT_USER SERVER aws OPTIONS (ADD use_ambient_credentials 'on')",
	'SELECT * FROM items');
refused('a mapping for all', '42501', $undo,
	'CREATE USER MAPPING FOR PUBLIC SERVER aws', 'SELECT * FROM items');
like(as_joe("SELECT problem FROM lambda_fdw_credentials('aws')"),
	qr/^user mapping: it has no keys, and may not use the server's own$/,
	'lambda_fdw_credentials says so');
like(as_joe("SELECT * FROM lambda_fdw_credentials('keyed')"),
	qr/42501: .*keyed/, 'and not of servers without USAGE');

# ---------------------------------------------------------------------------
# By views and functions
# ---------------------------------------------------------------------------

as_joe('CREATE VIEW of_joe AS SELECT * FROM items',
	q{CREATE FUNCTION as_joe() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS
	  $$ BEGIN RETURN (SELECT count(*) FROM items); END $$});
refused('a view, read by a superuser', '28000', 'RESET ROLE', 'SELECT * FROM of_joe');
refused('a function, called by a superuser', '28000', 'RESET ROLE', 'SELECT as_joe()');
refused('lambda_invoke', '42501', "SELECT lambda_invoke('aws', 'items')");
$node->safe_psql('postgres',
	'GRANT EXECUTE ON FUNCTION lambda_invoke TO joe');
refused('lambda_invoke, granted', '28000', "SELECT lambda_invoke('aws', 'items')");
refused('lambda_invoke, without USAGE', '42501', "SELECT lambda_invoke('keyed', 'items')");
refused('lambda_fdw_disconnect, without USAGE', '42501', "SELECT lambda_fdw_disconnect('keyed')");

# ---------------------------------------------------------------------------
# By a server of his own
# ---------------------------------------------------------------------------

my @own = ('DROP SERVER IF EXISTS mine CASCADE',
	"CREATE SERVER mine FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint '$endpoint')",
	create_function('mine', 'mine'));
my $keys = "aws_access_key_id 'AKIDJOE', aws_secret_access_key 'secret-of-joe'";

refused('his server, for a superuser', '28000', @own,
	'CREATE USER MAPPING FOR PUBLIC SERVER mine', 'GRANT SELECT ON mine TO PUBLIC',
	'RESET ROLE', 'SELECT * FROM mine');
refused("his server, with a superuser's mapping", '28000', @own,
	(map { "CREATE USER MAPPING FOR $_ SERVER mine" } $node->safe_psql('postgres', 'SELECT quote_ident(current_user)')),
	'RESET ROLE', 'SELECT * FROM mine');
refused("his server, with a superuser's grant", '28000', @own, 'RESET ROLE',
	"CREATE USER MAPPING FOR CURRENT_USER SERVER mine OPTIONS (use_ambient_credentials 'true')",
	'SELECT * FROM mine');
refused('the address of the metadata service', 'HV00N', @own,
	"CREATE USER MAPPING FOR CURRENT_USER SERVER mine OPTIONS ($keys)", 'SELECT * FROM mine');
refused("his server, with option $_", '42501', @own, "ALTER SERVER mine OPTIONS (ADD $_)")
  for ("proxy '$endpoint'", "ca_bundle '$home/.aws/config'", "allow_http 'true'");
refused('his server, given to a superuser', '42501', @own,
	(map { "ALTER SERVER mine OWNER TO $_" } $node->safe_psql('postgres', 'SELECT quote_ident(current_user)')));

# What a superuser set does not stay his when the server changes hands.
my @given = (@own, 'RESET ROLE', "CREATE SERVER given FOREIGN DATA WRAPPER lambda_fdw "
	  . "OPTIONS (region 'eu-west-1', endpoint '$endpoint', proxy 'http://127.0.0.1:9')",
	'ALTER SERVER given OWNER TO joe', 'SET ROLE joe',
	"CREATE USER MAPPING FOR CURRENT_USER SERVER given OPTIONS ($keys)",
	create_function('given', 'given'));
refused('a server that he was given, with a proxy', '42501', @given, 'SELECT * FROM given');
refused('the same, without the table', '42501', "SELECT lambda_invoke('given', 'items')");
refused('the same, asked for credentials', '42501', "SELECT * FROM lambda_fdw_credentials('given')");

# ---------------------------------------------------------------------------
# What a superuser grants
# ---------------------------------------------------------------------------

$node->safe_psql('postgres', 'DROP USER MAPPING IF EXISTS FOR joe SERVER aws; '
	  . "CREATE USER MAPPING FOR joe SERVER aws OPTIONS (use_ambient_credentials 'true')");
reset_calls($node);
is(as_joe('SELECT count(*) FROM items'), '20', 'with the grant, joe may');
is( $node->safe_psql('postgres', 'SELECT access_key FROM calls'),
	$access_key, "by the server's key");
refused("with the grant, no other: $_", '42501',
	"ALTER USER MAPPING FOR CURRENT_USER SERVER aws OPTIONS ($_)", 'SELECT 1')
  for ("ADD profile 'vault'", "ADD $role", "SET use_ambient_credentials 'true'");
is(as_joe('ALTER USER MAPPING FOR CURRENT_USER SERVER aws OPTIONS (DROP use_ambient_credentials)'),
	'', 'he may give it back');
refused('given back', '28000', 'SELECT * FROM items');

# A superuser's own mapping is a grant.
$node->safe_psql('postgres', 'CREATE USER MAPPING FOR CURRENT_USER SERVER aws');
reset_calls($node);
is($node->safe_psql('postgres', 'SELECT count(*) FROM items'), '20', 'a superuser may');
refused('which is none for others', '28000', 'SELECT * FROM items');
refused('nor in their views', '28000', 'RESET ROLE', 'SELECT * FROM of_joe');

# In one session: what was fetched for a right that is gone.
my $session = open_session($node);
$node->safe_psql('postgres', 'ALTER ROLE joe SUPERUSER; DROP USER MAPPING FOR joe SERVER aws; '
	  . "CREATE USER MAPPING FOR joe SERVER aws OPTIONS ($role)");
$session->query('SET ROLE joe');
is($session->query('SELECT count(*) FROM items'), '20', 'joe is a superuser');
$node->safe_psql('postgres', 'ALTER ROLE joe NOSUPERUSER');
reset_calls($node);
like($session->query('SELECT count(*) FROM items'), qr/28000: /, 'and no longer');
like($session->query("SELECT problem FROM lambda_fdw_credentials('aws')"),
	qr/may not use/, 'which lambda_fdw_credentials says too');
is(traces(), '0 calls, 0 questions', 'no longer: no trace');

$session->close;
$node->stop;
done_testing();
