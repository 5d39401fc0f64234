"use strict";
// Requests: what an event asks for, checked.  What is not known is an error that
// names it.

const { FunctionError, quote, list, suggestion } = require("./error.js");
const { condition, tupleCondition, boundsOf, valuesOf } = require("./filter.js");
const { parsePointer, valueAt } = require("./pointer.js");
const { show } = require("./column.js");
const { BATCH_ARGUMENT, WRITES, isObject } = require("./table.js");

const VERSION = 2;
const OPERATIONS = ["describe", "scan", ...WRITES];
const SCAN_MEMBERS = ["version", "operation", "table", "columns", "filters",
                      "order_by", "limit", "cursor", "split"];
const WRITE_MEMBERS = ["version", "operation", "table", "batch_id", "rows",
                       "cascade", "restart_identity"];
// Key tuples that the values of a request without the envelope may make.
const PLAIN_TUPLES = 10000;
const FILTER_MEMBERS = ["column", "columns", "operator", "value", "argument"];

function checkMembers(what, object, known) {
  for (const name of Object.keys(object)) {
    if (!known.includes(name)) {
      throw new FunctionError(`${what} has the member ${quote(name)}, which is ` +
        "not known");
    }
  }
}

/** The table of this name; without one the only one. */
function findTable(tables, name) {
  const hint = `This function serves: ${list(tables.keys())}. The foreign ` +
    'table\'s option "table_name" names one of them.';
  if (name === undefined || name === null) {
    if (tables.size === 1) return tables.values().next().value;
    throw new FunctionError("the request names no table", { hint });
  }
  const found = tables.get(name);
  if (found === undefined) {
    throw new FunctionError(`table ${quote(name)} is not served here`, { hint });
  }
  return found;
}

function findColumn(table, name) {
  const column = table.byAsked.get(name);
  if (column === undefined) {
    throw new FunctionError(
      `table ${quote(table.name)} has no column ${quote(name)}`,
      { hint: table.columnHint() });
  }
  return column;
}

/** Envelope and operation of an event that has one; the event's other members. */
function openEnvelope(event) {
  const { lambda_fdw: envelope, ...payload } = event;
  if (!isObject(envelope)) {
    throw new FunctionError(`"lambda_fdw" of the request is no object`);
  }
  if (envelope.version !== VERSION) {
    throw new FunctionError(
      `version ${show(envelope.version)} of the request is not known`,
      { hint: `This kit knows version ${VERSION}.` });
  }
  const { operation } = envelope;
  if (!OPERATIONS.includes(operation)) {
    throw new FunctionError(`operation ${quote(operation)} is not known`);
  }
  if (operation !== "describe") {
    checkMembers("the request", envelope,
      operation === "scan" ? SCAN_MEMBERS : WRITE_MEMBERS);
  }
  return { envelope, operation, payload };
}

// ---------------------------------------------------------------------------
// The parts of a scan
// ---------------------------------------------------------------------------

function readLimit(raw) {
  if (raw === undefined || raw === null) return null;
  const limit = typeof raw === "string" && /^[0-9]+$/.test(raw) ? Number(raw) : raw;
  if (!Number.isInteger(limit) || limit < 0) {
    throw new FunctionError(`limit ${show(raw)} is no number of rows`);
  }
  return limit;
}

function readSplit(raw) {
  if (raw === undefined || raw === null) return null;
  const { index, count } = raw;
  if (!Number.isInteger(index) || !Number.isInteger(count) || index < 0 ||
      index >= count) {
    throw new FunctionError(`split ${show(raw)} is none`,
      { hint: "It has an index from 0 on, and a count that is greater." });
  }
  return { index, count };
}

function readOrder(table, raw) {
  if (raw === undefined || raw === null) return [];
  if (!Array.isArray(raw)) throw new FunctionError(`order_by is no list`);
  return raw.map((key) => {
    const { column: name, descending = false, nulls = descending ? "first" : "last" } =
      key ?? {};
    checkMembers("order_by", key, ["column", "descending", "nulls"]);
    const column = findColumn(table, name);
    if (!column.type.compare || column.input) {
      throw new FunctionError(`column ${quote(column.name)} of table ` +
        `${quote(table.name)} has no order`);
    }
    if (typeof descending !== "boolean" || (nulls !== "first" && nulls !== "last")) {
      throw new FunctionError(`order_by has ${show(key)}`,
        { hint: "descending is true or false, nulls first or last." });
    }
    return { column, descending, nulls };
  });
}

// The columns of the answer: one at least, for a row of none would be no row.
function readColumns(table, raw) {
  if (raw === undefined || raw === null) return table.stored;
  if (!Array.isArray(raw)) throw new FunctionError("columns is no list");
  const asked = new Set(raw.map((name) => findColumn(table, name)));
  const stored = [...asked].filter((column) => !column.input);
  return stored.length > 0 ? stored : table.stored.slice(0, 1);
}

// What a filter compares with: its value, or the list that it refers to.
function valueOf(filter, payload) {
  if (!("argument" in filter)) return filter.value;
  const { argument } = filter;
  const value = typeof argument !== "string" ? undefined
    : argument.startsWith("/") ? valueAt(payload, parsePointer(argument))
    : Object.hasOwn(payload, argument) ? payload[argument] : undefined;
  if (value === undefined) {
    throw new FunctionError(`the request has no argument ${quote(argument)}, which ` +
      "a filter names");
  }
  return value;
}

// The tuples of a batch; one with a NULL matches nothing.
function readTuples(table, filter, payload) {
  if (filter.operator !== "in" || !Array.isArray(filter.columns)) {
    throw new FunctionError(
      `operator ${quote(filter.operator)} of several columns is not known`);
  }
  const columns = filter.columns.map((name) => findColumn(table, name));
  const list = valueOf(filter, payload);
  if (!Array.isArray(list)) {
    throw new FunctionError(`the argument ${quote(filter.argument)} is no list`);
  }
  const tuples = list.map((item, i) => columns.map((column) => {
    const raw = isObject(item) ? valueAt(item, column.tokens) : undefined;
    return raw === undefined || raw === null ? null
      : column.operand(raw, `, key tuple ${i + 1}`);
  }));
  return tupleCondition(columns, tuples.filter((tuple) => !tuple.includes(null)));
}

function readFilters(table, raw, payload) {
  const filters = raw ?? [];
  if (!Array.isArray(filters)) throw new FunctionError("filters is no list");
  const conditions = [];
  const tuples = [];
  for (const filter of filters) {
    if (!isObject(filter)) throw new FunctionError(`${show(filter)} is no filter`);
    checkMembers("a filter", filter, FILTER_MEMBERS);
    if ("columns" in filter) {
      tuples.push(readTuples(table, filter, payload));
    } else {
      const column = findColumn(table, filter.column);
      const value = valueOf(filter, payload);
      if (value === undefined && !String(filter.operator).startsWith("is ")) {
        throw new FunctionError(`a filter of column ${quote(column.name)} of table ` +
          `${quote(table.name)} has no value`);
      }
      conditions.push(condition(column, filter.operator, value));
    }
  }
  return { conditions, tuples };
}

// ---------------------------------------------------------------------------
// What a source is told
// ---------------------------------------------------------------------------

// Names of the columns that are answered, compared or sorted by.
function neededBy({ table, asked, conditions, tuples, order }) {
  const needed = new Set([...asked, ...conditions.map(({ column }) => column),
    ...tuples.flatMap(({ columns }) => columns), ...order.map(({ column }) => column)]);
  return table.stored.filter((column) => needed.has(column)).map(({ name }) => name);
}

/** A scan as its source sees it: what it may use to read less. */
class Query {
  #scan;

  constructor(scan, payload) {
    this.#scan = scan;
    this.table = scan.table.name;
    this.columns = neededBy(scan);
    this.limit = scan.limit;
    this.split = scan.split;
    this.payload = payload;
    this.orderBy = scan.order.map(({ column, descending, nulls }) =>
      ({ column: column.name, descending, nulls }));
    this.filters = scan.conditions.map(({ column, operator, values }) => {
      const shown = values.map((value) => column.type.user(value));
      const several = operator === "in" || operator === "not in";
      return { column: column.name, operator,
               value: several ? shown : shown[0] ?? null };
    });
  }

  #column(name) {
    const { table } = this.#scan;
    const column = table.byName.get(name) ?? table.byAsked.get(name);
    if (column === undefined) {
      throw new TypeError(`table "${table.name}" has no column "${name}".` +
        suggestion(String(name), table.byName.keys()));
    }
    return column;
  }

  values(name) {
    const column = this.#column(name);
    const { conditions, tuples } = this.#scan;
    return valuesOf(conditions, tuples, column)?.map(column.type.user) ?? null;
  }

  range(name) {
    const column = this.#column(name);
    const bounds = boundsOf(this.#scan.conditions, column);
    for (const end of ["low", "high"]) {
      if (bounds[end] !== null) bounds[end] = column.type.user(bounds[end]);
    }
    return bounds;
  }

  tuples() {
    const [first] = this.#scan.tuples;
    const { batch } = this.#scan.table;
    if (first === undefined || !batch) return null;
    const places = batch.map((column) => first.columns.indexOf(column));
    return first.tuples.map((tuple) => places.map((at, i) =>
      (at < 0 ? null : batch[i].type.user(tuple[at]))));
  }
}

/** A scan, read from an envelope. */
function readScan(table, envelope, payload) {
  const scan = { table, asked: readColumns(table, envelope.columns),
                 ...readFilters(table, envelope.filters, payload),
                 order: readOrder(table, envelope.order_by),
                 limit: readLimit(envelope.limit),
                 split: readSplit(envelope.split) };
  scan.query = new Query(scan, payload);
  return scan;
}

// Every required column has a value.
function checkRequired(table, conditions) {
  for (const column of table.columns) {
    if (column.required && !conditions.some((one) => one.column === column)) {
      throw new FunctionError(`the request has no value for column ` +
        `${quote(column.name)} of table ${quote(table.name)}`,
        { hint: "The column is required: its value, or a list of them, is a member " +
                "of the request." });
    }
  }
}

// The key tuples of a batch, by the values of its columns: each with each.
function plainTuples(table, conditions) {
  const left = table.batch.map((column) => valuesOf(conditions, [], column));
  const count = left.reduce((product, values) => product * values.length, 1);
  if (count > PLAIN_TUPLES) {
    throw new FunctionError(
      `the values of ${list(table.batch.map(({ name }) => name))} make ${count} key ` +
      `tuples of table ${quote(table.name)}, and a request without the envelope may ` +
      `have ${PLAIN_TUPLES}`, { hint: "Ask for fewer values at once." });
  }
  return tupleCondition(table.batch, left.reduce((tuples, values) =>
    tuples.flatMap((tuple) => values.map((value) => [...tuple, value])), [[]]));
}

/** A scan, read from an event without an envelope: its members are conditions. */
function readPlain(tables, event) {
  const named = tables.size > 1 || !tables.values().next().value.byAsked.has("table");
  const table = findTable(tables, named ? event.table : undefined);
  const conditions = [];
  for (const [name, raw] of Object.entries(event)) {
    if (name === "table" && named) continue;
    if (Object.hasOwn(table.declared.payload ?? {}, name)) continue;
    const column = table.byName.get(name) ?? findColumn(table, name);
    conditions.push(condition(column, Array.isArray(raw) ? "in" : "=", raw));
  }
  checkRequired(table, conditions);
  const tuples = table.batch ? [plainTuples(table, conditions)] : [];
  const scan = { table, asked: table.stored, conditions, tuples,
                 order: [], limit: null, split: null };
  scan.query = new Query(scan, event);
  return scan;
}

module.exports = { openEnvelope, findTable, findColumn, readScan, readPlain,
                   BATCH_ARGUMENT };
