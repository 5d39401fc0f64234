"use strict";
// Texts as PostgreSQL compares them: by code points, where JavaScript's own < is
// by UTF-16 units; and boolean and uuid, whose values are texts too.

const { documentOf } = require("./document.js");
const { FunctionError, Refusal } = require("./error.js");

const SUSPECT = /[\0\ud800-\udfff]/;
const BLANKS = / +$/;

/** Refuses what a text of PostgreSQL cannot hold. */
function checkText(text) {
  if (!SUSPECT.test(text)) return text;
  if (text.includes("\0")) {
    throw new Refusal("A text of PostgreSQL cannot hold the character U+0000.");
  }
  if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
    .test(text)) {
    throw new Refusal("It holds half of a surrogate pair.");
  }
  return text;
}

// As json_populate_record has it: what is no string is its JSON.
function readString(raw) {
  if (typeof raw === "string") return checkText(raw);
  if (typeof raw === "bigint") return String(raw);
  const told = documentOf(raw);
  if (told === null) throw new Refusal();
  return checkText(typeof told === "string" ? told : JSON.stringify(told));
}

function lengthOf(text) {
  let length = text.length;
  for (const unit of text.match(/[\ud800-\udbff]/g) ?? []) length -= unit.length;
  return length;
}

// A length counts code points; blanks beyond it are cut off.
function limited(text, length, name) {
  if (text.length <= length || lengthOf(text) <= length) return text;
  const points = Array.from(text);
  if (points.slice(length).some((point) => point !== " ")) {
    throw new Refusal(`The value is too long for type ${name}.`);
  }
  return points.slice(0, length).join("");
}

// UTF-16 has what is beyond U+FFFF in units below U+E000 to U+FFFF.
const rank = (unit) =>
  unit < 0xd800 ? unit : unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;

/** The order of two texts by code points, as the collation C has it. */
function compareTexts(a, b) {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

// ---------------------------------------------------------------------------
// LIKE
// ---------------------------------------------------------------------------

const ANY = null;       // what _ stands for

/*
 * A pattern as the pieces between its %, each a list of characters and ANY.
 * A backslash at the end escapes nothing, and is an error once a text comes to it.
 */
function parsePattern(pattern) {
  const pieces = [[]];
  const points = Array.from(pattern);
  for (let i = 0; i < points.length; i++) {
    if (points[i] === "%") pieces.push([]);
    else if (points[i] === "_") pieces.at(-1).push(ANY);
    else if (points[i] !== "\\") pieces.at(-1).push(points[i]);
    else if (++i < points.length) pieces.at(-1).push(points[i]);
    else return { pieces, broken: true };
  }
  return { pieces, broken: false };
}

function fits(points, at, piece) {
  if (at < 0 || at + piece.length > points.length) return false;
  for (let i = 0; i < piece.length; i++) {
    if (piece[i] !== ANY && piece[i] !== points[at + i]) return false;
  }
  return true;
}

// The first place of each piece is the best: what follows has most room then.
function find(points, from, piece) {
  for (let at = from; at + piece.length <= points.length; at++) {
    if (fits(points, at, piece)) return at;
  }
  return -1;
}

function matchPieces(points, pieces) {
  const last = pieces.length - 1;
  if (last === 0) return points.length === pieces[0].length && fits(points, 0, pieces[0]);
  if (!fits(points, 0, pieces[0])) return false;
  let at = pieces[0].length;
  for (let i = 1; i < last; i++) {
    const found = find(points, at, pieces[i]);
    if (found < 0) return false;
    at = found + pieces[i].length;
  }
  const end = points.length - pieces[last].length;
  return end >= at && fits(points, end, pieces[last]);
}

// Matches nothing, but raises the error where a text goes on at the backslash, or
// ends there by _ that follow a %: PostgreSQL passes over these to see what is next.
function matchBroken(points, pieces) {
  let at = 0;
  for (const [i, piece] of pieces.entries()) {
    const found = i === 0 ? (fits(points, 0, piece) ? 0 : -1)
      : find(points, at, piece);
    if (found < 0) return false;
    at = found + piece.length;
  }
  const word = pieces.findLastIndex((piece) => piece.some((one) => one !== ANY));
  const wild = pieces.slice(Math.max(word, 0) + 1).some((piece) => piece.length > 0);
  if (at < points.length || wild) {
    throw new FunctionError("LIKE pattern must not end with escape character",
      { sqlstate: "22025" });
  }
  return false;
}

// The shapes that most patterns have need no list of a text's characters.
function plainMatcher(pieces) {
  if (pieces.some((piece) => piece.includes(ANY))) return undefined;
  const words = pieces.map((piece) => piece.join(""));
  const [first, second, third] = words;
  if (words.length === 1) return (text) => text === first;
  if (words.length === 2) {
    return (text) => text.length >= first.length + second.length &&
      text.startsWith(first) && text.endsWith(second);
  }
  if (words.length === 3 && first === "" && third === "") {
    return (text) => text.includes(second);
  }
  return undefined;
}

/** A test of texts by a pattern of LIKE, as PostgreSQL has it. */
function like(pattern) {
  const { pieces, broken } = parsePattern(pattern);
  if (broken) return (text) => matchBroken(Array.from(text), pieces);
  return plainMatcher(pieces) ?? ((text) => matchPieces(Array.from(text), pieces));
}

// ---------------------------------------------------------------------------
// The types
// ---------------------------------------------------------------------------

function string(name, more) {
  return {
    name,
    ordered: "C",       // where the column's collation is that
    convert: readString,
    operand: readString,
    compare: compareTexts,
    key: (value) => value,
    json: (value) => value,
    user: (value) => value,
    ...more,
  };
}

function varchar(name, length) {
  return string(name, { like: true, convert: length === undefined ? readString
    : (raw) => limited(readString(raw), length, name) });
}

function char(name, length) {
  const bare = (raw) => readString(raw).replace(BLANKS, "");
  return string(name, { operand: bare, convert: length === undefined ? bare
    : (raw) => limited(readString(raw), length, name).replace(BLANKS, "") });
}

const WORDS = [["true", 1, true], ["false", 1, false], ["yes", 1, true],
  ["no", 1, false], ["on", 2, true], ["off", 2, false], ["1", 1, true],
  ["0", 1, false]];

function readBoolean(raw) {
  if (typeof raw === "boolean") return raw;
  if (typeof raw !== "string" && raw !== 0 && raw !== 1) throw new Refusal();
  const text = String(raw).replace(/^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g, "").toLowerCase();
  const found = WORDS.find(([word, least]) =>
    text.length >= least && word.startsWith(text));
  if (found === undefined) throw new Refusal();
  return found[2];
}

const UUID = /^(\{?)((?:[0-9a-f]{4}-?){7}[0-9a-f]{4})(\}?)$/i;

function readUuid(raw) {
  const match = typeof raw === "string" ? UUID.exec(raw) : null;
  if (match === null || match[1].length !== match[3].length) throw new Refusal();
  const digits = match[2].replace(/-/g, "").toLowerCase();
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

module.exports = {
  compareTexts, like, varchar, char,
  text: string("text", { like: true }),
  boolean: string("boolean", { ordered: true, convert: readBoolean,
    operand: readBoolean, compare: (a, b) => a - b }),
  uuid: string("uuid", { ordered: true, convert: readUuid, operand: readUuid,
    compare: (a, b) => (a < b ? -1 : a > b ? 1 : 0) }),
};
