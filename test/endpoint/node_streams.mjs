// What Lambda's runtime for Node.js has for answers that are streamed: the global
// `awslambda`, and the stream that such a handler writes to.

import { Writable } from "node:stream";

const STREAMS = Symbol.for("aws.lambda.runtime.handler.streaming");
const HTTP_ANSWER = "application/vnd.awslambda.http-integration-response";

// Gives what is written to `send(bytes, contentType)` at once, which waits until
// somebody has room for it.
class ResponseStream extends Writable {
  #send;
  #type = "application/octet-stream";

  constructor(send) {
    super();
    this.#send = send;
  }

  setContentType(type) {
    this.#type = type;
  }

  // As the runtime's: what is neither text nor bytes is written as JSON.
  write(chunk, ...how) {
    const plain = typeof chunk === "string" || chunk instanceof Uint8Array;
    this.begin();
    return super.write(plain ? chunk : JSON.stringify(chunk), ...how);
  }

  end(chunk, ...how) {
    if (chunk !== undefined && chunk !== null && typeof chunk !== "function") {
      this.begin();
    }
    return super.end(chunk, ...how);
  }

  // HttpResponseStream's head goes before what is written first.
  begin() {
    const act = this._onBeforeFirstWrite;
    this._onBeforeFirstWrite = undefined;
    act?.((bytes) => super.write(bytes));
  }

  _write(chunk, encoding, done) {
    this.#send(chunk, this.#type);
    done();
  }
}

class HttpResponseStream {
  static from(stream, head) {
    stream.setContentType(HTTP_ANSWER);
    stream._onBeforeFirstWrite = (write) => {
      write(JSON.stringify(head));
      write(new Uint8Array(8));
    };
    return stream;
  }
}

globalThis.awslambda = {
  HttpResponseStream,
  streamifyResponse: (handler) => {
    handler[STREAMS] = "response";
    return handler;
  },
};

export function streams(handler) {
  return handler[STREAMS] === "response";
}

// Runs such a handler until it has written its answer; throws what went wrong.
export async function runStreaming(handler, event, context, send) {
  const stream = new ResponseStream(send);
  const broken = new Promise((_, reject) => stream.on("error", reject));
  const promise = handler(event, stream, context);
  if (typeof promise?.then !== "function") {
    throw new Error("Streaming does not support non-async handlers.");
  }
  const result = await Promise.race([promise, broken]);
  if (result !== undefined) {
    console.warn("Streaming handlers ignore return values.");
  }
  if (!stream.writableEnded) {
    throw new Error("Response stream is not finished.");
  }
  if (!stream.writableFinished) {
    await Promise.race([broken,
      new Promise((resolve) => stream.once("finish", resolve))]);
  }
}
