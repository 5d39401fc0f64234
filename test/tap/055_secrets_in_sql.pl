# What PostgreSQL itself shows of keys in the text of a statement, and the
# settings under which it does not: docs/secrets.md says no more and no less.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my ($library) = run_command([ 'pg_config', '--pkglibdir' ]);
my $has_statements = -f "$library/pg_stat_statements.so";
my $secret = 'SecretInTheStatement';
my $keys = "OPTIONS (aws_access_key_id 'AKID', aws_secret_access_key '$secret')";
my $node = start_server(
	"log_statement = 'none'",
	$has_statements ? "shared_preload_libraries = 'pg_stat_statements'" : ());

$node->safe_psql('postgres', <<'END');
CREATE SERVER aws FOREIGN DATA WRAPPER lambda_fdw;
CREATE SERVER taken FOREIGN DATA WRAPPER lambda_fdw;
CREATE USER MAPPING FOR CURRENT_USER SERVER taken OPTIONS (aws_access_key_id 'A', aws_secret_access_key 'B');
CREATE SERVER empty FOREIGN DATA WRAPPER lambda_fdw;
CREATE USER MAPPING FOR CURRENT_USER SERVER empty;
CREATE ROLE joe LOGIN;
GRANT USAGE ON FOREIGN SERVER aws TO joe;
CREATE ROLE ordinary LOGIN;
END
$node->safe_psql('postgres', 'CREATE EXTENSION pg_stat_statements') if $has_statements;
wait_until_alone($node);

# The documented way: settings of the session, before it says anything.
my $document = slurp_file("$FindBin::RealBin/../../docs/secrets.md");
my ($recipe) = $document =~ /^PGOPTIONS="(.*?)" psql/ms or die 'no recipe';
$recipe =~ s/\\\n//g;

# Does a secret get into the log by statements of a session of a role's?
sub logs
{
	my ($options, $role, @statements) = @_;
	my $offset = -s $node->logfile;
	local $ENV{PGOPTIONS} = $options if defined $options;
	local $ENV{PGUSER} = $role if defined $role;
	my $session = open_session($node);

	$session->query($_) for @statements;
	$session->close;
	wait_until_alone($node);
	return slurp_file($node->logfile, $offset) =~ /\Q$secret\E/ ? 'logged' : 'not logged';
}

# What core does at default settings with statements that fail, and what we
# hide: the errors of our own validator.
my $create = "CREATE USER MAPPING FOR CURRENT_USER SERVER";
my $alter = "ALTER USER MAPPING FOR CURRENT_USER SERVER";
my @ways = (
	[ 'one that works', 'not logged', "$create aws $keys", 'DROP USER MAPPING FOR CURRENT_USER SERVER aws' ],
	[ 'an option that is none', 'not logged', "$create aws OPTIONS (aws_secret_acess_key '$secret')" ],
	[ 'a bad value of another option', 'not logged', "$create aws OPTIONS (aws_secret_access_key '$secret', role_arn 'none')" ],
	[ 'options that do not fit', 'not logged', "$create aws OPTIONS (aws_access_key_id 'A', aws_secret_access_key '$secret', profile 'p')" ],
	[ 'in a DO block, an option that is none', 'not logged in CONTEXT', "DO \$\$ BEGIN EXECUTE 'CREATE USER MAPPING FOR CURRENT_USER SERVER aws OPTIONS (aws_secret_acess_key ' || quote_literal('Secret' || 'InTheStatement') || ')'; END \$\$" ],
	[ 'keys given to a server', 'not logged', "CREATE SERVER wrong FOREIGN DATA WRAPPER lambda_fdw $keys" ],
	[ "a password in a server's endpoint", 'not logged', "CREATE SERVER wrong FOREIGN DATA WRAPPER lambda_fdw OPTIONS (endpoint 'http://me:$secret\@127.0.0.1')" ],
	[ "a password in a server's proxy, beside a bad value", 'not logged', "ALTER SERVER aws OPTIONS (ADD max_attempts 'x', ADD proxy 'http://me:$secret\@127.0.0.1')" ],
	[ 'keys given to a table', 'not logged', "CREATE FOREIGN TABLE wrong (id int) SERVER aws $keys" ],
	[ 'a syntax error', 'logged', "CREATE USER MAPING FOR CURRENT_USER SERVER aws $keys" ],
	[ 'no such server', 'logged', "$create nosuch $keys" ],
	[ 'no such role', 'logged', "CREATE USER MAPPING FOR nosuch SERVER aws $keys" ],
	[ 'a mapping that is there', 'logged', "$create taken $keys" ],
	[ 'a mapping that is not there', 'logged', "$alter aws OPTIONS (SET aws_secret_access_key '$secret')" ],
	[ 'ADD of what is there', 'logged', "$alter taken OPTIONS (ADD aws_secret_access_key '$secret')" ],
	[ 'SET of what is not there', 'logged', "$alter empty OPTIONS (SET aws_secret_access_key '$secret')" ],
	[ 'an option twice', 'logged', "$create aws OPTIONS (aws_secret_access_key '$secret', aws_secret_access_key '$secret')" ],
	[ 'a failed transaction', 'logged', "BEGIN", "SELECT 1/0", "$create aws $keys", 'ROLLBACK' ],
	[ 'a read-only transaction', 'logged', "BEGIN READ ONLY", "$create aws $keys", 'ROLLBACK' ],
	[ 'another statement of the same message', 'logged', "$create aws $keys\\; SELECT 1/0" ],
	[ 'a DO block, in CONTEXT too', 'logged', "DO \$\$ BEGIN EXECUTE 'CREATE USER MAPPING FOR CURRENT_USER SERVER nosuch OPTIONS (aws_secret_access_key ' || quote_literal('Secret' || 'InTheStatement') || ')'; END \$\$" ],
	[ 'no USAGE on the server', 'logged', "$create aws $keys", 'ordinary' ]);

foreach my $way (@ways)
{
	my ($name, $outcome, @statements) = @$way;
	my $role = $statements[-1] eq 'ordinary' ? pop @statements : undef;

	($outcome) = $outcome =~ /^(not logged|logged)/;
	is(logs(undef, $role, @statements), $outcome, "at default settings, $name: $outcome");

	# a superuser on behalf of everybody: only a superuser may set these
	is(logs($recipe, undef, $role ? ("SET ROLE $role", @statements) : @statements),
		'not logged', "with the recipe, $name");
}

# Settings that log what works.
my @settings = (
	'log_statement=ddl', 'log_statement=mod', 'log_min_duration_statement=0',
	'log_transaction_sample_rate=1', 'debug_print_parse=on', 'debug_print_rewritten=on');
foreach my $setting (@settings)
{
	is( logs("-c $setting", undef, "$create aws $keys", 'DROP USER MAPPING FOR CURRENT_USER SERVER aws'),
		'logged', "$setting: logged");
	$node->append_conf('postgresql.conf', $setting);
	$node->reload;
	is( logs($recipe, undef, "$create aws $keys", 'DROP USER MAPPING FOR CURRENT_USER SERVER aws'),
		'not logged', "$setting, with the recipe");
	$node->append_conf('postgresql.conf', $_)
	  for "log_statement = 'none'", 'log_min_duration_statement = -1', 'log_transaction_sample_rate = 0',
	  'debug_print_parse = off', 'debug_print_rewritten = off';
	$node->reload;
}

# Any message of level LOG has the statement that it came in.
sub waits
{
	my ($options) = @_;
	my $locker = open_session($node);
	my $outcome;

	$locker->query("SET idle_in_transaction_session_timeout = '2s'; BEGIN; LOCK pg_user_mapping");
	$outcome = logs("-c log_lock_waits=on -c deadlock_timeout=10ms $options", undef,
		"$create aws $keys", 'DROP USER MAPPING FOR CURRENT_USER SERVER aws');
	$locker->close;
	return $outcome;
}
is(waits(''), 'logged', 'log_lock_waits: logged');
is(waits($recipe), 'not logged', 'log_lock_waits, with the recipe');

# What does not: auto_explain has no plan to show.
is( logs('-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_nested_statements=on',
		undef, 'SELECT count(*) FROM pg_class', "$create aws $keys", 'DROP USER MAPPING FOR CURRENT_USER SERVER aws'),
	'not logged', 'auto_explain: not logged')
  if -f "$library/auto_explain.so";

# The extended protocol is no way out: DDL has no parameters.
my $script = "${PostgreSQL::Test::Utils::tmp_check}/create.sql";
append_to_file($script, "$create nosuch $keys;\n");
foreach my $protocol ('extended', 'prepared')
{
	my $offset = -s $node->logfile;

	run_log([ 'pgbench', '--no-vacuum', '--transactions', '1', '--protocol', $protocol,
			'--file', $script, '--host', $node->host, '--port', $node->port, 'postgres' ]);
	like(slurp_file($node->logfile, $offset), qr/STATEMENT:  .*\Q$secret\E/, "protocol $protocol: logged");
}

# An ordinary role may not set them.
like(as_role($node, 'joe', 'SET log_min_error_statement = panic'), qr/42501: /, 'a role cannot');

# ---------------------------------------------------------------------------
# Views
# ---------------------------------------------------------------------------

# What others see of a session that has created a mapping and does nothing.
sub seen_by
{
	my ($watcher, $options) = @_;
	local $ENV{PGOPTIONS} = $options if defined $options;
	my $session = open_session($node);
	my $seen;

	$session->query("$create aws $keys");
	{
		local $ENV{PGUSER} = $watcher if defined $watcher;
		delete local $ENV{PGOPTIONS};
		my $other = open_session($node);
		$seen = $other->query("SELECT coalesce(string_agg(query, ' '), '') ~ ('In' || 'TheStatement') FROM pg_stat_activity WHERE pid = " . $session->pid);
		$other->close;
	}
	$session->query('DROP USER MAPPING FOR CURRENT_USER SERVER aws');
	$session->close;
	return $seen;
}

is(seen_by(undef), 't', 'pg_stat_activity shows it to superusers');
is(seen_by('joe'), 'f', 'not to others');
$node->safe_psql('postgres', 'GRANT pg_read_all_stats TO joe');
is(seen_by('joe'), 't', 'but to those of pg_read_all_stats');
is(seen_by(undef, $recipe), 'f', 'with the recipe to nobody');

SKIP:
{
	skip 'no pg_stat_statements here', 3 unless $has_statements;
	my $shown = "SELECT count(*) > 0 FROM pg_stat_statements WHERE query ~ ('Secret' || 'InTheStatement')";

	$node->safe_psql('postgres', 'SELECT pg_stat_statements_reset()');
	logs($recipe, undef, "$create aws $keys", 'DROP USER MAPPING FOR CURRENT_USER SERVER aws');
	is($node->safe_psql('postgres', $shown), 'f', 'with the recipe, pg_stat_statements does not have it');
	logs(undef, undef, "$create aws $keys", 'DROP USER MAPPING FOR CURRENT_USER SERVER aws');
	is($node->safe_psql('postgres', $shown), 't', 'else it does');
	is( as_role($node, 'joe', $shown), 't', 'for those of pg_read_all_stats too');
}

# pg_user_mappings and pg_dump.
my $options = "SELECT coalesce(array_to_string(umoptions, ' '), '') ~ 'Kept' FROM pg_user_mappings WHERE srvname = 'aws' AND usename = 'joe'";
$node->safe_psql('postgres', "CREATE USER MAPPING FOR joe SERVER aws OPTIONS (aws_access_key_id 'A', aws_secret_access_key 'Kept')");
is($node->safe_psql('postgres', $options), 't', 'pg_user_mappings shows it to superusers');
is(as_role($node, 'joe', $options), 't', 'and to the role itself');
is(as_role($node, 'ordinary', $options), 'f', 'not to others');
like((run_command([ 'pg_dump', '--dbname', $node->connstr('postgres') ]))[0], qr/aws_secret_access_key 'Kept'/, 'and pg_dump dumps it');

$node->stop;
done_testing();
