# In a database of encoding SQL_ASCII an escape in JSON is the bytes that it
# stands for, as if the answer had them raw.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use Test::More;

my $node = start_server();
my $endpoint = start_endpoint();

$node->safe_psql('postgres',
	q{CREATE DATABASE ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'});
$node->safe_psql('ascii', 'CREATE EXTENSION lambda_fdw;' . create_server('lambda', $endpoint) . <<'END');
CREATE TYPE pair AS (x text, y text[]);
CREATE DOMAIN word AS text CHECK (length(VALUE) < 20);
CREATE TYPE mood AS ENUM ('fröhlich');
CREATE FOREIGN TABLE probe (
  t text, v varchar(9), c char(9), w word, m mood, j json, b jsonb, a text[], p pair, "ü" text, deep text OPTIONS (path '/s/k'))
  SERVER lambda OPTIONS (function_arn 'raw', payload '{}');
CREATE FUNCTION read(answer text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  rows text;
BEGIN
  EXECUTE format('ALTER FOREIGN TABLE probe OPTIONS (SET payload %L)', json_build_object('response', answer));
  SELECT string_agg(row(t, v, c, w, m, b, a, p, "ü", deep)::text, ' ') FROM probe INTO rows;
  RETURN rows;
END $$;
CREATE FUNCTION read_json(answer text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  PERFORM read(answer);
  RETURN (SELECT string_agg(j::text, ' ') FROM probe);
END $$;
END

my $session = open_session($node, 'ascii');

# The same document raw and with escapes; \u0041 and the short escapes are left
# to core.
my $raw = '[{"t":"ü","v":"a€","c":"ü","w":"ü\"\\\\n","m":"fröhlich","b":{"ü":["😀\\\\"]},"a":["ü","\n"],"p":{"x":"ü","y":["é"]},"ü":"name","s":"{\"k\":\"ü\"}"}]';
my $escaped = $raw =~ s/ü/\\u00fc/gr;
$escaped =~ s/€/\\u20ac/g;
$escaped =~ s/ö/\\u00f6/g;
$escaped =~ s/é/\\u00e9/g;
$escaped =~ s/😀/\\ud83d\\ude00/g;

sub quoted
{
	my $text = shift;

	$text =~ s/'/''/g;
	return "'$text'";
}

my $whole = $session->query('SELECT read(' . quoted($raw) . ')');
like($whole, qr/ü/, 'raw bytes are taken as they are');
unlike($escaped, qr/[^\x00-\x7f]/, 'the other document is ASCII');
is($session->query('SELECT read(' . quoted($escaped) . ')'),
	$whole, 'escapes are those bytes');
is($session->query(q{SELECT read_json('[{"j":{"a":"\u00fc"}}]')}),
	'{"a":"\u00fc"}', 'json stays as it came');
is($session->query(q{SELECT read_json('[{"j":"\u00fc"}]')}),
	'"ü"', 'a string is quoted anew');
like($session->query(q{SELECT read('[{"a":["\u00fc","\u0000"]}]')}),
	qr/22P05/, 'NUL is refused');

# What cannot be UTF-8 is refused while nothing has been sent.
$node->safe_psql('ascii', $_)
  for (
	create_function('lambda', 'written', function => 'store',
		columns => q{id int OPTIONS (key 'true'), t text},
		options => q{updatable 'true', batch_size '1', max_concurrency '1', payload '{"store": "ascii"}'}),
	q{INSERT INTO written VALUES (1, 'ü'), (2, 'é')});
like($session->query(q{UPDATE written SET t = CASE id WHEN 1 THEN 'new' ELSE E'\xff' END}),
	qr/22021/, 'a value that is not valid in UTF-8 is refused');
is($session->query(q{SELECT string_agg(t, ' ' ORDER BY id) FROM written}),
	'ü é', 'no row was written before');

$session->close;
done_testing();
