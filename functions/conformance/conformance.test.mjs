// The cases of this folder, by the kit for Node.js in ../node.
//
//     node --test functions/conformance
//
// README.md says what a case is; test_conformance.py is the same in Python.
//
// IDENTIFICATION
//   functions/conformance/conformance.test.mjs

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const CASES = process.env.LAMBDA_FDW_CASES || HERE;
const KIT = process.env.LAMBDA_FDW_KIT ?? join(HERE, "../node/src/index.js");
const lambda = await import(pathToFileURL(KIT));

const NATIVE = {
  integer: BigInt, float: Number, decimal: String, date: String,
  datetime: (text) => new Date(text), set: (values) => new Set(values),
  map: (members) => new Map(members.map(([name, value]) => [name, native(value)])),
};
const DEFAULTS = { version: 2, operation: "scan", columns: ["id"], cursor: null };
const SHORT = ["version", "operation", "table", "columns", "limit", "cursor", "split"];
// What this language calls otherwise.
const NAMES = { order_by: "orderBy", batch_id: "batchId" };

// ---------------------------------------------------------------------------
// Tables
// ---------------------------------------------------------------------------

// A value as the source has it.
function native(value) {
  return value?.native ? NATIVE[value.native](value.value) : value;
}

function mapValues(object, change) {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name, change(value)]));
}

function raising(what) {
  return typeof what === "string" ? new Error(what)
    : new lambda.Error(what.message, what);
}

let readings = 0;

// The rows of a table of a case; {"repeat"} makes them, others at each reading where
// they shift; {"raise"} makes none.
function rowsOf(described) {
  if (Array.isArray(described)) {
    return described.map((row) =>
      Array.isArray(row) ? row.map(native)
        : row.native ? native(row) : mapValues(row, native));
  }
  const first = described.shift ? readings++ : 1;
  return Array.from({ length: described.repeat }, (_, index) =>
    mapValues(described.row, (value) => value === "#" ? first + index : value));
}

// What a writer was given, as a case has it.
function text(value) {
  return value === null ? null : String(value);
}

// One table: the kit's, and what its source and writers have seen.
class Table {
  constructor({ rows, writes = {}, ...declaration }) {
    Object.assign(this, { calls: 0, wrote: null, query: null });
    this.kit = lambda.table(declaration, (query) => {
      this.query = query;
      if (rows.raise) throw raising(rows.raise);
      return rowsOf(rows);
    });
    for (const [operation, answer] of Object.entries(writes)) {
      this.kit[operation](this.writer(operation, answer));
    }
  }

  writer(operation, answer) {
    return (write) => {
      const rows = write.rows ?? [];
      this.calls += 1;
      this.wrote = rows.map((row) => ({
        ...mapValues(row.values, text),
        ...(operation === "insert" ? {} : { key: mapValues(row.key, text) }),
      }));
      if (answer === "rows") return rows.map((row) => ({ ...row.key, ...row.values }));
      if (answer === "count") return rows.length;
      if (answer.failed) throw new lambda.Failed(answer.failed);
      if (answer.raise) throw raising(answer.raise);
      return undefined;
    };
  }
}

// An environment of Lambda that has loaded the tables of a case.
class Kit {
  constructor(described) {
    this.tables = described.tables.map((table) => new Table(table));
    const options = described.serve
      ? [{ pageBytes: described.serve.page_bytes }] : [];
    this.handler = lambda.serve(...this.tables.map((table) => table.kit), ...options);
  }

  table(name) {
    return this.tables.find((table) => table.kit.name === name);
  }

  // The answer as Lambda sends it on, and its length.
  async answer(event) {
    const { error } = console;
    console.error = () => {};
    try {
      const answer = await this.handler(JSON.parse(JSON.stringify(event)), {});
      const sent = JSON.stringify(answer) ?? "null";
      return [JSON.parse(sent), Buffer.byteLength(sent)];
    } finally {
      console.error = error;
    }
  }
}

// ---------------------------------------------------------------------------
// Requests
// ---------------------------------------------------------------------------

function condition([column, operator, value]) {
  return value !== null && typeof value === "object" && !Array.isArray(value)
    ? { column, operator, ...value } : { column, operator, value };
}

// The event that a case's request stands for.
async function eventOf(request, described, kit, more = {}) {
  if (request.plain) return request.plain;
  const envelope = { ...DEFAULTS, table: described.tables[0].name };
  for (const name of SHORT) if (name in request) envelope[name] = request[name];
  envelope.filters = (request.filters ?? []).map(condition);
  if (request.order_by) {
    envelope.order_by = request.order_by.map(
      ([column, descending, nulls]) => ({ column, descending, nulls }));
  }
  if (envelope.operation !== "scan") {
    for (const name of ["columns", "filters", "cursor"]) delete envelope[name];
  }
  if (envelope.operation === "describe") delete envelope.table;
  Object.assign(envelope, request.envelope);
  const event = { ...structuredClone(request.event ?? {}), lambda_fdw: envelope };
  if (request.batch) await putBatch(event, request.batch, kit, envelope.table);
  Object.assign(envelope, more);
  return event;
}

// Key tuples, where the table says that it takes them.
async function putBatch(event, { columns, tuples }, kit, name) {
  const [described] = await kit.answer(
    { lambda_fdw: { version: 2, operation: "describe" } });
  const pointer = described.tables.find((one) => one.name === name).batch_argument;
  const tokens = pointer.split("/").slice(1);
  let place = event;
  for (const token of tokens.slice(0, -1)) place = place[token] ??= {};
  place[tokens.at(-1)] = tuples.map((tuple) =>
    Object.fromEntries(columns.map((column, index) => [column, tuple[index]])));
  event.lambda_fdw.filters.push({ columns, operator: "in", argument: pointer });
}

// ---------------------------------------------------------------------------
// Answers
// ---------------------------------------------------------------------------

// Digits without what does not change the number.
function plain(digits) {
  const [, sign, whole, , fraction = ""] =
    /^([-+]?)0*(\d*)(\.(\d*?)0*)?$/.exec(digits) ?? [];
  if (whole === undefined) return digits;
  const number = (whole || "0") + (fraction && "." + fraction);
  return sign === "-" && number !== "0" ? "-" + number : number;
}

// A list, as an array or as the option's text.
function names(value) {
  return Array.isArray(value) ? value : value.split(/\s*,\s*/);
}

const MATCHERS = {
  any: (wanted, value) => wanted.some((one) => matches(one, value)),
  includes: (wanted, value) => isObject(value) && Object.entries(wanted).every(
    ([name, one]) => name in value && matches(one, value[name])),
  set: (wanted, value) =>
    JSON.stringify([...names(value)].sort()) === JSON.stringify([...wanted].sort()),
  without: (wanted, value) => !names(value).some((one) => wanted.includes(one)),
  like: (wanted, value) =>
    typeof value === "string" && new RegExp(wanted).test(value),
  digits: (wanted, value) => ["number", "string"].includes(typeof value) &&
    plain(String(value)) === plain(wanted),
  nothing: (_, value) => value === null || value === undefined ||
    isObject(value) && Object.values(value).every(
      (one) => MATCHERS.nothing(true, one)),
  // a count of rows written may be left out
  written: (wanted, value) => value === null ||
    isObject(value) && (value.affected ?? wanted) === wanted &&
    Object.keys(value).every((name) => name === "affected"),
};

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function matches(wanted, value) {
  if (Array.isArray(wanted)) {
    return Array.isArray(value) && wanted.length === value.length &&
      wanted.every((one, index) => matches(one, value[index]));
  }
  if (!isObject(wanted)) return wanted === value;
  const [name, ...others] = Object.keys(wanted);
  if (others.length === 0 && name in MATCHERS) {
    return MATCHERS[name](wanted[name], value);
  }
  return isObject(value) && Object.keys(value).every((one) => one in wanted) &&
    Object.keys(wanted).every((one) => matches(wanted[one], value[one]));
}

function check(wanted, value) {
  assert.ok(matches(wanted, value), JSON.stringify(value));
}

function idsOf(wanted) {
  if (Array.isArray(wanted)) return wanted;
  const step = wanted.from <= wanted.to ? 1 : -1;
  return Array.from({ length: (wanted.to - wanted.from) * step + 1 },
    (_, index) => wanted.from + index * step);
}

// All rows of a scan, over its pages.
async function pagesOf(request, described, kit, split) {
  const rows = [];
  const bytes = request.unbounded ? undefined : described.serve?.page_bytes;
  let cursor = null;
  let pages = 0;
  do {
    if (request.environments === "cold") kit = new Kit(described);
    const event = await eventOf(request, described, kit, split ? { split } : {});
    if (cursor !== null) event.lambda_fdw.cursor = cursor;
    const [answer, length] = await kit.answer(event);
    assert.ok(Array.isArray(answer.rows), JSON.stringify(answer));
    if (split) {
      assert.deepEqual(answer.split, split);
      assert.equal(Object.keys(answer)[0], "split", "the split comes first");
    }
    if (bytes) assert.ok(length <= bytes, `${length} bytes`);
    rows.push(...answer.rows);
    pages += 1;
    cursor = answer.cursor ?? null;
    assert.ok(pages < 1000, "pages without an end");
  } while (cursor !== null);
  if (!split) {
    assert.ok(pages >= (request.pages ?? 1), `${pages} pages`);
    if (!request.pages) assert.equal(pages, 1, "pages");
  }
  return rows;
}

async function scan(request, described, kit) {
  const rows = [];
  if (request.splits === undefined) {
    rows.push(...await pagesOf(request, described, kit));
  }
  for (let index = 0; index < (request.splits ?? 0); index++) {
    rows.push(...await pagesOf(request, described, kit,
      { index, count: request.splits }));
  }
  if ("count" in request) assert.equal(rows.length, request.count);
  if ("ids" in request) {
    const ids = rows.map((row) => Number(row.id));
    const wanted = [...idsOf(request.ids)];
    const order = (a, b) => a - b;
    if (!request.order_by) [ids, wanted].forEach((one) => one.sort(order));
    assert.deepEqual(ids, wanted);
    if (!("columns" in request) && !request.envelope) {
      assert.ok(rows.every((row) => Object.keys(row).join() === "id"),
        "columns that were not asked for");
    }
  }
  if ("rows" in request) check(request.rows, rows);
}

function checkError(request, answer) {
  assert.deepEqual(Object.keys(answer ?? {}), ["lambda_fdw_error"],
    JSON.stringify(answer));
  const error = answer.lambda_fdw_error;
  const said = ["message", "detail", "hint"].map((name) => error[name] ?? "").join(" ");
  for (const part of request.error ?? []) {
    assert.ok(said.includes(part), `${part} is not in: ${said}`);
  }
  assert.doesNotMatch(said, /\n\s+at /);
  if (request.sqlstate) assert.equal(error.sqlstate, request.sqlstate);
  if (request.error_is) assert.deepEqual(error, request.error_is);
}

// What a query says of itself.
function told(wanted, query) {
  for (const [name, value] of Object.entries(wanted)) {
    if (name === "tuples") {
      check(value, query.tuples()?.map((tuple) => tuple.map(text)) ?? null);
      continue;
    }
    if (name !== "values") {
      check(value, query[NAMES[name] ?? name] ?? null);
      continue;
    }
    for (const [column, values] of Object.entries(value)) {
      const found = query.values(column) ?? null;
      check(values, found && [...found].map(text).sort());
    }
  }
}

async function run(request, described, kit) {
  const table = kit.table(request.table ?? described.tables[0].name);
  if ("ids" in request || "rows" in request || "count" in request) {
    await scan(request, described, kit);
  } else {
    const event = await eventOf(request, described, kit);
    if (request.steal_cursor) {
      const [other] = await kit.answer(
        await eventOf(request.steal_cursor, described, kit));
      event.lambda_fdw.cursor = other.cursor;
    }
    if (request.moved) {
      const [first] = await kit.answer(event);
      event.lambda_fdw.cursor = first.cursor;
      kit = new Kit(described);
    }
    const [answer] = await kit.answer(event);
    if (request.error || request.error_is) checkError(request, answer);
    else check(request.list ?? request.answer, answer);
  }
  if ("calls" in request) assert.equal(table.calls, request.calls);
  if ("wrote" in request) assert.deepEqual(table.wrote, request.wrote);
  if ("query" in request) told(request.query, table.query);
}

for (const folder of ["types", "cases"]) {
  for (const name of readdirSync(join(CASES, folder)).sort()) {
    if (!name.endsWith(".json")) continue;
    const described = JSON.parse(readFileSync(join(CASES, folder, name), "utf8"));
    test(`${folder}/${name}`, async () => {
      const kit = new Kit(described);
      const wrong = [];
      for (const request of described.requests) {
        try {
          await run(request, described, kit);
        } catch (error) {
          wrong.push(`${JSON.stringify(request)}\n    ${error.message}`);
        }
      }
      assert.equal(wrong.length, 0, wrong.join("\n"));
    });
  }
}
