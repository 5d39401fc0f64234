"use strict";
// What goes wrong, in words that a query shows.

/**
 * An error in the function's own words.  The query fails with the message,
 * DETAIL, HINT and SQLSTATE given here, and with no stack.
 */
class FunctionError extends Error {
  constructor(message, { detail, hint, sqlstate } = {}) {
    super(message);
    this.name = "FunctionError";
    this.detail = detail;
    this.hint = hint;
    this.sqlstate = sqlstate;
  }
}

/** Rows of a write that failed: from their numbers in the batch to messages. */
class Failed extends Error {
  constructor(rows) {
    super("rows of the batch failed");
    this.name = "Failed";
    this.rows = new Map(rows instanceof Map ? rows : Object.entries(rows));
  }
}

/** Why a value is none of a type; what knows its column and row names them. */
class Refusal extends Error {}

/** What is wrong with a declaration; raised where the handler is loaded. */
class DeclarationError extends TypeError {
  constructor(message) {
    super(message);
    this.name = "DeclarationError";
  }
}

const quote = (name) => `"${name}"`;
const list = (names) => [...names].join(", ");

/** The answer that an error becomes; the stack goes to the log alone. */
function answerOf(error) {
  if (error instanceof FunctionError) {
    const { message, detail, hint, sqlstate } = error;
    return { lambda_fdw_error: { message, detail, hint, sqlstate } };
  }
  console.error(error);
  return { lambda_fdw_error: { message: wordsOf(error) } };
}

/** Type and message of anything that was thrown. */
function wordsOf(error) {
  if (error === null || typeof error !== "object") return String(error);
  const name = error.name ?? error.constructor?.name ?? "Error";
  return error.message ? `${name}: ${error.message}` : String(name);
}

// How many letters are to change to make one name the other.
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1,
        row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** " Did you mean ...?" where a name is near to one of those that are right. */
function suggestion(name, right) {
  const near = [...right].map((one) => [distance(name, one), one])
    .sort((a, b) => a[0] - b[0])[0];
  return near && near[0] <= Math.max(2, name.length / 3)
    ? ` Perhaps you meant "${near[1]}".` : "";
}

module.exports = { FunctionError, Failed, Refusal, DeclarationError, answerOf,
                   wordsOf, quote, list, suggestion };
