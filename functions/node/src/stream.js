"use strict";
// Rows into a stream, while the source gives them.

const { Scan } = require("./scan.js");

const CHUNK = 32768;    // characters that are written at once

/** Writes a text, and waits until the stream has room for more. */
async function writeAll(stream, text) {
  if (stream.destroyed) throw new Error("the stream was closed");
  if (stream.write(text)) return;
  await new Promise((resolve, reject) => {
    const settle = (act, value) => {
      stream.off("drain", drained);
      stream.off("error", failed);
      stream.off("close", closed);
      act(value);
    };
    const drained = () => settle(resolve);
    const failed = (error) => settle(reject, error);
    const closed = () => settle(reject, new Error("the stream was closed"));
    stream.on("drain", drained);
    stream.on("error", failed);
    stream.on("close", closed);
  });
}

/*
 * Rows are written a chunk at a time, and what there is of one once the source
 * makes us wait: immediates run then, and not before.  `begin` is called before the
 * first byte is written.
 */
class Buffered {
  #stream;
  #begin;
  #text = "";
  #immediate = null;
  #failure = null;
  #sending = null;

  constructor(stream, begin) {
    this.#stream = stream;
    this.#begin = begin;
  }

  add(text) {
    this.#text += text;
    if (this.#text.length >= CHUNK) return this.flush();
    this.#immediate ??= setImmediate(() => {
      this.flush().catch((error) => { this.#failure = error; });
    });
    return undefined;
  }

  async flush() {
    clearImmediate(this.#immediate);
    this.#immediate = null;
    await this.#sending;
    if (this.#failure !== null) throw this.#failure;
    if (this.#text === "") return;
    const text = this.#text;
    this.#text = "";
    this.#begin();
    this.#sending = writeAll(this.#stream, text);
    await this.#sending;
  }

  /** Writes no more, now or later: the stream may be the next invocation's then. */
  async abandon() {
    clearImmediate(this.#immediate);
    this.#text = "";
    await this.#sending?.catch(() => {});
  }
}

/**
 * Writes {"split": ..., "rows": [...]}, without ending the stream; `begin` is
 * called before the first byte, until when an error can be answered as one.
 */
async function streamRows(scan, stream, begin) {
  const buffered = new Buffered(stream, begin);
  const head = scan.split ? `{"split":${JSON.stringify(scan.split)},"rows":[`
    : '{"rows":[';
  let between = head;
  try {
    await new Scan(scan).run((row) => {
      const text = between + JSON.stringify(row);
      between = ",\n";
      return buffered.add(text);
    });
    await buffered.add((between === head ? head : "") + "]}");
    await buffered.flush();
  } catch (error) {
    await buffered.abandon();
    throw error;
  }
}

module.exports = { streamRows, writeAll };
