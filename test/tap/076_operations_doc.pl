# docs/operations.md: its SQL runs and prints what it says, its settings are taken,
# its policies are JSON; and what it claims of hanging functions, pooled sessions,
# dumps and standbys.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $document = slurp_file("$FindBin::RealBin/../../docs/operations.md");
my $endpoint = start_endpoint();
my $node = new_server();
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'lambda_fdw'");
$node->append_conf('postgresql.conf', 'wal_level = replica');
$node->append_conf('postgresql.conf', 'max_wal_senders = 4');
$node->append_conf('pg_hba.conf', 'local replication all trust');
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION lambda_fdw');

# Runs a block; what is a region to the reader is the test endpoint here.
sub run_block
{
	my $sql = shift;
	my ($out, $err) = ('', '');

	$sql =~ s/(region 'eu-west-1')/$1, endpoint '$endpoint'/g;
	$sql =~ s/ \\watch 1$/;/mg;
	IPC::Run::run [ 'psql', '-XqP', 'footer=off', '-v', 'ON_ERROR_STOP=0', '-d', $node->connstr('postgres') ],
	  '<', \$sql, '>', \$out, '2>', \$err;
	$err =~ s/^psql:<stdin>:\d+: //mg;
	$out .= $err;
	$out =~ s/[ \t]+$//mg;
	return $out;
}

# What the document's server has beside: keys of the superuser's, functions that hang
# and fail, and some calls.
sub prepare
{
	$node->safe_psql('postgres',
		    "CREATE USER MAPPING FOR CURRENT_USER SERVER aws OPTIONS (aws_access_key_id '$access_key', aws_secret_access_key '$secret_key');"
		  . create_function('aws', 'hang')
		  . create_function('aws', 'function_error')
		  . create_function('aws', 'sink', function => 'echo', options => "updatable 'true'"));
	run_block('SELECT count(*) FROM items; SELECT * FROM function_error;');
	return;
}

# A session that waits for a function.
sub hanging
{
	my $session = open_session($node);

	$session->send('SELECT * FROM hang');
	$node->poll_query_until('postgres',
		'SELECT count(*) = 1 FROM pg_stat_lambda_activity WHERE calls_under_way = 1 AND pid = ' . $session->pid)
	  or die 'nothing hangs';
	return $session;
}

# ---------------------------------------------------------------------------
# The document
# ---------------------------------------------------------------------------

foreach my $section (split /^(?=## )/m, $document)
{
	my ($title) = $section =~ /^## (.*)$/m or next;
	my $ran;

	while ($section =~ /^( *)```(\w+)\n(.*?)^ *```/msg)
	{
		my ($indent, $kind, $block) = ($1, $2, $3);

		$block =~ s/^$indent//mg;
		if ($kind eq 'sql' && $block =~ /\(12345\)/)
		{
			my $session = hanging();

			$block =~ s/12345/$session->pid/e;
			like(run_block($block), qr/\A *pg_\w+\n-+\n t\n+\z/, "$title: $block");
			like($session->receive, qr/57014|57P01/, "$title: ends it");
			$session->close;
		}
		elsif ($kind eq 'sql')
		{
			$ran = run_block($block);
			unlike($ran, qr/^(ERROR|WARNING)/m, "$title: the SQL runs") or diag $block;
			# what hangs, and what has calls, from there on
			prepare() if $block =~ /^CREATE SERVER/;
		}
		elsif ($kind eq 'text')
		{
			$block =~ s/[ \t]+$//mg;
			is($ran, $block, "$title: what it prints");
		}
		elsif ($kind eq 'conf')
		{
			$node->append_conf('postgresql.conf', $block);
			$node->reload;
			foreach my $line (split /\n/, $block)
			{
				my ($name, $value) = $line =~ /^(\S+) = '?(.*?)'?$/;
				my $number = $value =~ /^[\d.]+$/ ? "$value\::float8::text" : "''";

				ok( $node->poll_query_until('postgres',
						"SELECT current_setting('$name') IN ('$value', $number)"),
					"$title: $name");
			}
		}
		elsif ($kind eq 'json')
		{
			my $policy = decode_json($block);

			is($policy->{Version}, '2012-10-17', "$title: a policy");
			unlike($block, qr/"(lambda|sts):?\*|"\*"/, "$title: without all actions, or all resources");
		}
		else
		{
			fail("$title: a block of \"$kind\" that nothing runs");
		}
	}
}

# The tables of columns have those of the views.
foreach my $view ('pg_stat_lambda', 'pg_stat_lambda_activity', 'pg_stat_lambda_servers')
{
	my ($section) = $document =~ /^### $view\n(.*?)^##/ms;
	my @told = map { /`(\w+)`/g } $section =~ /^\| (`[^|]*)\|/mg;

	is(join(',', sort @told),
		$node->safe_psql('postgres', "SELECT string_agg(attname, ',' ORDER BY attname COLLATE \"C\") FROM pg_attribute WHERE attrelid = '$view'::regclass AND attnum > 0"),
		"the columns of $view");
}

# A month's report: what was counted before it is not in it, and a reset loses nothing.
run_block(q{TRUNCATE lambda_history; INSERT INTO lambda_history (at, userid, usename, since, invocations) VALUES
  (date_trunc('month', now()) - interval '40 days', 10, 'me', '2020-01-01', 100),
  (date_trunc('month', now()) - interval '9 days', 10, 'me', '2020-01-01', 130),
  (date_trunc('month', now()) - interval '8 days', 10, 'me', '2020-02-02', 7),
  (date_trunc('month', now()) + interval '1 s', 10, 'me', '2020-02-02', 1000)});
my ($report) = $document =~ /^( *SELECT max\(usename\).*?;)/ms;
is($node->safe_psql('postgres', $report), 'me|37|', 'the report of last month');

# ---------------------------------------------------------------------------
# Roles
# ---------------------------------------------------------------------------

is(logged_in($node, 'app', 'SELECT count(*) FROM items'), '20', 'the application reads');
like(logged_in($node, 'app', q{SELECT lambda_invoke('aws', 'echo')}), qr/42501: permission denied for function/,
	'and does not invoke');
like(logged_in($node, 'app', q{CREATE FOREIGN TABLE mine (id int) SERVER aws OPTIONS (function_arn 'echo')}),
	qr/42501/, 'nor make tables');
my $seen = 'SELECT count(*) FROM pg_stat_lambda WHERE invocations > 0';
is(logged_in($node, 'watcher', "$seen AND usename = 'app'"), '1', 'monitoring sees the calls of all');
is(logged_in($node, 'app', "$seen AND usename <> 'app' AND function NOT LIKE '<%'"), '0', 'the application not which functions others call');
like(logged_in($node, 'app', 'SELECT lambda_fdw_stats_reset()'), qr/42501/, 'whose numbers it does not empty');
is(logged_in($node, 'app', 'SHOW lambda_fdw.max_invocations'), '1000', 'it has a budget');
like(logged_in($node, 'app', 'SET lambda_fdw.max_invocations = 0'), qr/42501: permission denied to set parameter/,
	'... which it does not raise');

# ---------------------------------------------------------------------------
# Pooled sessions
# ---------------------------------------------------------------------------

my $pooled = open_session($node);
my $opened = 'SELECT count(*), min(opened_at) FROM lambda_fdw_connections()';
$pooled->query('SELECT count(*) FROM items');
my $connections = $pooled->query($opened);
like($connections, qr/\A1\|/, 'a connection is kept');
$pooled->query("SET lambda_fdw.max_invocations = 7");
$pooled->query('DISCARD ALL');
is($pooled->query('SHOW lambda_fdw.max_invocations'), '0', 'DISCARD ALL takes the settings');
$pooled->query('SELECT count(*) FROM items');
is($pooled->query($opened), $connections, '... and leaves the connection');
my $asked = sub { $node->safe_psql('postgres', q{SELECT sum(invocations) FROM pg_stat_lambda WHERE function = 'items'}) };
my $before = $asked->();
$pooled->query('BEGIN');
$pooled->query('DECLARE c CURSOR WITH HOLD FOR SELECT id FROM items');
is($asked->(), $before, 'a cursor WITH HOLD calls nobody at first');
$pooled->query('COMMIT');
is($asked->(), $before + 1, '... but at COMMIT');
is($pooled->query('FETCH 1 FROM c'), '1', '... and has its rows then');
$pooled->close;

# ---------------------------------------------------------------------------
# Dumps
# ---------------------------------------------------------------------------

my $dumped = sub {
	my $out;

	IPC::Run::run [ 'pg_dump', '-d', $node->connstr('postgres'), '-T', 'hang', '-T', 'function_error', '-T', 'sink', @_ ],
	  '>', \$out or die 'pg_dump';
	return $out;
};
$before = $asked->();
like($dumped->(), qr/aws_secret_access_key '\Q$secret_key\E'/, 'a dump has the keys');
is($asked->(), $before, '... and calls nobody');
like($dumped->('--include-foreign-data=aws'), qr/^COPY public\.items .*\n1\t/m, 'unless it is told to');
is($asked->(), $before + 1, '... when it does');

# ---------------------------------------------------------------------------
# A standby
# ---------------------------------------------------------------------------

$node->backup('backup');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'backup', has_streaming => 1);
$standby->start;
my $there = open_session($standby);
is($there->query('SELECT count(*) FROM items'), '20', 'a standby reads');
is($there->query(q{SELECT status_code FROM lambda_invoke('aws', 'echo')}), '200', '... and invokes');
is($there->query("SELECT sum(invocations) FROM pg_stat_lambda"), '2', '... by statistics of its own');
like($there->query('INSERT INTO sink VALUES (1)'), qr/25006: cannot execute INSERT in a read-only transaction/, 'it refuses to write');
like($there->query('ANALYZE items'), qr/25006: cannot execute ANALYZE during recovery/, '... to analyze');
like($there->query(q{SELECT * FROM lambda_invoke('aws', 'echo', deliver_at => 'commit')}), qr/25006/, '... and to hold calls');
$there->close;

$standby->stop;
$node->stop;
done_testing();
