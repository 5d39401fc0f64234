# The result cache: which answers serve whom, and for how long; who asks for them.  The
# function numbers its answers, so that a row tells which call it is of.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $endpoint = start_endpoint();
my $node = start_server(q{shared_preload_libraries = 'lambda_fdw'},
	'restart_after_crash = on', 'max_connections = 80');
my $hour = 3600000;
my $columns = q{id int OPTIONS (pushdown '=, in'), call int, "row" int, note text};

# A table over "changing", with these options and this payload.
sub changing
{
	my ($name, $options, %payload) = @_;

	return create_function('lambda', $name,
		function => 'changing',
		columns => $columns,
		options => join(', ', grep { $_ ne '' } $options,
			%payload ? "payload '" . encode_json(\%payload) . "'" : ''));
}

my $one = open_session($node);

$one->query(create_server('lambda', $endpoint)
	  . create_function('lambda', 'reset_calls', columns => 'cleared int')
	  . create_function('lambda', 'calls', columns => 'function text, payload json',
		options => q{envelope 'false'})
	  . changing('kept', "cache_ttl_ms '$hour'")
	  . changing('plain', '')
	  . changing('brief', q{cache_ttl_ms '400'})
	  . changing('half', "cache_ttl_ms '$hour', cache_negative_ttl_ms '0'")
	  . changing('slow', "cache_ttl_ms '$hour'", delay_ms => 1500)
	  . changing('large', "cache_ttl_ms '$hour'", width => 1000000, size => 5)
	  . changing('many', "cache_ttl_ms '$hour'", size => 200, width => 20000)
	  . 'CREATE TABLE ids AS SELECT generate_series(1, 20) AS id');

my $two = open_session($node);

# How many calls a query makes, whose ids the endpoint received, and what it returns.
sub asks
{
	my ($session, $query, $ids, $rows, $name) = @_;

	$one->query('SELECT FROM reset_calls');
	my $result = $session->query($query);
	my $sent = $one->query(
		q{SELECT coalesce(string_agg(payload->>'id', ' ' ORDER BY payload->>'id'), '')
		FROM calls WHERE function = 'changing'});

	is($sent, $ids, "$name: what is asked");
	is($result, $rows, "$name: rows") if defined $rows;
	return $result;
}

# ---------------------------------------------------------------------------
# Whom an answer serves
# ---------------------------------------------------------------------------

my $first = asks($one, 'SELECT call FROM kept WHERE id = 1', '1', undef, 'a first time');
asks($one, 'SELECT call FROM kept WHERE id = 1', '', $first, 'again');
asks($two, 'SELECT call FROM kept WHERE id = 1', '', $first, 'another session');
asks($two, 'SELECT "row", id, call FROM kept WHERE id = 1', '', "0|1|$first", 'other columns');
asks($two, 'SELECT count(*) FROM kept WHERE id = 1', '', '1', 'no column');
asks($one, 'SELECT id FROM kept WHERE id = 2', '2', '2', 'another value');
asks($one, 'SELECT id FROM kept WHERE id IN (3, 4) ORDER BY id', '[3, 4]', "3\n4", 'a list');
asks($two, 'SELECT id FROM kept WHERE id IN (3, 5, 4) ORDER BY id', '[5]', "3\n4\n5",
	'of a list what is not known');
asks($one, 'SELECT id FROM kept WHERE id IN (5, 3) ORDER BY id', '', "3\n5", 'a part of it');
asks($one, 'SELECT count(*), count(DISTINCT call) FROM ids JOIN kept USING (id)',
	'[' . join(', ', 1, 2, 6 .. 20) . ']', '20|3',
	'a join, whose lists are no single values');
asks($two, 'SELECT count(*), count(DISTINCT call) FROM ids JOIN kept USING (id)', '', '20|3',
	'a join again');
asks($two, 'SELECT id FROM kept WHERE id IN (7, 19, 21) ORDER BY id', '[21]', "7\n19\n21",
	'a list of what a join has asked');
asks($one, 'SELECT count(*) FROM plain WHERE id = 1', '1', '1', 'a table without the option');
asks($one, 'SELECT count(*) FROM plain WHERE id = 1', '1', '1', 'each time');

# keys without rows
asks($one, 'SELECT id FROM kept WHERE id IN (-1, 40) ORDER BY id', '[-1, 40]', '40', 'none');
asks($one, 'SELECT id FROM kept WHERE id IN (-1, 40) ORDER BY id', '', '40', 'none, again');
asks($one, 'SELECT id FROM half WHERE id IN (-1, 40)', '[-1, 40]', '40', 'no time for none');
asks($one, 'SELECT id FROM half WHERE id IN (-1, 40)', '[-1]', '40', 'none, asked again');

# ---------------------------------------------------------------------------
# For how long
# ---------------------------------------------------------------------------

$first = asks($one, 'SELECT call FROM brief WHERE id = 1', '1', undef, 'brief');
sleep(0.5);
isnt(asks($one, 'SELECT call FROM brief WHERE id = 1', '1', undef, 'after its time'),
	$first, 'another answer');

$one->query('SET lambda_fdw.cache = off');
asks($one, 'SELECT count(*) FROM kept WHERE id = 1', '1', '1', 'off');
$one->query('RESET lambda_fdw.cache');
asks($one, 'SELECT count(*) FROM kept WHERE id = 1', '', '1', 'on');

$one->query(q{SELECT lambda_fdw_cache_clear('kept')});
asks($one, 'SELECT count(*) FROM kept WHERE id = 1', '1', '1', 'after it was cleared');
asks($one, 'SELECT id FROM half WHERE id = 40', '40', '40', 'a scalar is no list');
$one->query('SELECT lambda_fdw_cache_clear()');
asks($one, 'SELECT id FROM half WHERE id = 40', '40', '40', 'after all was');

for my $change (
	[ 'a server', q{ALTER SERVER lambda OPTIONS (ADD connect_timeout_ms '4000')} ],
	[ 'a mapping', qq{ALTER USER MAPPING FOR CURRENT_USER SERVER lambda OPTIONS (SET aws_secret_access_key '$secret_key')} ],
	[ 'a table', q{ALTER FOREIGN TABLE kept OPTIONS (ADD estimated_rows '7')} ],
	[ 'a column', q{ALTER FOREIGN TABLE kept ALTER note TYPE varchar} ],
	[ 'a table back', q{ALTER FOREIGN TABLE kept OPTIONS (DROP estimated_rows)} ])
{
	my ($what, $statement) = @$change;

	asks($one, 'SELECT count(*) FROM kept WHERE id = 1', '', '1', "$what is to change")
	  if $what ne 'a server';
	$one->query('SELECT count(*) FROM kept WHERE id = 1');
	$one->query($statement);
	asks($two, 'SELECT count(*) FROM kept WHERE id = 1', '1', '1', "$what has changed");
}

# ---------------------------------------------------------------------------
# What is not kept
# ---------------------------------------------------------------------------

my $file = PostgreSQL::Test::Utils::tempdir() . '/fails';

$one->query(changing('failing', "cache_ttl_ms '$hour'", fails => $file));
PostgreSQL::Test::Utils::append_to_file($file, 'x');
like($one->query('SELECT FROM failing WHERE id = 1'), qr/call \d+ fails/, 'an error');
unlink $file;
asks($one, 'SELECT id FROM failing WHERE id = 1', '1', '1', 'is not kept');
asks($one, 'SELECT id FROM failing WHERE id = 1', '', '1', 'what comes then is');

asks($one, 'SELECT "row" FROM many WHERE id = 1 LIMIT 2', '1', "0\n1", 'an answer cut short');
asks($one, 'SELECT count(*) FROM many WHERE id = 1', '1', '200', 'is not kept');
asks($one, 'SELECT "row" FROM many WHERE id = 1 LIMIT 2', '', "0\n1", 'a whole one is');
asks($one, 'SELECT sum(length(note)) FROM large WHERE id = 1', '1', '5000000',
	'more than an eighth of the memory');
asks($one, 'SELECT sum(length(note)) FROM large WHERE id = 1', '1', '5000000', 'is not kept');

# ---------------------------------------------------------------------------
# One asks, others wait
# ---------------------------------------------------------------------------

my @sessions = map { open_session($node) } 1 .. 12;

$one->query('SELECT FROM reset_calls');
$_->send('SELECT call FROM slow WHERE id = 1') for @sessions;
my %answers = map { $_->receive() => 1 } @sessions;
is(scalar(keys %answers), 1, 'twelve sessions, one answer');
is($one->query(q{SELECT count(*) FROM calls WHERE function = 'changing'}), '1', 'and one call');

done_testing();
