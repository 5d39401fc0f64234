# Versions: ALTER EXTENSION UPDATE leaves what a fresh install makes, by every path of
# every extension; and the library refuses SQL of a version that it does not serve,
# but not what leads out of that.
use strict;
use warnings;

use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Path qw(make_path);
use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";

sub pg_config
{
	my ($out) = run_command([ 'pg_config', shift ]);

	return $out;
}

# A server whose folder of extensions may be written to: one finds its files relative to
# its own program, so that programs are copied, and all else is links.
sub private_server
{
	my $top = "${PostgreSQL::Test::Utils::tmp_check}/upgrade$$";
	my $bin = pg_config('--bindir');

	for my $folder ($bin, pg_config('--sharedir'), pg_config('--pkglibdir'))
	{
		next if -e "$top$folder";
		make_path("$top$folder");
		system_or_bail('cp', $folder eq $bin ? '-r' : '-rs', "$folder/.", "$top$folder");
	}
	my $node = PostgreSQL::Test::Cluster->new('private', install_path => "$top" . dirname($bin));
	$node->init(allows_streaming => 1, extra => [ '--encoding=UTF8', '--locale=C' ]);
	# whatever TEMP_CONFIG says of other tests: who preloads it is told another thing
	$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
	$node->start;
	return ($node, "$top" . pg_config('--sharedir') . '/extension');
}

my ($node, $scripts) = private_server();
my $ndatabases = 0;

# A new database.
sub new_database
{
	my $name = 'd' . $ndatabases++;

	$node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0");
	return $name;
}

# The lines of test/upgrade/objects.sql for a version of an extension, installed or
# updated from another, in a transaction that is rolled back.
sub objects
{
	my ($extension, $version, $from) = @_;
	my ($out, $err);
	my $status = $node->psql(
		'postgres', undef,
		stdout => \$out, stderr => \$err,
		extra_params => [ '-v', "extension=$extension", '-c', 'BEGIN',
			'-c', "CREATE EXTENSION $extension VERSION '" . ($from // $version) . "' CASCADE",
			defined $from ? ('-c', "ALTER EXTENSION $extension UPDATE TO '$version'") : (),
			'-f', "$root/test/upgrade/objects.sql", '-c', 'ROLLBACK' ]);

	BAIL_OUT("the objects of $extension cannot be read: $err") if $status != 0 || $err =~ /ERROR/;
	return grep { / / && !/^(CREATE|ALTER) [A-Z]+$/ } split /\n/, $out;
}

# A new database with a version of an extension.
sub installed
{
	my ($extension, $version) = @_;
	my $database = new_database();

	$node->safe_psql($database, "CREATE EXTENSION $extension VERSION '$version' CASCADE");
	return $database;
}

my %fresh;	# what a fresh install has, by extension and version

# The lines that a fresh install has and an updated one lacks, and the other way.
sub differences
{
	my ($extension, $version, $from) = @_;
	my $fresh = $fresh{"$extension $version"} //=
	  { map { $_ => 1 } objects($extension, $version) };
	my %updated = map { $_ => 1 } objects($extension, $version, $from);

	return ((map { "fresh: $_" } grep { !$updated{$_} } sort keys %$fresh),
		(map { "updated: $_" } grep { !$fresh->{$_} } sort keys %updated));
}

# A query's rows, a list of lists.
sub rows
{
	my ($database, $query) = @_;

	return map { [ split /\|/, $_ ] } split /\n/, $node->safe_psql($database, $query);
}

# ---------------------------------------------------------------------------
# The paths that there are
# ---------------------------------------------------------------------------

my @extensions = qw(aws_commons aws_lambda aws_ml aws_s3 lambda_fdw);
my %versions;

push @{ $versions{ $_->[0] } }, $_->[1] for rows('postgres',
	"SELECT name, version FROM pg_available_extension_versions WHERE name IN ('"
	  . join("', '", @extensions) . "') ORDER BY 1, 2");
is_deeply([ sort keys %versions ], \@extensions, 'every extension is installed');

my $npaths = 0;
for my $extension (@extensions)
{
	my ($default) = map { $_->[0] } rows('postgres',
		"SELECT default_version FROM pg_available_extensions WHERE name = '$extension'");

	for my $row (rows('postgres', "SELECT source, target FROM pg_extension_update_paths('$extension') WHERE path IS NOT NULL ORDER BY 1, 2"))
	{
		my ($from, $version) = @$row;

		is_deeply([ differences($extension, $version, $from) ],
			[], "$extension $version is the same, updated from $from");
		$npaths++;
	}
	for my $version (grep { $_ ne $default } @{ $versions{$extension} })
	{
		is( $node->safe_psql('postgres',
				"SELECT path IS NOT NULL FROM pg_extension_update_paths('$extension') WHERE source = '$version' AND target = '$default'"),
			't', "$extension $version can be updated to $default");
	}
}
cmp_ok($npaths, '>=', 4, "$npaths paths");

# Every class of objects is looked at: what is made is found.
my @lines = objects('aws_ml', '2.0');
for my $line (
	qr/^function aws_bedrock\.invoke_model\(.*: pg_proc\.provolatile = v$/,
	qr/^function aws_bedrock\.invoke_model\(.*: pg_proc\.proacl = .*aws_ml=X\*/,
	qr/^function aws_bedrock\.invoke_model\(.*: comment the answer of a model/,
	qr/^function aws_bedrock\.invoke_model\(.*: at first e .*aws_ml/,
	qr/^function aws_bedrock\.invoke_model\(.*: depends \(e\) on extension aws_ml$/,
	qr/^function aws_sagemaker.*: pg_proc\.prosupport = aws_comprehend\.ml_support$/,
	qr/^schema aws_bedrock .*: pg_namespace\.nspacl = .*aws_ml=U\*/,
	qr/^extension aws_ml .*: pg_extension\.extversion = 2\.0$/,
	qr/^extension aws_ml .*: depends \(n\) on extension aws_commons$/)
{
	is(scalar(grep { $_ =~ $line } @lines), 1, "a line like $line");
}

# ---------------------------------------------------------------------------
# Made-up versions: an update that forgets something is found
# ---------------------------------------------------------------------------

sub script
{
	my ($name, $text) = @_;

	unlink "$scripts/$name";
	append_to_file("$scripts/$name", $text);
	return;
}

my $newest = slurp_file("$root/lambda_fdw--1.0.sql");

# 0.9 has no pg_stat_lambda_cache, and one function less; another is not as it is now.
my ($cache) = $newest =~ /^(CREATE FUNCTION lambda_fdw_cache\(.*?GRANT SELECT ON pg_stat_lambda_cache TO PUBLIC;\n)/ms
  or BAIL_OUT('pg_stat_lambda_cache is not where it was');
my ($reset) = $newest =~ /^(CREATE FUNCTION lambda_fdw_stats_reset\(.*?FROM PUBLIC;\n)/ms
  or BAIL_OUT('lambda_fdw_stats_reset is not where it was');
my $old = $newest =~ s/\Q$cache\E//r =~ s/\Q$reset\E//r;
my $change = 'ALTER FUNCTION lambda_fdw_disconnect(text)';
$old .= "$change STABLE;\n";
my $right = "$cache$reset$change VOLATILE;\n";

script('lambda_fdw--0.9.sql', $old);
script('lambda_fdw--0.9--1.0.sql', $right);
is_deeply([ differences('lambda_fdw', '1.0', '0.9') ],
	[], 'an update that forgets nothing');

# What an update may forget, and the line that tells.
for my $case (
	[ 'a function', sub { s/\Q$reset\E// }, qr/^fresh: function public\.lambda_fdw_stats_reset\(\)/ ],
	[ 'a comment', sub { s/^COMMENT ON FUNCTION lambda_fdw_stats_reset.*\n//m },
		qr/^fresh: function public\.lambda_fdw_stats_reset\(\) 0: comment empties/ ],
	[ 'a REVOKE', sub { s/^REVOKE ALL ON FUNCTION lambda_fdw_stats_reset.*\n//m },
		qr/^fresh: function public\.lambda_fdw_stats_reset\(\) : pg_proc\.proacl = / ],
	[ 'a GRANT', sub { s/^GRANT SELECT ON pg_stat_lambda_cache.*\n//m },
		qr/^fresh: view public\.pg_stat_lambda_cache : pg_class\.relacl = .*=r/ ],
	[ 'a volatility', sub { s/^\Q$change\E.*\n//m },
		qr/^updated: function public\.lambda_fdw_disconnect\(pg_catalog\.text\) : pg_proc\.provolatile = s/ ],
	[ 'a column of a view', sub { s/, c\.oldest_ms$//m },
		qr/^fresh: view public\.pg_stat_lambda_cache oldest_ms: pg_attribute\.attname = oldest_ms/ ],
	[ 'a condition of a view', sub { s/ AND d\.datname = pg_catalog\.current_database\(\)// },
		qr/^fresh: rule .*pg_stat_lambda_cache.*: pg_rewrite is .*current_database/ ],
	[ 'that an object is the extension\'s', sub { $_ .= "ALTER EXTENSION lambda_fdw DROP FUNCTION lambda_fdw_stats_reset();\n" },
		qr/^fresh: function public\.lambda_fdw_stats_reset\(\) 0: depends \(e\) on extension lambda_fdw/ ],
	[ 'to drop what is gone', sub { $_ .= "CREATE FUNCTION left_over() RETURNS int LANGUAGE sql RETURN 1;\n" },
		qr/^updated: function public\.left_over\(\)/ ],
	[ 'a cast', sub { $_ .= "CREATE TYPE t AS (a int); CREATE FUNCTION f(t) RETURNS int LANGUAGE sql RETURN 1; CREATE CAST (t AS int) WITH FUNCTION f(t) AS ASSIGNMENT;\n" },
		qr/^updated: cast \(public\.t AS integer\) : pg_cast\.castcontext = a/ ],
	[ 'an operator', sub { $_ .= "CREATE FUNCTION o(point, point) RETURNS bool LANGUAGE sql RETURN true; CREATE OPERATOR <<<< (FUNCTION = o, LEFTARG = point, RIGHTARG = point);\n" },
		qr/^updated: operator public\.<<<<\(.*: pg_operator\.oprcode = o$/ ],
	[ 'the label of an enum', sub { $_ .= "CREATE TYPE e AS ENUM ('one');\n" },
		qr/^updated: type public\.e one: pg_enum\.enumlabel = one/ ],
	[ 'a table\'s column, default and check', sub { $_ .= "CREATE TABLE kept (a int DEFAULT 7 CHECK (a > 5));\n" },
		qr/^updated: default value for public\.kept\.a : pg_attrdef is 7/ ],
	[ 'the rows of a table', sub { $_ .= "CREATE TABLE kept (a int, b text); INSERT INTO kept VALUES (1, 'one'), (2, 'two'), (1, 'one');\n" },
		qr/^updated: table public\.kept: 2 rows \(1,one\)/ ],
	[ 'a handler', sub { $_ .= "ALTER FOREIGN DATA WRAPPER lambda_fdw NO VALIDATOR;\n" },
		qr/^updated: foreign-data wrapper lambda_fdw : pg_foreign_data_wrapper\.fdwvalidator = -/ ])
{
	my ($what, $forget, $line) = @$case;
	my $update = $right;

	$forget->() for $update;
	BAIL_OUT("nothing is forgotten: $what") if $update eq $right;
	script('lambda_fdw--0.9--1.0.sql', $update);
	my @found = differences('lambda_fdw', '1.0', '0.9');
	ok((grep { $_ =~ $line } @found), "an update that forgets $what is found")
	  or diag(join "\n", "$line", @found[ 0 .. ($#found > 20 ? 20 : $#found) ]);
}
script('lambda_fdw--0.9--1.0.sql', $right);

# A body of several lines: one that stands there twice, and one of a single word.
sub with_body
{
	return $newest . "CREATE FUNCTION of_lines() RETURNS void LANGUAGE plpgsql AS \$\$\n" . join("\n", @_) . "\n\$\$;\n";
}

script('lambda_fdw--0.8.sql', with_body('BEGIN', '  PERFORM 1;', '  PERFORM 1;', 'RETURN;', 'END'));
for my $case ([ 'a line that there is twice', 'BEGIN', '  PERFORM 1;', 'RETURN;', 'END' ],
	[ 'a line of one word', 'BEGIN', '  PERFORM 1;', '  PERFORM 1;', 'END' ])
{
	my ($what, @body) = @$case;

	script('lambda_fdw--0.7.sql', with_body(@body));
	script('lambda_fdw--0.7--0.8.sql', '');
	like(join("\n", differences('lambda_fdw', '0.8', '0.7')), qr/of_lines.*prosrc = \\nBEGIN/,
		"an update that forgets $what of a body is found");
}
unlink map { "$scripts/lambda_fdw--$_.sql" } qw(0.7 0.7--0.8 0.8);

# ---------------------------------------------------------------------------
# Library and SQL
# ---------------------------------------------------------------------------

my $endpoint = start_endpoint();
script('lambda_fdw--1.1.sql', $newest . "CREATE FUNCTION of_11() RETURNS int LANGUAGE sql RETURN 1;\n");
script('lambda_fdw--1.0--1.1.sql', "CREATE FUNCTION of_11() RETURNS int LANGUAGE sql RETURN 1;\n");
script('lambda_fdw--1.1--1.0.sql', "DROP FUNCTION of_11();\n");

# How a query ends: an error's parts, or nothing.
sub error_of
{
	my ($database, $query, $on) = @_;
	my ($out, $err);

	($on // $node)->psql($database, "\\set VERBOSITY verbose\n$query", stdout => \$out, stderr => \$err);
	return $err =~ s/^LOCATION:.*\n?//mgr =~ s/^psql:<stdin>:\d+: //mgr;
}

# The versions that the library serves are those that its scripts make.
my $database = installed('lambda_fdw', '0.9');
like($node->safe_psql($database, 'SELECT * FROM lambda_fdw_version()'),
	qr/^extension lambda_fdw\|1\.0\|0\.9\|not served by this library$/m,
	'lambda_fdw_version says so where versions differ');

my $older = qr/ERROR:  55000: extension "lambda_fdw" is of version 0\.9, which lambda_fdw's library 1\.0\.0 does not serve
DETAIL:  The library serves version 1\.0\.
HINT:  Run ALTER EXTENSION lambda_fdw UPDATE\.$/;
like(error_of($database, 'SELECT * FROM lambda_fdw_options()'), $older, 'a function of older SQL');
like(error_of($database, 'SELECT * FROM pg_stat_lambda'), $older, 'a view');
like(error_of($database, q{CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1')}),
	$older, 'the validator');
is( $node->safe_psql($database, 'ALTER EXTENSION lambda_fdw UPDATE; SELECT count(*) > 10 FROM lambda_fdw_options()'),
	't', 'what the hint says helps, in the same session');

# One session that goes on while the SQL changes under it.
$database = installed('lambda_fdw', '1.0');
$node->safe_psql($database,
	create_server('lambda', $endpoint)
	  . create_function('lambda', 'items', columns => q{id int OPTIONS (pushdown '=, in'), category text})
	  . create_function('lambda', 'store', columns => 'id int', options => q{updatable 'true'})
	  . 'CREATE TABLE wanted AS SELECT 3 AS id; ANALYZE wanted');
my $session = $node->background_psql($database, on_error_stop => 0);
my $uses = {
	'a scan that was planned before' => 'EXECUTE scan',
	'a join that was planned before' => 'EXECUTE bind',
	'a scan' => 'SELECT count(*) FROM items',
	'EXPLAIN' => 'EXPLAIN SELECT * FROM items',
	'ANALYZE' => 'ANALYZE items',
	'a write' => 'INSERT INTO store VALUES (1)',
	'COPY' => "COPY store FROM PROGRAM 'echo 1'",
	'an import' => 'IMPORT FOREIGN SCHEMA items FROM SERVER lambda INTO public',
	'lambda_invoke' => q{SELECT lambda_invoke('lambda', 'items')},
	'an option' => q{ALTER SERVER lambda OPTIONS (ADD timeout_ms '1000')}
};
$session->query_safe('PREPARE scan AS SELECT count(*) FROM items; SET plan_cache_mode = force_generic_plan;'
	  . 'PREPARE bind AS SELECT count(*) FROM wanted JOIN items USING (id)');
is($session->query_safe('EXECUTE scan'), '20', 'a session uses a table');
is($session->query_safe('EXECUTE bind'), '1', 'and joins it');
$node->safe_psql($database, 'ALTER EXTENSION lambda_fdw UPDATE TO \'1.1\'');
my $newer = qr/ERROR:  extension "lambda_fdw" is of version 1\.1, which lambda_fdw's library 1\.0\.0 does not serve
DETAIL:  The library serves version 1\.0\.
HINT:  Install the library that comes with version 1\.1, and start a new session\./;
for my $use (sort keys %$uses)
{
	$session->query($uses->{$use});
	like($session->{stderr}, $newer, "newer SQL, in a session that goes on: $use");
	$session->{stderr} = '';
}
is($session->query_safe('SELECT count(*) FROM information_schema.tables WHERE table_name = \'items\''),
	'1', 'the information schema is read all the same');

# What is found in a transaction that is rolled back counts no longer.
is($session->query_safe(q{BEGIN; ALTER EXTENSION lambda_fdw UPDATE TO '1.0'; EXECUTE scan}),
	'20', 'an update in the same transaction counts');
$session->query('ROLLBACK; EXECUTE scan');
like($session->{stderr}, $newer, 'and no longer, once it is rolled back');
$session->{stderr} = '';

# What leads out of it, and what must not be in the way.
my $dump = "${PostgreSQL::Test::Utils::tmp_check}/dump$$.sql";
$node->command_ok([ 'pg_dump', '-f', $dump, $database ], 'pg_dump');
$node->safe_psql($database, 'ALTER EXTENSION lambda_fdw UPDATE TO \'1.0\'');
is($session->query_safe('EXECUTE scan'), '20', 'once they agree the session goes on');
$session->quit;
$node->safe_psql($database, 'ALTER EXTENSION lambda_fdw UPDATE TO \'1.1\'; DROP EXTENSION lambda_fdw CASCADE');
is( $node->safe_psql($database, 'SELECT count(*) FROM pg_foreign_table'),
	'0', 'an extension that is not served can be dropped');
$database = new_database();
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-f', $dump ],
	'a dump is restored, with the version that goes with the library');

# A standby has its own library, and the primary's SQL, which is to be updated there.
$database = installed('lambda_fdw', '0.9');
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby', install_path => $node->{_install_path});
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
like(error_of($database, 'SELECT * FROM lambda_fdw_options()', $standby),
	qr/55000: .*\nHINT:  Run ALTER EXTENSION lambda_fdw UPDATE on the primary\.$/s, 'a standby of older SQL');
$node->safe_psql($database, 'ALTER EXTENSION lambda_fdw UPDATE');
$node->wait_for_catchup($standby);
is($standby->safe_psql($database, 'SELECT count(*) > 10 FROM lambda_fdw_options()'), 't', 'once it is updated there');
$standby->stop;

# pg_upgrade restores the old version's SQL with the new library, in a server that is
# started with -b.
$database = installed('lambda_fdw', '0.9');
$node->stop;
my @pg_ctl = ('pg_ctl', '-w', '-D', $node->data_dir, '-l', $node->logfile);
{
	local $ENV{PATH} = $node->{_install_path} . "/bin:$ENV{PATH}";

	system_or_bail(@pg_ctl, '-o', '-b', 'start');
	is(error_of($database, q{CREATE SERVER old FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1')}),
		'', 'pg_upgrade restores servers under older SQL');
	system_or_bail(@pg_ctl, 'stop');
}

$node->append_conf('postgresql.conf', "shared_preload_libraries = 'lambda_fdw'");
$node->start;
script('lambda_fdw--0.9--1.1.sql', '');
like(
	error_of($database, q{ALTER EXTENSION lambda_fdw UPDATE TO '1.1'; SELECT * FROM lambda_fdw_options()}),
	qr/HINT:  Install the library that comes with version 1\.1, and restart the server, which has the library preloaded\./,
	'a server with the library preloaded has to be restarted');

# ---------------------------------------------------------------------------
# What is said in several places
# ---------------------------------------------------------------------------

$database = installed('aws_ml', '2.0');
$node->safe_psql($database, 'CREATE EXTENSION aws_lambda; CREATE EXTENSION aws_s3; CREATE EXTENSION lambda_fdw');
my %told = map { $_->[0] => $_ } rows($database, 'SELECT * FROM lambda_fdw_version()');
my $meta = decode_json(slurp_file("$root/META.json"));

is($told{lambda_fdw}[1], $meta->{version}, 'the library is of META.json\'s version');
is($told{lambda_fdw}[3], 'preloaded', 'and says that it is preloaded');
for my $extension (grep { $_ ne 'aws_commons' } @extensions)
{
	my ($default) = slurp_file((grep { -f } map { "$root/$_$extension.control" } "", "compat/")[0]) =~ /default_version = '(.*?)'/;

	is("$told{\"extension $extension\"}[1] $told{\"extension $extension\"}[2]", "$default $default",
		"the library serves the newest $extension");
}
for my $library (qw(PostgreSQL libcurl json-c OpenSSL zlib))
{
	like("$told{$library}[1] and $told{$library}[2]", qr/^\d+\.?\d.* and \d+\.?\d/, "$library: $told{$library}[1], $told{$library}[2]");
}
like($told{libcurl}[3], qr/^\S.*, (HTTP\/2 by nghttp2 \d|no HTTP\/2)/, "libcurl: $told{libcurl}[3]");
for my $extension (qw(aws_ml))
{
	for my $version (@{ $versions{$extension} })
	{
		unlike($node->safe_psql(installed($extension, $version), 'SELECT 1')
			  . error_of(installed($extension, $version), q{SELECT aws_comprehend.detect_sentiment('x', 'en')}),
			qr/does not serve/, "$extension $version is served");
	}
}

$node->stop;
done_testing();
