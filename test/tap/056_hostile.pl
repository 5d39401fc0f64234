# What a role may learn and do by what it was granted, where no other test has
# it; and what the text of a hostile function cannot do to who reads it.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $endpoint = start_endpoint();
my $node = start_server("shared_preload_libraries = 'lambda_fdw'");
my $keys = "aws_access_key_id '$access_key', aws_secret_access_key '$secret_key'";

$node->safe_psql('postgres', $_)
  for (
	"CREATE SERVER lambda FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'eu-west-1', endpoint '$endpoint')",
	"CREATE USER MAPPING FOR PUBLIC SERVER lambda OPTIONS ($keys)",
	create_function('lambda', 'items'),
	create_function('lambda', 'hang'),
	create_function('lambda', 'calls', columns => 'seq int, function text'),
	create_function('lambda', 'reset_calls', columns => 'cleared int'),
	'CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN; CREATE ROLE watcher LOGIN; CREATE ROLE boss LOGIN CREATEDB CREATEROLE',
	'GRANT pg_read_all_stats TO watcher; GRANT SELECT ON items, hang TO ann, bob',
	'GRANT USAGE ON FOREIGN SERVER lambda TO ann, bob, boss',
	'GRANT EXECUTE ON FUNCTION lambda_invoke TO ann');

# ---------------------------------------------------------------------------
# Statistics and the activity
# ---------------------------------------------------------------------------

logged_in($node, 'ann', q{SELECT lambda_invoke('lambda', 'function_error')},
	q{SELECT lambda_invoke('lambda', 'echo', '{"secret": "of ann"}')});
logged_in($node, 'bob', 'SELECT * FROM items');
my $rows = q{SELECT string_agg(DISTINCT usename || ' ' || function, ', ') FROM pg_stat_lambda WHERE usename IN ('ann', 'bob')};
is(logged_in($node, 'ann', $rows), 'ann echo, ann function_error, bob <insufficient privilege>', 'a role sees what it called');
is(logged_in($node, 'bob', $rows), 'ann <insufficient privilege>, bob items', 'and of others only that they did');
is(logged_in($node, 'boss', $rows), 'ann <insufficient privilege>, bob <insufficient privilege>', 'a role that may create roles and databases sees no more');
is(logged_in($node, 'boss', q{SELECT count(last_error) FROM pg_stat_lambda}), '0', 'nor what went wrong');
is(logged_in($node, 'watcher', $rows), 'ann echo, ann function_error, bob items', 'pg_read_all_stats sees all');

my $waiting = open_session($node);
$waiting->query('SET SESSION AUTHORIZATION ann');
$waiting->send('SELECT * FROM hang');
my $activity = q{SELECT string_agg(function, ', ') FROM pg_stat_lambda_activity WHERE function = 'hang'};
$node->poll_query_until('postgres', $activity, 'hang') or BAIL_OUT('no activity');
is(logged_in($node, 'bob', $activity), '', 'nor does a role see what others wait for');
is(logged_in($node, 'watcher', $activity), 'hang', 'pg_read_all_stats does');
for my $view (qw(pg_stat_lambda pg_stat_lambda_activity))
{
	my $all = logged_in($node, 'watcher', "SELECT json_agg(v) FROM $view v");

	unlike($all, qr/of ann|\Q$secret_key\E|\Q$access_key\E/, "nothing that is sent is in $view");
}
like(logged_in($node, $_, 'SELECT lambda_fdw_stats_reset()'), qr/permission denied/, "$_ may not reset them")
  for qw(ann watcher boss);
$node->safe_psql('postgres', 'SELECT pg_cancel_backend(' . $waiting->pid . ')');
like($waiting->receive, qr/57014: /, 'the wait is cancelled');
$waiting->close;

# ---------------------------------------------------------------------------
# A DBA who is no superuser
# ---------------------------------------------------------------------------

reset_calls($node);
for my $refused (
	'CREATE SERVER mine FOREIGN DATA WRAPPER lambda_fdw',
	"ALTER SERVER lambda OPTIONS (SET endpoint 'https://lambda.invalid')",
	"CREATE USER MAPPING FOR ann SERVER lambda OPTIONS ($keys)",
	'ALTER USER MAPPING FOR PUBLIC SERVER lambda OPTIONS (DROP aws_access_key_id)',
	'CREATE USER MAPPING FOR CURRENT_USER SERVER lambda OPTIONS (use_ambient_credentials \'true\')',
	q{SELECT lambda_invoke('lambda', 'items')},
	'SELECT * FROM items',
	'SELECT pg_read_file(\'postgresql.conf\')')
{
	like(logged_in($node, 'boss', $refused), qr/permission denied|must be owner|must be superuser/, "boss may not: $refused");
}
is(logged_in($node, 'boss', "SELECT coalesce(umoptions::text, 'none') FROM pg_user_mappings WHERE srvname = 'lambda'"),
	'none', 'nor see the keys of a mapping');
is($node->safe_psql('postgres', 'SELECT count(*) FROM calls'), '0', 'and nothing was called');

# ---------------------------------------------------------------------------
# Text that a terminal would obey
# ---------------------------------------------------------------------------

my $session = open_session($node);
for my $text ('a\u001b[2Jb', 'a\u009b2Jb', 'a\u0007b', 'a\u0085b', 'a\u007fb', 'a\r\nb')
{
	my $answer = $session->query(
		qq<SELECT lambda_invoke('lambda', 'function_error', '{"runtime": "node", "message": "$text"}')>);

	like($answer, qr/^ERROR:  38000: .*\nDETAIL:  a /, "an error has $text");
	unlike($answer, qr/[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]/, 'but nothing of it for a terminal');
}
unlike(slurp_file($node->logfile), qr/[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]/, 'nor has the log');
$session->close;
$node->stop;
done_testing();
