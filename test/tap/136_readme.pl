# README.md's recording is what scripts/demo prints.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $port = start_program('../../scripts/endpoint', '--functions', "$root/functions/examples");
my $node = start_server();
# the demo creates it itself
$node->safe_psql('postgres', 'DROP EXTENSION lambda_fdw CASCADE');
my $readme = slurp_file("$root/README.md");

# ---------------------------------------------------------------------------
# The recording
# ---------------------------------------------------------------------------

my ($demo, $errors);

IPC::Run::run [
	'psql', '-X',
	'-d' => $node->connstr('postgres'),
	'-v' => "endpoint=http://127.0.0.1:$port",
	'-f' => "$root/scripts/demo.sql"
  ],
  '<' => \undef, '>' => \$demo, '2>' => \$errors;
is($errors, '', 'the demo has no errors');

# A line's blanks do not count: psql's columns are as wide as all of their values.
my $squeezed = sub { return join "\n", map { s/\s+/ /gr =~ s/^ | $//gr } split /\n/, shift; };
my $printed = $squeezed->($demo);
my ($section) = $readme =~ /^## What it looks like\n(.*?)^## /ms;
my @recorded = $section =~ /^```text\n(.*?)^```/msg;

cmp_ok(scalar @recorded, '>=', 2, 'README.md has a recording');
for my $number (1 .. @recorded)
{
	my $block = $squeezed->($recorded[ $number - 1 ]);

	ok(index($printed, $block) >= 0, "part $number of it is what the demo prints")
	  or diag("recorded:\n$block\nprinted:\n$printed");
}

$node->stop;
done_testing();
