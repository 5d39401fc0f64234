// The oracle's tables, served by the kit for Node.js; see kit_python.py, which does
// the same in Python.
//
// IDENTIFICATION
//   test/oracle/handlers/_tables.mjs

import { appendFileSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { table } from "../../../functions/node/src/index.js";

const FOLDER = process.env.LAMBDA_FDW_ORACLE;
const NATIVE = {
  int2: Number, int4: Number, int8: BigInt, numeric: String,
  float4: Number, float8: Number, bool: (text) => text === "true",
  date: String, timestamp: String, timestamptz: String, json: JSON.parse,
};
const handlers = new Map();     // by the round

function convert(row, columns) {
  return row.map((text, index) => text === null || columns[index].native === null
    ? text : NATIVE[columns[index].native](text));
}

// A row as an object: each value at its column's path.
function nested(values, columns) {
  const made = { never: "asked for" };
  values.forEach((value, index) => {
    const column = columns[index];
    if (value === null && column.leave_out) return;
    let place = made;
    for (const name of column.path.slice(0, -1)) place = place[name] ??= {};
    place[column.path.at(-1)] = value;
  });
  return made;
}

function sourceOf(spec) {
  const { columns } = spec;
  const rows = spec.rows.map((row) => convert(row, columns));
  const rowsAs = (query) => {
    let chosen = rows;
    // What the source itself looks at, to read less.
    columns.forEach((column, index) => {
      const values = column.used ? query.values(column.name) : null;
      if (values) chosen = chosen.filter((row) => [...values].includes(row[index]));
    });
    return spec.form === "sequences" ? chosen
      : chosen.map((row) => nested(row, columns));
  };
  return spec.lazy ? async function* (query) { yield* rowsAs(query); } : rowsAs;
}

function handlerOf(number, language, serve) {
  const folder = join(FOLDER, number);
  const specs = readdirSync(folder).sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")))
    .filter((spec) => spec.language === language);
  const tables = specs.map((spec) => table(spec.declaration, sourceOf(spec)));
  return serve(...tables, { pageBytes: specs[0].page_bytes });
}

// The handler of an event's round, made by `serve` of the kit.
export function handlerFor(event, language, serve) {
  appendFileSync(join(FOLDER, "calls.log"), JSON.stringify(event) + "\n");
  const { round, cold } = event.oracle;
  if (!handlers.has(round) || cold && event.lambda_fdw.cursor) {
    handlers.clear();
    handlers.set(round, handlerOf(round, language, serve));
  }
  return handlers.get(round);
}
