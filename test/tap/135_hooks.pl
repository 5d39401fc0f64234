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

# What is right is committed.
write_file('NOTES.md', "# Notes\n");
run_in(qw(git add NOTES.md));
($status, $out) = run_in(qw(git commit -qm right));
is($status, 0, 'a commit that breaks no rule') or diag $out;

# What breaks a rule is not, though the folder has it right again.
my $file = 'src/base/hex.h';
my $right = slurp_file("$clone/$file");
write_file($file, $right . '/* TO' . "DO: later */\n");
run_in(qw(git add -A));
write_file($file, $right);
($status, $out) = run_in(qw(git commit -qm wrong));
isnt($status, 0, 'what is staged and breaks a rule is refused');
like($out, qr{^\Q$file\E:\d+: markers: }m, 'with the rule and the line');

# And the other way: what is not staged does not count.
run_in(qw(git add -A));
write_file('NOTES.md', "# Notes\n\nMore.\n");
run_in(qw(git add NOTES.md));
write_file($file, $right . '/* TO' . "DO: later */\n");
($status, $out) = run_in(qw(git commit -qm staged));
is($status, 0, 'what is not staged does not count') or diag $out;
write_file($file, $right);

SKIP:
{
	skip 'no pg_bsd_indent', 2 if system('command -v pg_bsd_indent >/dev/null') != 0;
	my $c = slurp_file("$clone/src/base/snake_case.c");

	write_file('src/base/snake_case.c', $c =~ s/^\treturn /\t    return /mr);
	run_in(qw(git add -A));
	($status, $out) = run_in(qw(git commit -qm layout));
	isnt($status, 0, 'C that is not laid out is refused');
	like($out, qr/Run scripts\/indent, and git add what it changed/, 'with what to do');
	write_file('src/base/snake_case.c', $c);
	run_in(qw(git add -A));
}

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
