# The tables of the manual have what the server has, and no more: settings, functions
# and views of docs/reference.md, the options of docs/options.md, the SQLSTATEs of
# docs/errors.md.
use strict;
use warnings;

use File::Path qw(make_path);
use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $docs = "$FindBin::RealBin/../../docs";
my $node = start_server("shared_preload_libraries = 'lambda_fdw'");
my $reference = slurp_file("$docs/reference.md");

# The answer to a query, each row a list of its columns.
sub rows_of
{
	return map { [ split /\|/, $_, -1 ] } split /\n/, $node->safe_psql('postgres', shift);
}

# The cells of a table's rows, by the name in the first, of the lines that match; a name
# that is there twice is a failure.
sub told
{
	my ($text, $line) = @_;
	my %cells;

	while ($text =~ /^\| `($line)` *(.*)\|$/mg)
	{
		ok(!exists $cells{$1}, "$1 is told once");
		$cells{$1} = [ split / *\| */, $2, -1 ];
	}
	return %cells;
}

sub same_names
{
	my ($told, $there, $what) = @_;

	is(join("\n", sort @$told), join("\n", sort @$there), $what);
	return;
}

# ---------------------------------------------------------------------------
# Settings
# ---------------------------------------------------------------------------

my %told = told($reference, 'lambda_fdw\.\w+');
my %who = (user => 'anybody', superuser => 'superusers', postmaster => 'the configuration: at start');
my @settings = rows_of(q{SELECT name, context, boot_val, coalesce(unit, ''), vartype FROM pg_settings WHERE name LIKE 'lambda\_fdw.%'});

same_names([ keys %told ], [ map { $_->[0] } @settings ], 'docs/reference.md has the settings');
foreach my $setting (@settings)
{
	my ($name, $context, $default, $unit, $type) = @$setting;
	my (undef, $shown, undef, $setter) = @{ $told{$name} // next };
	# what is shown as a word, or with another unit, is the server's to understand
	my ($value) = $shown =~ /^`?([^:`]*)/;

	like($setter, qr/^\Q$who{$context}\E/, "$name: who sets it");
	if ($value eq 'none' || $value eq 'any') { is($default, '', "$name: no default"); }
	elsif ($type eq 'enum' || $type eq 'bool' || $type eq 'string') { is($default, $value, "$name: its default"); }
	elsif ($unit ne '' && $value =~ /[a-z]/i)
	{
		# of two sizes or times, each as the number of its smallest unit
		my %factor = (ms => 1, s => 1000, min => 60000, B => 1, kB => 1024, MB => 1048576);
		my ($number, $in) = $value =~ /^([\d.]+) ?(\w+)/;

		is($number * $factor{$in}, $default * $factor{$unit}, "$name: its default, in units");
	}
	else { cmp_ok($default, '==', $value, "$name: its default"); }
}

# ---------------------------------------------------------------------------
# Functions and views
# ---------------------------------------------------------------------------

# A function's arguments are told by their names, and those of the types that a reader
# would not guess.
my %functions;
$functions{$1} = $2 while $reference =~ /^\| `(lambda_\w+)\(([^)]*)\)` \|/mg;
my @functions = rows_of(q{
SELECT p.proname, array_to_string(p.proargnames[1:p.pronargs], ',')
FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
  JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'lambda_fdw'
WHERE p.prorettype NOT IN ('fdw_handler'::regtype)
  AND p.oid NOT IN (SELECT fdwvalidator FROM pg_foreign_data_wrapper)
  -- what the views read is told with the views
  AND p.oid NOT IN (SELECT v.refobjid FROM pg_depend v JOIN pg_rewrite r ON r.oid = v.objid
    WHERE v.classid = 'pg_rewrite'::regclass AND v.refclassid = 'pg_proc'::regclass)});

same_names([ keys %functions ], [ map { $_->[0] } @functions ], 'docs/reference.md has the functions');
foreach my $function (@functions)
{
	my ($name, $arguments) = @$function;
	my $shown = join ',', map { (split)[0] // '' } split /, */, $functions{$name} // '';

	is($shown, $arguments, "$name: its arguments");
}

my @views = map { $_->[0] } rows_of(q{
SELECT c.relname FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
  JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'lambda_fdw' WHERE c.relkind = 'v'});
my %views = map { $_ => 1 } $reference =~ /`(pg_stat_lambda\w*)`/g;
same_names([ keys %views ], \@views, 'docs/reference.md has the views');

# ---------------------------------------------------------------------------
# Options, and SQLSTATEs
# ---------------------------------------------------------------------------

# scripts/lint compares the page with the source; this, what users see of both.
my %object = ('Server' => 'server', 'User mapping' => 'user mapping', 'Foreign table' => 'foreign table', 'Column' => 'column');
my @shown;
foreach my $section (split /^(?=## )/m, slurp_file("$docs/options.md"))
{
	my ($title) = $section =~ /^## (.*)$/m or next;

	push @shown, "$object{$title} $1: " . ($2 // '') while $section =~ /^\| `(\w+)` \| (?:`([^`]*)` )?\|/mg;
}
same_names(\@shown, [ split /\n/, $node->safe_psql('postgres', q{SELECT object || ' ' || name || ': ' || coalesce(default_value, '') FROM lambda_fdw_options()}) ],
	'docs/options.md has the options and their defaults');
is($node->safe_psql('postgres', q{SELECT string_agg(name, ' ') FROM lambda_fdw_options() WHERE description !~ '^\S.*[^.\s]$' OR description ~ '\]\('}),
	'', 'each has a description, in plain words');

# What cannot be written leaves the page as it was.
my $copy = "${PostgreSQL::Test::Utils::tmp_check}/manual$$";
my $page = slurp_file("$docs/options.md") =~ s/^<!-- and ends here -->\n//mr;
make_path("$copy/src", "$copy/docs");
system_or_bail('cp', '-r', "$docs/../scripts", "$copy/scripts");
system_or_bail('cp', '-r', "$docs/../src/options", "$copy/src/options");
append_to_file("$copy/docs/options.md", $page);
command_fails_like([ 'python3', "$copy/scripts/manual" ],
	qr{^error: docs/options\.md lacks .* after it$}, 'scripts/manual asks for its marks');
is(slurp_file("$copy/docs/options.md"), $page, 'and leaves the page alone');

# mkdocs would empty the folder.
command_fails_like([ 'bash', "$copy/scripts/site", "$copy/docs" ],
	qr{/docs is there, and is neither empty nor a site\.$}, 'scripts/site takes no folder of somebody\'s');
is(slurp_file("$copy/docs/options.md"), $page, 'and leaves what is in it');

my %states = slurp_file("$docs/errors.md") =~ /^\| `(\w{5})` \| (\w+) \|/mg;
cmp_ok(scalar keys %states, '>', 40, 'docs/errors.md has SQLSTATEs');
$node->safe_psql('postgres', <<'END');
CREATE FUNCTION state_of(name text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = name;
EXCEPTION WHEN OTHERS OR query_canceled THEN
  RETURN SQLSTATE;
END $$;
END
my $all = join ',', map { "('$_', '$states{$_}')" } sort keys %states;
is($node->safe_psql('postgres', "SELECT string_agg(state || ' is not ' || name, E'\\n') FROM (VALUES $all) v (state, name) WHERE state_of(name) <> state"),
	'', 'each has its name');

$node->stop;
done_testing();
