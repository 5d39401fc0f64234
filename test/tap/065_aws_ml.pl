# What SQL cannot show of the extension aws_ml: a cancel acts at once on a
# session that waits for a model, roles call as themselves, a dump restores what
# the extension needs, parallel workers ask nobody, and what docs/rds.md shows.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $endpoint = start_endpoint();
my $node = start_server();
my $keys = "aws_access_key_id '$access_key', aws_secret_access_key '$secret_key'";

$node->safe_psql('postgres', $_)
  for (
	create_server('control', $endpoint),
	create_function('control', 'requests',
		function => 'service_calls',
		columns => 'seq int, service text, operation text, status int, access_key text'),
	create_function('control', 'reset_calls', columns => 'cleared int'),
	'CREATE EXTENSION aws_ml CASCADE',
	"CREATE SERVER aws_ml FOREIGN DATA WRAPPER lambda_fdw OPTIONS (region 'us-west-2', endpoint '$endpoint')",
	"CREATE USER MAPPING FOR PUBLIC SERVER aws_ml OPTIONS ($keys)",
	'CREATE ROLE analyst LOGIN',
	"CREATE TABLE docs AS SELECT i, 'good ' || i AS c FROM generate_series(1, 60) i",
	'GRANT SELECT ON docs TO analyst');

sub forget
{
	$node->safe_psql('postgres', 'SELECT count(*) FROM reset_calls');
	return;
}

# ---------------------------------------------------------------------------
# Cancel
# ---------------------------------------------------------------------------

my $session = open_session($node);
my %waiting = (
	'a model' => q{SELECT aws_bedrock.invoke_model('hang', NULL, NULL, '{}')},
	'an endpoint' => q{SELECT aws_sagemaker.invoke_endpoint('hang', NULL, 1)},
	'a batch' => q{SELECT s.* FROM (VALUES ('a'), ('hang up')) AS t(c), aws_comprehend.detect_sentiment(t.c, 'en') s});

for my $what (sort keys %waiting)
{
	$session->query("SET statement_timeout = '300ms'");
	my $start = time;
	like($session->query($waiting{$what}), qr/57014: .*statement timeout/,
		"$what: waiting ends");
	cmp_ok(time - $start, '<', 5, "$what: at once");
	$session->query('RESET statement_timeout');
	is($session->query(q{SELECT sentiment FROM aws_comprehend.detect_sentiment('good', 'en')}),
		'POSITIVE', "$what: the session goes on");
}
$session->query(q{ALTER SERVER aws_ml OPTIONS (ADD request_timeout_ms '200')});
like($session->query($waiting{'an endpoint'}),
	qr/08006: .*could not invoke endpoint "hang".*The option request_timeout_ms allows 200 ms/s,
	'a timeout names the option');
$session->query(q{ALTER SERVER aws_ml OPTIONS (DROP request_timeout_ms)});
$session->close;

# ---------------------------------------------------------------------------
# Roles, in sessions that they opened themselves
# ---------------------------------------------------------------------------

my $batch = q{SELECT count(*) FROM docs, aws_comprehend.detect_sentiment(c, 'en') s};

forget();
like(logged_in($node, 'analyst', $batch),
	qr/42501: .*permission denied for schema aws_comprehend/, 'without GRANTs');
$node->safe_psql('postgres', 'GRANT USAGE ON SCHEMA aws_comprehend TO analyst');
like(logged_in($node, 'analyst', $batch),
	qr/42501: .*permission denied for function detect_sentiment/, 'USAGE alone');
is($node->safe_psql('postgres', 'SELECT count(*) FROM requests'), '0',
	'nobody was asked');
$node->safe_psql('postgres', 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_comprehend TO analyst');
is(logged_in($node, 'analyst', $batch), '60', 'the GRANTs are enough');
is( $node->safe_psql('postgres', 'SELECT count(*), min(access_key), max(operation) FROM requests'),
	"3|$access_key|BatchDetectSentiment", 'in batches, by the keys for all');

# ---------------------------------------------------------------------------
# Parallel plans: the table is read by workers, the service asked by the leader
# ---------------------------------------------------------------------------

forget();
$session = open_session($node);
$session->query($_)
  for 'SET min_parallel_table_scan_size = 0', 'SET parallel_setup_cost = 0',
  'SET parallel_tuple_cost = 0';
like($session->query("EXPLAIN (COSTS OFF) $batch"),
	qr/AWS ML Batch.*Gather.*Parallel Seq Scan/s, 'the batch join is above Gather');
is($session->query($batch), '60', 'and right');
is($node->safe_psql('postgres', 'SELECT count(*) FROM requests'), '3',
	'in as few requests');
$session->close;

# ---------------------------------------------------------------------------
# Dumps
# ---------------------------------------------------------------------------

my $dump = PostgreSQL::Test::Utils::tempdir() . '/dump.sql';
$node->command_ok([ 'pg_dump', '--file', $dump, $node->connstr('postgres') ],
	'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', $dump, '-d', $node->connstr('restored') ],
	'the dump is restored');
is( $node->safe_psql('restored',
		"SELECT string_agg(has_function_privilege(r, p.oid, 'EXECUTE')::text, ' ' ORDER BY r) FROM pg_proc p, unnest(ARRAY['analyst', 'aws_ml']) r WHERE proname = 'detect_sentiment'"
	),
	'true true',
	'with the GRANTs, and those of the role');
$node->safe_psql('restored', 'DROP EXTENSION aws_ml CASCADE');
is( $node->safe_psql('postgres', q{SELECT sentiment FROM aws_comprehend.detect_sentiment('bad', 'en')}),
	'NEGATIVE', 'a database without the extension is no harm to another');
is( $node->psql('postgres', 'DROP ROLE aws_ml'), 3,
	'the role stays as long as a database needs it');
$node->safe_psql('postgres', 'DROP EXTENSION aws_ml; DROP ROLE aws_ml');

# ---------------------------------------------------------------------------
# What the document shows
# ---------------------------------------------------------------------------

my ($section) = slurp_file("$FindBin::RealBin/../../docs/rds.md") =~ /^(## Machine learning: aws_ml\n.*?)^## From RDS/ms;
my @blocks = $section =~ /^```sql\n(.*?)^```/msg;
$blocks[0] =~ s/'AKIA\.\.\.'/'$access_key'/ or die 'no key';
$blocks[0] =~ s/(aws_secret_access_key) '\.\.\.'/$1 '$secret_key'/ or die 'no secret';
$blocks[0] .= "ALTER SERVER aws_ml OPTIONS (ADD endpoint '$endpoint');\n";
$node->safe_psql('postgres', 'CREATE DATABASE document; CREATE ROLE app');
forget();
is( $node->safe_psql('document',
		"CREATE TABLE comments (id int, content text, sentiment text, confidence real);\n"
		  . "INSERT INTO comments VALUES (1, 'good and useful'), (2, 'bad');\n"
		  . join('', @blocks)
		  . 'SELECT id, sentiment, confidence FROM comments ORDER BY id')
	  . "\n",
	<<'END', 'the document');
POSITIVE
1|POSITIVE|0.8125
{"model": "anthropic.claude-v2", "input": {"prompt": "...", "max_tokens_to_sample": 4096}, "content_type": "application/json", "accept": "application/json"}
{-6,1.25,3,3,3.75,0,0,0}
1|POSITIVE|0.8125
2|NEGATIVE|0.75
END
is( $node->safe_psql('postgres', 'SELECT string_agg(operation, $$ $$ ORDER BY seq) FROM requests'),
	'DetectSentiment BatchDetectSentiment InvokeModel InvokeModel BatchDetectSentiment',
	'what the services were asked');

$node->stop;
done_testing();
