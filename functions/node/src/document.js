"use strict";
// Values as JSON has them: a Map as an object, a Set as a list, bytes as PostgreSQL
// writes them.  JSON.stringify alone makes {} of all that it does not know.

const { Refusal } = require("./error.js");

const BOXES = [Number, String, Boolean, BigInt];

function isPlain(object) {
  const prototype = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function refuse(what) {
  throw new Refusal(`It cannot be written as JSON: ${what}`);
}

function nameOf(key) {
  if (key === null || (typeof key !== "string" && typeof key !== "number" &&
      typeof key !== "bigint" && typeof key !== "boolean")) {
    refuse("a Map has a key that is no text");
  }
  return String(key);
}

function ofObject(raw) {
  if (Array.isArray(raw)) return Array.from(raw, ofElement);
  if (raw instanceof Uint8Array) return "\\x" + Buffer.from(raw).toString("hex");
  if (ArrayBuffer.isView(raw) && !(raw instanceof DataView)) {
    return Array.from(raw, ofElement);
  }
  if (raw instanceof Set) return Array.from(raw, ofElement);
  if (BOXES.some((box) => raw instanceof box)) return ofValue(raw.valueOf());
  if (raw instanceof Date && Number.isNaN(raw.getTime())) refuse("an invalid Date");
  if (typeof raw.toJSON === "function") return ofValue(raw.toJSON());
  const members = raw instanceof Map
    ? Array.from(raw, ([key, value]) => [nameOf(key), value]) : Object.entries(raw);
  // what a class keeps out of sight would be lost
  if (members.length === 0 && !(raw instanceof Map) && !isPlain(raw)) {
    refuse(`${raw.constructor?.name || "it"} has no members`);
  }
  return Object.fromEntries(members.map(([name, value]) => [name, ofValue(value)])
    .filter(([, value]) => value !== undefined));
}

// undefined for what JSON leaves out.
function ofValue(raw) {
  if (raw === null || typeof raw === "string" || typeof raw === "boolean") return raw;
  if (typeof raw === "number") return Number.isFinite(raw) ? raw : String(raw);
  if (typeof raw === "object") return ofObject(raw);
  if (typeof raw !== "bigint") return undefined;
  if (!Number.isSafeInteger(Number(raw))) {
    refuse(`the bigint ${raw}, as a number, would be another`);
  }
  return Number(raw);
}

const ofElement = (raw) => ofValue(raw) ?? null;

/** A value as a document of JSON's own, null for what has none; Refusal names what. */
function documentOf(raw) {
  try {
    return ofValue(raw) ?? null;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return refuse(error instanceof RangeError ? "it is nested too deep, or within itself"
      : error.message);
  }
}

module.exports = { documentOf, isPlain };
