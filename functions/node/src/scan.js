"use strict";
// A scan: rows of the source that match, in order, as they are answered.

const { isPlain } = require("./document.js");
const { FunctionError, quote } = require("./error.js");
const { putAt } = require("./pointer.js");
const { isObject } = require("./table.js");

const SHOWN = 20;       // members that a message names
const SEVERAL = Symbol("several values");

const isPromise = (value) => typeof value?.then === "function";

// ---------------------------------------------------------------------------
// Rows
// ---------------------------------------------------------------------------

// Reads a column's value in rows that are objects, or lists in its place.
function accessor(table, column) {
  const read = column.reader();
  const place = table.stored.indexOf(column);
  return (row) => (Array.isArray(row) ? row[place] : read(row));
}

/*
 * What stands for a required column's value that rows leave out: the one value it
 * was asked with by =; of several nobody knows which.
 */
function standIn(scan, column) {
  if (!column.required) return undefined;
  const own = scan.conditions.filter((one) => one.column === column);
  const single = own.find((one) => one.operator === "=");
  if (single) return single.values[0];
  return own.some((one) => one.operator === "in") ||
    scan.tuples.some((one) => one.columns.includes(column)) ? SEVERAL : undefined;
}

// A column's value of the n-th row, converted; null for none.
function valueReader(scan, column) {
  const read = accessor(scan.table, column);
  const instead = standIn(scan, column);
  if (instead === undefined) return (row, n) => column.convert(read(row), n);
  return (row, n) => {
    const raw = read(row);
    if (raw !== undefined) return column.convert(raw, n);
    if (instead !== SEVERAL) return instead;
    throw new FunctionError(`column ${quote(column.name)} of table ` +
      `${quote(column.table)}, row ${n}: the row does not have it, and was asked ` +
      "for by several values", { hint: "Rows must say which of them they are for." });
  };
}

function checkRow(table, row, n) {
  if (Array.isArray(row)) {
    if (row.length === table.stored.length) return;
    throw new FunctionError(`table ${quote(table.name)}, row ${n}: it has ` +
      `${row.length} values, and the table ${table.stored.length} columns`);
  }
  if (row === null || typeof row !== "object") {
    throw new FunctionError(
      `table ${quote(table.name)}, row ${n}: it is neither an object nor a list`);
  }
  if (n === 1) checkMembers(table, row);
}

// Rows that have none of the columns are another table's, or of other names.
function checkMembers(table, row) {
  const isMap = row instanceof Map;
  const names = isMap ? [...row.keys()] : Object.keys(row);
  if (names.length === 0 && (isMap || isPlain(row))) return;
  if (!table.stored.some(({ tokens }) => (isMap ? row.has(tokens[0]) : tokens[0] in row))) {
    const has = names.length > 0 ? names.slice(0, SHOWN).map(String).join(", ")
      : `nothing, being a ${row.constructor?.name || "value"}`;
    throw new FunctionError(`a row of table ${quote(table.name)} has none of its columns`,
      { detail: `It has: ${has}.` });
  }
}

/*
 * All of a request's conditions as one test of a row.  LIKE is the dearest, and the
 * only one that may raise an error, so it comes last.
 */
function matcher(scan) {
  const isLike = ({ operator }) => Number(operator === "like");
  const tests = scan.conditions.filter(({ column }) => !column.input)
    .sort((a, b) => isLike(a) - isLike(b))
    .map(({ column, test, nulls = false }) =>
      ({ read: valueReader(scan, column), test, nulls }));
  const tuples = scan.tuples.map(({ columns, test }) =>
    ({ readers: columns.map((column) => valueReader(scan, column)), test }));
  return (row, n) => {
    for (const { read, test, nulls } of tests) {
      const value = read(row, n);
      if (value === null ? !nulls : !test(value)) return false;
    }
    for (const { readers, test } of tuples) {
      const values = readers.map((read) => read(row, n));
      if (values.includes(null) || !test(values)) return false;
    }
    return true;
  };
}

// FNV-1a, of a text's UTF-16 units.
function hashOf(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

/*
 * Is a row in the split asked for?  By its key, which it has in whatever order the
 * source gives its rows; without one by its number.
 */
function splitter(scan) {
  if (scan.split === null || scan.table.declared.splitBy === "source") {
    return null;
  }
  const { index, count } = scan.split;
  const keys = scan.table.stored.filter((column) => column.key)
    .map((column) => ({ column, read: accessor(scan.table, column) }));
  if (keys.length === 0) return (row, n) => (n - 1) % count === index;
  return (row, n) => {
    const values = keys.map(({ column, read }) => {
      const value = column.convert(read(row), n);
      return value === null ? null : column.type.json(value);
    });
    return hashOf(JSON.stringify(values)) % count === index;
  };
}

// A row as it is answered: the columns asked for, each at its path.
function maker(scan) {
  const columns = scan.asked.map((column) => ({
    name: column.tokens.length === 1 ? column.tokens[0] : undefined,
    tokens: column.tokens, json: column.type.json,
    read: valueReader(scan, column),
  }));
  return (row, n) => {
    const made = {};
    for (const { name, tokens, json, read } of columns) {
      const value = read(row, n);
      const told = value === null ? null : json(value);
      if (name === undefined) putAt(made, tokens, told);
      else made[name] = told;
    }
    return made;
  };
}

// ---------------------------------------------------------------------------
// Order
// ---------------------------------------------------------------------------

function comparerOf(order) {
  const keys = order.map(({ column, descending, nulls }, i) => {
    const { compare } = column.type;
    const ofNull = nulls === "first" ? -1 : 1;
    return (a, b) => {
      const [x, y] = [a.keys[i], b.keys[i]];
      if (x === null) return y === null ? 0 : ofNull;
      if (y === null) return -ofNull;
      return descending ? compare(y, x) : compare(x, y);
    };
  });
  return (a, b) => {
    for (const key of keys) {
      const order = key(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

// ---------------------------------------------------------------------------
// The scan
// ---------------------------------------------------------------------------

/** The rows of a source for a query, as an iterator. */
async function openSource(table, query) {
  let rows = typeof table.source === "function" ? table.source(query) : table.source;
  if (isPromise(rows)) rows = await rows;
  rows ??= [];
  const open = rows?.[Symbol.asyncIterator] ?? rows?.[Symbol.iterator];
  if (typeof open !== "function" || typeof rows === "string") {
    const what = isObject(rows) ? "an object" : typeof rows;
    throw new FunctionError(
      `the source of table ${quote(table.name)} returned ${what}, and no rows`,
      { hint: "It returns a list, a generator or another iterable." });
  }
  return open.call(rows);
}

class Scan {
  #scan;
  #iterator = null;
  #number = 0;          // rows of the source read so far
  #returned = 0;
  #held = null;         // a row that was made, and not taken
  #matches;
  #inSplit;
  #make;

  constructor(scan) {
    this.#scan = scan;
    this.#matches = matcher(scan);
    this.#inSplit = splitter(scan);
    this.#make = maker(scan);
  }

  #wants(row, n) {
    checkRow(this.#scan.table, row, n);
    return (this.#inSplit === null || this.#inSplit(row, n)) && this.#matches(row, n);
  }

  // Gives each row that matches to `take` with its number, until that is false.
  async #read(take) {
    const iterator = this.#iterator;
    for (;;) {
      let result = iterator.next();
      if (isPromise(result)) result = await result;
      if (result.done) {
        this.#iterator = null;
        return true;
      }
      const n = ++this.#number;
      if (!this.#wants(result.value, n)) continue;
      const more = take(result.value, n);
      if (more === false || (isPromise(more) && await more === false)) return false;
    }
  }

  // All rows that match, sorted, in place of the source's.
  async #sort() {
    const { order, limit } = this.#scan;
    const readers = order.map(({ column }) => valueReader(this.#scan, column));
    const found = [];
    await this.#read((row, n) => {
      found.push({ row, n, keys: readers.map((read) => read(row, n)) });
    });
    found.sort(comparerOf(order));
    return limit === null ? found : found.slice(0, limit);
  }

  // Rows as they are answered, to `take`, until it has no more room: false then.
  async #rows(take) {
    if (this.#scan.order.length === 0) {
      return this.#read((row, n) => take(this.#make(row, n)));
    }
    this.sorted ??= { rows: await this.#sort(), next: 0 };
    const { rows } = this.sorted;
    while (this.sorted.next < rows.length) {
      const { row, n } = rows[this.sorted.next];
      rows[this.sorted.next++] = undefined;
      const more = take(this.#make(row, n));
      if (more === false || (isPromise(more) && await more === false)) return false;
    }
    return true;
  }

  /**
   * Gives rows to `sink`, which may return a promise, until the end: true; or until
   * it returns false for one, which is the first of the next run.
   */
  async run(sink) {
    const limit = this.#scan.limit ?? Infinity;
    if (limit === 0 || this.#scan.conditions.some((one) => one.never)) return true;
    let full = false;
    const take = (row) => {
      const settle = (taken) => {
        if (taken === false) {
          this.#held = row;
          full = true;
          return false;
        }
        return ++this.#returned < limit;
      };
      const taken = sink(row);
      return isPromise(taken) ? taken.then(settle) : settle(taken);
    };
    try {
      if (this.#held !== null) {
        const row = this.#held;
        this.#held = null;
        if (await take(row) === false) return this.#ended(full);
      }
      if (this.#iterator === null && this.#number === 0) {
        this.#iterator = await openSource(this.#scan.table, this.#scan.query);
      }
      if (this.#iterator !== null || this.sorted) await this.#rows(take);
    } catch (error) {
      await this.close();
      throw error;
    }
    return this.#ended(full);
  }

  async #ended(full) {
    if (full) return false;
    await this.close();
    return true;
  }

  /** Lets the source go; an error of its own is for the log alone. */
  async close() {
    const iterator = this.#iterator;
    this.#iterator = null;
    this.sorted = undefined;
    try {
      await iterator?.return?.();
    } catch (error) {
      console.error(error);
    }
  }
}

module.exports = { Scan };
