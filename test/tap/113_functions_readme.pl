# functions/README.md: each block of it, in order, as whoever reads it does; and how
# long that takes.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use File::Basename qw(dirname);
use File::Path qw(make_path);
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $has_node = system('command -v node >/dev/null 2>&1') == 0;
my $root = "$FindBin::RealBin/../..";
my $place = PostgreSQL::Test::Utils::tempdir();
my $node = start_server();
my ($url, $printed, $started);

$printed = '';

# A checkout of its own, for what is made in it; and stand-ins for what calls AWS,
# which fail where a file that they are given is not there.
system('cp', '-R', map({ "$root/$_" } qw(functions scripts test META.json LICENSE)), $place) == 0
  or die 'no copy';
system('rm', '-rf', "$place/functions/layer/build") == 0 or die;
make_path("$place/bin");
symlink("$place/test/layer/aws", "$place/bin/aws");
write_file("$place/bin/sam", <<'END');
#!/bin/sh
printf 'sam %s\n' "$*" >>"$STAND_IN_CALLS"
while [ $# != 0 ]; do
	[ "$1" != --template-file ] || [ -f "$2" ] || exit 1
	shift
done
END
write_file("$place/bin/terraform", <<'END');
#!/bin/sh
printf 'terraform %s\n' "$*" >>"$STAND_IN_CALLS"
[ -f "${1#-chdir=}/main.tf" ]
END
chmod(0755, "$place/bin/sam", "$place/bin/terraform") == 2 or die;
$ENV{STAND_IN_CALLS} = "$place/calls";

sub write_file
{
	my ($name, $text) = @_;

	make_path(dirname($name));
	open(my $file, '>', $name) or die "$name: $!";
	print $file $text;
	close($file) or die "$name: $!";
	return;
}

# Runs a block for the shell, but for the endpoint, which is started.
sub run_shell
{
	my ($title, $block) = @_;
	my $output;

	if ($block =~ m{\Ascripts/endpoint (.*)\n\z})
	{
		my @arguments = map { m{^(?:mine|functions)\b} ? "$place/$_" : $_ } split ' ', $1;

		$url = 'http://127.0.0.1:' . start_program('../../scripts/endpoint', @arguments);
		return;
	}
	local $ENV{PATH} = "$place/bin:$ENV{PATH}";
	my $good = IPC::Run::run [ 'bash', '-euc', "cd '$place'\n$block" ], '<', \undef, '>&', \$output;
	ok($good, "$title: the commands run") or diag $output;
	return;
}

# Runs a block of SQL, where the endpoint is in place of AWS; returns what psql
# prints, blanks at the ends of lines cut.
sub run_sql
{
	my $sql = shift;
	my ($out, $err) = ('', '');

	$sql =~ s{http://127\.0\.0\.1:9001}{$url};
	$sql =~ s/(SERVER aws .*)\(region/$1(endpoint '$url', region/;
	$sql =~ s/(aws_access_key_id) '\.\.\.'/$1 '$access_key'/;
	$sql =~ s/(aws_secret_access_key) '\.\.\.'/$1 '$secret_key'/;
	IPC::Run::run [ 'psql', '-XqP', 'footer=off', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr('postgres') ], '<',
	  \$sql, '>', \$out, '2>', \$err;
	$err =~ s/^.*NOTICE:  .*\n//mg;
	$out =~ s/[ \t]+$//mg;
	$out =~ s/\n+\z/\n/;
	return $out . $err;
}

# psql makes a column as wide as what is in it; a rule of its width is not compared.
sub unruled
{
	my $text = shift;

	$text =~ s/^[-+]+$/---/mg;
	$text =~ s/^ +//mg;
	$text =~ s/[ \t]+/ /g;
	$text =~ s/ $//mg;
	return $text;
}

my ($needs_node, $blocks) = (0, 0);
my $text = slurp_file("$root/functions/README.md");

$started = time();
foreach my $section (split /^(?=## )/m, $text)
{
	my ($title) = $section =~ /^## (.*)$/m or next;

	while ($section =~ /^```(\w+)\n(.*?)^```/msg)
	{
		my ($kind, $block) = ($1, $2);

		$blocks++;
		$needs_node = 1 if $kind eq 'javascript';
	  SKIP:
		{
			skip "$title: there is no node", 1
			  if !$has_node && ($kind eq 'javascript' || $block =~ /customers|Ann|Bob/);
			if ($kind eq 'sh') { run_shell($title, $block); }
			elsif ($kind eq 'sql')
			{
				$printed = run_sql($block);
				unlike($printed, qr/ERROR/, "$title: the SQL runs");
			}
			elsif ($kind eq 'text') { is(unruled($printed), unruled($block), "$title: what it prints"); }
			elsif ($block =~ m{\A(?:#|//) (mine/\S+)\n}) { write_file("$place/$1", $block); }
			else { fail("$title: a block of \"$kind\" that nothing runs"); }
		}
	}
	# each of the two ways in, with all that it needs
	cmp_ok(time() - $started, '<', 300, "$title: within five minutes")
	  if $title =~ /^A table in/;
}
is($blocks, 14, 'every block was run');
is($needs_node, 1, 'in both languages');
is($node->safe_psql('postgres', 'SELECT sum(total) FROM shop.orders'), '119.75', 'the table of the statements for AWS');

# What was called in place of AWS: with every argument that the deployment needs.
my $calls = slurp_file("$place/calls");
like($calls, qr/^$_/m, "called: $_") for (
	'sam deploy --template-file functions/template\.yml .*--capabilities CAPABILITY_IAM$',
	'terraform -chdir=functions/terraform apply$',
	'lambda publish-layer-version --layer-name dev-lambda-fdw-lambdalayer-kits ',
	'lambda create-function --function-name orders --runtime python3\.13 --handler orders\.lambda_handler ');
is( `python3 -m zipfile -l '$place/orders.zip'` =~ /^(orders\.py) /m && $1, 'orders.py',
	'the archive has the handler where Lambda looks');

# ---------------------------------------------------------------------------
# README.md
# ---------------------------------------------------------------------------

my ($handler) = slurp_file("$root/README.md") =~ /^```python\n(from lambda_fdw .*?)^```/ms;
my ($import) = slurp_file("$root/README.md") =~ /^(IMPORT FOREIGN SCHEMA orders .*;)$/m;

write_file("$place/mine/orders.py", $handler);
run_sql('CREATE SCHEMA short');
$import =~ s/SERVER aws INTO public/SERVER aws INTO short/;
is(run_sql($import), '', 'README.md: the import');
is( $node->safe_psql('postgres', 'SELECT id, total, city FROM short.orders WHERE customer = 3'),
	'1|12.50|Oslo',
	'README.md: the handler in ten lines');
cmp_ok(scalar(grep { /\S/ } split /\n/, $handler), '<=', 10, 'which are ten');

$node->stop;
done_testing();
