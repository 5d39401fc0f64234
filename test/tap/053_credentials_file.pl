# Keys that no statement has: a user mapping names a file of the server's, which
# is read anew for each call.  Only a superuser names one, and what is in it is
# never shown.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use Ambient;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my ($node, $endpoint, $home) = start_ambient();
my $marker = 'MarkerInTheFile';
my $role = q{role_arn 'arn:aws:iam::123456789012:role/reader'};

restart_with();
$node->safe_psql('postgres', 'CREATE ROLE joe LOGIN; GRANT USAGE ON FOREIGN SERVER chain TO joe; GRANT SELECT ON items TO joe');
my $file = put_file('app.credentials', "[default]\n" . static_keys());
my $option = "credentials_file '$file'";

sub source_of
{
	my ($path, $profile) = @_;

	return "credentials_file \"$path\", profile \"$profile\"";
}

# ---------------------------------------------------------------------------
# What it is for
# ---------------------------------------------------------------------------

map_user('joe', 'chain', $option);
found_ok('a role', role => 'joe', key => $access_key, source => source_of($file, 'default'));
superuser_mapping($option);
found_ok('a superuser', key => $access_key, source => source_of($file, 'default'));
$node->safe_psql('postgres', 'GRANT EXECUTE ON FUNCTION lambda_invoke TO joe');
is(answers(session_as('joe'), q{SELECT status_code FROM lambda_invoke('chain', 'items')}), '200', 'lambda_invoke');

# A profile of it, a token, and a role assumed with its keys.
put_file('app.credentials', <<"END");
# comments, and profiles of others
[other]
aws_access_key_id = ASIAEXAMPLE
aws_secret_access_key = $secret_key
aws_session_token = session/token+example==
[default]
aws_access_key_id=$access_key
aws_secret_access_key=$secret_key
[half]
aws_access_key_id = $marker
[empty]
END
map_user('joe', 'chain', "$option, profile 'other'");
found_ok('a profile, with a token', role => 'joe', key => 'ASIAEXAMPLE', source => source_of($file, 'other'));
map_user('joe', 'chain', "$option, $role");
found_ok('a role assumed', role => 'joe', key => 'ASIA\w+', expires => 1, asked => 'sts AssumeRole 1',
	source => 'role arn:aws:iam::123456789012:role/reader, by ' . source_of($file, 'default'));

# Nothing of the server's own comes in between, for a superuser neither.
map_user('joe', 'chain', $option);
restart_with(AWS_ACCESS_KEY_ID => 'AKIDOTHER', AWS_SECRET_ACCESS_KEY => $secret_key, AWS_PROFILE => 'other');
found_ok('beside other keys of the environment', key => $access_key, source => source_of($file, 'default'));
restart_with();

# ---------------------------------------------------------------------------
# Rotation
# ---------------------------------------------------------------------------

my $session = session_as('joe');
forget();
is(answers($session, 'SELECT count(*) FROM items'), '20', 'before');
put_file('app.credentials', "[default]\naws_access_key_id = ASIAEXAMPLE\naws_secret_access_key = $secret_key\naws_session_token = session/token+example==\n");
is(answers($session, 'SELECT count(*) FROM items'), '20', 'after, in the same session');
is(used_keys(), "$access_key ASIAEXAMPLE", 'each time with the keys that are there');
unlink $file;
like(answers($session, 'SELECT count(*) FROM items'),
	qr/28000: no AWS credentials for role "joe" on server "chain".*DETAIL:  credentials_file: could not open "\Q$file\E": No such file or directory/s,
	'gone, in the same session');
put_file('app.credentials', "[default]\n" . static_keys());
is(answers($session, 'SELECT count(*) FROM items'), '20', 'there again');
$session->close;

# ---------------------------------------------------------------------------
# What is wrong with it
# ---------------------------------------------------------------------------

my $missing = "$home/nosuch";
my %wrong = (
	'no file' => [ "credentials_file '$missing'", qr/credentials_file: could not open "\Q$missing\E": No such file or directory/ ],
	'a folder' => [ "credentials_file '$home'", qr/credentials_file: "\Q$home\E" is no file/ ],
	'a device' => [ "credentials_file '/dev/zero'", qr{credentials_file: "/dev/zero" is no file} ],
	'no profile' => [ "$option, profile 'nosuch'", qr/credentials_file: profile "nosuch" of "\Q$file\E" does not exist/ ],
	'half a key' => [ "$option, profile 'half'", qr/credentials_file: profile "half" of "\Q$file\E" lacks aws_access_key_id or aws_secret_access_key/ ],
	'an empty profile' => [ "$option, profile 'empty'", qr/credentials_file: profile "empty" of "\Q$file\E" lacks/ ],
	'a control character' => [ "$option, profile 'torn'", qr/credentials_file "\Q$file\E", profile "torn": a control character is in its access key or session token/ ],
	'something else' => [ "credentials_file '$home/else'", qr/credentials_file: profile "default" of "\Q$home\E\/else" does not exist/ ],
	'a program' => [ "$option, profile 'program'", qr/credentials_file: profile "program" of "\Q$file\E" lacks/ ],
	'another profile' => [ "$option, profile 'leads'", qr/credentials_file: profile "leads" of "\Q$file\E" lacks/ ]);
put_file('app.credentials', <<"END" . '[default]' . "\n" . static_keys());
[half]
aws_access_key_id = $marker
[empty]
region = $marker
[torn]
aws_access_key_id = AKID
aws_secret_access_key = $marker
aws_session_token = a\x01$marker
[program]
credential_process = touch $home/was-run
[leads]
role_arn = arn:aws:iam::123456789012:role/reader
source_profile = default
END
put_file('else', "root:$marker:0:0\n$marker = $marker\n\\$marker\n");
foreach my $name (sort keys %wrong)
{
	my ($options, $problem) = @{ $wrong{$name} };

	map_user('joe', 'chain', $options);
	missing_ok($name, $problem, role => 'joe', asked => '');
	my $answer = answers(session_as('joe'), 'SELECT count(*) FROM items', "SELECT * FROM lambda_fdw_credentials('chain')");
	unlike($answer, qr/\Q$marker\E/, "$name: nothing in it is shown");
}
ok(!-e "$home/was-run", 'no program was run');

SKIP:
{
	skip 'root reads everything', 6 if $> == 0;
	chmod(0000, $file) or die "chmod: $!";
	map_user('joe', 'chain', $option);
	missing_ok('a file that the server may not read', qr/credentials_file: could not open "\Q$file\E": Permission denied/, role => 'joe', asked => '');
	chmod(0600, $file) or die "chmod: $!";
	found_ok('and may again', role => 'joe', key => $access_key, source => source_of($file, 'default'));
}

# ---------------------------------------------------------------------------
# Who may name one
# ---------------------------------------------------------------------------

my $undo = 'DROP USER MAPPING IF EXISTS FOR CURRENT_USER SERVER chain';
my $refusal = qr/42501: permission denied to set option "credentials_file"/;
map_user('joe', 'chain');
foreach my $statements (
	[ $undo, "CREATE USER MAPPING FOR CURRENT_USER SERVER chain OPTIONS ($option)" ],
	[ $undo, "CREATE USER MAPPING FOR CURRENT_USER SERVER chain", "ALTER USER MAPPING FOR CURRENT_USER SERVER chain OPTIONS (ADD $option)" ])
{
	like(as_role($node, 'joe', @$statements), $refusal, 'not a role: ' . scalar(@$statements) . ' statements');
}
map_user('joe', 'chain', $option);
like(as_role($node, 'joe', "ALTER USER MAPPING FOR CURRENT_USER SERVER chain OPTIONS ($_)"), $refusal, "nor may it say more: $_")
  for "ADD profile 'other'", "SET credentials_file '/etc/passwd'", "ADD $role";
is(as_role($node, 'joe', 'ALTER USER MAPPING FOR CURRENT_USER SERVER chain OPTIONS (DROP credentials_file)'), '', 'it may give it back');
missing_ok_check('given back');

# A role without a file of its own does not get another's.
sub missing_ok_check
{
	my $name = shift;
	my $answer;

	forget();
	$answer = answers(session_as('joe'), 'SELECT count(*) FROM items');
	like($answer, qr/28000: role "joe" has no AWS keys for server "chain"/, $name);
	is(used_keys(), '', "$name: nothing is invoked");
	return;
}

# On a server whose owner is no superuser it is not read.
map_user('joe', 'chain', $option);
$node->safe_psql('postgres', 'CREATE ROLE owner; GRANT USAGE ON FOREIGN DATA WRAPPER lambda_fdw TO owner; ALTER SERVER chain OWNER TO owner');
$session = session_as('joe');
forget();
like(answers($session, 'SELECT count(*) FROM items'),
	qr/42501: the user mapping of role "joe" for server "chain" may not use option "credentials_file".*DETAIL:  The server's owner is not a superuser/s,
	"a server of somebody else's");
like(answers($session, q{SELECT status_code FROM lambda_invoke('chain', 'items')}), qr/42501: /, 'lambda_invoke neither');
like(answers($session, "SELECT problem FROM lambda_fdw_credentials('chain')"), qr/^credentials_file: the server's owner is not a superuser$/,
	'lambda_fdw_credentials says so');
$node->safe_psql('postgres', 'ALTER SERVER chain OWNER TO CURRENT_USER');
is(answers($session, 'SELECT count(*) FROM items'), '20', "a superuser's again, in the same session");
$session->close;

# A role that was assumed with its keys is lost with the right.
map_user('joe', 'chain', "$option, $role");
$session = session_as('joe');
is(answers($session, 'SELECT count(*) FROM items'), '20', 'a role assumed');
$node->safe_psql('postgres', 'ALTER SERVER chain OWNER TO owner');
forget();
like(answers($session, 'SELECT count(*) FROM items'), qr/42501: /, "is not used on a server of somebody else's");
like(answers($session, "SELECT problem FROM lambda_fdw_credentials('chain')"), qr/not a superuser/, 'nor shown');
is(used_keys(), '', 'nothing is invoked');
$node->safe_psql('postgres', 'ALTER SERVER chain OWNER TO CURRENT_USER');
$session->close;

# ---------------------------------------------------------------------------
# With other options
# ---------------------------------------------------------------------------

my $superuser = session_as();
foreach my $key ("aws_access_key_id 'AKID', aws_secret_access_key 'secret'", "aws_secret_access_key 'secret'", "aws_session_token 'token'")
{
	my ($name) = $key =~ /^(\w+)/;
	like(
		answers($superuser, $undo, "CREATE USER MAPPING FOR CURRENT_USER SERVER chain OPTIONS ($option, $key)"),
		qr/HV024: a user mapping has either keys or a file of them.*DETAIL:  It has the options "credentials_file" and "$name"/s,
		"not with $name");
}
superuser_mapping($option);
like(answers($superuser, "ALTER USER MAPPING FOR CURRENT_USER SERVER chain OPTIONS (ADD aws_access_key_id 'AKID')"),
	qr/HV024: a user mapping has either keys or a file/, 'nor later');
like(answers($superuser, $undo, "CREATE USER MAPPING FOR CURRENT_USER SERVER chain OPTIONS (credentials_file '$_')"),
	qr/HV024: invalid value for option "credentials_file": "\Q$_\E".*absolute path/s, "a path must be absolute: \"$_\"")
  for 'app.credentials', '~/app.credentials', '';
like(answers($superuser, q{SELECT o::text FROM lambda_fdw_options() o WHERE o::text LIKE '(credentials_file,%'}),
	qr/^\(credentials_file,"user mapping","path of a file",,,,f,t,/, 'lambda_fdw_options has it');
$superuser->close;

# ---------------------------------------------------------------------------
# Dumped
# ---------------------------------------------------------------------------

superuser_mapping($option);
my ($dump) = run_command([ 'pg_dump', '--schema-only', '--dbname', $node->connstr('postgres') ]);
like($dump, qr/CREATE USER MAPPING FOR \S+ SERVER chain OPTIONS \(\s*credentials_file '\Q$file\E'\s*\);/, 'a dump has the path');
# the control server's mappings are the test's own, with keys
$dump =~ s/^CREATE USER MAPPING FOR \S+ SERVER control .*?;//msg;
unlike($dump, qr/\Q$secret_key\E|\Q$access_key\E|$marker/, 'and nothing that is in it');

unlike(slurp_file($node->logfile), qr/$marker/, 'nothing in the file is logged');
no_secrets_ok();
stop_ambient();
done_testing();
