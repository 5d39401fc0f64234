# The kits of functions/: what they serve, read and written through foreign tables
# that IMPORT FOREIGN SCHEMA made; and that PostgreSQL agrees with the cases that
# both must pass.
use strict;
use warnings;

use FindBin;
use lib "$FindBin::RealBin/lib";

use JSON::PP;
use LambdaFdw;
use PostgreSQL::Test::Utils;
use Test::More;

my $root = "$FindBin::RealBin/../..";
my $folder = PostgreSQL::Test::Utils::tempdir();
my $ledger = "$folder/ledger";

sub write_handler
{
	my ($name, $text) = @_;

	$text =~ s/FOLDER/$folder/g;
	$text =~ s/KITS/$root\/functions/g;
	append_to_file("$folder/$name", $text);
	return;
}

# ---------------------------------------------------------------------------
# One function in each language
# ---------------------------------------------------------------------------

write_handler('shop_python.py', <<'END');
import json, os, sys
sys.path.insert(0, "KITS/python")
from lambda_fdw import Error, Failed, serve, table

@table(estimated_rows=3000, columns={
    "id": "bigint", "customer": "integer", "total": "numeric(10,2)",
    "placed": "timestamptz", "city": {"type": "text", "path": "/address/city"}})
def orders(query):
    for n in range(1, 3001):
        yield {"id": 9007199254740990 + n, "customer": n % 100, "total": "%d.005" % n,
               "placed": "2026-01-01T00:00:00.%06d+01:00" % n,
               "address": {"city": "\u00c5s" if n % 2 else None}}

@table(columns={"base": "text", "quote": "text", "rate": "numeric"}, batch=["base", "quote"])
def rates(query):
    note({"tuples": len(query.tuples())})
    return [{"base": b, "quote": q, "rate": "%d.%d" % (ord(b), ord(q))}
            for b in "ABC" for q in "XYZ"]

@table(columns={"n": "integer", "body": "text"})
def pages(query):
    return ({"n": n, "body": "\u00e9" * 90} for n in range(30000))

@table(columns={"id": {"type": "integer", "key": True}, "note": "text"})
def notes(query):
    return list(load().values())

@table(columns={"id": "integer", "total": "integer"})
def broken(query):
    return [{"id": 1, "total": 5}, {"id": 2, "total": "a lot"}]

@table(columns={"id": "integer"})
def closed(query):
    raise Error("the shop is closed", "It is Sunday.", "Come back on Monday.", "P0001")

FILE = "FOLDER/notes_python"

def note(what):
    with open("FOLDER/log_python", "a") as log:
        log.write(json.dumps(what) + "\n")

def load():
    if not os.path.exists(FILE):
        return {}
    with open(FILE) as file:
        return {int(key): row for key, row in json.load(file).items()}

def save(rows):
    with open(FILE, "w") as file:
        json.dump(rows, file)

@notes.insert
def add(write):
    note({"operation": "insert", "batch_id": write.batch_id})
    rows = load()
    taken = {i: "number %d is taken" % row.values["id"]
             for i, row in enumerate(write.rows) if row.values["id"] in rows}
    if taken:
        raise Failed(taken)
    added = [{"id": row.values["id"], "note": (row.values.get("note") or "").upper()}
             for row in write.rows]
    save({**rows, **{row["id"]: row for row in added}})
    return added

@notes.update
def change(write):
    rows = load()
    hits = [rows[row.key["id"]].update(row.values) for row in write.rows
            if row.key["id"] in rows]
    save(rows)
    return len(hits)

@notes.delete
def remove(write):
    rows = load()
    for row in write.rows:
        rows.pop(row.key["id"])
    save(rows)

@notes.truncate
def clear(write):
    save({})

lambda_handler = serve(orders, rates, pages, notes, broken, closed)
END

my $node_tables = <<'END';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { serve, serveStream, table, Error as FunctionError, Failed } from "KITS/node/src/index.mjs";

const orders = table({ name: "orders", estimated_rows: 3000, columns: {
  id: "bigint", customer: "integer", total: "numeric(10,2)",
  placed: "timestamptz", city: { type: "text", path: "/address/city" } } },
  async function* () {
    for (let n = 1; n <= 3000; n++) {
      yield { id: 9007199254740990n + BigInt(n), customer: n % 100, total: `${n}.005`,
        placed: `2026-01-01T00:00:00.${String(n).padStart(6, "0")}+01:00`,
        address: { city: n % 2 ? "\u00c5s" : null } };
    }
  });

const rates = table({ name: "rates", columns: { base: "text", quote: "text",
  rate: "numeric" }, batch: ["base", "quote"] }, (query) => {
  note({ tuples: query.tuples().length });
  return [..."ABC"].flatMap((base) => [..."XYZ"].map((quote) => ({ base, quote,
    rate: `${base.charCodeAt(0)}.${quote.charCodeAt(0)}` })));
});

const pages = table({ name: "pages", columns: { n: "integer", body: "text" } },
  function* () {
    for (let n = 0; n < 30000; n++) yield { n, body: "\u00e9".repeat(90) };
  });

const notes = table({ name: "notes", columns: {
  id: { type: "integer", key: true }, note: "text" } }, () => [...load().values()]);

const broken = table({ name: "broken", columns: { id: "integer", total: "integer" } },
  [{ id: 1, total: 5 }, { id: 2, total: "a lot" }]);

const closed = table({ name: "closed", columns: { id: "integer" } }, () => {
  throw new FunctionError("the shop is closed", { detail: "It is Sunday.",
    hint: "Come back on Monday.", sqlstate: "P0001" });
});

const FILE = "FOLDER/notes_node";

function note(what) {
  appendFileSync("FOLDER/log_node", JSON.stringify(what) + "\n");
}

function load() {
  return new Map(existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : []);
}

function save(rows) {
  writeFileSync(FILE, JSON.stringify([...rows]));
}

notes.insert((write) => {
  note({ operation: "insert", batch_id: write.batchId });
  const rows = load();
  const taken = {};
  write.rows.forEach((row, i) => {
    if (rows.has(row.values.id)) taken[i] = `number ${row.values.id} is taken`;
  });
  if (Object.keys(taken).length > 0) throw new Failed(taken);
  const added = write.rows.map((row) => ({ id: row.values.id,
    note: (row.values.note ?? "").toUpperCase() }));
  for (const row of added) rows.set(row.id, row);
  save(rows);
  return added;
});
notes.update((write) => {
  const rows = load();
  const hits = write.rows.filter((row) => rows.has(row.key.id));
  for (const row of hits) Object.assign(rows.get(row.key.id), row.values);
  save(rows);
  return hits.length;
});
notes.delete((write) => {
  const rows = load();
  for (const row of write.rows) rows.delete(row.key.id);
  save(rows);
});
notes.truncate(() => save(new Map()));
END
write_handler('shop_node.mjs', $node_tables
	  . 'export const handler = serve(orders, rates, pages, notes, broken, closed);');
write_handler('shop_stream.mjs', $node_tables
	  . 'export const handler = serveStream(orders, pages, broken, closed);');

my @kits = qw(python node);
my $with_node = system('node --version >/dev/null 2>&1') == 0;
@kits = 'python' unless $with_node;

my $url = 'http://127.0.0.1:'
  . start_program('../../scripts/endpoint', '--functions', $folder);
my $endpoint = start_endpoint();
my $node = start_server();
$node->safe_psql('postgres',
	    create_outcome()
	  . create_server('lambda', $endpoint)
	  . create_server('aws_lambda', $url)
	  . create_server('shops', $url)
	  . create_function('lambda', 'calls', columns => 'function text, payload jsonb')
	  . create_function('lambda', 'reset_calls', columns => 'cleared int')
	  . 'CREATE EXTENSION aws_lambda CASCADE;');
my $session = open_session($node);

# What a source or writer noted, and forgets.
sub noted
{
	my $kit = shift;
	my $file = "$folder/log_$kit";
	my @notes = -e $file ? map { decode_json($_) } split /\n/, slurp_file($file) : ();

	unlink $file;
	return @notes;
}

# ---------------------------------------------------------------------------
# Read
# ---------------------------------------------------------------------------

# What every kit must answer, buffered or streamed; `function` is in schema `kit`.
sub test_reading
{
	my ($kit) = @_;

	$session->query("CREATE SCHEMA $kit");
	is( $session->query(
			qq{IMPORT FOREIGN SCHEMA "shop_$kit" FROM SERVER shops INTO $kit}),
		'', "$kit: imported");
	$session->query("SET search_path = $kit, public");
	is( $session->query(
			"SELECT count(*), count(d) FROM pg_class c LEFT JOIN lateral lambda_fdw_check(c.oid) d ON true WHERE relkind = 'f' AND relnamespace = '$kit'::regnamespace"
		),
		$kit eq 'stream' ? '4|0' : '6|0',
		"$kit: the tables are as the function describes them");
	is( $session->query(
			"SELECT count(*), min(total), max(placed AT TIME ZONE 'UTC'), count(city) FROM orders"
		),
		'3000|1.01|2025-12-31 23:00:00.003|1500',
		"$kit: all rows, rounded to the scale");
	is( $session->query('SELECT customer, city FROM orders WHERE id = 9007199254740993'),
		"3|\x{c3}\x{85}s", "$kit: an integer that no double is");
	is( $session->query(
			q{SELECT total FROM orders WHERE placed >= '2025-12-31 23:00:00.002998Z' AND city IS NULL ORDER BY id DESC LIMIT 2}
		),
		"3000.01\n2998.01", "$kit: conditions, order and limit");
	like(
		$session->query(
			q{EXPLAIN (VERBOSE, COSTS OFF) SELECT total FROM orders WHERE total > 5 ORDER BY id DESC LIMIT 2}
		),
		qr/Pushed Filter: \(orders\.total > .*Pushed Sort: id DESC\n.*Pushed Limit: 2$/ms,
		"$kit: which are sent");
	is( $session->query(
			'SELECT count(*), sum(o.customer) FROM generate_series(5, 2500, 5) k JOIN orders o ON o.id = 9007199254740990 + k'
		),
		'500|23750', "$kit: a join by lists of keys");
	is($session->query('SELECT count(*), count(DISTINCT n), min(body) FROM pages'),
		'30000|30000|' . "\x{c3}\x{a9}" x 90, "$kit: rows of more than 5 MB");
	my ($calls) =
	  $session->query('EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM pages') =~
	  /Invocations: (\d+)/;
	cmp_ok($calls, $kit eq 'stream' ? '==' : '>', 1, "$kit: in one stream, or in pages");
	my $outcome = outcome_of($session, 'SELECT * FROM broken');
	like(
		"$outcome->{message} $outcome->{detail}",
		qr/column "total" of table "broken", row 2: "a lot" is not a value of type integer/,
		"$kit: a value that is none");
	$outcome = outcome_of($session, 'SELECT * FROM closed');
	is_deeply(
		[ @$outcome{qw(sqlstate message detail hint)} ],
		[ 'P0001', 'the shop is closed', 'It is Sunday.', 'Come back on Monday.' ],
		"$kit: an error in the function's own words");
	return;
}

# ---------------------------------------------------------------------------
# Key tuples and writes
# ---------------------------------------------------------------------------

sub test_tuples
{
	my ($kit) = @_;

	noted($kit);
	is( $session->query(
			q{SELECT base, quote, rate FROM (VALUES ('A', 'X'), ('C', 'Y'), ('A', 'X'), ('B', 'Q'), (NULL, 'X')) k (base, quote) JOIN rates USING (base, quote) ORDER BY 1}
		),
		"A|X|65.88\nA|X|65.88\nC|Y|67.89",
		"$kit: a join by tuples");
	is_deeply([ noted($kit) ], [ { tuples => 3 } ], "$kit: which is one call");
	return;
}

sub test_writing
{
	my ($kit) = @_;

	noted($kit);
	is( $session->query(
			q{INSERT INTO notes VALUES (1, 'one') RETURNING id, note}),
		'1|ONE', "$kit: an insert returns what the function made of it");
	$session->query(
		q{INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(2, 5) n});
	is(scalar(noted($kit)), 2, "$kit: a batch of rows is one call");
	$session->query(q{UPDATE notes SET note = 'changed' WHERE id IN (2, 3)});
	$session->query('DELETE FROM notes WHERE id = 4');
	is( $session->query('SELECT * FROM notes ORDER BY id'),
		"1|ONE\n2|changed\n3|changed\n5|NOTE 5", "$kit: updated and deleted");
	my $outcome = outcome_of($session,
		q{INSERT INTO notes VALUES (6, 'six'), (5, 'five'), (7, 'seven')});
	like("$outcome->{message} $outcome->{detail}", qr/number 5 is taken/,
		"$kit: a row that failed is named");

	# The envelope as it was sent, once more and yet again.
	noted($kit);
	my $event = '{"lambda_fdw": {"version": 2, "operation": "insert", "table": "notes", '
	  . '"batch_id": "f00d-1", "rows": [{"key": {"id": "8"}, "values": {"id": "8", "note": "x"}}]}}';
	is( $session->query(
			"SELECT payload->'rows'->0->>'note' FROM lambda_invoke('shops', 'shop_$kit', '$event'::jsonb)"
		),
		'X', "$kit: a batch is answered")
	  foreach 1 .. 3;
	is_deeply([ noted($kit) ], [ { operation => 'insert', batch_id => 'f00d-1' } ],
		"$kit: and written once");
	$session->query('TRUNCATE notes');
	is($session->query('SELECT count(*) FROM notes'), '0', "$kit: truncated");
	return;
}

# The same function, asked as RDS's extension asks.
sub test_plain
{
	my ($kit) = @_;

	is( $session->query(
			qq{SELECT payload->0->>'customer', json_array_length(payload) FROM aws_lambda.invoke('shop_$kit', '{"table": "orders", "id": "9007199254741097"}'::json)}
		),
		'7|1', "$kit: a plain invocation");
	like(
		$session->query(
			qq{SELECT payload FROM aws_lambda.invoke('shop_$kit', '{"table": "orders", "colour": 1}'::json)}
		),
		qr/lambda_fdw_error.*colour/s,
		"$kit: which names what it does not know");
	return;
}

foreach my $kit (@kits)
{
	test_reading($kit);
	test_tuples($kit);
	test_writing($kit);
	test_plain($kit);
}
SKIP:
{
	skip 'there is no node', 11 unless $with_node;
	test_reading('stream');
}

# ---------------------------------------------------------------------------
# An answer that is lost
# ---------------------------------------------------------------------------

my $payload = encode_json({ ledger => $ledger, fault => 'reset_before', times => 2 });
$session->query('SET search_path = public');
is( $session->query(
		qq{IMPORT FOREIGN SCHEMA "kit_notes" FROM SERVER lambda INTO public OPTIONS (payload '$payload', idempotent 'true')}
	),
	'', 'imported');
reset_calls($node);
is( $session->query(
		q{INSERT INTO kit_notes VALUES (1, 'one') RETURNING note}),
	'ONE', 'an insert whose answer was lost twice');
is( $session->query(
		q{SELECT count(*), count(DISTINCT payload #> '{lambda_fdw,batch_id}') FROM calls WHERE function = 'kit_notes'}
	),
	'3|1',
	'was sent three times, with one batch_id');
is($session->query('SELECT * FROM kit_notes'), '1|one', 'and written once');

# ---------------------------------------------------------------------------
# The cases of functions/conformance
# ---------------------------------------------------------------------------

my ($sql, $errors);
IPC::Run::run([ 'python3', "$root/functions/conformance/postgresql.py" ],
	'>', \$sql, '2>', \$errors)
  or die $errors;
my ($wrong, $count) = $node->safe_psql('postgres', $sql) =~ /^(.*?)(\d+)$/s;
is($wrong, '', 'PostgreSQL agrees with the cases of functions/conformance');
cmp_ok($count, '>', 900, 'all of them');

# And on random ones, with both kits.
{
	local @ENV{qw(PGHOST PGPORT PGDATABASE)} = ($node->host, $node->port, 'postgres');
	my $said;

	IPC::Run::run([ 'python3', "$root/functions/conformance/random_cases.py" ],
		'>', \$said, '2>&1');
	like($said, qr/^\d+ passed, 0 failed$/m, 'and with both kits on random ones')
	  or diag $said;
}

$session->close;
$node->stop;
done_testing();
