# docs/functions.md: every handler it shows is the file that it names, its
# SQL runs and prints what it says, and the function receives what it says.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $document = slurp_file("$root/docs/functions.md");
my $endpoint = start_endpoint();
my $node = start_server();
my $json = JSON::PP->new->allow_nonref->allow_bignum->canonical;

$node->safe_psql('postgres',
	    create_server('aws', $endpoint)
	  . create_function('aws', 'calls', columns => 'seq int, function text, payload json')
	  . create_function('aws', 'reset_calls', columns => 'cleared int'));

# Is what came what a document shows?  "..." there stands for any value, and as a
# member's name for any further members.
sub fits
{
	my ($shown, $came) = @_;

	return 1 if !ref($shown) && defined $shown && $shown eq '...';
	return 0 if ref($shown) ne ref($came);
	return $json->encode([$shown]) eq $json->encode([$came])
	  if ref($shown) ne 'HASH' && ref($shown) ne 'ARRAY';
	if (ref($shown) eq 'ARRAY')
	{
		return @$shown == @$came && !grep { !fits($shown->[$_], $came->[$_]) } 0 .. $#$shown;
	}
	my %more = %$came;
	foreach my $name (grep { $_ ne '...' } keys %$shown)
	{
		return 0 if !exists $more{$name} || !fits($shown->{$name}, delete $more{$name});
	}
	return exists $shown->{'...'} || !%more;
}

# Runs a block of SQL; returns what psql prints, blanks at the ends of lines cut, and
# "..." for the ids of batches, which are random.
sub run_block
{
	my $sql = shift;
	my ($out, $err) = ('', '');

	IPC::Run::run [ 'psql', '-XqP', 'footer=off', '-v', 'ON_ERROR_STOP=0', '-v', 'VERBOSITY=default', '-d',
		$node->connstr('postgres') ], '<', \$sql, '>', \$out, '2>', \$err;
	$err =~ s/^psql:<stdin>:\d+: //mg;
	$out .= $err;
	$out =~ s/[ \t]+$//mg;
	$out =~ s/batch \K[0-9a-f]{32}-\d+/.../g;
	$out =~ s/\n+\z/\n/;
	return $out;
}

# What the functions received since the last block, but for the test's own.
sub received
{
	my $calls = $node->safe_psql('postgres',
		q{SELECT payload FROM calls WHERE function NOT IN ('calls', 'reset_calls') ORDER BY seq});

	reset_calls($node);
	return map { $json->decode($_) } split /\n/, $calls;
}

foreach my $section (split /^(?=## )/m, $document)
{
	my ($title) = $section =~ /^## (.*)$/m or next;
	my $ran;

	reset_calls($node);
	while ($section =~ /^```(\w+)\n(.*?)^```/msg)
	{
		my ($kind, $block) = ($1, $2);

		if ($kind eq 'python' || $kind eq 'javascript')
		{
			my ($name) = $block =~ m{\A(?:#|//) ((?:functions/examples|test/interop/serverless/src)/\S+)\n} or die "$title: a handler without its file";
			like(slurp_file("$root/$name"), qr/\Q${\($block =~ s{\A.*\n}{}r)}\E/, "$title: $name");
		}
		elsif ($kind eq 'sql')
		{
			$ran = run_block($block);
			unlike($ran, qr/^ERROR/m, "$title: the SQL runs")
			  unless $section =~ /\G\s*(?:[^`]*?\n)??```text\nERROR/;
		}
		elsif ($kind eq 'text')
		{
			$block =~ s/[ \t]+$//mg;
			is($ran, $block, "$title: what it prints");
		}
		elsif ($kind eq 'json')
		{
			my @shown = map { $json->decode($_) } grep { /\S/ } split /\n(?=\{|\[)/, $block;
			my @came = received();

			is(scalar @came, scalar @shown, "$title: as many calls");
			# calls side by side arrive in any order
			foreach my $shown (@shown)
			{
				my ($fitting) = grep { fits($shown, $came[$_]) } 0 .. $#came;

				ok(defined $fitting, "$title: " . $json->encode($shown))
				  or diag('came: ' . $json->encode(\@came));
				splice @came, $fitting, 1 if defined $fitting;
			}
		}
		else
		{
			fail("$title: a block of \"$kind\" that nothing runs");
		}
	}
}

$node->stop;
done_testing();
