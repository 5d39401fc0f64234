# What the tests in Perl share: a test endpoint, a server with the extension,
# and sessions that run while the test does something else.
package LambdaFdw;

use strict;
use warnings;

use Exporter 'import';
use FindBin;
use IPC::Run;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Scalar::Util 'weaken';
use Test::More;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(start_endpoint start_program make_certificate new_server
  start_server wait_until_alone create_server create_function create_outcome open_session as_role logged_in outcome_of
  attempts_told elapsed_ms is_soon is_waiting median reset_calls count_calls memory_of
  growth_of create_try wait_for_restart
  $access_key $secret_key);

# The keys of test/endpoint/verifier.py.
our $access_key = 'AKIDEXAMPLE';
our $secret_key = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

# No step of a test takes longer, in seconds.
my $patience = 120;
my @endpoints;

# Starts a test endpoint, with these further arguments; returns its URL.
sub start_endpoint
{
	my @arguments = @_;

	return ((grep { $_ eq '--tls' } @arguments) ? 'https' : 'http')
	  . '://127.0.0.1:'
	  . start_program('endpoint.py', @arguments);
}

# Starts a program of test/endpoint; returns the port it listens on.
sub start_program
{
	my ($program, @arguments) = @_;
	# tests that run side by side have one tmp_check
	my $port_file = "${PostgreSQL::Test::Utils::tmp_check}/port$$." . @endpoints;
	my $until = time() + $patience;

	push @endpoints,
	  IPC::Run::start(
		[
			'python3', "$FindBin::RealBin/../endpoint/$program",
			'--with-parent', '--port', '0', '--port-file', $port_file,
			@arguments
		],
		'<', \undef, '>', "$port_file.log", '2>&1');
	until (-s $port_file)
	{
		BAIL_OUT("$program did not start: " . slurp_file("$port_file.log"))
		  if time() > $until || !$endpoints[-1]->pumpable;
		sleep(0.02);
	}
	my $port = slurp_file($port_file);
	chomp $port;
	unlink $port_file;
	return $port;
}

# Makes a certificate that vouches for itself, for a name or an address; returns
# the files of certificate and key.
sub make_certificate
{
	my ($name, $subject) = @_;
	my $file = "${PostgreSQL::Test::Utils::tmp_check}/$$.$name";

	system_or_bail('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes',
		'-days', '2', '-subj', '/CN=test', '-addext',
		"subjectAltName=$subject", '-keyout', "$file.key", '-out',
		"$file.crt");
	return ("$file.crt", "$file.key");
}

# A cluster that is not started yet.  Encoding and locale are the test's, not
# those of whoever runs it: without LANG it would be SQL_ASCII.
sub new_server
{
	my $node = PostgreSQL::Test::Cluster->new('main');

	$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
	return $node;
}

# Starts a cluster with the extension; the lines go to postgresql.conf.
sub start_server
{
	my $node = new_server();

	$node->append_conf('postgresql.conf', "$_\n") for @_;
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION lambda_fdw');
	return $node;
}

# Waits until the sessions of others have ended: a client that is gone leaves
# its backend, and its last query in pg_stat_activity, for a moment.
sub wait_until_alone
{
	my ($node, @others) = @_;
	my $others = join ',', 0, map { $_->pid } @others;

	$node->poll_query_until('postgres', <<"END") or BAIL_OUT('sessions did not end');
SELECT NOT EXISTS (SELECT FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND pid NOT IN ($others))
END
	return;
}

# SQL for a foreign server on an endpoint, with the keys mapped to the role
# that runs it.
sub create_server
{
	my ($name, $endpoint, $options) = @_;

	$options = defined $options ? ", $options" : '';
	return <<"END";
CREATE SERVER $name FOREIGN DATA WRAPPER lambda_fdw
  OPTIONS (region 'eu-west-1', endpoint '$endpoint'$options);
CREATE USER MAPPING FOR CURRENT_USER SERVER $name
  OPTIONS (aws_access_key_id '$access_key', aws_secret_access_key '$secret_key');
END
}

# SQL for a foreign table over a function of the same name.
sub create_function
{
	my ($server, $name, %more) = @_;
	my $columns = $more{columns} // 'id int';
	my $function = $more{function} // $name;
	my $options = defined $more{options} ? ", $more{options}" : '';

	return "CREATE FOREIGN TABLE $name ($columns) SERVER $server "
	  . "OPTIONS (function_arn '$function'$options);\n";
}

# SQL for a function that runs a query and returns how it ends, as JSON: an
# error's members, or only how many rows there were.
sub create_outcome
{
	return <<'END';
CREATE FUNCTION outcome(query text) RETURNS json LANGUAGE plpgsql AS $$
DECLARE
  n int;
  state text;
  message text;
  detail text;
  hint text;
  context text;
BEGIN
  EXECUTE query;
  GET DIAGNOSTICS n = ROW_COUNT;
  RETURN json_build_object('rows', n);
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,
    message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL,
    hint = PG_EXCEPTION_HINT, context = PG_EXCEPTION_CONTEXT;
  RETURN json_build_object('sqlstate', state, 'message', message,
    'detail', detail, 'hint', hint, 'context', context);
END $$;
END
}

# SQL for a function that runs a query so many times, each in a block of its own,
# and returns how many have failed.
sub create_try
{
	return <<'END';
CREATE FUNCTION try(query text, times int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  failed int := 0;
BEGIN
  FOR i IN 1..times LOOP
    BEGIN
      EXECUTE query;
    EXCEPTION WHEN OTHERS THEN
      failed := failed + 1;
    END;
  END LOOP;
  RETURN failed;
END $$;
END
}

# Runs a statement in a session; returns how it ended, as create_outcome has
# it.
sub outcome_of
{
	my ($session, $sql) = @_;

	return decode_json($session->query("SELECT outcome(\$q\$$sql\$q\$)"));
}

# How many attempts an error's message tells of.
sub attempts_told
{
	my $message = shift;

	return $message =~ / after (\d+) attempts$/ ? $1 : 1;
}

# Milliseconds that a piece of code takes.
sub elapsed_ms
{
	my $code = shift;
	my $start = time();

	$code->();
	return (time() - $start) * 1000;
}

# The session of a pid comes to wait for this, as another one sees: between what it sends
# and its wait it has no wait event, and a busy machine may hold it up there.
sub is_waiting
{
	my ($observer, $pid, $event, $name) = @_;
	my $until = time() + $patience;
	my $now = '';

	while (time() < $until)
	{
		$now = $observer->query("SELECT wait_event FROM pg_stat_activity WHERE pid = $pid");
		last if $now eq $event;
		Time::HiRes::sleep(0.02);
	}
	is($now, $event, $name);
	return;
}

# The median of some rounds, which return their milliseconds, is below a limit.  A busy
# machine holds rounds up now and then: they are measured again, up to five times, and
# the last have to do.
sub is_soon
{
	my ($limit, $rounds, $code, $name) = @_;
	my $ms;

	foreach (1 .. 5)
	{
		$ms = median(map { $code->() } 1 .. $rounds);
		last if $ms < $limit;
	}
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	cmp_ok($ms, '<', $limit, $name);
	return;
}

sub median
{
	my @sorted = sort { $a <=> $b } @_;

	return $sorted[ $#sorted / 2 ];
}

# Waits until a server whose backend was killed takes connections again.  One that is
# refused would end psql before it has read its input, which is an error of IPC::Run's.
# What the log had before, by its size, does not count.
sub wait_for_restart
{
	my ($node, $size) = @_;
	my $until = time() + $patience;

	until (slurp_file($node->logfile, $size // 0) =~
		/reinitializing(?!.*reinitializing).*database system is ready to accept connections/s)
	{
		die 'the server does not come back' if time() > $until;
		sleep 0.05;
	}
	return;
}

# Has the endpoint forget what was invoked.
sub reset_calls
{
	my $node = shift;

	$node->safe_psql('postgres', 'SELECT * FROM reset_calls');
	return;
}

# How many invocations the endpoint has seen since.
sub count_calls
{
	my ($node, $condition) = @_;

	return $node->safe_psql('postgres',
		'SELECT count(*) FROM calls WHERE ' . ($condition // 'true'));
}

# A process's memory in kB and how many descriptors it has open; nothing where
# the system does not tell.
sub memory_of
{
	my $pid = shift;

	opendir(my $folder, "/proc/$pid/fd") or return;
	my $descriptors = grep { !/^\./ } readdir($folder);
	closedir($folder);
	slurp_file("/proc/$pid/status") =~ /^VmRSS:\s+(\d+) kB/m or return;
	return ($1, $descriptors);
}

# By how many kB a session grows while code runs, and by how many descriptors.
# What leaks grows each time; what has been allocated at the most so far, which
# depends on how much arrives at once, does not.  So code that grows beyond the
# limit is run again, up to four times in all, and the last has to do.
sub growth_of
{
	my ($session, $limit, $code) = @_;
	my ($memory, $files);

	foreach (1 .. 4)
	{
		my ($memory_before, $files_before) = memory_of($session->pid);

		$code->();
		my ($memory_after, $files_after) = memory_of($session->pid);
		$memory = $memory_after - $memory_before;
		$files = $files_after - $files_before;
		last if $memory < $limit;
	}
	return ($memory, $files);
}

# Runs statements one after the other in a session of their own, as a role until
# they say otherwise; returns what they printed.
sub as_role
{
	my ($node, $role, @statements) = @_;
	my $session = open_session($node);
	my @answers;

	$session->query("SET ROLE $role");
	push @answers, $session->query($_) for @statements;
	$session->close;
	return join "\n", @answers;
}

# The same in a session that the role opened itself.
sub logged_in
{
	my ($node, $role, @statements) = @_;
	local $ENV{PGUSER} = $role;
	my $session = open_session($node);
	my @answers = map { $session->query($_) } @statements;

	$session->close;
	return join "\n", @answers;
}

# Opens a session.  It has the methods send (a statement, without waiting),
# receive (what it printed, errors with their SQLSTATE included), query (both)
# and close; and pid.
sub open_session
{
	my ($node, $database) = @_;
	my $self = bless { in => '', out => '', number => 0, rest => {} }, __PACKAGE__;

	$self->{timer} = IPC::Run::timer($patience);
	$self->{psql} = IPC::Run::start(
		[
			$node->installed_command('psql'), '-XAtq', '-v',
			'VERBOSITY=verbose', '-d', $node->connstr($database // 'postgres')
		],
		'<', \$self->{in}, '>', $self->line_taker('out'), '2>', $self->line_taker('err'),
		$self->{timer});
	$self->{pid} = $self->query('SELECT pg_backend_pid()');
	return $self;
}

# Takes what one of psql's streams gives, in whole lines: the other's would come
# between otherwise.
sub line_taker
{
	my ($self, $stream) = @_;

	weaken($self);
	return sub {
		$self->{rest}{$stream} .= $_[0];
		$self->{out} .= $1 while $self->{rest}{$stream} =~ s/\A([^\n]*\n)//;
	};
}

sub pid { return $_[0]{pid}; }

sub send
{
	my ($self, $sql) = @_;

	$self->{number}++;
	$self->{out} = '';
	# on both streams: what either has before it has been read then
	$self->{in} .= "$sql;\n\\echo <done $self->{number}>\n\\warn <done $self->{number}>\n";
	$self->{timer}->start($patience);
	$self->{psql}->pump_nb while length $self->{in};
	return;
}

sub receive
{
	my $self = shift;
	my $end = "<done $self->{number}>\n";

	# psql ends when the server ends the session
	until ($self->{out} =~ /\Q$end\E.*\Q$end\E/s)
	{
		last unless $self->{psql}->pumpable;
		eval { $self->{psql}->pump; 1 }
		  or ($@ =~ /ended prematurely/ and last)
		  or die $@;
	}
	$self->{out} .= delete($self->{rest}{$_}) // '' for qw(out err);
	(my $out = $self->{out}) =~ s/\Q$end\E//g;
	$out =~ s/\n\z//;
	chomp $out;
	return $out;
}

sub query
{
	my ($self, $sql) = @_;

	$self->send($sql);
	return $self->receive;
}

sub close
{
	my $self = shift;

	eval { $self->{in} .= "\\q\n"; $self->{psql}->finish };
	return;
}

END
{
	my $status = $?;

	$_->kill_kill for @endpoints;
	$? = $status;
}

1;
