"use strict";
// Tables: a declaration, its source of rows, its writers.

const { Column } = require("./column.js");
const { DeclarationError, list, suggestion } = require("./error.js");
const { isWithin } = require("./pointer.js");

const BATCH_ARGUMENT = "keys";
const WRITES = ["insert", "update", "delete", "truncate"];
const NUMBERS = ["estimated_rows", "splits", "batch_size", "max_batch_keys"];
const FLAGS = ["analyze", "idempotent", "durable"];
const SPLITS = 10000;
// What goes into the description as it is.
const PASSED = [...NUMBERS, ...FLAGS, "payload"];
const MEMBERS = ["name", "columns", "batch", "splitBy", ...PASSED];

function fail(name, text) {
  throw new DeclarationError(`table "${name}" ${text}`);
}

const isObject = (value) =>
  value !== null && typeof value === "object" && !Array.isArray(value);

function checkOptions(name, declared) {
  for (const member of Object.keys(declared)) {
    if (!MEMBERS.includes(member)) {
      fail(name, `has no member "${member}".${suggestion(member, MEMBERS)}`);
    }
  }
  for (const member of NUMBERS) {
    const value = declared[member];
    if (value !== undefined && !(Number.isInteger(value) && value > 0)) {
      fail(name, `needs a whole number above 0 for "${member}"`);
    }
  }
  if (declared.splits > SPLITS) fail(name, `can have ${SPLITS} splits at most`);
  for (const member of FLAGS) {
    if (!["boolean", "undefined"].includes(typeof declared[member])) {
      fail(name, `needs true or false for "${member}"`);
    }
  }
  if (declared.payload !== undefined && !isObject(declared.payload)) {
    fail(name, 'needs an object for "payload"');
  }
  if (!["kit", "source", undefined].includes(declared.splitBy)) {
    fail(name, 'needs "kit" or "source" for "splitBy"');
  }
}

function checkSource(name, source) {
  if (typeof source === "function") return;
  const iterator = source?.[Symbol.iterator] ?? source?.[Symbol.asyncIterator];
  if (typeof source !== "object" || typeof iterator !== "function") {
    fail(name, "needs a source of rows: a function, or a list of them");
  }
  if (typeof source.next === "function") {
    fail(name, "has a generator for a source, which can be read once: " +
      "give the function that makes it");
  }
}

class Table {
  constructor(declared, source) {
    const { name, columns } = declared ?? {};
    if (typeof name !== "string" || name === "") {
      throw new DeclarationError("a table needs a name");
    }
    checkOptions(name, declared);
    if (!isObject(columns) || Object.keys(columns).length === 0) {
      fail(name, "needs columns: an object of names and types");
    }
    checkSource(name, source);
    this.name = name;
    this.declared = declared;
    this.source = source;
    this.writers = {};
    this.columns = Object.entries(columns)
      .map(([column, given]) => new Column(name, column, given));
    this.stored = this.columns.filter((column) => !column.input);
    this.byAsked = new Map(this.columns.map((column) => [column.asked, column]));
    this.byName = new Map(this.columns.map((column) => [column.name, column]));
    this.checkPaths();
    this.checkPayload();
    this.setBatch(declared.batch);
  }

  checkPaths() {
    for (const [i, one] of this.columns.entries()) {
      for (const other of this.columns.slice(0, i)) {
        if (one.asked === other.asked || isWithin(one.tokens, other.tokens) ||
            isWithin(other.tokens, one.tokens)) {
          fail(this.name, `has columns "${other.name}" and "${one.name}" at the ` +
            "same place, or one in the other");
        }
      }
    }
  }

  checkPayload() {
    if (this.stored.length === 0) fail(this.name, "has no column that rows have");
    for (const member of Object.keys(this.declared.payload ?? {})) {
      if (member === "lambda_fdw" || this.byAsked.has(member)) {
        fail(this.name, `cannot have the member "${member}" in "payload"`);
      }
    }
  }

  // Columns of key tuples are required, and asked by = and in.
  setBatch(names) {
    this.batch = undefined;
    if (names === undefined) return;
    if (!Array.isArray(names) || names.length === 0) {
      fail(this.name, 'needs a list of columns for "batch"');
    }
    this.batch = names.map((name) => {
      const column = this.byName.get(name);
      if (column === undefined) {
        fail(this.name, `has no column "${name}", which "batch" names.` +
          suggestion(String(name), this.byName.keys()));
      }
      if (column.input || !column.pushdown.includes("=")) {
        fail(this.name, `cannot have column "${name}" in "batch": it has no "="`);
      }
      column.required = true;
      return column;
    });
    if (this.columns.some((column) => column.tokens[0] === BATCH_ARGUMENT)) {
      fail(this.name, `has a column "${BATCH_ARGUMENT}", whose name in requests ` +
        '"batch" needs');
    }
  }

  /** What describe says of it; streaming is how the handler answers. */
  describe(streaming) {
    const told = { name: this.name,
                   columns: this.columns.map((column) => column.describe()),
                   capabilities: ["limit", "order_by"],
                   argument_format: "digits" };
    if (this.batch) told.batch_argument = "/" + BATCH_ARGUMENT;
    if (streaming) told.response_mode = "streaming";
    if (WRITES.slice(0, 3).some((one) => this.writers[one])) told.updatable = true;
    if (this.writers.truncate) told.truncatable = true;
    for (const member of PASSED) {
      if (this.declared[member] !== undefined) told[member] = this.declared[member];
    }
    return told;
  }

  /** The columns' names in requests, for hints. */
  names() {
    return list(this.byAsked.keys());
  }

  /** What to do about a request for a column that is not there. */
  columnHint() {
    return `Its columns are, in requests: ${this.names()}. A foreign table's column of ` +
      "another name has the option path; lambda_fdw_check(table) lists what differs.";
  }
}

for (const operation of WRITES) {
  // Sets the writer of an operation; gives the table.
  Table.prototype[operation] = function set(writer) {
    if (typeof writer !== "function") {
      fail(this.name, `needs a function to ${operation}`);
    }
    if ((operation === "update" || operation === "delete") &&
        !this.columns.some((column) => column.key)) {
      fail(this.name, `has no key, by which rows are to be found for ${operation}: ` +
        'give the columns that identify a row "key": true');
    }
    this.writers[operation] = writer;
    return this;
  };
}

/** A table of these columns, whose rows the source gives. */
function table(declared, source) {
  return new Table(declared, source);
}

module.exports = { Table, table, BATCH_ARGUMENT, WRITES, isObject };
