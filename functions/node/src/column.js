"use strict";
// A column of a declaration: where its value is in a row, what it becomes, what
// is said of it.

const { DeclarationError, FunctionError, Refusal, quote, list, suggestion } =
  require("./error.js");
const { parsePointer, memberOf, valueAt } = require("./pointer.js");
const { typeOf, operatorsOf } = require("./types.js");

const MEMBERS = ["type", "path", "pushdown", "key", "required", "not_null",
                 "collation", "format", "input", "null_if"];
const FLAGS = ["key", "required", "not_null", "input"];
const TEXTS = ["type", "path", "collation", "format", "null_if"];
const SHOWN = 100;      // characters of a value in a message

/** A value as messages have it: its JSON, cut. */
function show(value) {
  let text;
  try {
    text = typeof value === "bigint" ? String(value) : JSON.stringify(value);
  } catch {
    text = undefined;
  }
  text ??= String(typeof value);
  if (typeof value === "number" && !Number.isFinite(value)) text = String(value);
  const points = text.length > SHOWN ? Array.from(text) : [];
  return points.length > SHOWN ? points.slice(0, SHOWN).join("") + "..." : text;
}

function checkMembers(where, declared) {
  for (const [name, value] of Object.entries(declared)) {
    if (!MEMBERS.includes(name)) {
      throw new DeclarationError(
        `${where} has no member "${name}".${suggestion(name, MEMBERS)}`);
    }
    const type = FLAGS.includes(name) ? "boolean"
      : TEXTS.includes(name) ? "string" : undefined;
    if (type && typeof value !== type) {
      throw new DeclarationError(`${where}: "${name}" must be a ${type}`);
    }
  }
}

class Column {
  constructor(table, name, given) {
    const where = `column "${name}" of table "${table}"`;
    const declared = typeof given === "string" ? { type: given } : given;
    if (declared === null || typeof declared !== "object") {
      throw new DeclarationError(`${where} must be a type's name, or an object`);
    }
    checkMembers(where, declared);
    if (typeof declared.type !== "string") {
      throw new DeclarationError(`${where} needs a type`);
    }
    this.table = table;
    this.name = name;
    this.declared = declared;
    this.type = this.declare(where, () => typeOf(declared.type, declared.format));
    this.tokens = this.declare(where,
      () => parsePointer(declared.path ?? "/" + escape(name)));
    this.asked = this.tokens.join(".");
    this.input = declared.input ?? false;
    this.key = declared.key ?? false;
    this.required = (declared.required ?? false) || this.input;
    this.nullIf = declared.null_if;
    this.operators = operatorsOf(this.type, declared.collation);
    this.pushdown = this.input ? ["="]
      : this.checkPushdown(where, declared.pushdown) ?? this.operators;
  }

  declare(where, make) {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof DeclarationError)) throw error;
      throw new DeclarationError(`${where}: ${error.message}`);
    }
  }

  // What is declared may be less than is exact, and never more.
  checkPushdown(where, given) {
    if (given === undefined) return undefined;
    const operators = (Array.isArray(given) ? given : String(given).split(","))
      .map((one) => String(one).trim()).filter((one) => one !== "");
    for (const operator of operators) {
      if (!this.operators.includes(operator)) {
        throw new DeclarationError(
          `${where} is not compared by "${operator}"; it may declare ` +
          list(this.operators));
      }
    }
    return operators;
  }

  /** What describe says of it. */
  describe() {
    const { type, path, not_null, collation, format } = this.declared;
    const told = { name: this.name, type };
    if (path !== undefined) told.path = path;
    if (this.pushdown.length > 0) told.pushdown = this.pushdown.join(", ");
    if (this.key) told.key = true;
    if (this.input) told.input = true;
    else if (this.required) told.required = true;
    if (not_null) told.not_null = true;
    if (collation !== undefined) told.collation = collation;
    if (format !== undefined && !this.type.epoch) told.format = format;
    return told;
  }

  /** Its value in a row that is an object, as it came. */
  reader() {
    const { tokens } = this;
    if (tokens.length > 1) return (row) => valueAt(row, tokens);
    const [name] = tokens;
    return (row) => {
      const value = memberOf(row, name);
      return typeof value === "function" ? undefined : value;
    };
  }

  /** A value of a row, by its number from 1; null where it is none. */
  convert(raw, number) {
    if (raw === undefined || raw === null || raw === this.nullIf) return null;
    try {
      return this.type.convert(raw);
    } catch (error) {
      throw this.refused(error, raw, `, row ${number}`);
    }
  }

  /** A value that the column is compared with. */
  operand(raw, where = "") {
    try {
      return this.type.operand(raw);
    } catch (error) {
      throw this.refused(error, raw, where);
    }
  }

  /** A value of a write. */
  written(raw, number) {
    if (raw === undefined || raw === null) return null;
    try {
      const { convert, operand = convert, user } = this.type;
      return user(operand(raw));
    } catch (error) {
      throw this.refused(error, raw, `, row ${number}`);
    }
  }

  refused(error, raw, where) {
    if (!(error instanceof Refusal)) return error;
    return new FunctionError(
      `column ${quote(this.name)} of table ${quote(this.table)}${where}: ` +
      `${show(raw)} is not a value of type ${this.declared.type}`,
      { detail: error.message || undefined, sqlstate: "22000" });
  }
}

const escape = (name) => name.replace(/~/g, "~0").replace(/\//g, "~1");

module.exports = { Column, show };
