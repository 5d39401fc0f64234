# IMPORT FOREIGN SCHEMA "prefix*": ListFunctions in pages, ListTags side by side, what
# is asked and what is not; throttled, refused, broken and cancelled.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = start_server();
my $endpoint = start_endpoint();
my $plain = '/2015-03-31/functions';
my $tags = '/2017-03-31/tags/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3A';

$node->safe_psql('postgres', join ";\n",
	create_outcome(),
	create_server('control', $endpoint),
	create_server('lambda', $endpoint),
	create_server('once', $endpoint, "max_attempts '1'"),
	create_server('few', $endpoint, "allowed_functions 'stockroom_00*, echo'"),
	create_function('control', 'reset_calls', columns => 'cleared int'),
	create_function('control', 'requests', function => 'service_calls',
		columns => 'operation text, status int, parameters jsonb, headers jsonb', options => q{payload '{"service": "lambda"}'}),
	create_function('control', 'calls', columns => 'function text, operation text'),
	'CREATE SERVER denied FOREIGN DATA WRAPPER lambda_fdw '
	  . "OPTIONS (region 'eu-west-1', endpoint '$endpoint')",
	"CREATE USER MAPPING FOR CURRENT_USER SERVER denied OPTIONS (aws_access_key_id 'AKIDDENIED', aws_secret_access_key '$secret_key')",
	'CREATE SCHEMA imported');
my $session = open_session($node);

sub prepare
{
	my $state = shift;

	$session->query('SELECT count(*) FROM reset_calls');
	$session->query("SELECT lambda_invoke('control', 'function_list', '"
		  . JSON::PP->new->canonical->encode($state) . "')");
	return;
}

# Imports, and drops what was; how that ended, and how many tables there were.
sub import_all
{
	my ($prefix, $server) = @_;
	my $outcome = decode_json($node->safe_psql('postgres',
			"SELECT outcome(\$\$IMPORT FOREIGN SCHEMA \"$prefix\" FROM SERVER "
		  . ($server // 'lambda') . ' INTO imported$$)'));

	$outcome->{tables} = $session->query(
		"SELECT count(*) FROM pg_class WHERE relnamespace = 'imported'::regnamespace");
	$session->query('DROP SCHEMA imported CASCADE; CREATE SCHEMA imported');
	return $outcome;
}

sub requests
{
	return $session->query('SELECT operation || \' \' || count(*) || \' \' || count(*) '
		  . 'FILTER (WHERE status = 200) FROM requests GROUP BY operation ORDER BY 1');
}

# 120 functions in pages of 7, each twelfth without the tag
prepare({ page_size => 7, copies => { stockroom => 120 }, untagged_every => { stockroom => 12 } });
is(import_all('stockroom_*')->{tables}, 110, '110 of 120 functions are tagged');
like(requests(), qr{^ListFunctions (\d+) \1\nListTags 120 120$}, 'all pages, and 120 questions about tags');
is($session->query("SELECT count(*) FROM requests WHERE parameters->>'path' = '$plain' AND parameters->>'MaxItems' = '50' AND parameters ? 'Marker'")
	  + 1, $session->query("SELECT count(*) FROM requests WHERE operation = 'ListFunctions'"), 'each page but the first by its marker');
is($session->query("SELECT count(DISTINCT parameters->>'path') FROM requests WHERE starts_with(parameters->>'path', '${tags}stockroom_')"),
	120, 'each ARN once, encoded in its path');
is($session->query("SELECT operation || ' ' || count(DISTINCT function) || ' ' || count(*) FROM calls GROUP BY operation"),
	'describe 110 110', 'those that are tagged are asked to describe themselves, no others');

# what the names do not match is not asked about
prepare({ copies => { stockroom => 12, echo => 3 } });
is(import_all('stockroom_01*')->{tables}, 3, 'a longer prefix');
like(requests(), qr{^ListFunctions \d+ \d+\nListTags 3 3$}, '... asks for those tags alone');
prepare({ copies => { stockroom => 12 } });
is(import_all('stockroom_*', 'few')->{tables}, 9, 'those that allowed_functions has');
like(requests(), qr{^ListFunctions \d+ \d+\nListTags 9 9$}, '... and others are not asked about');
prepare({ copies => { stockroom => 3 }, untagged_every => { stockroom => 1 } });
my $none = import_all('stockroom_*');
is($none->{sqlstate}, 'HV00Q', 'none is tagged');
is($session->query('SELECT count(*) FROM calls'), 0, '... and none is run');

# older emulators
prepare({ copies => { stockroom => 3 }, page_size => 40,
		faults => [ { path => $plain, action => 'refuse', status => 404, code => 'UnknownOperationException', times => undef } ] });
is(import_all('stockroom_*')->{tables}, 3, 'with a slash, where there is nothing without');
is($session->query("SELECT count(*) FROM requests WHERE status = 404"), 1, '... which is tried once');
prepare({ faults => [ { operation => 'ListFunctions', action => 'refuse', status => 404, code => 'Nothing', times => undef } ] });
my $absent = import_all('stockroom*');
is($absent->{sqlstate}, 'HV00R', 'no ListFunctions at all');
like($absent->{hint}, qr/import each function by its name/, '... says what to do');
prepare({ faults => [ { operation => 'ListTags', action => 'refuse', status => 404, code => 'ResourceNotFoundException' } ],
		copies => { stockroom => 3 } });
is(import_all('stockroom_*')->{tables}, 2, 'one was deleted meanwhile');

# side by side: none is answered before four are there
prepare({ copies => { stockroom => 8 },
		faults => [ { operation => 'ListTags', action => 'gather', count => 4, times => 8 } ] });
is(import_all('stockroom_*')->{tables}, 8, 'tags are asked for side by side');

# throttled
prepare({ copies => { stockroom => 20 },
		faults => [ { operation => 'ListFunctions', action => 'refuse', times => 1 },
			{ operation => 'ListTags', action => 'refuse', times => 5 } ] });
is(import_all('stockroom_*')->{tables}, 20, 'throttled requests are sent again');
is($session->query('SELECT count(*) FROM requests WHERE status = 429'), 6, '... those six');
prepare({ copies => { stockroom => 3 }, faults => [ { operation => 'ListTags', action => 'refuse' } ] });
my $throttled = import_all('stockroom_*', 'once');
is($throttled->{sqlstate}, '53400', 'throttled at the only attempt');
like($throttled->{message}, qr/^could not list the tags of Lambda function "stockroom_00\d": TooManyRequestsException/, '... says of what');
prepare({ copies => { stockroom => 1 }, faults => [ { operation => 'ListTags', action => 'refuse', status => 500, code => 'ServiceException' } ] });
is(import_all('stockroom_*')->{tables}, 1, 'an error of the service is tried again');

# who may not
my $denied = import_all('stockroom*', 'denied');
is($denied->{sqlstate}, '42501', 'keys that may not list');
is($denied->{hint}, 'The owner of the keys needs lambda:ListFunctions.', '... what they need');
prepare({ faults => [ { operation => 'ListTags', action => 'refuse', status => 403, code => 'AccessDeniedException' } ] });
is(import_all('stockroom*')->{hint}, 'The owner of the keys needs lambda:ListTags.', '... or for tags');

# answers that are none
sub broken
{
	my ($operation, $body, $pattern, $name) = @_;

	prepare({ faults => [ { operation => $operation, action => 'answer', body => $body, times => undef } ] });
	my $broken = import_all('stockroom*');
	is($broken->{sqlstate}, 'HV000', $name);
	like($broken->{detail}, $pattern, '... says what is wrong');
	return;
}

my $function = '{"FunctionName": "stockroom", "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:stockroom"}';
broken('ListFunctions', '{"Functions": [', qr/no JSON object/, 'a page that ends early');
broken('ListFunctions', '{"Items": []}', qr/no array "Functions"/, 'a page without functions');
broken('ListFunctions', '{"Functions": [{"FunctionName": "stockroom"}]}', qr/no FunctionArn/, 'a function without ARN');
broken('ListFunctions', '{"Functions": [{"FunctionName": "stockroom", "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:other"}]}',
	qr/is not the ARN of a function "stockroom"/, 'the ARN of another');
broken('ListFunctions', '{"Functions": [{"FunctionName": "stockroom\"; DROP", "FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:stockroom\"; DROP"}]}',
	qr/is not the ARN of a function/, 'a name that is none');
broken('ListFunctions', '{"Functions": [], "NextMarker": "again"}', qr/NextMarker that an earlier page had/, 'pages that go round');
broken('ListFunctions', '{"Functions": [], "NextMarker": 7}', qr/NextMarker is no string/, 'a marker that is none');
broken('ListTags', '[]', qr/no JSON object/, 'tags that are none');
broken('ListTags', '{"Tags": ["lambda_fdw"]}', qr/"Tags" are none/, 'tags in a list');
prepare({ faults => [ { operation => 'ListFunctions', action => 'answer', body => "{\"Functions\": [$function, $function], \"NextMarker\": null}" } ] });
is(import_all('stockroom*')->{tables}, 1, 'a function that is listed twice is one');
prepare({ faults => [ { operation => 'ListFunctions', action => 'answer',
			body => '{"Functions": [' . join(',', map { $function =~ s/stockroom/x$_/gr } 1 .. 300) . ",$function]}" } ] });
is(import_all('stockroom*')->{tables}, 1, 'a page that has more than was asked for');

# what it counts as
$session->query("SET lambda_fdw.max_invocations = 3");
prepare({ copies => { stockroom => 5 } });
like($session->query('IMPORT FOREIGN SCHEMA "stockroom_*" FROM SERVER lambda INTO imported'), qr/ERROR:  53400: .*max_invocations/s,
	'a budget counts them');
$session->query('RESET lambda_fdw.max_invocations');

# cancelled while it waits
prepare({ copies => { stockroom => 3 }, faults => [ { operation => 'ListTags', action => 'hang', times => undef } ] });
$session->query("SET statement_timeout = '1s'");
like($session->query('IMPORT FOREIGN SCHEMA "stockroom_*" FROM SERVER lambda INTO imported'), qr/57014/, 'it is cancelled while tags are asked for');
$session->query('RESET statement_timeout');
prepare({ copies => { stockroom => 3 } });
is(import_all('stockroom_*')->{tables}, 3, '... and the next one works');

done_testing();
