# What sessions count together, pg_stat_lambda: by shared_preload_libraries, by the
# registry of 17 and later, or each for itself; other roles, other databases, other
# encodings; a crash.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = new_server();

# What one statement prints, in a session of its own.
sub ask
{
	return $node->safe_psql($_[1] // 'postgres', $_[0]);
}

sub shared
{
	return ask("SELECT $_[0] FROM lambda_fdw_shared_memory()");
}

# Whose rows there are, of how many calls, as a database's superuser or a role sees them.
sub rows
{
	my ($database, $role) = @_;

	return ask(($role ? "SET ROLE $role;" : '')
		  . q{SELECT string_agg(concat_ws(' ', datname, usename, server, function, invocations), ', '
  ORDER BY datname, usename, server, function) FROM pg_stat_lambda}, $database);
}

sub count_items
{
	my ($database, $role) = @_;

	return ask(($role ? "SET ROLE $role;" : '') . 'SELECT count(*) FROM items', $database);
}

# Kills a session that has called, and waits for the server.
sub crash
{
	my $session = open_session($node);

	$session->query('SELECT count(*) FROM items');
	$session->send('SELECT pg_sleep(60)');
	$node->poll_query_until('postgres',
		"SELECT wait_event = 'PgSleep' FROM pg_stat_activity WHERE pid = " . $session->pid)
	  or die 'no sleep';
	kill 'KILL', $session->pid;
	$session->receive;
	$session->close;
	wait_for_restart($node);
	return;
}

sub restart_with
{
	my %settings = @_;

	$node->append_conf('postgresql.conf', "$_ = '$settings{$_}'") for sort keys %settings;
	$node->restart;
	return;
}

# What both kinds of shared memory hold to.
sub shares_ok
{
	my $by = shift;
	my ($old, $new);

	is(shared('shared_by'), $by, "$by: how it is shared");
	ask('SELECT lambda_fdw_stats_reset()');
	count_items();
	count_items();
	count_items('postgres', 'teller');
	count_items('latin');
	is(rows(), "latin $ENV{PGUSER} caf\xc3\xa9 items 1, postgres $ENV{PGUSER} lambda items 2, postgres teller lambda items 1",
		"$by: sessions count together");
	is(rows('postgres', 'teller'),
		"latin $ENV{PGUSER} <insufficient privilege> 1, postgres $ENV{PGUSER} <insufficient privilege> 2, postgres teller lambda items 1",
		"$by: a role sees its own");
	is(rows('postgres', 'watcher'), rows(), "$by: a role that reads all statistics sees all");
	$old = shared('stats_reset');
	crash();
	$new = shared('stats_reset');
	is(ask("SELECT '$new'::timestamptz > '$old'"), 't', "$by: counts begin anew after a crash");
	is(rows(), '', "$by: and nothing is left");
	is(shared('shared_by'), $by, "$by: shared as before");
	count_items();
	is(rows(), "postgres $ENV{PGUSER} lambda items 1", "$by: counts go on");
	return;
}

$ENV{PGUSER} //= (getpwuid($>))[0];
$node->append_conf('postgresql.conf', <<'END');
restart_after_crash = on
shared_preload_libraries = 'lambda_fdw'
lambda_fdw.stats_max = 150
dynamic_shared_memory_type = mmap
END
$node->start;

# the library alone, before there is an extension
is(ask('SHOW lambda_fdw.stats_max'), '150', 'a setting of the library that is preloaded');
my ($pid) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
my @threads = glob "/proc/$pid/task/*";
SKIP:
{
	skip 'no /proc', 1 if !@threads;
	is(scalar(@threads), 1, 'the postmaster has no thread of a library');
}

ask('CREATE EXTENSION lambda_fdw');
ask(create_server('lambda', $endpoint) . create_function('lambda', 'items')
	  . 'CREATE ROLE teller; CREATE ROLE watcher; GRANT pg_read_all_stats TO watcher;'
	  . 'GRANT SELECT ON items TO teller;'
	  . "CREATE USER MAPPING FOR teller SERVER lambda OPTIONS (aws_access_key_id '$access_key', aws_secret_access_key '$secret_key')");
ask("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
ask("CREATE DATABASE koi TEMPLATE template0 ENCODING 'KOI8R' LC_COLLATE 'C' LC_CTYPE 'C'");
ask('SET client_encoding = utf8; CREATE EXTENSION lambda_fdw;'
	  . create_server("\"caf\xc3\xa9\"", $endpoint) . create_function("\"caf\xc3\xa9\"", 'items'), 'latin');
ask('CREATE EXTENSION lambda_fdw', 'koi');

is(shared('stats_max'), '150', 'the room that was asked for');
my (undef, undef, $error) = $node->psql('postgres', 'SET lambda_fdw.stats_max = 200');
like($error, qr/cannot be changed without restarting/, 'is of the postmaster');
shares_ok('preload');

# a name that another database's encoding does not have
count_items('latin');
is(ask("SELECT server FROM pg_stat_lambda WHERE datname = 'latin'", 'koi'), 'caf\xe9',
	'a character that is not in an encoding is told by its bytes');

# rows that come while all are dropped
my @sessions = map { open_session($node) } 1 .. 3;
$_->send(q{DO $$ BEGIN FOR i IN 1 .. 100 LOOP PERFORM count(*) FROM items; END LOOP; END $$})
  for @sessions[ 0, 1 ];
$sessions[2]->query(q{DO $$ BEGIN FOR i IN 1 .. 20 LOOP PERFORM lambda_fdw_stats_reset(), pg_sleep(0.002); END LOOP; END $$});
$_->receive for @sessions[ 0, 1 ];
$_->close for @sessions;
count_items();
is( ask('SELECT bool_and(since >= stats_reset AND invocations BETWEEN 1 AND 201), count(*) FROM pg_stat_lambda, lambda_fdw_shared_memory()'),
	't|1', 'a reset while sessions call');
is(shared('stats_used'), '1', 'no row is lost');

# not preloaded
restart_with('shared_preload_libraries' => '');
if ($node->pg_version >= 17)
{
	# memory that cannot be made
	my $folder = $node->data_dir . '/pg_dynshmem';
	my ($session, $answer);

	chmod 0500, $folder or die "no mode: $!";
	$session = open_session($node);
	$answer = $session->query('SELECT shared_by FROM lambda_fdw_shared_memory()');
	like($answer, qr/shares no memory with other sessions: could not open/,
		'memory that cannot be made');
	like($answer, qr/^session$/m, 'is a session\'s own then');
	is($session->query('SELECT count(*) FROM items; SELECT invocations, (SELECT shared_by FROM lambda_fdw_shared_memory()) FROM pg_stat_lambda'),
		"20\n1|session", 'a session counts for itself, and says no more');
	chmod 0700, $folder or die "no mode: $!";
	is(shared('shared_by'), 'registry', 'another session makes it');
	is($session->query('SELECT shared_by FROM lambda_fdw_shared_memory()'), 'session', 'which is not what the first has');
	$session->close;
	unlike(slurp_file($node->logfile), qr/was not closed|leak/, 'nothing leaks');
	is(shared('stats_max'), '150', 'as large as it was asked for');
	ask('ALTER SYSTEM SET lambda_fdw.stats_max = 300');
	ask('SELECT pg_reload_conf()');
	is(shared('stats_max'), '150', 'which it remains');
	shares_ok('registry');
	is(shared('stats_max'), '300', 'until it is made anew');
}
else
{
	my $session = open_session($node);

	is($session->query('SELECT shared_by, backends FROM lambda_fdw_shared_memory()'), 'session|1', 'nothing is shared');
	is($session->query('SELECT count(*) FROM items; SELECT invocations FROM pg_stat_lambda'), "20\n1", 'a session counts for itself');
	$session->close;
	is(rows(), '', 'which others do not see');
}
unlike(slurp_file($node->logfile), qr/TRAP|PANIC/, 'nothing panics');
$node->stop;
done_testing();
