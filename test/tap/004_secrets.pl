# Keys and tokens are in no message, plan or log line, however much the server
# logs and whichever error is raised.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

# The statements that hold the keys are the user's own: they are run before
# statements are logged, but for those that fail.
my $endpoint = start_endpoint();
$ENV{AWS_ENDPOINT_URL_STS} = $endpoint;
my $node = start_server(
	"log_statement = 'none'",
	"log_min_error_statement = 'panic'");
my $token = 'session/token+example==';
my @functions = qw(items hang hang_mid reset_before reset_mid truncated redirect
  status throttled function_error nosuch echo);

$node->safe_psql('postgres',
		create_server('lambda', $endpoint)
	  . join('', map { create_function('lambda', $_) } @functions)
	  . create_function('lambda', 'no_rows', function => 'raw',
		options => q<payload '{"response": "[{\"id\": \"x\"}]"}'>)
	  . create_function('lambda', 'no_json', function => 'raw',
		options => q<payload '{"response": "[{\"id\": "}'>)
	  . create_function('lambda', 'by_id', function => 'items',
		columns => q{id int OPTIONS (pushdown '=, in')}));
$node->append_conf(
	'postgresql.conf', <<'END');
log_min_messages = debug5
log_min_error_statement = error
log_error_verbosity = verbose
log_statement = 'all'
log_duration = on
debug_print_parse = on
debug_print_rewritten = on
debug_print_plan = on
END
$node->reload;

my $session = open_session($node);
my $shown = '';

# The setup's own statements hold the keys.
wait_until_alone($node, $session);

# Runs a statement and keeps what it printed.
sub run
{
	my $answer = $session->query(shift);

	$shown .= "$answer\n";
	return $answer;
}

# Every way in which a call can end.
sub run_all
{
	run('SET client_min_messages = debug5');
	run("SET statement_timeout = '1s'");
	run("SELECT * FROM $_") for @functions, 'no_rows', 'no_json';
	run('SELECT * FROM by_id WHERE id IN (1, 2)');
	run("EXPLAIN (VERBOSE, ANALYZE) SELECT * FROM $_")
	  for 'items', 'by_id', 'nosuch';
	run('EXPLAIN (VERBOSE, FORMAT JSON) SELECT * FROM by_id WHERE id = 1');
	run('PREPARE q AS SELECT * FROM by_id WHERE id = $1');
	run('EXPLAIN (VERBOSE) EXECUTE q(1)');
	run('DEALLOCATE q');
	run('DO $$ BEGIN PERFORM * FROM function_error; END $$');
	run(q{SELECT * FROM lambda_invoke('lambda', 'echo', '{}', log_type => 'Tail')});
	run(q{SELECT * FROM lambda_invoke('lambda', 'function_error', '{}', log_type => 'Tail')});
	run(q{SELECT * FROM lambda_fdw_credentials('lambda')});
	run(q{SELECT * FROM lambda_fdw_connections()});
	run('SELECT * FROM pg_stat_activity');
	run('RESET client_min_messages');
	return;
}

# The setup's statements are in the log already; what is logged from here counts.
my $offset = -s $node->logfile;

run_all();
like($shown, qr/38000: .*function_error/, 'a function fails');
like($shown, qr/57014: /, 'a call times out');
like($shown, qr/08006: /, 'a transfer breaks');
like($shown, qr/HV00R: /, 'a function does not exist');
my $log = slurp_file($node->logfile, $offset);
like($log, qr/DEBUG: .*STATEMENT:  SELECT \* FROM nosuch/s, 'the log has every detail');

# The same with keys that are refused, and with a token.
my @mappings = (
	"'AKIDEXAMPLE', aws_secret_access_key 'anotherSecretThatIsWrong0000000000000000'",
	"'AKIDUNKNOWN', aws_secret_access_key '$secret_key'",
	"'AKIDDENIED', aws_secret_access_key '$secret_key'",
	"'ASIAEXAMPLE', aws_secret_access_key '$secret_key', aws_session_token '$token'",
	"'ASIAEXAMPLE', aws_secret_access_key '$secret_key', aws_session_token 'expired'",
	map { "'AKIDEXAMPLE', aws_secret_access_key '$secret_key', role_arn 'arn:aws:iam::123456789012:role/$_'" }
	  qw(reader denied));
foreach my $mapping (@mappings)
{
	my $quiet = open_session($node);

	$quiet->query('SET log_statement = none; SET log_min_messages = panic; '
		  . 'SET debug_print_parse = off; SET debug_print_rewritten = off; '
		  . 'SET debug_print_plan = off');
	is( $quiet->query("DROP USER MAPPING FOR CURRENT_USER SERVER lambda; "
			  . "CREATE USER MAPPING FOR CURRENT_USER SERVER lambda "
			  . "OPTIONS (aws_access_key_id $mapping)"),
		'', 'another user mapping');
	$quiet->close;
	wait_until_alone($node, $session);
	run_all();
}
like($shown, qr/28000: /, 'keys are refused');
like($shown, qr/42501: .*AccessDenied/, 'access is denied');
like($shown, qr/role \S+:role\/reader, by user mapping\|/, 'a role is assumed');
like($shown, qr/28000: .*role\/denied.*STS answered/s, 'and another is not');

# A mapping that the validator refuses: its statement is not logged as one
# that failed.
run("SET log_statement = 'none'; SET debug_print_parse = off; "
	  . 'SET debug_print_rewritten = off; SET debug_print_plan = off');
like(
	run("CREATE USER MAPPING FOR PUBLIC SERVER lambda OPTIONS "
		  . "(aws_access_key_id 'AKIDEXAMPLE', aws_secret_acces_key '$secret_key')"),
	qr/HV00D: .*aws_secret_acces_key.*aws_secret_access_key/s,
	'the right name of an option is offered');

$log = slurp_file($node->logfile, $offset);
my %secrets = (
	'the secret key' => $secret_key,
	'the wrong secret key' => 'anotherSecretThatIsWrong',
	'the session token' => $token,
	'the secret key of a role' => 'IssuedSecretMarker',
	'the session token of a role' => 'IssuedTokenMarker',
	'a signature' => 'Signature=',
	'the header that has it' => 'AWS4-HMAC-SHA256');
foreach my $secret (sort keys %secrets)
{
	unlike($shown, qr/\Q$secrets{$secret}\E/, "$secret is not shown");
	unlike($log, qr/\Q$secrets{$secret}\E/, "$secret is not logged");
}

$session->close;
$node->stop;
done_testing();
