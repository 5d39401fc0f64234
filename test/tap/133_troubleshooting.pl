# docs/troubleshooting.md: each message that it heads a section with is one that the
# sources print, and most of them are provoked, word by word but for names and numbers.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my @messages = slurp_file("$root/docs/troubleshooting.md") =~ /^### `(.*)`$/mg;
# Those of PostgreSQL's own: they are in no source of ours, so each is provoked, but
# that of a server where the extension is not installed.
my $foreign = qr/^(?:permission denied for function|invalid input syntax|could not find function|extension "lambda_fdw" is not available)/;

cmp_ok(scalar @messages, '>=', 30, 'messages that users meet');

# ---------------------------------------------------------------------------
# In the sources
# ---------------------------------------------------------------------------

# The formats of errmsg, as patterns of what they print; one that is no more than a %s
# says nothing.
my $literal = qr/(?:\s*"(?:[^"\\]|\\.)*")+/;
my @patterns;
foreach my $file (glob("$root/src/*/*.c $root/src/*.c"))
{
	my $text = slurp_file($file);

	# both forms of a plural
	foreach my $literals ($text =~ /\berrmsg(?:_plural)?\(($literal)/g, $text =~ /\berrmsg_plural\($literal,($literal)/g)
	{
		my $format = join '', $literals =~ /"((?:[^"\\]|\\.)*)"/g;
		my $pattern = '';

		next if $format =~ /^%s$/;
		$format =~ s/\\"/"/g;
		foreach my $piece (split /(%%|%[-\d.]*l?[sdugm])/, $format)
		{
			$pattern .= $piece =~ /^%[-\d.]*l?[dug]$/ ? '-?[\d.]+' : $piece =~ /^%[^%]/ ? '.*' : quotemeta $piece;
		}
		push @patterns, qr/^$pattern$/;
	}
}
cmp_ok(scalar @patterns, '>', 150, 'the sources have messages');
foreach my $message (grep { !/$foreign/ } @messages)
{
	my @found = grep { $message =~ $_ } @patterns;

	ok(scalar @found, "printed by the sources: $message");
}

# ---------------------------------------------------------------------------
# Provoked
# ---------------------------------------------------------------------------

my $endpoint = start_endpoint();
my $node = start_server("shared_preload_libraries = 'lambda_fdw'");

sub table
{
	my ($function, $options, $columns, $server) = @_;

	$options = $options ? ", $options" : '';
	return sprintf 'CREATE FOREIGN TABLE orders (%s) SERVER %s OPTIONS (function_arn \'%s\'%s);',
	  $columns // 'id int', $server // 'aws', $function, $options;
}

# The table over a function that answers so, and a query of it.
sub answers
{
	my ($text, $columns, $options) = @_;

	return table('raw', "payload '" . JSON::PP->new->encode({ response => $text }) . "'" . ($options ? ", $options" : ''), $columns)
	  . 'SELECT * FROM orders;';
}

# Statements, of which the last prints the message: by a superuser, or as role app,
# which has USAGE on the server aws, and no mapping.
my $as_app = 'SET ROLE app;';
my $other = 'CREATE SERVER other FOREIGN DATA WRAPPER lambda_fdw';
my $refused = sub {
	my ($code) = @_;

	return table('aws_errors', qq{max_attempts '1', payload '{"error": "$code"}'}) . 'SELECT * FROM orders;';
};
my @provoked = (
	'role "app" has no AWS keys' => "$as_app SELECT lambda_fdw_sketch('aws', 'echo');",
	'no AWS credentials' => q{CREATE USER MAPPING FOR app SERVER aws OPTIONS (credentials_file '/nowhere/keys'); SET ROLE app; SELECT lambda_fdw_sketch('aws', 'echo');},
	'the user mapping of role' => q{CREATE USER MAPPING FOR app SERVER aws OPTIONS (aws_access_key_id 'AKIDEXAMPLE'); SET ROLE app; SELECT lambda_fdw_sketch('aws', 'echo');},
	'permission denied to set option "use_ambient' => q{SET ROLE app; CREATE USER MAPPING FOR app SERVER aws OPTIONS (use_ambient_credentials 'true', role_arn 'arn:aws:iam::123456789012:role/reader');},
	(map { (qq{could not invoke Lambda function "orders": $_} => $refused->($_)) }
		  qw(AccessDeniedException ExpiredTokenException UnrecognizedClientException InvalidSignatureException ResourceNotFoundException TooManyRequestsException)),
	'permission denied for function lambda_invoke' => q{REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM app; SET ROLE app; SELECT lambda_invoke('aws', 'echo');},
	'may not be called through' => q{ALTER SERVER aws OPTIONS (ADD allowed_functions 'shop-*'); SELECT lambda_invoke('aws', 'echo');},
	'no region is known' => "$other; CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (aws_access_key_id 'a', aws_secret_access_key 'b'); SELECT lambda_invoke('other', 'echo');",
	'is in region' => q{SELECT lambda_invoke('aws', 'arn:aws:lambda:us-east-1:123456789012:function:orders');},
	'is not a Lambda function' => q{SELECT lambda_invoke('aws', 'orders!');},
	'a lambda_fdw foreign table needs' => 'CREATE FOREIGN TABLE orders (id int) SERVER aws;',
	'is not an option of' => "$other OPTIONS (regoin 'eu-west-1');",
	'does not describe itself' => 'IMPORT FOREIGN SCHEMA simple FROM SERVER aws INTO public;',
	'could not invoke Lambda function "orders"' => "$other OPTIONS (region 'eu-west-1', endpoint 'http://127.0.0.1:1', max_attempts '1'); CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (aws_access_key_id 'a', aws_secret_access_key 'b'); SELECT lambda_invoke('other', 'orders');",
	'the outcome of a write' => table('reset_before', q{updatable 'true'}) . 'INSERT INTO orders VALUES (1);',
	'plain http to' => "$other OPTIONS (region 'eu-west-1', endpoint 'http://lambda.example.com'); CREATE FOREIGN TABLE orders (id int) SERVER other OPTIONS (function_arn 'f'); SELECT * FROM orders;",
	'may not connect to' => q{SET lambda_fdw.allowed_endpoints = 'lambda.example.com'; ALTER SERVER aws OWNER TO app; CREATE USER MAPPING FOR app SERVER aws OPTIONS (aws_access_key_id 'a', aws_secret_access_key 'b'); SET ROLE app; SELECT lambda_invoke('aws', 'echo');},
	'fail at once' => "$other OPTIONS (region 'eu-west-1', endpoint 'http://127.0.0.1:1', max_attempts '1', breaker_failures '1'); CREATE USER MAPPING FOR CURRENT_USER SERVER other OPTIONS (aws_access_key_id 'a', aws_secret_access_key 'b'); SAVEPOINT s; SELECT lambda_invoke('other', 'orders'); ROLLBACK TO s; SELECT lambda_invoke('other', 'orders');",
	'the statement\'s calls exceed' => q{SET lambda_fdw.max_invocations = 1; SELECT lambda_invoke('aws', 'echo') FROM generate_series(1, 2);},
	'the payload for' => q{SELECT lambda_invoke('aws', 'echo', to_jsonb(repeat('x', 7000000)));},
	'has more than' => table('pages', q{max_pages '2', page_argument 'page', rows_path '/items', payload '{"test": {"by": "page"}}'}) . 'SELECT count(*) FROM orders;',
	'needs a value for column' => table('echo', '', q{customer int OPTIONS (required 'true', pushdown '=')}) . 'SELECT * FROM orders;',
	'failed: ZeroDivision' => answers('{"errorType": "ZeroDivisionError", "errorMessage": "division by zero"}'),
	'answered with statusCode' => answers('{"statusCode": 500, "body": "no"}'),
	'is not valid JSON' => answers('id;name'),
	'is not rows of' => answers('[{"other": 1}]'),
	'invalid input syntax for type integer' => answers('[{"id": "12.5"}]'),
	'no row of the answer' => answers('[{"orderId": 1, "b": 2}]', 'order_id int, b int'),
	'has a further page' => answers('{"nextToken": "abc", "items": [{"id": 1}]}', undef, q{rows_path '/items'}),
	'cannot insert into' => table('echo') . 'INSERT INTO orders VALUES (1);',
	'could not find function' => q{CREATE FUNCTION lambda_fdw_later() RETURNS int AS '$libdir/lambda_fdw' LANGUAGE c;},
	'operator "like" can never' => table('echo', '', q{total numeric OPTIONS (pushdown 'like')}) . 'SELECT * FROM orders WHERE total = 1;');

$node->safe_psql('postgres', create_server('aws', $endpoint)
	  . 'CREATE ROLE app; GRANT USAGE ON FOREIGN SERVER aws TO app; GRANT USAGE ON FOREIGN DATA WRAPPER lambda_fdw TO app;'
	  . 'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO app; GRANT CREATE ON SCHEMA public TO app;');
while (my ($key, $sql) = splice @provoked, 0, 2)
{
	my ($out, $err) = ('', '');
	my ($shown) = grep { index($_, $key) >= 0 } $key =~ /orders"$/ ? grep { /orders"$/ } @messages : @messages;

	# what it changes goes with its transaction; a pattern has any names and numbers
	IPC::Run::run [ 'psql', '-Xq', '-d', $node->connstr('postgres') ], '<', \"BEGIN; $sql ROLLBACK;", '>', \$out, '2>', \$err;
	my ($printed) = reverse grep { !/current transaction is aborted/ } $err =~ /^(?:psql:\S+ )?(?:ERROR|WARNING):  (.*)$/mg;
	ok(defined $shown, "$key: is in the page") or next;
	my $pattern = quotemeta $shown;
	$pattern =~ s/\\"[^"]*\\"/"[^"]*"/g;
	$pattern =~ s/\d+/\\d+/g;
	like($printed // '', qr/^$pattern(?: \((?:after )?\d+ attempts?\))?$/, "provoked: $shown") or diag $err;
}

$node->stop;
done_testing();
