"use strict";
// Types by their names in SQL.
//
// A type has `convert`, of a value in a row; `operand`, of a value that a column
// is compared with, which has no length, scale or precision; `compare`, and `key`,
// the same for equal values alone; `json`, the one form in which it is answered;
// `user`, what sources and writers get; `ordered`: true, or "C" where that is
// by the collation; `like`.  Refusal is what convert and operand throw.

const { documentOf } = require("./document.js");
const { DeclarationError } = require("./error.js");
const number = require("./number.js");
const text = require("./text.js");
const time = require("./time.js");

const NAME = /^ *([a-z][a-z0-9_ ]*?) *(?:\( *(-?[0-9]+)? *(?:, *(-?[0-9]+) *)?\))? *(with time zone|without time zone)? *$/;

const ALIASES = {
  int2: "smallint", int4: "integer", int: "integer", int8: "bigint",
  decimal: "numeric", dec: "numeric", float4: "real", float8: "double precision",
  bool: "boolean", "character varying": "varchar", character: "char",
};

function bounded(type, what, value, low, high) {
  if (value === undefined) return value;
  if (value < low || value > high) {
    throw new DeclarationError(
      `type ${type}: its ${what} must be between ${low} and ${high}`);
  }
  return value;
}

const length = (type, value) => bounded(type, "length", value, 1, 10485760);
const digits = (type, value) => bounded(type, "precision", value, 0, 6);

const MAKERS = {
  smallint: () => number.smallint,
  integer: () => number.integer,
  bigint: () => number.bigint,
  numeric: (name, precision, scale) => number.numeric(name,
    bounded(name, "precision", precision, 1, 1000),
    bounded(name, "scale", scale ?? 0, -1000, 1000)),
  real: () => number.real,
  "double precision": () => number.double,
  float: (name, precision) =>
    (bounded(name, "precision", precision ?? 53, 1, 53) < 25
      ? number.real : number.double),
  boolean: () => text.boolean,
  text: () => text.text,
  varchar: (name, n) => text.varchar(name, length(name, n)),
  char: (name, n) => text.char(name, length(name, n ?? 1)),
  bpchar: (name, n) => text.char(name, length(name, n)),
  uuid: () => text.uuid,
  date: () => time.date,
  time: (name, precision) => time.time(name, digits(name, precision)),
  timestamp: (name, precision) => time.timestamp(name, digits(name, precision)),
  timestamptz: (name, precision) => time.timestamptz(name, digits(name, precision)),
};
const MODIFIERS = { numeric: 2, float: 1, varchar: 1, char: 1, bpchar: 1, time: 1,
                    timestamp: 1, timestamptz: 1 };

// What is known of a type by its name; undefined for none.
function known(name) {
  const match = NAME.exec(name.toLowerCase().replace(/[ \t\n]+/g, " "));
  if (match === null) return undefined;
  const zone = match[4];
  let base = ALIASES[match[1]] ?? match[1];
  if (zone !== undefined) {
    if (base !== "timestamp" && (base !== "time" || zone === "with time zone")) {
      return undefined;
    }
    if (base === "timestamp" && zone === "with time zone") base = "timestamptz";
  }
  if (!Object.hasOwn(MAKERS, base)) return undefined;
  const modifiers = [match[2], match[3]].filter((one) => one !== undefined)
    .map(Number);
  if (modifiers.length > (MODIFIERS[base] ?? 0) ||
      (name.includes("(") && modifiers.length === 0)) {
    throw new DeclarationError(`type ${name} has modifiers that it cannot have`);
  }
  return MAKERS[base](name, ...modifiers);
}

// A value of a type that is not known goes through as JSON has it.
function passed(raw) {
  return typeof raw === "bigint" ? String(raw) : documentOf(raw);
}

const coded = (coding) => (raw) =>
  (raw instanceof Uint8Array ? Buffer.from(raw).toString(coding) : passed(raw));

/**
 * The type of this name.  One that is not known has `convert`, `json` and `user`
 * alone: its values go through as they are.
 */
function typeOf(name, format) {
  const type = known(name);
  if (type === undefined) {
    const convert = format === "base64" || format === "hex" ? coded(format) : passed;
    return { name, convert, json: (value) => value, user: (value) => value };
  }
  if (format === undefined) return type;
  if (type.epoch === undefined || (format !== "epoch_s" && format !== "epoch_ms")) {
    throw new DeclarationError(`format "${format}" does not fit type ${name}`);
  }
  return { ...type, convert: type.epoch(format === "epoch_s" ? 6 : 3) };
}

/** The operators that are honoured exactly for a type, in the order described. */
function operatorsOf(type, collation) {
  const found = [];
  if (type.compare) found.push("=", "in", "<>", "not in");
  if (type.ordered === true ||
      (type.ordered === "C" && (collation === "C" || collation === "POSIX"))) {
    found.push("<", "<=", ">", ">=");
  }
  if (type.like) found.push("like");
  found.push("is null", "is not null");
  return found;
}

module.exports = { typeOf, operatorsOf };
