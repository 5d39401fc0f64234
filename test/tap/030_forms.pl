# Every form of an answer, cut at every character and sent byte by byte, gives
# what it gives whole: the same rows, the same error that shows the same.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use LambdaFdw;
use Test::More;

my $node = start_server();
my $endpoint = start_endpoint();

# Tables, and the documents that each gets.
my @tables = (
	{ columns => 'a int, b text',
		documents => [
			'[{"a":1,"b":"x"},{"b":"\u00fcy"},{}]',
			' [ [1,"x"] , [null,"y"] ] ',
			'[[1,"x"],[2]]',
			'[{"a":1},{"c":2}]',
			'["{\"a\":1}","[2,\"x\"]"]',
			'{"columns":["b","a"],"rows":[["x",1],["y",2]]}',
			'{"rows":[["x",1],["y",2]],"columns":["b","a"]}',
			'{"n":{"deep":[1]},"rows":[{"a":1},{"a":2}],"count":2}',
			'{"rows":[{"a":1}],"cursor":[null, 1]}',
			'{"a":1,"cursor":"x","rows":7}',
			'{"A":1,"other":{}}',
			'{"errorType":"E","errorMessage":"raised"}',
			'{"rows":[{"a":1}],"lambda_fdw_error":{"message":"late"}}',
			"{\"a\":1}\n{\"a\":2}\n\n[3,\"z\"]\n",
			"{\"a\":1}\n{\"other\":2}\n",
			'{"a":1}{"a":2}',
			'"[{\"a\":1,\"b\":\"\\u00fc\"},{\"a\":2}]" ',
			'"{\"statusCode\":200,\"body\":\"[{\\\\\"a\\\\\":3}]\"}"',
			'"[{\"a\":1},]"',
			'"plain"',
			'{"statusCode":200,"body":"[{\"a\":1,\"b\":\"x\"}]"}',
			'{"body":"[[1,\"x\"]]","headers":{},"statusCode":"201"}',
			'{"statusCode":"404","body":"not \"here\""}',
			'{"statusCode":200,"isBase64Encoded":"true","body":"W3siYSI6MX0sIHt9XQ"}',
			'{"rows":[],"statusCode":503,"body":{"x":1}}',
			'{"statusCode":204,"headers":{}}',
			'[{"a":1},]',
			'[{"a":"x"}]',
			"[{\"b\":\"\xc3\xbc\"},{\"b\":\"\xe2\x82\xac\",\"a\":-12.5e-1}]",
			"[{\"b\":\"\xff\"}]",
			'[' . ('{"a":1},' x 20) . ']' . ('.' x 150),
			'[' . ("{\"b\":\"\xc3\xbc\"}," x 20) . ']',
			"\x1f\x8b\x08\x00 is gzip's",
			''
		] },
	{ columns => 'v text',
		documents =>
		  [ '"[1,2]"', "\"[1]\"\n\"[2]\"\n", '"[draft"', '[1,"two",null,{"v":4.50}]', '42' ] },
	{ columns => q{c text OPTIONS (path '/2'), a text OPTIONS (path '/0'), k text OPTIONS (path '/1/k')},
		documents =>
		  [ '[["x",{"k":"y"},"z",1],["s"],[]]', '{"rows":[["x","{\"k\":1}"]],"columns":["a"]}' ] },
	{ columns => q{id text OPTIONS (path '/id'), city text OPTIONS (path '/body/address/city'), n int OPTIONS (path '/body/n/1')},
		documents => [
			'[{"id":"1","body":"{\"address\":{\"city\":\"K\\u00f6ln\"},\"n\":[1,2]}"},{"id":"2","body":"plain"}]',
			'{"statusCode":200,"body":"{\"rows\":[{\"body\":\"{\\\\\"n\\\\\":[6,7]}\"}]}"}'
		] },
	{ columns => 'a int', options => q{rows_path '/data/items', cursor_path '/data/next/0'},
		documents => [
			'{"m":{},"data":{"n":1,"items":[{"a":1},{"a":2}],"next":[""]},"rows":[]}',
			'{"data":"{\"items\":\"[{\\\\\"a\\\\\":3},{\\\\\"a\\\\\":4}]\",\"next\":\"[false]\"}","x":1}',
			'{"data":{"items":"{\"a\":5}"}}',
			'{"data":{"item":[{"a":1}]},"meta":1}',
			'{"data":{"items":[{"a":1},{"c":1}]}}',
			'"{\"data\":{\"items\":[{\"a\":7}]}}"',
			'{"statusCode":400,"body":"no","data":{"items":[]}}'
		] },
	{ columns => 'a int', options => q{rows_path '/body/items'},
		documents => [
			'{"x":1,"body":{"items":[{"a":1}]}}',
			'{"body":"{\"items\":[{\"a\":2}]}","statusCode":200}'
		] });

# The outcome of a table's answer.
$node->safe_psql('postgres', create_server('lambda', $endpoint) . <<'END');
CREATE FUNCTION outcome(rel text, payload json) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  rows text;
  detail text;
BEGIN
  EXECUTE format('ALTER FOREIGN TABLE %I OPTIONS (SET payload %L)', rel, payload);
  EXECUTE format('SELECT coalesce(string_agg(r::text, '' ''), ''no rows'') FROM %I r', rel) INTO rows;
  RETURN rows;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RETURN concat_ws(' / ', SQLSTATE, SQLERRM, detail);
END $$;
-- the first way to cut an answer that gives something else
CREATE FUNCTION differs(rel text, answer bytea, OUT whole text, OUT other text, OUT cuts int) LANGUAGE plpgsql AS $$
DECLARE
  payload json;
BEGIN
  cuts := 0;
  whole := outcome(rel, json_build_object('chunks_base64', json_build_array(encode(answer, 'base64'))));
  FOR payload IN
    SELECT json_build_object('delay_ms', 2, 'chunks_base64', json_build_array(
             encode(substr(answer, 1, n), 'base64'), encode(substr(answer, n + 1), 'base64')))
    FROM generate_series(1, length(answer) - 1) n
    UNION ALL
    SELECT json_build_object('delay_ms', 1, 'chunks_base64',
             (SELECT json_agg(encode(substr(answer, n, 1), 'base64') ORDER BY n) FROM generate_series(1, length(answer)) n))
    WHERE length(answer) > 0
  LOOP
    cuts := cuts + 1;
    other := outcome(rel, payload);
    IF other IS DISTINCT FROM whole THEN
      other := format('%s from %s', other, payload);
      RETURN;
    END IF;
  END LOOP;
  other := NULL;
END $$;
END

my $session = open_session($node);
my $number = 0;

foreach my $table (@tables)
{
	my $name = 'form_' . ++$number;

	$node->safe_psql('postgres',
		create_function('lambda', $name, function => 'raw', columns => $table->{columns},
			options => join(', ', "payload '{}'", $table->{options} // ())));
	foreach my $document (@{ $table->{documents} })
	{
		my $bytes = unpack('H*', $document);
		my $label = $document =~ s/\n/\\n/gr;
		my $result = $session->query("SELECT whole, coalesce(other, 'the same'), cuts FROM differs('$name', '\\x$bytes')");

		unlike($result, qr/KeyError/, "$label is answered");
		like($result, qr/\|the same\|\d+$/, "$label, cut anywhere");
	}
}

$session->close;
done_testing();
