"use strict";
// Dates and times as PostgreSQL has them, to the microsecond, where a Date of
// JavaScript has milliseconds.  A date is the number of days since 2000-01-01, a
// timestamp that of microseconds since its midnight (in UTC where it has a zone),
// a time that since midnight; infinity is Infinity.  Each is held as the integers
// of number.js are, so that values compare as they are.

const { Refusal } = require("./error.js");
const { exact, order, scaled } = require("./number.js");

const SECOND = 1000000;
const DAY = 86400 * SECOND;
const FIRST_DAY = -2451545;             // Julian day 0, in 4714 BC
const AFTER_DATE = 2145031949;
const AFTER_TIMESTAMP = 106751983;      // days; the year 294277
const SAFE_DAYS = 104000;               // so many in microseconds are exact

const CLOCK = "(\\d\\d):(\\d\\d)(?::(\\d\\d)(?:\\.(\\d*))?)?";
const ZONE = "([Zz]|[+-]\\d\\d(?::?\\d\\d(?::?\\d\\d)?)?)";
const BLANK = "[ \\t\\n\\r\\f\\v]";
const MOMENT = new RegExp(`^${BLANK}*(\\d{4,7})-(\\d\\d?)-(\\d\\d?)` +
  `(?:(?:[Tt]|${BLANK}+)${CLOCK}${BLANK}*${ZONE}?)?` +
  `(?:${BLANK}*([Bb][Cc]))?${BLANK}*$`);
const TIME = new RegExp(`^${BLANK}*${CLOCK}${BLANK}*${ZONE}?${BLANK}*$`);
const INFINITY = new RegExp(`^${BLANK}*(-?)infinity${BLANK}*$`, "i");

const NO_ZONE = "It has no time zone, and the column's type has one: " +
  "say Z or an offset.";

// ---------------------------------------------------------------------------
// The calendar
// ---------------------------------------------------------------------------

// 1 March 0000 begins a cycle of 400 years, in which leap days come last.
const CYCLE = 146097;
const EPOCH = 730425;                   // days from there to 2000-01-01

function dayOf(year, month, day) {
  const from = month > 2 ? year : year - 1;
  const cycle = Math.floor(from / 400);
  const inCycle = from - cycle * 400;
  const inYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  return cycle * CYCLE + inCycle * 365 + Math.floor(inCycle / 4) -
    Math.floor(inCycle / 100) + inYear - EPOCH;
}

function partsOf(number) {
  const days = number + EPOCH;
  const cycle = Math.floor(days / CYCLE);
  const inCycle = days - cycle * CYCLE;
  const years = Math.floor((inCycle - Math.floor(inCycle / 1460) +
    Math.floor(inCycle / 36524) - Math.floor(inCycle / 146096)) / 365);
  const inYear = inCycle - (365 * years + Math.floor(years / 4) -
    Math.floor(years / 100));
  const fromMarch = Math.floor((5 * inYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return { year: cycle * 400 + years + (month < 3 ? 1 : 0), month,
           day: inYear - Math.floor((153 * fromMarch + 2) / 5) + 1 };
}

const pad = (number, width) => String(number).padStart(width, "0");

// ---------------------------------------------------------------------------
// Reading
// ---------------------------------------------------------------------------

// To the nearest, halves to even, as rint() of a double.
function nearest(number) {
  const floor = Math.floor(number);
  const rest = number - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

// Microseconds since midnight; the end of a day and of a minute count too.
function clockOf(hours, minutes, seconds, digits) {
  const [h, m, s] = [Number(hours), Number(minutes), Number(seconds ?? 0)];
  const fraction = digits ? nearest(Number("0." + digits) * SECOND) : 0;
  if (h > 24 || m > 59 || s > 60 || (h === 24 && (m || s || fraction))) {
    throw new Refusal("There is no such time of day.");
  }
  return ((h * 60 + m) * 60 + s) * SECOND + fraction;
}

// Microseconds east of UTC.
function offsetOf(zone) {
  if (zone === "Z" || zone === "z") return 0;
  const digits = zone.slice(1).replace(/:/g, "").padEnd(6, "0");
  const [h, m, s] = [0, 2, 4].map((at) => Number(digits.slice(at, at + 2)));
  if (h > 15 || m > 59 || s > 59) throw new Refusal("There is no such time zone.");
  const offset = ((h * 60 + m) * 60 + s) * SECOND;
  return zone[0] === "-" ? -offset : offset;
}

const LENGTHS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function checkDay(year, month, day) {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const length = month === 2 && leap ? 29 : LENGTHS[month - 1];
  if (month < 1 || month > 12 || day < 1 || day > length) {
    throw new Refusal("There is no such day.");
  }
}

function textOf(raw) {
  if (raw instanceof Date) {
    if (Number.isNaN(raw.getTime())) throw new Refusal("The Date is invalid.");
    // toISOString has a sign and six digits for years that ISO 8601 has not
    const { year, month, day } = partsOf(Math.floor(raw.getTime() / 86400000) - 10957);
    return dayText(year, month, day) + raw.toISOString().slice(-14) +
      (year < 1 ? " BC" : "");
  }
  if (typeof raw !== "string") throw new Refusal();
  return raw;
}

// Day, time of day and zone that a text says; of infinity only that.
function parse(raw) {
  const text = textOf(raw);
  const match = MOMENT.exec(text);
  if (match === null) {
    const infinity = INFINITY.exec(text);
    if (infinity !== null) return { infinity: infinity[1] ? -Infinity : Infinity };
    throw new Refusal("ISO 8601 is expected, as in 2026-11-27T09:00:00+00:00.");
  }
  const [, years, months, days, h, m, s, digits, zone, era] = match;
  if (Number(years) === 0) throw new Refusal("There is no year 0.");
  const year = era ? 1 - Number(years) : Number(years);
  checkDay(year, Number(months), Number(days));
  return { day: dayOf(year, Number(months), Number(days)), zone,
           clock: h === undefined ? 0 : clockOf(h, m, s, digits) };
}

/** A timestamp of a day and microseconds, which may lie outside of that day. */
function momentOf(day, clock) {
  const carry = Math.floor(clock / DAY);
  day += carry;
  clock -= carry * DAY;
  if (day < FIRST_DAY || day >= AFTER_TIMESTAMP) {
    throw new Refusal("It is out of range.");
  }
  return Math.abs(day) < SAFE_DAYS ? day * DAY + clock
    : exact(BigInt(day) * BigInt(DAY) + BigInt(clock));
}

function readDate(raw) {
  const { infinity, day } = parse(raw);
  if (infinity !== undefined) return infinity;
  if (day < FIRST_DAY || day >= AFTER_DATE) throw new Refusal("It is out of range.");
  return day;
}

// A zone means nothing to a timestamp without one, as to PostgreSQL.
function readTimestamp(raw) {
  const { infinity, day, clock } = parse(raw);
  return infinity ?? momentOf(day, clock);
}

function readTimestamptz(raw) {
  const { infinity, day, clock, zone } = parse(raw);
  if (infinity !== undefined) return infinity;
  if (zone === undefined) throw new Refusal(NO_ZONE);
  return momentOf(day, clock - offsetOf(zone));
}

function readTime(raw) {
  const match = typeof raw === "string" ? TIME.exec(raw) : null;
  if (match === null) throw new Refusal("ISO 8601 is expected, as in 09:00:00.");
  const value = clockOf(match[1], match[2], match[3], match[4]);
  if (value > DAY) throw new Refusal("There is no such time of day.");
  return value;
}

// Seconds or milliseconds since 1970, as the option format says.
function readEpoch(raw, digits) {
  const micros = scaled(raw, digits);
  const days = micros / BigInt(DAY);
  return momentOf(Number(days) - 10957, Number(micros % BigInt(DAY)));
}

// To so many digits of a second, halves away from the epoch.
function roundTo(value, digits) {
  if (digits >= 6 || value === Infinity || value === -Infinity) return value;
  const unit = 10 ** (6 - digits);
  if (typeof value === "bigint") {
    const [big, half] = [BigInt(unit), BigInt(unit / 2)];
    return exact(value < 0n ? -((-value + half) / big * big)
      : (value + half) / big * big);
  }
  const rounded = Math.floor((Math.abs(value) + unit / 2) / unit) * unit;
  return value < 0 ? -rounded + 0 : rounded;
}

// ---------------------------------------------------------------------------
// Writing
// ---------------------------------------------------------------------------

function dayText(year, month, day) {
  return `${pad(year < 1 ? 1 - year : year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

const infinityText = (value) => (value > 0 ? "infinity" : "-infinity");

function showDate(value) {
  if (!Number.isFinite(value)) return infinityText(value);
  const { year, month, day } = partsOf(value);
  return dayText(year, month, day) + (year < 1 ? " BC" : "");
}

function showTime(clock) {
  const seconds = Math.floor(clock / SECOND);
  const fraction = clock % SECOND;
  const minutes = Math.floor(seconds / 60);
  const text = pad(Math.floor(minutes / 60), 2) + ":" + pad(minutes % 60, 2) + ":" +
    pad(seconds % 60, 2);
  return fraction ? `${text}.${pad(fraction, 6)}`.replace(/0+$/, "") : text;
}

function showTimestamp(value, zone) {
  if (value === Infinity || value === -Infinity) return infinityText(value);
  let day;
  let clock;
  if (typeof value === "bigint") {
    day = Number(value / BigInt(DAY));
    clock = Number(value % BigInt(DAY));
    if (clock < 0) [day, clock] = [day - 1, clock + DAY];
  } else {
    day = Math.floor(value / DAY);
    clock = value - day * DAY;
  }
  const parts = partsOf(day);
  return dayText(parts.year, parts.month, parts.day) + "T" + showTime(clock) + zone +
    (parts.year < 1 ? " BC" : "");
}

// ---------------------------------------------------------------------------
// The types
// ---------------------------------------------------------------------------

function temporal(name, convert, operand, json) {
  return { name, ordered: true, convert, operand, compare: order,
           key: (value) => value, json, user: json };
}

/** timestamp and timestamptz; precision is undefined without one. */
function moment(name, read, zone, precision) {
  const convert = precision === undefined ? read
    : (raw) => roundTo(read(raw), precision);
  return {
    ...temporal(name, convert, read, (value) => showTimestamp(value, zone)),
    epoch: (digits) => (raw) => roundTo(readEpoch(raw, digits), precision ?? 6),
  };
}

module.exports = {
  date: temporal("date", readDate, readDate, showDate),
  time: (name, precision) => temporal(name, precision === undefined ? readTime
    : (raw) => roundTo(readTime(raw), precision), readTime, showTime),
  timestamp: (name, precision) => moment(name, readTimestamp, "", precision),
  timestamptz: (name, precision) =>
    moment(name, readTimestamptz, "+00:00", precision),
};
