"use strict";
// Handlers of tables: one that answers at once, by pages, and one that streams.

const { FunctionError, answerOf, quote } = require("./error.js");
const { Pages } = require("./pages.js");
const { openEnvelope, findTable, readScan, readPlain } = require("./request.js");
const { Table, isObject } = require("./table.js");
const { streamRows, writeAll } = require("./stream.js");
const { Writes } = require("./write.js");

const OPTIONS = ["pageBytes", "batchStore"];
const LEAST_PAGE = 250;

function readArguments(args) {
  const tables = new Map();
  let options = {};
  for (const [i, one] of args.entries()) {
    if (one instanceof Table) {
      if (tables.has(one.name)) throw new TypeError(`two tables are "${one.name}"`);
      tables.set(one.name, one);
    } else if (i === args.length - 1 && isObject(one)) {
      options = one;
    } else {
      throw new TypeError("serve takes tables, as table(...) makes them, and options");
    }
  }
  if (tables.size === 0) throw new TypeError("serve needs a table");
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) throw new TypeError(`serve has no option "${name}"`);
  }
  const { pageBytes } = options;
  if (pageBytes !== undefined &&
      !(Number.isInteger(pageBytes) && pageBytes >= LEAST_PAGE)) {
    throw new TypeError(`pageBytes must be a whole number from ${LEAST_PAGE} on`);
  }
  return { tables, options };
}

/** What a handler serves, and how an event is answered. */
class Service {
  constructor(args, streaming) {
    const { tables, options } = readArguments(args);
    this.tables = tables;
    this.streaming = streaming;
    this.pages = new Pages(options.pageBytes);
    this.writes = new Writes(options.batchStore);
  }

  describe() {
    return { tables: [...this.tables.values()]
      .map((table) => table.describe(this.streaming)) };
  }

  /** The answer; where that is a stream of rows, `stream` sends them, and is it. */
  async answer(event, stream) {
    if (event === null || event === undefined) event = {};
    if (!isObject(event)) throw new FunctionError("the payload is no object");
    if (!("lambda_fdw" in event)) return this.pages.list(readPlain(this.tables, event));
    const { envelope, operation, payload } = openEnvelope(event);
    if (operation === "describe") return this.describe();
    const table = findTable(this.tables, envelope.table);
    if (operation !== "scan") {
      return this.writes.answer(table, envelope, operation, payload);
    }
    const scan = readScan(table, envelope, payload);
    if (stream === undefined) return this.pages.answer(scan, event, envelope.cursor);
    if (envelope.cursor !== undefined && envelope.cursor !== null) {
      throw new FunctionError(
        `the rows of table ${quote(table.name)} are streamed, and have no cursor`);
    }
    return stream(scan);
  }
}

/**
 * A handler that serves tables: what `export const handler` is.  An error becomes
 * a lambda_fdw_error.
 */
function serve(...args) {
  const service = new Service(args, false);
  return async (event) => {
    try {
      return await service.answer(event);
    } catch (error) {
      return answerOf(error);
    }
  };
}

/**
 * The same by awslambda.streamifyResponse: rows are sent while the source gives
 * them.  An error is an answer until the first byte is sent, and fails the stream then.
 */
function serveStream(...args) {
  const service = new Service(args, true);
  const handler = async (event, stream) => {
    stream.setContentType?.("application/json");
    let begun = false;
    let answer;
    try {
      answer = await service.answer(event, (scan) =>
        streamRows(scan, stream, () => { begun = true; }));
    } catch (error) {
      if (begun) throw error;
      answer = answerOf(error);
    }
    if (!begun) await writeAll(stream, JSON.stringify(answer));
    await new Promise((resolve, reject) => {
      stream.once?.("error", reject);
      stream.end(resolve);
    });
  };
  const { awslambda } = globalThis;
  return awslambda ? awslambda.streamifyResponse(handler) : handler;
}

module.exports = { serve, serveStream };
