"use strict";
// A request's conditions, compiled: for each column one test of its values.

const { FunctionError, quote } = require("./error.js");
const { like } = require("./text.js");

const OPERATORS = ["=", "<>", "<", "<=", ">", ">=", "in", "not in", "like", "ilike",
                   "is null", "is not null"];

const COMPARISONS = {
  "=": (compare, b) => (a) => compare(a, b) === 0,
  "<>": (compare, b) => (a) => compare(a, b) !== 0,
  "<": (compare, b) => (a) => compare(a, b) < 0,
  "<=": (compare, b) => (a) => compare(a, b) <= 0,
  ">": (compare, b) => (a) => compare(a, b) > 0,
  ">=": (compare, b) => (a) => compare(a, b) >= 0,
};

function checkOperator(column, operator) {
  if (!OPERATORS.includes(operator)) {
    throw new FunctionError(`operator ${quote(operator)} is not known`);
  }
  if (column.input ? operator !== "=" && operator !== "in" : !column.operators.includes(operator)) {
    throw new FunctionError(`column ${quote(column.name)} of table ` +
      `${quote(column.table)} is not compared by ${quote(operator)}`);
  }
}

// An input column's value is the query's, of whatever type.
function readValue(column, raw) {
  return column.input && !column.type.operand ? raw : column.operand(raw);
}

// Values of "in" and "not in" but NULL.
function readList(column, operator, raw) {
  if (!Array.isArray(raw)) {
    throw new FunctionError(`column ${quote(column.name)} of table ` +
      `${quote(column.table)} is compared by ${quote(operator)} with no list`);
  }
  return raw.filter((one) => one !== null).map((one) => readValue(column, one));
}

const never = () => false;

/*
 * NOT IN is true of every row where the list is empty, of NULL too, and of none where
 * it has a NULL.
 */
function listed(column, operator, raw) {
  const { key = (value) => value } = column.type;
  const values = readList(column, operator, raw);
  const keys = new Set(values.map(key));
  if (operator === "in") {
    return { column, operator, values, test: (value) => keys.has(key(value)),
             never: values.length === 0 };
  }
  if (values.length < raw.length) {
    return { column, operator, values, test: never, never: true };
  }
  return { column, operator, values, nulls: raw.length === 0,
           test: (value) => !keys.has(key(value)) };
}

/**
 * One condition: column, operator, values, and the test that it is of a value; nulls:
 * is it true of NULL; never: is it true of nothing?
 */
function condition(column, operator, raw) {
  checkOperator(column, operator);
  const { type } = column;
  if (operator === "is null" || operator === "is not null") {
    return { column, operator, values: [], nulls: operator === "is null",
             test: () => operator === "is not null" };
  }
  if (operator === "in" || operator === "not in") return listed(column, operator, raw);
  if (raw === null) return { column, operator, values: [], test: never, never: true };
  const value = readValue(column, raw);
  const test = column.input ? undefined
    : operator === "like" ? like(value) : COMPARISONS[operator](type.compare, value);
  return { column, operator, values: [value], test };
}

// Values as one text, in which none can be taken for two.
const tupleKey = (columns, values) =>
  values.map((value, i) => String(columns[i].type.key(value))).join("\0");

/** Key tuples: lists of values in the order of columns. */
function tupleCondition(columns, tuples) {
  const keys = new Set(tuples.map((tuple) => tupleKey(columns, tuple)));
  return { columns, tuples, test: (values) => keys.has(tupleKey(columns, values)) };
}

/**
 * The bounds that conditions leave a column: { low, lowInclusive, high,
 * highInclusive }, null where there is none.
 */
function boundsOf(conditions, column) {
  const bounds = { low: null, lowInclusive: false, high: null,
                   highInclusive: false };
  const { compare } = column.type;
  for (const { operator, values: [value], column: other } of conditions) {
    if (other !== column || value === undefined) continue;
    const inclusive = operator.endsWith("=");
    if (operator.startsWith(">")) {
      const order = bounds.low === null ? 1 : compare(value, bounds.low);
      if (order > 0 || (order === 0 && !inclusive)) {
        Object.assign(bounds, { low: value, lowInclusive: inclusive });
      }
    } else if (operator === "<" || operator === "<=") {
      const order = bounds.high === null ? -1 : compare(value, bounds.high);
      if (order < 0 || (order === 0 && !inclusive)) {
        Object.assign(bounds, { high: value, highInclusive: inclusive });
      }
    }
  }
  return bounds;
}

/** The values that = and in leave a column; null where there is neither. */
function valuesOf(conditions, tuples, column) {
  const lists = conditions.filter((one) => one.column === column &&
    (one.operator === "=" || one.operator === "in")).map((one) => one.values);
  for (const { columns, tuples: rows } of tuples) {
    const at = columns.indexOf(column);
    if (at >= 0) lists.push(rows.map((row) => row[at]));
  }
  if (lists.length === 0) return null;
  const key = column.type.key ?? ((value) => value);
  const [first, ...others] = lists.map(
    (values) => new Map(values.map((value) => [key(value), value])));
  return [...first].filter(([one]) => others.every((other) => other.has(one)))
    .map(([, value]) => value);
}

module.exports = { condition, tupleCondition, boundsOf, valuesOf };
