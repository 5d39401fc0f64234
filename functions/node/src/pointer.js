"use strict";
// JSON Pointers (RFC 6901): where a column is in a row, a list in a request.

const { DeclarationError } = require("./error.js");

/** The tokens of a pointer. */
function parsePointer(text) {
  if (typeof text !== "string" || !text.startsWith("/") || /~(?![01])/.test(text)) {
    throw new DeclarationError(
      `path ${JSON.stringify(text)} is no JSON Pointer to a member, as "/city" is`);
  }
  const tokens = text.slice(1).split("/")
    .map((token) => token.replace(/~1/g, "/").replace(/~0/g, "~"));
  if (tokens.includes("__proto__")) {
    throw new DeclarationError("a path cannot have the member __proto__");
  }
  return tokens;
}

/** A member of an object, or of a Map. */
const memberOf = (object, name) =>
  (object instanceof Map ? object.get(name) : object[name]);

/** What is there; undefined for nothing, and for what is a method. */
function valueAt(document, tokens) {
  for (const token of tokens) {
    if (document === null || typeof document !== "object") return undefined;
    document = memberOf(document, token);
  }
  return typeof document === "function" ? undefined : document;
}

/** Puts a value there, into objects, which are made where they are missing. */
function putAt(document, tokens, value) {
  let place = document;
  for (let i = 0; i < tokens.length - 1; i++) {
    if (!Object.hasOwn(place, tokens[i])) place[tokens[i]] = {};
    place = place[tokens[i]];
  }
  place[tokens[tokens.length - 1]] = value;
}

/** Does one pointer lead to the other, or into it? */
function isWithin(inner, outer) {
  return outer.every((token, i) => token === inner[i]);
}

module.exports = { parsePointer, memberOf, valueAt, putAt, isWithin };
