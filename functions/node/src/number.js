"use strict";
// Numbers as PostgreSQL compares them.
//
// An integer is held as a number where that is exact, else as a BigInt: each
// value has one form, equal ones are ===, and < compares the two exactly.  A
// numeric is held with its digits: `text` as PostgreSQL prints it, `key` without
// trailing zeros, and `near`, the double next to it, which orders all but those
// that share it.

const { Refusal } = require("./error.js");

const INTEGER = /^[ \t\n\r\f\v]*([+-]?[0-9]+)[ \t\n\r\f\v]*$/;
const DECIMAL =
  /^[ \t\n\r\f\v]*([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?[ \t\n\r\f\v]*$/;
const SPECIAL = /^[ \t\n\r\f\v]*(?:(nan)|([+-]?)(?:inf|infinity))[ \t\n\r\f\v]*$/i;
const WHOLE_DIGITS = 131072;    // a numeric has so many before its point at most
const FRACTION_DIGITS = 16383;  // and so many behind it

/** The one form of an integer given as a BigInt. */
function exact(big) {
  const number = Number(big);
  return Number.isSafeInteger(number) ? number : big;
}

const order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** "NaN", "Infinity", "-Infinity" if a text is one of them as PostgreSQL has it. */
function special(text) {
  const match = SPECIAL.exec(text);
  if (match === null) return undefined;
  return match[1] ? "NaN" : match[2] === "-" ? "-Infinity" : "Infinity";
}

// ---------------------------------------------------------------------------
// Integers
// ---------------------------------------------------------------------------

function readInteger(raw) {
  switch (typeof raw) {
    case "number":
      if (!Number.isInteger(raw)) throw new Refusal();
      return Number.isSafeInteger(raw) ? raw + 0 : BigInt(raw);
    case "bigint":
      return exact(raw);
    case "string": {
      const match = INTEGER.exec(raw);
      if (match === null) throw new Refusal();
      if (match[1].length < 16) return Number(match[1]) + 0;
      return exact(BigInt(match[1].replace("+", "")));
    }
    default:
      throw new Refusal();
  }
}

// A number in a request that the runtime has rounded is nobody's any more.
function readOperand(raw) {
  if (typeof raw === "number" && Number.isInteger(raw) &&
      !Number.isSafeInteger(raw)) {
    throw new Refusal("Numbers this large are rounded by JSON.parse: set the " +
      "foreign table's option argument_format 'digits', or send a string.");
  }
  return readInteger(raw);
}

function integer(name, low, high, user) {
  return {
    name,
    ordered: true,
    convert(raw) {
      const value = readInteger(raw);
      if (value < low || value > high) {
        throw new Refusal(`The value is out of range for type ${name}.`);
      }
      return value;
    },
    operand: readOperand,
    compare: order,
    key: (value) => value,
    json: (value) => (typeof value === "bigint" ? String(value) : value),
    user,
  };
}

// ---------------------------------------------------------------------------
// numeric
// ---------------------------------------------------------------------------

const SPECIALS = {
  "-Infinity": { rank: -1, text: "-Infinity", key: "-Infinity", near: -Infinity },
  Infinity: { rank: 1, text: "Infinity", key: "Infinity", near: Infinity },
  NaN: { rank: 2, text: "NaN", key: "NaN", near: NaN },
};

/** A numeric of digits as they are: "12", "50" is 12.50. */
function decimal(negative, whole, fraction) {
  if (whole.startsWith("0")) whole = whole.replace(/^0+/, "");
  if (whole.length > WHOLE_DIGITS || fraction.length > FRACTION_DIGITS) {
    throw new Refusal("The value overflows numeric format.");
  }
  const digits = fraction.endsWith("0") ? fraction.replace(/0+$/, "") : fraction;
  const sign = negative && (whole !== "" || digits !== "") ? "-" : "";
  const start = sign + (whole || "0");
  const key = digits ? start + "." + digits : start;
  return { rank: 0, key, near: Number(key),
           text: fraction ? start + "." + fraction : start };
}

// Moves the point, as an exponent says.
function shift(negative, whole, fraction, exponent) {
  if (Math.abs(exponent) > WHOLE_DIGITS + FRACTION_DIGITS) {
    if (/^0*$/.test(whole + fraction)) return decimal(false, "", "");
    throw new Refusal("The value overflows numeric format.");
  }
  if (exponent >= 0) {
    fraction = fraction.padEnd(exponent, "0");
    return decimal(negative, whole + fraction.slice(0, exponent),
      fraction.slice(exponent));
  }
  whole = whole.padStart(-exponent, "0");
  return decimal(negative, whole.slice(0, exponent),
    whole.slice(exponent) + fraction);
}

function readText(text) {
  const match = DECIMAL.exec(text);
  if (match === null || (match[2] === "" && !match[3])) {
    const name = special(text);
    if (name === undefined) throw new Refusal();
    return SPECIALS[name];
  }
  const negative = match[1] === "-";
  if (match[4] === undefined) return decimal(negative, match[2], match[3] ?? "");
  return shift(negative, match[2], match[3] ?? "", Number(match[4]));
}

/** A numeric of any value that JSON may have for one. */
function readDecimal(raw) {
  switch (typeof raw) {
    case "string":
      return readText(raw);
    case "number":
      return Number.isFinite(raw) ? readText(String(raw)) : SPECIALS[String(raw)];
    case "bigint":
      return readText(String(raw));
    default:
      throw new Refusal();
  }
}

/** Its digits as a BigInt, with `scale` of them behind the point; exact. */
function unscaled(value, scale) {
  const [whole, fraction = ""] = value.key.split(".");
  return BigInt(whole + fraction.padEnd(scale, "0"));
}

function scaleOf(value) {
  const point = value.key.indexOf(".");
  return point < 0 ? 0 : value.key.length - point - 1;
}

function compareDecimals(a, b) {
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.near !== b.near && a.rank !== 2) return a.near < b.near ? -1 : 1;
  if (a.key === b.key) return 0;
  const scale = Math.max(scaleOf(a), scaleOf(b));
  return order(unscaled(a, scale), unscaled(b, scale));
}

/** An integer divided by a power of ten, rounded half away from zero. */
function divideRounded(big, power) {
  const unit = 10n ** BigInt(power);
  const half = unit / 2n;
  return big < 0n ? -((-big + half) / unit) : (big + half) / unit;
}

// A value at a scale, which may be negative: as a whole number of its units.
function inUnits(value, scale) {
  const own = scaleOf(value);
  return own > scale ? divideRounded(unscaled(value, own), own - scale)
    : unscaled(value, Math.max(scale, 0));
}

function ofUnits(units, scale) {
  const negative = units < 0n;
  const digits = String(negative ? -units : units);
  if (scale <= 0) return decimal(negative, digits + "0".repeat(-scale), "");
  const padded = digits.padStart(scale + 1, "0");
  return decimal(negative, padded.slice(0, -scale), padded.slice(-scale));
}

function roundTo(value, precision, scale, name) {
  const point = value.text.indexOf(".");
  const whole = point < 0 ? value.text.length : point;
  const fraction = point < 0 ? 0 : value.text.length - point - 1;
  if (fraction === scale && whole <= precision - scale) return value;
  if (value.rank === 2) return value;
  if (value.rank !== 0) {
    throw new Refusal(`Type ${name} cannot hold an infinite value.`);
  }
  const units = inUnits(value, scale);
  if ((units < 0n ? -units : units) >= 10n ** BigInt(precision)) {
    throw new Refusal(`The value overflows type ${name}.`);
  }
  return ofUnits(units, scale);
}

function numeric(name, precision, scale) {
  return {
    name,
    ordered: true,
    convert: precision === undefined ? readDecimal
      : (raw) => roundTo(readDecimal(raw), precision, scale, name),
    operand: readDecimal,
    compare: compareDecimals,
    key: (value) => value.key,
    json: (value) => value.text,
    user: (value) => value.text,
  };
}

/** A number of JSON times a power of ten, as a BigInt rounded half away from 0. */
function scaled(raw, power) {
  const value = readDecimal(raw);
  if (value.rank !== 0) throw new Refusal();
  return inUnits(value, power);
}

// ---------------------------------------------------------------------------
// real and double precision
// ---------------------------------------------------------------------------

function readDouble(raw, name) {
  if (typeof raw === "number") return raw;
  if (typeof raw !== "bigint" && typeof raw !== "string") throw new Refusal();
  const text = String(raw);
  const match = DECIMAL.exec(text);
  if (match === null || (match[2] === "" && !match[3])) {
    const found = special(text);
    if (found === undefined) throw new Refusal();
    return Number(found);
  }
  const value = Number(text);
  if (!Number.isFinite(value) ||
      (value === 0 && /[1-9]/.test(match[2] + (match[3] ?? "")))) {
    throw new Refusal(`The value is out of range for type ${name}.`);
  }
  return value;
}

// The exact order of a double and of the decimal that it was read from.
function compareToText(double, text) {
  const given = readText(text);
  let power = 0;
  let mantissa = double;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    power++;
  }
  const scale = scaleOf(given);
  return order(BigInt(mantissa) * 10n ** BigInt(scale),
    unscaled(given, scale) << BigInt(power));
}

const floats = new Float32Array(1);
const bits = new Int32Array(floats.buffer);

// The float beyond another, away from zero or toward it.
function neighbour(float, outward) {
  floats[0] = float;
  bits[0] += outward ? 1 : -1;
  return floats[0];
}

/*
 * A double half way between two floats may have been a decimal on one side of
 * the middle; the nearest float is then that side's, and not the even one.
 */
function nearestFloat(double, text) {
  const float = Math.fround(double);
  if (float === double || !Number.isFinite(float) || float === 0) return float;
  const other = neighbour(float, Math.abs(double) > Math.abs(float));
  if ((float + other) / 2 !== double) return float;
  const side = compareToText(double, text);
  if (side === 0) return float;
  return side < 0 ? Math.max(float, other) : Math.min(float, other);
}

function readReal(raw) {
  const double = readDouble(raw, "real");
  if (!Number.isFinite(double)) return double;
  const float = nearestFloat(double, String(raw));
  if (!Number.isFinite(float) || (float === 0 && double !== 0)) {
    throw new Refusal("The value is out of range for type real.");
  }
  return float;
}

// The fewest digits that read back as the same float.
function shortestReal(value) {
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

/** Doubles in PostgreSQL's order: NaN equals itself, and is above all others. */
function compareDoubles(a, b) {
  if (a < b) return -1;
  if (a > b) return 1;
  if (a === b) return 0;
  return (a !== a ? 1 : 0) - (b !== b ? 1 : 0);
}

function float(name, read, shortest) {
  return {
    name,
    ordered: true,
    convert: read,
    operand: read,
    compare: compareDoubles,
    key: (value) => (value === 0 ? 0 : value),
    json(value) {
      if (!Number.isFinite(value)) return String(value);
      return Object.is(value, -0) ? "-0" : shortest(value);
    },
    user: (value) => value,
  };
}

module.exports = {
  exact, order, numeric, scaled,
  smallint: integer("smallint", -32768, 32767, (value) => value),
  integer: integer("integer", -2147483648, 2147483647, (value) => value),
  bigint: integer("bigint", -9223372036854775808n, 9223372036854775807n, BigInt),
  real: float("real", readReal, shortestReal),
  double: float("double precision", (raw) => readDouble(raw, "double precision"),
    (value) => value),
};
