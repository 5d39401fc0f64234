# The hook that scripts/hooks installs: what is staged is checked, somebody's own hook
# is not overwritten.
use strict;
use warnings;

use FindBin;
use File::Path qw(make_path);

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

plan skip_all => 'no git' if system('git --version >/dev/null 2>&1') != 0;

my $root = "$FindBin::RealBin/../..";
my $clone = "${PostgreSQL::Test::Utils::tmp_check}/hooks$$";
my $hook = "$clone/.git/hooks/pre-commit";

$ENV{GIT_CONFIG_GLOBAL} = '/dev/null';
$ENV{GIT_CONFIG_SYSTEM} = '/dev/null';
$ENV{$_} = 'test' for qw(GIT_AUTHOR_NAME GIT_COMMITTER_NAME);
$ENV{$_} = 'test@example.com' for qw(GIT_AUTHOR_EMAIL GIT_COMMITTER_EMAIL);
delete @ENV{qw(GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE)};

# Runs a command in the clone; returns its exit status and what it prints.
sub run_in
{
	my @command = @_;
	my $out = '';

	IPC::Run::run(\@command, '<', \undef, '>&', \$out, init => sub { chdir $clone });
	return ($? >> 8, $out);
}

sub text_of { return -e $_[0] ? slurp_file($_[0]) : 'none' }

sub write_file
{
	my ($name, $text) = @_;

	unlink "$clone/$name";
	append_to_file("$clone/$name", $text);
	return;
}

make_path($clone);
system_or_bail('sh', '-c', 'cd "$1" && tar -cf - --exclude=./tmp_check --exclude="./.git*" --exclude="*.o" --exclude="*.bc" --exclude="*.so" . | tar -C "$2" -xf -', 'sh', $root, $clone);
run_in(@$_) for [qw(git init -q)], [qw(git add -A)], [qw(git commit -qm first)];

my ($status, $out) = run_in('scripts/hooks');
is($status, 0, 'the hook is installed') or diag $out;
ok(-x $hook, 'as a program');
my $installed = text_of($hook);
is((run_in('scripts/hooks'))[0] . text_of($hook), "0$installed", 'and once more, which changes nothing');

# What breaks a rule is not committed, though the folder has it right again.
my %wrong = (
	'src/base/hex.h' => sub { "$_[0]/* TO" . "DO: later */\n" },
	'src/base/snake_case.c' => sub { $_[0] =~ s/^\treturn /\t    return /mr });
my %right = map { $_ => slurp_file("$clone/$_") } keys %wrong;
my $has_indent = system('command -v pg_bsd_indent >/dev/null') == 0;

write_file($_, $wrong{$_}->($right{$_})) for keys %wrong;
run_in(qw(git add -A));
write_file($_, $right{$_}) for keys %wrong;
($status, $out) = run_in(qw(git commit -qm wrong));
isnt($status, 0, 'what is staged and breaks a rule is refused');
like($out, qr{^src/base/hex\.h:\d+: markers: }m, 'with the rule and the line');
like($out, $has_indent ? qr/Run scripts\/indent, and git add what it changed/ : qr/pg-bsd-indent/,
	'so is C that is not laid out, or one is told that nobody looked');

# And the other way.
run_in(qw(git add -A));
write_file('NOTES.md', "# Notes\n");
run_in(qw(git add NOTES.md));
write_file($_, $wrong{$_}->($right{$_})) for keys %wrong;
($status, $out) = run_in(qw(git commit -qm right));
is($status, 0, 'what is staged and breaks none is committed, whatever else the folder has') or diag $out;

# A commit that has no scripts/hooks, of before there was one.
run_in(qw(git rm -qrf scripts));
($status, $out) = run_in(qw(git commit -qm older));
is($status, 0, 'where there is no scripts/hooks nothing is checked') or diag $out;
run_in(qw(git reset -q --hard HEAD~));

# From elsewhere it is this checkout's hook that is installed, not that of another.
my $other = "$clone-other";
make_path($other);
run_in(qw(git init -q), $other);
unlink $hook;
IPC::Run::run([ "$clone/scripts/hooks" ], '>', \$out, init => sub { chdir $other });
is(text_of($hook) . text_of("$other/.git/hooks/pre-commit"), "${installed}none",
	'in another repository, the hook of this one is installed');

# Somebody's own hook.
is((run_in('scripts/hooks', '--remove'))[0], 0, 'the hook is removed');
ok(!-e $hook, 'and is gone');
write_file('.git/hooks/pre-commit', "#!/bin/sh\nexit 0\n");
($status, $out) = run_in('scripts/hooks');
is("$status " . text_of($hook), "1 #!/bin/sh\nexit 0\n", 'somebody\'s own is not overwritten');
like($out, qr/scripts\/hooks --force/, 'and one is told how it is');
is((run_in('scripts/hooks', '--force'))[0] . text_of($hook), "0$installed", 'unless told to');
is((run_in('scripts/hooks', '--remove'))[0] . text_of($hook), "0#!/bin/sh\nexit 0\n", 'and is put back');
is((run_in('scripts/hooks', '--remove'))[0] . text_of($hook), "0#!/bin/sh\nexit 0\n", 'which --remove leaves alone');
done_testing();
