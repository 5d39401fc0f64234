# A credential_process ends with the statement that wanted its keys, and so does
# everything that it has started, processes that ignore signals included.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use Ambient;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my ($node, $endpoint, $home) = start_ambient();

# Waits until a file has this many lines, and returns them.
sub lines_of
{
	my ($path, $count) = @_;
	my @lines;

	for (my $until = time() + 60; time() < $until; sleep(0.02))
	{
		@lines = -e $path ? split(/\n/, slurp_file($path)) : ();
		last if @lines >= $count;
	}
	return @lines;
}

# Does a process end within some seconds?  A zombie has.
sub ended
{
	my $pid = shift;

	for (my $until = time() + 10; time() < $until; sleep(0.02))
	{
		my $status = eval { slurp_file("/proc/$pid/stat") } // '';

		return 1 if !kill(0, $pid) || $status =~ /\) Z/;
	}
	kill('KILL', $pid);
	return 0;
}

# The program starts others: it waits for its child, or neither of them heeds
# signals, or it has ended; their process ids are in a file.
my %scripts = (
	'waits' => 'sleep 1000 & echo $! >> %s; echo $$ >> %s; wait',
	'ignores signals' => q{(trap '' INT TERM HUP QUIT; sh -c 'echo $$ >> %s; exec sleep 1001' & wait) & echo $$ >> %s; sleep 1002},
	'has ended' => q{sleep 1003 & echo $! >> %s; echo $$ >> %s; exit 0});
my %ends = (
	'a cancel' => [ qr/57014: /, sub { $node->safe_psql('postgres', "SELECT pg_cancel_backend($_[0])") } ],
	'a termination' => [ qr/57P01|terminat/, sub { $node->safe_psql('postgres', "SELECT pg_terminate_backend($_[0])") } ],
	'a timeout' => [ qr/57014: /, sub { } ]);

foreach my $script (sort keys %scripts)
{
	foreach my $end (sort keys %ends)
	{
		my $name = "$end, a program that $script";
		my ($error, $action) = @{ $ends{$end} };
		my $pids = "$home/pids";
		my $session;

		unlink $pids;
		my $program = put_script('program', sprintf($scripts{$script}, $pids, $pids));
		put_file('.aws/config', "[default]\ncredential_process = $program\n");
		restart_with();
		$session = session_as();
		$session->query("SET statement_timeout = '1s'") if $end eq 'a timeout';
		$session->send('SELECT count(*) FROM items');
		my @pids = lines_of($pids, 2);
		is(scalar(@pids), 2, "$name: it runs");
		$action->($session->pid);
		like($session->receive, $error, "$name: the statement ends");
		ok(ended($_), "$name: process $_ has ended") for @pids;
		$session->close;
	}
}

# A program that succeeds may leave a process behind, as agents do.
my $agent = "$home/agent";
put_file('.aws/config', '[default]' . "\n" . 'credential_process = '
	  . put_script('program', "sleep 1004 >/dev/null 2>&1 & echo \$! > $agent\n"
		  . "echo '{\"Version\": 1, \"AccessKeyId\": \"$access_key\", \"SecretAccessKey\": \"$secret_key\"}'")
	  . "\n");
restart_with();
is($node->safe_psql('postgres', 'SELECT count(*) FROM items'), '20', 'a program that answers');
my ($left) = lines_of($agent, 1);
ok(kill(0, $left), 'keeps what it has started');
kill('KILL', $left);

no_secrets_ok();
stop_ambient();
done_testing();
