// What the kit for Node.js has of its own; what both kits have is in
// ../../conformance.

import assert from "node:assert/strict";
import { PassThrough, Writable } from "node:stream";
import { after, before, test } from "node:test";
import * as kit from "../src/index.mjs";

const { Failed, serve, serveStream, table } = kit;
const error = console.error;
before(() => { console.error = () => {}; });
after(() => { console.error = error; });

function scan(name, more = {}, beside = {}) {
  return { ...beside, lambda_fdw: { version: 2, operation: "scan", table: name,
    columns: null, filters: [], cursor: null, ...more } };
}

function write(name, operation, more) {
  return { lambda_fdw: { version: 2, operation, table: name, ...more } };
}

async function streamed(handler, event, stream = new PassThrough()) {
  const chunks = [];
  stream.on("data", (chunk) => chunks.push(chunk));
  await handler(event, stream);
  return JSON.parse(Buffer.concat(chunks));
}

const numbers = (count) => table({ name: "n", columns: { n: "integer", t: "text" } },
  function* () {
    for (let n = 1; n <= count; n++) yield { n, t: "text " + n };
  });

const idle = () => new Promise((resolve) => setTimeout(resolve, 1));

// ---------------------------------------------------------------------------
// Sources
// ---------------------------------------------------------------------------

test("a source is a list, a generator, an async one, a promise, or rows", async () => {
  const rows = [{ n: 1 }, { n: 2 }];
  const sources = [rows, new Set(rows), () => rows, async () => rows,
    function* () { yield* rows; },
    async function* () { for (const row of rows) { await idle(); yield row; } }];
  for (const source of sources) {
    const handler = serve(table({ name: "t", columns: { n: "integer" } }, source));
    for (let again = 0; again < 2; again++) {
      assert.deepEqual(await handler(scan("t")), { rows });
    }
  }
});

test("what JSON would make {} of is written, or an error that names it", async () => {
  const answer = async (row) => (await serve(table({ name: "t", columns: {
    n: "integer", o: { type: "text", path: "/in/o" }, d: "jsonb" } }, [row]))(scan("t")));
  assert.deepEqual(await answer(new Map([["n", 1], ["in", new Map([["o", 2n]])],
    ["d", { at: new Date(0), left: undefined, bytes: Buffer.from("hi"), big: 5n }]])),
  { rows: [{ n: 1, in: { o: "2" },
    d: { at: "1970-01-01T00:00:00.000Z", bytes: "\\x6869", big: 5 } }] });
  const circle = {};
  circle.again = circle;
  for (const [value, named] of [[/x/, /RegExp/], [Promise.resolve(1), /Promise/],
    [new Date(NaN), /invalid Date/], [{ big: 2n ** 60n }, /1152921504606846976/],
    [new Map([[{}, 1]]), /key/], [circle, /within itself/]]) {
    const { message, detail } = (await answer({ n: 1, d: value })).lambda_fdw_error;
    assert.match(message, /column "d" of table "t", row 1/);
    assert.match(detail, named);
  }
  for (const row of [new Set([1]), Promise.resolve({ n: 1 })]) {
    const { message, detail } = (await answer(row)).lambda_fdw_error;
    assert.match(message, /none of its columns/);
    assert.match(detail, new RegExp(row.constructor.name));
  }
});

test("a source that returns no rows is an error, and one that ends is let go", async () => {
  const wrong = serve(table({ name: "t", columns: { n: "integer" } }, () => ({ n: 1 })));
  const told = (await wrong(scan("t"))).lambda_fdw_error;
  assert.match(told.message, /the source of table "t" returned an object/);
  let closed = 0;
  const handler = serve(table({ name: "t", columns: { n: "integer" } }, async function* () {
    try {
      for (let n = 0; ; n++) yield { n };
    } finally {
      closed++;
    }
  }));
  assert.equal((await handler(scan("t", { limit: 3 }))).rows.length, 3);
  assert.equal(closed, 1);
});

test("a bigint is a BigInt, wherever a source or a writer gets one", async () => {
  const seen = [];
  const t = table({ name: "t", columns: { id: { type: "bigint", key: true } } },
    (query) => {
      seen.push(query.values("id"), query.range("id"));
      return [];
    });
  t.insert(({ rows, batchId }) => { seen.push(rows, batchId); });
  const handler = serve(t);
  await handler(scan("t", { filters: [
    { column: "id", operator: "in", value: ["1", "9007199254740993"] },
    { column: "id", operator: ">", value: "0" },
    { column: "id", operator: ">=", value: "0" }] }));
  await handler(write("t", "insert",
    { batch_id: "b", rows: [{ key: {}, values: { id: "5" } }] }));
  assert.deepEqual(seen, [[1n, 9007199254740993n],
    { low: 0n, lowInclusive: false, high: null, highInclusive: false },
    [{ key: {}, values: { id: 5n } }], "b"]);
});

test("a number that JSON.parse has rounded is refused, and says what to do", async () => {
  const handler = serve(table({ name: "t", columns: { id: "bigint" } }, []));
  const event = JSON.parse(JSON.stringify(scan("t", { filters: [
    { column: "id", operator: "=", value: 0 }] })).replace('"value":0',
    '"value":9007199254740993'));
  const { detail } = (await handler(event)).lambda_fdw_error;
  assert.match(detail, /argument_format 'digits'/);
});

test("a column that is not there is an error that says how it is named", async () => {
  const handler = serve(table({ name: "t", columns: { id: "integer", a: "text" } }, []));
  const told = (await handler(scan("t", { filters: [
    { column: "town", operator: "=", value: "x" }] }))).lambda_fdw_error;
  assert.equal(told.message, 'table "t" has no column "town"');
  assert.match(told.hint, /in requests: id, a\. .* the option path; lambda_fdw_check\(table\)/);
});

test("a Date is a timestamp of UTC, and bytes are a bytea", async () => {
  const at = new Date("2026-11-27T09:00:00.250Z");
  const handler = serve(table({ name: "t", columns: {
    a: "timestamptz", b: "timestamp", c: "date", d: "bytea",
    e: { type: "timestamptz", format: "epoch_ms" } } },
  [{ a: at, b: at, c: at, d: Uint8Array.of(1, 255), e: at.getTime() }]));
  assert.deepEqual((await handler(scan("t"))).rows, [{
    a: "2026-11-27T09:00:00.25+00:00", b: "2026-11-27T09:00:00.25", c: "2026-11-27",
    d: "\\x01ff", e: "2026-11-27T09:00:00.25+00:00" }]);
});

// ---------------------------------------------------------------------------
// Pages
// ---------------------------------------------------------------------------

test("pages go on where the source is, and read it again where it is not", async () => {
  let opened = 0;
  const t = () => table({ name: "n", columns: { n: "integer" } }, function* () {
    opened++;
    for (let n = 1; n <= 500; n++) yield { n };
  });
  for (const [cold, times] of [[false, 1], [true, undefined]]) {
    let handler = serve(t(), { pageBytes: 1000 });
    const got = [];
    let pages = 0;
    let cursor = null;
    opened = 0;
    do {
      if (cold) handler = serve(t(), { pageBytes: 1000 });
      const answer = await handler(scan("n", { cursor }));
      got.push(...answer.rows.map(({ n }) => n));
      cursor = answer.cursor;
      pages++;
    } while (cursor !== undefined);
    assert.deepEqual(got, Array.from({ length: 500 }, (_, i) => i + 1));
    assert.ok(pages > 5);
    assert.equal(opened, times ?? pages);
  }
});

test("scans of one request that come to one cursor leave one source open", async () => {
  let open = 0;
  const handler = serve(table({ name: "t", columns: { n: "integer" } }, function* () {
    open++;
    try {
      for (let n = 1; n <= 100; n++) yield { n };
    } finally {
      open--;
    }
  }), { pageBytes: 400 });
  const first = await handler(scan("t"));
  assert.deepEqual(await handler(scan("t")), first);
  assert.equal(open, 1);
  for (let page = first; page.cursor; ) page = await handler(scan("t", { cursor: page.cursor }));
  assert.equal(open, 0);
});

test("a page asked for twice is the same, and a source that changed an error", async () => {
  const rows = Array.from({ length: 100 }, (_, n) => ({ n }));
  const handler = serve(table({ name: "n", columns: { n: "integer" } }, rows),
    { pageBytes: 500 });
  const { cursor } = await handler(scan("n"));
  const second = await handler(scan("n", { cursor }));
  assert.deepEqual(await handler(scan("n", { cursor })), second);
  rows[0].n = 7;
  assert.match((await handler(scan("n", { cursor }))).lambda_fdw_error.message,
    /the rows of table "n" changed between two pages/);
});

// ---------------------------------------------------------------------------
// Streams
// ---------------------------------------------------------------------------

test("a stream has all rows, the split first, and no pages", async () => {
  const handler = serveStream(numbers(5000), { pageBytes: 1000 });
  const { rows } = await streamed(handler, scan("n"));
  assert.equal(rows.length, 5000);
  assert.deepEqual(rows[4999], { n: 5000, t: "text 5000" });
  assert.deepEqual(await streamed(handler, scan("n", { limit: 0 })), { rows: [] });
  const split = { index: 1, count: 2 };
  const half = await streamed(handler, scan("n", { split }));
  assert.deepEqual(Object.keys(half), ["split", "rows"]);
  assert.equal(half.rows.length, 2500);
  assert.match((await streamed(handler, scan("n", { cursor: "x" })))
    .lambda_fdw_error.message, /streamed/);
  const [described] = (await streamed(handler, write(undefined, "describe"))).tables;
  assert.equal(described.response_mode, "streaming");
  assert.equal((await serve(numbers(1))(write(undefined, "describe"))).tables[0]
    .response_mode, undefined);
});

test("rows are sent while the source waits, and no faster than they are taken", async () => {
  const taken = [];
  let release;
  let given = 0;
  const handler = serveStream(table({ name: "t", columns: { t: "text" } },
    async function* () {
      given++;
      yield { t: "first" };
      await new Promise((resolve) => { release = resolve; });
      for (; given < 100; given++) yield { t: "x".repeat(20000) };
    }));
  let full;
  const stream = new Writable({ highWaterMark: 1, write(chunk, _, done) {
    taken.push(chunk.toString());
    if (taken.length === 1) done();
    else full = done;
  } });
  const ended = handler(scan("t"), stream);
  while (taken.length < 1 || release === undefined) await idle();
  assert.match(taken[0], /^\{"rows":\[\{"t":"first"\}$/);
  release();
  while (full === undefined) await idle();
  for (let i = 0; i < 20; i++) await idle();
  assert.ok(given < 10, `${given} rows were read for a stream that takes none`);
  while (!stream.writableFinished) {
    const done = full;
    full = undefined;
    done?.();
    await idle();
  }
  await ended;
  assert.equal(JSON.parse(taken.join("")).rows.length, 100);
});

test("an error before the first byte is an answer, one behind it fails the stream", async () => {
  const failing = (after) => serveStream(table({ name: "t", columns: { n: "integer" } },
    async function* () {
      for (let n = 0; n < after; n++) yield { n };
      if (after > 1) await idle();
      throw new kit.Error("closed", { sqlstate: "55P03" });
    }));
  assert.deepEqual(await streamed(failing(0), scan("t")),
    { lambda_fdw_error: { message: "closed", sqlstate: "55P03" } });
  const written = [];
  const write = (chunk, _, done) => { written.push(chunk.toString()); done(); };
  assert.equal((await streamed(failing(1), scan("t"))).lambda_fdw_error.message, "closed");
  await assert.rejects(failing(2)(scan("t"), new Writable({ write })), /closed/);
  assert.deepEqual(written, ['{"rows":[{"n":0},\n{"n":1}']);
  // what was not sent is not sent later, into the next invocation's answer
  written.length = 0;
  await failing(1)(scan("t"), new Writable({ write }));
  for (let i = 0; i < 5; i++) await idle();
  assert.deepEqual(written, ['{"lambda_fdw_error":{"message":"closed","sqlstate":"55P03"}}']);
});

test("a stream that its reader closes lets the source go", async () => {
  let closed = false;
  const stream = new Writable({ write(chunk, _, done) { stream.destroy(); done(); } });
  const handler = serveStream(table({ name: "t", columns: { t: "text" } }, function* () {
    try {
      for (;;) yield { t: "x".repeat(1000) };
    } finally {
      closed = true;
    }
  }));
  await assert.rejects(handler(scan("t"), stream));
  assert.ok(closed);
});

// ---------------------------------------------------------------------------
// Writes
// ---------------------------------------------------------------------------

test("a store answers a batch that another environment wrote", async () => {
  const kept = new Map();
  const batchStore = { get: async (id) => kept.get(id),
                       put: async (id, answer) => { kept.set(id, structuredClone(answer)); } };
  let calls = 0;
  const environment = () => serve(
    table({ name: "t", columns: { id: { type: "integer", key: true } } }, [])
      .insert(({ rows }) => { calls++; return rows.map(({ values }) => values); })
      .delete(() => new Failed({ 0: "locked" })), { batchStore });
  const insert = write("t", "insert",
    { batch_id: "b-1", rows: [{ key: { id: "1" }, values: { id: "1" } }] });
  const answer = { rows: [{ id: 1 }] };
  assert.deepEqual(await environment()(insert), answer);
  assert.deepEqual(await environment()(insert), answer);
  assert.equal(calls, 1);
  const other = await environment()(write("t", "insert",
    { batch_id: "b-1", rows: [{ key: { id: "2" }, values: { id: "2" } }] }));
  assert.match(other.lambda_fdw_error.message, /"b-1" was another batch's/);
  assert.deepEqual(await environment()(write("t", "delete",
    { batch_id: "b-2", rows: [{ key: { id: "1" } }] })),
  { failed: [{ index: 0, message: "locked" }] });
});

test("the memory keeps the last thousand answers", async () => {
  let calls = 0;
  const handler = serve(table({ name: "t", columns: { id: "integer" } }, [])
    .insert(() => { calls++; }));
  const insert = (id) => handler(write("t", "insert", { batch_id: `b-${id}`, rows: [] }));
  for (let id = 0; id <= 1000; id++) await insert(id);
  await insert(1000);
  await insert(1);
  assert.equal(calls, 1001);
  await insert(0);
  assert.equal(calls, 1002);
});

// ---------------------------------------------------------------------------
// Errors
// ---------------------------------------------------------------------------

test("what is thrown is shown by type and message, and no stack", async () => {
  const thrown = [[new TypeError("x is undefined"), "TypeError: x is undefined"],
    ["words", "words"], [null, "null"], [Object.assign(new Error(""), {}), "Error"]];
  for (const [what, message] of thrown) {
    const handler = serve(table({ name: "t", columns: { n: "integer" } },
      () => { throw what; }));
    assert.deepEqual(JSON.parse(JSON.stringify(await handler(scan("t")))),
      { lambda_fdw_error: { message } });
  }
});

test("a declaration that cannot be served says so when it is loaded", () => {
  const cases = [
    [{ columns: { a: "text" } }, /needs a name/],
    [{ name: "t" }, /needs columns/],
    [{ name: "t", columns: { a: {} } }, /column "a" of table "t" needs a type/],
    [{ name: "t", columns: { a: { type: "text", pth: "/x" } } }, /meant "path"/],
    [{ name: "t", columns: { a: { type: "text", path: "" } } }, /JSON Pointer/],
    [{ name: "t", columns: { a: { type: "text", path: "/__proto__/a" } } }, /__proto__/],
    [{ name: "t", columns: { a: "text", b: { type: "text", path: "/a/b" } } }, /same place/],
    [{ name: "t", columns: { a: { type: "integer", pushdown: "=, like" } } }, /"like"/],
    [{ name: "t", columns: { a: { type: "text", pushdown: "<" } } }, /"<"/],
    [{ name: "t", columns: { a: "numeric(0)" } }, /precision must be between/],
    [{ name: "t", columns: { a: "integer(4)" } }, /modifiers/],
    [{ name: "t", columns: { a: "text" }, estimated_row: 5 }, /meant "estimated_rows"/],
    [{ name: "t", columns: { a: "text" }, splits: 0 }, /"splits"/],
    [{ name: "t", columns: { a: "text" }, batch: ["b"] }, /no column "b"/],
    [{ name: "t", columns: { a: "text" }, payload: { a: 1 } }, /"payload"/],
  ];
  for (const [declaration, message] of cases) {
    assert.throws(() => table(declaration, []), message);
  }
  const t = table({ name: "t", columns: { a: "text" } }, []);
  assert.throws(() => table({ name: "t", columns: { a: "text" } }, (function* () {})()),
    /can be read once|read once/);
  assert.throws(() => t.delete(() => 1), /no key/);
  assert.throws(() => serve(), /needs a table/);
  assert.throws(() => serve(t, t), /two tables/);
  assert.throws(() => serve(t, { page: 1 }), /no option "page"/);
  assert.throws(() => serve(t, { batchStore: {} }), /"get"/);
});
