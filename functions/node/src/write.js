"use strict";
// Writes: keys and values by their types for a writer, and what it returns as the
// answer.  A batch that was answered is answered the same again; another one of its
// batch_id is an error, as its rows would be lost: the server, whose ids are of one
// payload each, never sends one.

const { FunctionError, Failed, quote } = require("./error.js");
const { show } = require("./column.js");
const { findColumn } = require("./request.js");
const { fingerprint } = require("./pages.js");
const { memberOf, putAt, valueAt } = require("./pointer.js");
const { isObject } = require("./table.js");

const REMEMBERED = 1000;
const REMEMBERED_BYTES = 64 * 1024 * 1024;

/** Answers by batch_id, the latest of them. */
class Memory {
  #answers = new Map();
  #bytes = 0;

  get(id) {
    const text = this.#answers.get(id);
    return text === undefined ? undefined : JSON.parse(text);
  }

  put(id, answer) {
    const text = JSON.stringify(answer);
    this.#bytes -= this.#answers.get(id)?.length ?? 0;
    this.#bytes += text.length;
    this.#answers.set(id, text);
    for (const [oldest, old] of this.#answers) {
      if (this.#answers.size <= REMEMBERED && this.#bytes <= REMEMBERED_BYTES) break;
      this.#answers.delete(oldest);
      this.#bytes -= old.length;
    }
  }
}

// ---------------------------------------------------------------------------
// What a writer gets
// ---------------------------------------------------------------------------

// Refuses members that no column reads.
function checkLeaves(table, document, tokens) {
  for (const [name, value] of Object.entries(document)) {
    const path = [...tokens, name];
    if (table.byAsked.has(path.join("."))) continue;
    const within = table.columns.some((column) =>
      column.tokens.length > path.length &&
      path.every((token, i) => token === column.tokens[i]));
    if (!within) findColumn(table, path.join("."));
    if (isObject(value)) checkLeaves(table, value, path);
  }
}

// The values of an object by columns' names; those that it does not have are left out.
function readValues(table, document, number) {
  if (document === undefined || document === null) return {};
  if (!isObject(document)) {
    throw new FunctionError(`row ${number} of the request is no object`);
  }
  checkLeaves(table, document, []);
  const values = {};
  for (const column of table.columns) {
    const raw = valueAt(document, column.tokens);
    if (raw !== undefined) values[column.name] = column.written(raw, number);
  }
  return values;
}

function readRow(table, operation, row, number) {
  if (!isObject(row)) {
    throw new FunctionError(`row ${number} of the request is no object`);
  }
  const { key, values, ...others } = row;
  for (const name of Object.keys(others)) {
    throw new FunctionError(
      `row ${number} of the request has the member ${quote(name)}, which is not known`);
  }
  const read = { key: readValues(table, key, number),
                 values: readValues(table, values, number) };
  for (const column of table.columns) {
    if (operation !== "insert" && column.key && !Object.hasOwn(read.key, column.name)) {
      throw new FunctionError(`row ${number} of the request has no key: column ` +
        `${quote(column.name)} of table ${quote(table.name)}`);
    }
  }
  return read;
}

function readWrite(table, envelope, operation, payload) {
  const write = { operation, table: table.name, batchId: envelope.batch_id ?? null,
                  payload };
  if (operation === "truncate") {
    write.cascade = envelope.cascade ?? false;
    write.restartIdentity = envelope.restart_identity ?? false;
    return write;
  }
  if (!Array.isArray(envelope.rows)) {
    throw new FunctionError("the request has no rows");
  }
  write.rows = envelope.rows.map((row, i) => readRow(table, operation, row, i + 1));
  return write;
}

// ---------------------------------------------------------------------------
// What it returns
// ---------------------------------------------------------------------------

function failedAnswer(failed, count) {
  const rows = [...failed.rows].map(([index, message]) =>
    ({ index: Number(index), message: String(message) }));
  for (const { index } of rows) {
    if (!Number.isInteger(index) || index < 0 || index >= count) {
      throw new FunctionError(
        `the writer says that row ${index} failed, and the batch has ${count} rows, ` +
        "counted from 0");
    }
  }
  return rows.length > 0 ? { failed: rows } : undefined;
}

// A row as it is now; members that it does not have are as they were sent.
function returnedRow(table, row, number) {
  if (row === null || row === undefined) return null;
  if (typeof row !== "object") {
    throw new FunctionError(`the writer of table ${quote(table.name)} returned ` +
      `${show(row)} for row ${number}, which is no row`);
  }
  const made = {};
  for (const [i, column] of table.stored.entries()) {
    const raw = Array.isArray(row) ? row[i]
      : valueAt(row, column.tokens) ?? memberOf(row, column.name);
    if (raw === undefined) continue;
    const value = column.convert(raw, number);
    putAt(made, column.tokens, value === null ? null : column.type.json(value));
  }
  return made;
}

function answerOf(table, result, write) {
  const count = write.rows?.length ?? 0;
  if (result instanceof Failed) {
    const answer = failedAnswer(result, count);
    if (answer !== undefined) return answer;
    result = undefined;
  }
  if (result === undefined || result === null) {
    return write.rows ? { affected: count } : null;
  }
  if (Number.isInteger(result) && result >= 0) return { affected: result };
  if (Array.isArray(result)) {
    return { rows: result.map((row, i) => returnedRow(table, row, i + 1)) };
  }
  throw new FunctionError(`the writer of table ${quote(table.name)} returned ` +
    `${show(result)}`, { hint: "It returns rows, the number of rows, or nothing." });
}

async function call(writer, write) {
  try {
    return await writer(write);
  } catch (error) {
    if (error instanceof Failed) return error;
    throw error;
  }
}

/** Dispatches writes; `store` outlives the environment, if there is one. */
class Writes {
  #memory = new Memory();
  #store;

  constructor(store) {
    for (const method of ["get", "put"]) {
      if (store !== undefined && typeof store?.[method] !== "function") {
        throw new TypeError(`batchStore needs a method "${method}"`);
      }
    }
    this.#store = store;
  }

  async answer(table, envelope, operation, payload) {
    const writer = table.writers[operation];
    if (writer === undefined) {
      throw new FunctionError(`table ${quote(table.name)} takes no ${operation}`);
    }
    const id = envelope.batch_id ?? undefined;
    if (id !== undefined && typeof id !== "string") {
      throw new FunctionError(`batch_id ${show(id)} is no string`);
    }
    const request = id !== undefined && fingerprint({ ...payload, lambda_fdw: envelope });
    const known = id === undefined ? undefined : await this.#known(id);
    if (known !== undefined) {
      if (known.request === request) return known.answer;
      throw new FunctionError(`the batch_id ${show(id)} was another batch's`);
    }
    const write = readWrite(table, envelope, operation, payload);
    const answer = answerOf(table, await call(writer, write), write);
    if (id !== undefined) {
      this.#memory.put(id, { request, answer });
      await this.#store?.put(id, { request, answer });
    }
    return answer;
  }

  // A store has null or undefined for what it does not know.
  async #known(id) {
    return this.#memory.get(id) ?? await this.#store?.get(id) ?? undefined;
  }
}

module.exports = { Writes };
