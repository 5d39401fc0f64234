# The library's names are its own: it exports what the server looks for, and a
# library of the same names is not taken for it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

sub pg_config
{
	my ($out) = run_command([ 'pg_config', shift ]);

	return $out;
}

# The names of the functions in a library: those it exports, or all.
sub names
{
	my ($library, @which) = @_;
	my ($out) = run_command([ 'nm', '--defined-only', @which, $library ]);

	return $out =~ /^[0-9a-f]+ [tTiW] (\w+)$/mg;
}

my $library = pg_config('--pkglibdir') . '/lambda_fdw.so';
plan skip_all => 'no nm, cc or ELF library'
  unless -f $library && (names($library, '-D'))[0] && system('cc --version >/dev/null 2>&1') == 0;

# ---------------------------------------------------------------------------
# What it exports
# ---------------------------------------------------------------------------

my @exported = names($library, '-D');
is_deeply(
	[ grep { !/^(lfdw_|lambda_|aws_(lambda|s3|ml)_|pg_finfo_(lambda|aws_(lambda|s3|ml))_|_PG_init$|Pg_magic_func$)/ } @exported ],
	[], 'every name is the server\'s or begins with ours');
is_deeply([ grep { !/^(lambda|aws_(lambda|s3|ml)|pg_finfo|_PG|Pg_magic)_/ } @exported ],
	[], 'and only what the server looks for is exported');
cmp_ok(scalar(@exported), '>=', 20, 'which are the functions of SQL');

# ---------------------------------------------------------------------------
# A library of the same names
# ---------------------------------------------------------------------------

# One that ends the server wherever a function of ours is called, loaded before.
my $decoy = "${PostgreSQL::Test::Utils::tmp_check}/decoy";
my %ours = map { $_ => 1 } grep { /^(lfdw_|keytab_|lambda[A-Z])/ } names($library);
delete @ours{@exported};
$ours{"keytab_$_"} = $ours{"lfdw_keytab_$_"} = 1
  for qw(create insert insert_hash lookup lookup_hash grow reset destroy
  iterate start_iterate delete delete_item stat);
append_to_file("$decoy.c",
	"#include \"postgres.h\"\n#include \"fmgr.h\"\n#include <stdlib.h>\nPG_MODULE_MAGIC;\n"
	  . join('', map { "__attribute__((visibility(\"default\"))) void $_(void);\nvoid $_(void) { abort(); }\n" } sort keys %ours));
system_or_bail('cc', '-shared', '-fPIC', '-w', '-I', pg_config('--includedir-server'),
	'-o', "$decoy.so", "$decoy.c");
my @decoys = grep { $ours{$_} } names("$decoy.so", '-D');
is(scalar(@decoys), scalar(keys %ours), scalar(@decoys) . ' names of ours are in it');

my $endpoint = start_endpoint();
my $node = start_server("shared_preload_libraries = ''", "session_preload_libraries = '$decoy.so'");

$node->safe_psql('postgres', $_)
  for (
	create_server('lambda', $endpoint),
	create_function('lambda', 'items', columns => q{id int OPTIONS (pushdown '=, in'), category text}),
	create_function('lambda', 'reset_calls', columns => 'cleared int'),
	create_function('lambda', 'calls', columns => 'seq int, function text, payload jsonb'),
	'CREATE TABLE wanted (id int); INSERT INTO wanted VALUES (3), (5), (3); ANALYZE wanted');
is( $node->safe_psql('postgres', 'SELECT count(*) FROM items'),
	'20', 'a scan calls our functions');
reset_calls($node);
like(
	$node->safe_psql('postgres', 'EXPLAIN SELECT * FROM wanted JOIN items USING (id)'),
	qr/Lambda Bind Join/, 'a bind join');
is( $node->safe_psql('postgres', 'SELECT string_agg(id::text, \',\' ORDER BY id) FROM wanted JOIN items USING (id)'),
	'3,3,5', 'calls them too');
is( $node->safe_psql('postgres', q{SELECT payload->'id' FROM calls WHERE function = 'items'}),
	'[3, 5]', 'and asks once');
is( $node->safe_psql('postgres', q{SELECT status_code FROM lambda_invoke('lambda', 'items')}),
	'200', 'so does lambda_invoke');
unlike(slurp_file($node->logfile), qr/was terminated by signal/, 'no process ended');

$node->stop;
done_testing();
