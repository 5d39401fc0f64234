# What the tests of credentials share: a server whose environment and AWS files
# are the test's own, and what its endpoint was asked and by whom.
package Ambient;

use strict;
use warnings;

use Exporter 'import';
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(start_ambient restart_with put_file put_script static_keys
  session_as answers map_user superuser_mapping used_keys used_regions asked record_of forget found_ok
  missing_ok no_secrets_ok stop_ambient $secrets);

# What the endpoint hands out, and what it is shown, besides $secret_key.
our $secrets = qr/IssuedSecretMarker|IssuedTokenMarker|ImdsTokenMarker
  |pod-token-\d|web-identity-token-\d|session\/token|Signature=/x;

my ($node, $endpoint, $home, $control, $started_on);
my $shown = '';

# Starts an endpoint, and a server whose environment says nothing of AWS.  The
# foreign server "chain" is what is tested: of a superuser, with table "items".
# Returns the node, the endpoint's URL and the account's home.
sub start_ambient
{
	delete $ENV{$_} for grep { /^AWS_/ } keys %ENV;
	$home = PostgreSQL::Test::Utils::tempdir();
	mkdir "$home/.aws" or die "no folder: $!";
	$endpoint = start_endpoint();
	$node = start_server("log_statement = 'none'",
		"log_min_error_statement = 'panic'");

	# the postmaster itself would log its environment
	$node->safe_psql('postgres',
		    'ALTER DATABASE postgres SET log_min_messages = debug5;'
		  . 'CREATE ROLE watcher; GRANT pg_read_all_data TO watcher;'
		  . create_server('control', $endpoint)
		  . 'CREATE USER MAPPING FOR watcher SERVER control OPTIONS '
		  . "(aws_access_key_id '$access_key', aws_secret_access_key '$secret_key');"
		  . create_function('control', 'calls',
			columns => 'function text, access_key text, region text')
		  . create_function('control', 'service_calls',
			columns => 'service text, operation text, access_key text, '
			  . 'status int, parameters jsonb')
		  . create_function('control', 'reset_calls', columns => 'cleared int')
		  . 'CREATE SERVER chain FOREIGN DATA WRAPPER lambda_fdw OPTIONS '
		  . "(region 'eu-west-1', endpoint '$endpoint');"
		  . 'CREATE USER MAPPING FOR CURRENT_USER SERVER chain;'
		  . create_function('chain', 'items'));
	$started_on = $endpoint;
	return ($node, $endpoint, $home);
}

# Restarts the server with these variables in its environment, besides where
# STS is, the home and, unless told otherwise, no instance metadata.  Another
# endpoint than the first may come before.
sub restart_with
{
	my $url = @_ % 2 ? shift : $endpoint;
	my %variables = (
		HOME => $home,
		AWS_ENDPOINT_URL_STS => $url,
		AWS_EC2_METADATA_DISABLED => 'true',
		@_);
	my @given = grep { defined $variables{$_} } keys %variables;
	local %ENV = (%ENV, map { $_ => $variables{$_} } @given);

	$control->close if $control;
	$node->restart;
	if ($url ne $started_on)
	{
		$node->safe_psql('postgres',
			"ALTER SERVER $_ OPTIONS (SET endpoint '$url')")
		  for 'control', 'chain';
		$started_on = $url;
	}
	$control = open_session($node);
	$control->query('SET ROLE watcher');
	return;
}

# Writes a file below the account's home; returns its path.
sub put_file
{
	my ($name, $text) = @_;
	my $path = "$home/$name";

	# at once, as those do who replace tokens and scripts in use
	open(my $file, '>', "$path.new") or die "no $path: $!";
	print $file $text;
	close($file);
	rename("$path.new", $path) or die "no $path: $!";
	return $path;
}

# Writes a script for the shell; returns its path.
sub put_script
{
	my ($name, $text) = @_;
	my $path = put_file("$name.draft", "#!/bin/sh\n$text\n");

	chmod(0755, $path) && rename($path, "$home/$name") or die "no $name: $!";
	return "$home/$name";
}

# The lines of a profile with keys that last.
sub static_keys
{
	return "aws_access_key_id = $access_key\n"
	  . "aws_secret_access_key = $secret_key\n";
}

# A session as a role, by default the superuser.
sub session_as
{
	my $role = shift;
	my $session = open_session($node);

	$session->query("SET ROLE $role") if defined $role;
	return $session;
}

# What statements print in a session, all of it kept to be searched.
sub answers
{
	my ($session, @statements) = @_;
	my $out = join ';', map { $session->query($_) } @statements;

	$shown .= "$out\n";
	return $out;
}

# Gives a role its user mapping for a server anew.
sub map_user
{
	my ($role, $server, $options) = @_;

	$options = $options ? "OPTIONS ($options)" : '';
	$node->safe_psql('postgres',
		    "DROP USER MAPPING IF EXISTS FOR $role SERVER $server;"
		  . "CREATE USER MAPPING FOR $role SERVER $server $options");
	return;
}

# The superuser's mapping for the server that is tested.
sub superuser_mapping
{
	map_user('CURRENT_USER', 'chain', shift);
	return;
}

sub forget
{
	$control->query('SELECT * FROM reset_calls');
	return;
}

# Which access keys have signed invocations of items, in their order of use.
sub used_keys
{
	return $control->query(q{
SELECT string_agg(access_key, ' ' ORDER BY first) FROM
 (SELECT access_key, min(n) AS first FROM
  (SELECT access_key, row_number() OVER () AS n FROM calls
   WHERE function = 'items') AS numbered
  GROUP BY 1) AS used});
}

# Which regions invocations of items were signed for.
sub used_regions
{
	return $control->query(q{
SELECT string_agg(DISTINCT region, ' ') FROM calls WHERE function = 'items'});
}

# What the other services were asked, such as "imds role 1, sts AssumeRole 2".
sub asked
{
	return $control->query(q{
SELECT string_agg(concat_ws(' ', service, operation, n), ', '
                  ORDER BY service, operation COLLATE "C")
FROM (SELECT service, operation, count(*) AS n FROM service_calls
      WHERE } . (shift // 'true') . q{ GROUP BY 1, 2) AS counted});
}

# One value of the record of the other services, in their order.
sub record_of
{
	my ($expression, $condition) = @_;

	return $control->query("SELECT string_agg(($expression)::text, ' ') "
		  . 'FROM service_calls WHERE '
		  . ($condition // 'true'));
}

# Ten queries of one session work, and are signed with a key; the wanted are
# "key" (a pattern), "source", "asked" and "expires".
sub found_ok
{
	my ($name, %want) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $session = session_as($want{role});
	my ($answer, $keys);

	forget();
	$answer = answers($session, 'SELECT count(*) FROM items');
	is($answer, '20', "$name: invokes");
	answers($session, ('SELECT count(*) FROM items') x 9) if $answer eq '20';
	$answer = answers($session,
		    'SELECT source, access_key_id, expires_at > now(), problem '
		  . "FROM lambda_fdw_credentials('chain')");
	$session->close;
	$keys = used_keys();
	like($keys, qr/^$want{key}$/, "$name: the key");
	is( $answer,
		join('|',
			$want{source},
			'*' x 16 . substr($keys, -4),
			$want{expires} ? 't' : '', ''),
		"$name: lambda_fdw_credentials");
	is(asked(), $want{asked} // '', "$name: who was asked, and how often");
	return;
}

# There are no credentials, and this is said of the sources.
sub missing_ok
{
	my ($name, $problem, %want) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $session = session_as($want{role});
	my $answer;

	forget();
	$answer = answers($session, 'SELECT count(*) FROM items');
	like($answer, qr/28000: no AWS credentials .*DETAIL:  .*$problem/s,
		"$name: is an error");
	is(asked(), $want{asked} // '', "$name: who was asked")
	  if exists $want{asked};
	like(
		answers($session, "SELECT * FROM lambda_fdw_credentials('chain')"),
		qr/^\|\|\|.*$problem/s,
		"$name: lambda_fdw_credentials");
	$session->close;
	is(used_keys(), '', "$name: nothing is invoked");
	return;
}

# Nothing secret was printed or logged since the start.
sub no_secrets_ok
{
	my $log = slurp_file($node->logfile);
	local $Test::Builder::Level = $Test::Builder::Level + 1;

	like($log, qr/DEBUG:  StartTransaction/, 'the log has every detail');
	unlike($log, $secrets, 'nothing secret is logged');
	unlike($log, qr/\Q$secret_key\E/, 'nor the keys that last');
	unlike($shown, $secrets, 'nothing secret is shown');
	unlike($shown, qr/\Q$secret_key\E/, 'nor the keys that last');
	return;
}

sub stop_ambient
{
	$control->close if $control;
	$node->stop;
	return;
}

1;
