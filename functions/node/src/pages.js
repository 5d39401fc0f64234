"use strict";
// Pages: an answer is at most so many bytes of JSON, and the rest follows by a
// cursor, "ROWS.REQUEST.CHECK": rows returned so far, a fingerprint of the request
// and one of those rows.  The environment that gave a cursor keeps the source open,
// and goes on; another one reads it again, past the rows that the cursor counts,
// which must be the same.

const { createHash } = require("node:crypto");
const { FunctionError, quote } = require("./error.js");
const { show } = require("./column.js");
const { Scan } = require("./scan.js");

const PAGE_BYTES = 5000000;
const ROW_BYTES = 6000000;      // Lambda's answers have 6 MB
const KEPT_SCANS = 8;
const FRAME = 200;              // what stands around rows: split, cursor
const CURSOR = /^([0-9]+)\.([0-9a-f]{16})\.([0-9a-f]{16})$/;

const digest = (hash) => hash.copy().digest("hex").slice(0, 16);

/** A fingerprint of a request, without its cursor. */
function fingerprint(event) {
  const { cursor, ...envelope } = event.lambda_fdw;
  const text = JSON.stringify({ ...event, lambda_fdw: envelope });
  return digest(createHash("sha256").update(text));
}

function readCursor(raw, request) {
  const match = typeof raw === "string" ? CURSOR.exec(raw) : null;
  if (match === null) throw new FunctionError(`the cursor ${show(raw)} is none of ours`);
  if (match[2] !== request) {
    throw new FunctionError("the cursor is of another request",
      { hint: "A cursor goes with the request that was answered with it." });
  }
  return { returned: Number(match[1]), check: match[3] };
}

class Pages {
  #kept = new Map();    // scans by the cursor that goes on with them

  constructor(bytes = PAGE_BYTES) {
    this.bytes = bytes;
  }

  /** The answer to a scan: a page of its rows, with a cursor where more follow. */
  async answer(scan, event, cursor) {
    const request = fingerprint(event);
    const state = cursor === undefined || cursor === null || cursor === ""
      ? { scan: new Scan(scan), returned: 0, hash: createHash("sha256") }
      : await this.#resume(scan, cursor, request);
    const answer = scan.split ? { split: scan.split } : {};
    const { rows, texts, ended } = await this.#fill(scan.table, state);
    answer.rows = rows;
    if (ended) return answer;
    for (const text of texts) state.hash.update(text);
    state.returned += rows.length;
    answer.cursor = `${state.returned}.${request}.${digest(state.hash)}`;
    await this.#keep(answer.cursor, state);
    return answer;
  }

  // Rows for as many bytes as a page has, and one at least.
  async #fill(table, state) {
    const rows = [];
    const texts = [];
    let room = this.bytes - FRAME;
    const ended = await state.scan.run((row) => {
      const text = JSON.stringify(row);
      const bytes = Buffer.byteLength(text) + 1;
      if (bytes > room && rows.length > 0) return false;
      checkBytes(table, bytes, state.returned + rows.length + 1);
      room -= bytes;
      rows.push(row);
      texts.push(text);
      return true;
    });
    return { rows, texts, ended };
  }

  async #resume(scan, cursor, request) {
    const { returned, check } = readCursor(cursor, request);
    const kept = this.#kept.get(cursor);
    if (kept !== undefined) {
      this.#kept.delete(cursor);
      return kept;
    }
    const state = { scan: new Scan(scan), returned: 0, hash: createHash("sha256") };
    await state.scan.run((row) => {
      if (state.returned === returned) return false;
      state.hash.update(JSON.stringify(row));
      state.returned += 1;
      return true;
    });
    if (state.returned !== returned || digest(state.hash) !== check) {
      await state.scan.close();
      throw new FunctionError(
        `the rows of table ${quote(scan.table.name)} changed between two pages`,
        { hint: "Its source must give the same rows, in the same order, when it " +
                "is read again." });
    }
    return state;
  }

  // Two scans of one request come to the same cursors: either goes on for both.
  async #keep(cursor, state) {
    const other = this.#kept.get(cursor);
    this.#kept.set(cursor, state);
    await other?.scan.close();
    if (this.#kept.size <= KEPT_SCANS) return;
    const [oldest, { scan }] = this.#kept.entries().next().value;
    this.#kept.delete(oldest);
    await scan.close();
  }

  /** All rows, as a plain invocation has them. */
  async list(scan) {
    const state = { scan: new Scan(scan), returned: 0 };
    const { rows, ended } = await this.#fill(scan.table, state);
    if (ended) return rows;
    await state.scan.close();
    throw new FunctionError(
      `the rows of table ${quote(scan.table.name)} are more than one answer holds`,
      { hint: "Ask with the envelope of lambda_fdw, which pages." });
  }
}

function checkBytes(table, bytes, number) {
  if (bytes <= ROW_BYTES) return;
  throw new FunctionError(`table ${quote(table.name)}, row ${number} of the answer: ` +
    `it has ${bytes} bytes of JSON, and an answer holds ${ROW_BYTES}`);
}

module.exports = { Pages, fingerprint };
