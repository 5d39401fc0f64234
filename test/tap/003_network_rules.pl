# Where a server may connect to: the machine's own addresses are for servers
# of superusers, and plain http is for loopback.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server();
my $endpoint = start_endpoint();
my ($port) = $endpoint =~ /:(\d+)$/;

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint),
	create_function('lambda', 'calls',
		columns => 'seq int, function text, connection int'),
	create_function('lambda', 'reset_calls', columns => 'cleared int'),
	create_function('lambda', 'items'),
	'CREATE ROLE joe; GRANT CREATE ON SCHEMA public TO joe; '
	  . 'GRANT USAGE ON FOREIGN DATA WRAPPER lambda_fdw TO joe');

# Runs statements as joe, an ordinary role; returns what they printed.
sub as_joe
{
	return as_role($node, 'joe', @_);
}

# Joe's server on an endpoint, and a query of it.
sub query_of_joe
{
	my $url = shift;

	return as_joe(
		'DROP SERVER IF EXISTS mine CASCADE',
		(split /;\n/, create_server('mine', $url, "connect_timeout_ms '300', max_attempts '1'")),
		create_function('mine', 'forbidden', function => 'items'),
		'SELECT * FROM forbidden');
}

# The client is told no more than that there is no connection; the log has why.
sub refused
{
	my ($url, $name, $cause) = @_;
	my $offset = -s $node->logfile;

	like(query_of_joe($url), qr/HV00N: .*"items".*no connection could be made/s, $name);
	like(slurp_file($node->logfile, $offset), $cause, "$name: the log has why");
	return;
}

my $local = qr/the address is loopback, link-local or a metadata service/;

reset_calls($node);
refused($_, "a user's server may not connect to $_", $local)
  for (
	"http://127.0.0.1:$port", "http://localhost:$port",
	"http://[::1]:$port", "http://127.1.2.3:$port",
	"https://127.0.0.1:$port", "https://localhost:$port",
	"https://0.0.0.0:$port", "https://[::]:$port",
	"https://[::ffff:127.0.0.1]:$port", "https://[::ffff:7f00:1]:$port",
	'https://169.254.169.254', 'https://169.254.170.2',
	'https://[fe80::1]', 'https://[fd00:ec2::254]',
	'https://[64:ff9b::a9fe:a9fe]', 'https://[2002:a9fe:a9fe::1]');

# Other ways to write 127.0.0.1, whether they are refused as URLs or addresses.
refused($_, "nor to $_", qr/$local|Could not resolve/)
  for (
	"https://2130706433:$port", "https://0x7f000001:$port",
	"https://0177.0.0.1:$port", "https://127.1:$port",
	"https://localhost.:$port");
like(query_of_joe("http://2130706433:$port"), qr/HV024: plain http/, 'nor over plain http');
is(count_calls($node), '0', 'and nothing was called');

# A connection that another server's scan opened and left in the session.
as_joe('DROP SERVER mine CASCADE',
	(split /;\n/, create_server('mine', $endpoint)),
	create_function('mine', 'forbidden', function => 'items'));
my $session = open_session($node);
is($session->query('SELECT count(*) FROM items'),
	'20', "a superuser's server may connect to loopback");
$session->query('SET ROLE joe');
like(
	$session->query('SELECT * FROM forbidden'),
	qr/HV00N: .*no connection could be made/s,
	'its connection is not lent to a user\'s server');
$session->query('RESET ROLE');
is($session->query('SELECT count(*) FROM items'),
	'20', 'and the superuser\'s works on');

# A superuser who runs the query, or owns the table, does not change it.
$session->query("CREATE USER MAPPING FOR CURRENT_USER SERVER mine OPTIONS "
	  . "(aws_access_key_id '$access_key', aws_secret_access_key '$secret_key')");
like($session->query('SELECT * FROM forbidden'),
	qr/HV00N: .*no connection could be made/s, "a superuser's query of a user's server is refused");

# The owner counts when the query runs, also for a plan made before.
$session->query('PREPARE all_items AS SELECT count(*) FROM items');
is($session->query('EXECUTE all_items'), '20', 'before the owner changes');
$node->safe_psql('postgres', 'ALTER SERVER lambda OWNER TO joe');
like($session->query('EXECUTE all_items'),
	qr/HV00N: .*no connection could be made/s, 'a server that is given to a user loses the right');
$node->safe_psql('postgres', 'ALTER SERVER lambda OWNER TO CURRENT_USER');
is($session->query('EXECUTE all_items'), '20', 'and has it again');

# Privileged options.
like(
	as_joe("ALTER SERVER mine OPTIONS (ADD allow_http 'true')"),
	qr/42501: /, 'a user may not set allow_http');
$node->safe_psql('postgres', "ALTER SERVER mine OPTIONS (ADD allow_http 'true')");
like($session->query('SELECT * FROM forbidden'),
	qr/42501: .*allow_http/s, 'nor use it where a superuser set it');

# Plain http goes to loopback alone, unless a superuser allows it.
like(
	$session->query(create_server('plain', 'http://192.0.2.1')),
	qr/HV024: .*plain http/s, 'plain http beyond loopback is refused');
$session->query("CREATE SERVER plain FOREIGN DATA WRAPPER lambda_fdw OPTIONS "
	  . "(region 'eu-west-1', endpoint 'http://192.0.2.1', allow_http 'true', "
	  . "connect_timeout_ms '200', request_timeout_ms '400')");
$session->query("CREATE USER MAPPING FOR CURRENT_USER SERVER plain OPTIONS "
	  . "(aws_access_key_id '$access_key', aws_secret_access_key '$secret_key')");
$session->query(create_function('plain', 'far', function => 'items'));
unlike($session->query('SELECT * FROM far'),
	qr/42501|HV024/, 'and tried where allow_http says so');
$session->query(create_server('proxied', $endpoint, "proxy 'http://192.0.2.1', connect_timeout_ms '200'"));
$session->query(create_function('proxied', 'by_proxy', function => 'items'));
like($session->query('SELECT * FROM by_proxy'),
	qr/42501: .*plain http is for loopback only/s, 'nor does it go to a proxy beyond loopback');

$session->close;
$node->stop;
done_testing();
