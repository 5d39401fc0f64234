# Pages of docs that show handlers, SQL, what functions receive and what comes of
# it: each block is compared with the file it shows, run, or what it ran to.
package Cookbook;

use strict;
use warnings;

use Exporter 'import';
use FindBin;
use IPC::Run;
use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(run_page run_psql);

my $root = "$FindBin::RealBin/../..";
my $json = JSON::PP->new->allow_nonref->allow_bignum->canonical;

# Is what came what a page shows?  "..." there stands for any value, and as a
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

# What was printed, as pages show it: without blanks at the ends of lines, psql's
# places and the ids of batches, which are random; and numbers of rows in plans as
# releases before 18 have them.
sub plainly
{
	my $out = shift;

	$out =~ s/^psql:<stdin>:\d+: //mg;
	$out =~ s/[ \t]+$//mg;
	$out =~ s/batch \K[0-9a-f]{32}-\d+/.../g;
	$out =~ s/actual rows=\d+\K\.\d\d(?= loops)//g;
	$out =~ s/\n+\z/\n/;
	return $out;
}

# Runs SQL in a session of psql; returns what it prints, errors at the end.
sub run_psql
{
	my ($node, $sql) = @_;
	my ($out, $err) = ('', '');

	IPC::Run::run [ 'psql', '-XqP', 'footer=off', '-v', 'ON_ERROR_STOP=0', '-v', 'VERBOSITY=default', '-d',
		$node->connstr('postgres') ], '<', \$sql, '>', \$out, '2>', \$err;
	return $out . $err;
}

# What the functions received since the last time, but for the test's own.
sub received
{
	my $node = shift;
	my $calls = $node->safe_psql('postgres',
		q{SELECT payload FROM calls WHERE function NOT IN ('calls', 'reset_calls') ORDER BY seq});

	reset_calls($node);
	return map { $json->decode($_) } split /\n/, $calls;
}

# The functions received what a block shows: calls side by side arrive in any order.
sub check_received
{
	my ($node, $title, $block) = @_;
	my @shown = map { $json->decode($_) } grep { /\S/ } split /\n(?=\{|\[)/, $block;
	my @came = received($node);

	is(scalar @came, scalar @shown, "$title: as many calls");
	foreach my $shown (@shown)
	{
		my ($fitting) = grep { fits($shown, $came[$_]) } 0 .. $#came;

		ok(defined $fitting, "$title: " . $json->encode($shown))
		  or diag('came: ' . $json->encode(\@came));
		splice @came, $fitting, 1 if defined $fitting;
	}
	return;
}

# A handler is the file that its first line names.
sub check_handler
{
	my ($title, $block) = @_;
	my ($name) = $block =~ m{\A(?:#|//) ((?:functions/examples|test/interop/serverless/src)/\S+)\n} or die "$title: a handler without its file";

	like(slurp_file("$root/$name"), qr/\Q${\($block =~ s{\A.*\n}{}r)}\E/, "$title: $name");
	return;
}

# Runs a page of docs, section by section; the test's functions `calls` and
# `reset_calls` are tables of the node.  More kinds of blocks than SQL are given
# as kind => function, and run that of the title, the block and the text before it;
# what it returns was printed.  `sql` in the place of psql, by the same.
sub run_page
{
	my ($page, $node, %kinds) = @_;
	my $run_sql = $kinds{sql} // sub { return run_psql($node, $_[1]); };

	foreach my $section (split /^(?=## )/m, slurp_file("$root/docs/$page"))
	{
		my ($title) = $section =~ /^## (.*)$/m or next;
		my $ran;
		my $end = 0;

		reset_calls($node);
		while ($section =~ /^```(\w+)\n(.*?)^```/msg)
		{
			my ($kind, $block) = ($1, $2);
			my $before = substr($section, $end, $-[0] - $end);

			$end = $+[0];
			if ($kind eq 'python' || $kind eq 'javascript')
			{
				check_handler($title, $block);
			}
			elsif ($kind eq 'sql')
			{
				$ran = plainly($run_sql->($title, $block, $before));
				unlike($ran, qr/^ERROR/m, "$title: the SQL runs")
				  unless $section =~ /\G\s*(?:[^`]*?\n)??```text\n(?:[^`]*\n)?ERROR/;
			}
			elsif ($kind eq 'text')
			{
				is($ran, plainly($block), "$title: what it prints");
			}
			elsif ($kind eq 'json')
			{
				check_received($node, $title, $block);
			}
			elsif ($kinds{$kind})
			{
				$ran = plainly($kinds{$kind}->($title, $block, $before));
			}
			else
			{
				fail("$title: a block of \"$kind\" that nothing runs");
			}
		}
	}
	return;
}

1;
