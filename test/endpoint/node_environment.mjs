// An execution environment of a Node handler: a process that runs it for one
// invocation after the other, as Lambda's does.
//
//     node node_environment.mjs REQUESTS ANSWERS FILE
//
// The first two are the numbers of the pipes' descriptors, over which
// environment.py sends and gets a line of JSON for each invocation, and gets one
// for each chunk of an answer that is streamed; FILE is the handler's.
// Between invocations the process stands still, as Lambda freezes it, and an
// invocation ends as there: by its promise, by a callback once the event loop is
// empty, or because the loop is empty.

import { existsSync, readFileSync, readSync, writeSync } from "node:fs";
import * as module from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { types } from "node:util";
import { runStreaming, streams } from "./node_streams.mjs";

const [requests, answers] = process.argv.splice(2, 2).map(Number);
const file = process.argv[2];
process.argv.splice(1, 1);
const NAMES = ["handler", "lambdaHandler"];

// ---------------------------------------------------------------------------
// The pipes
// ---------------------------------------------------------------------------

const pending = [];

// The next line, or null at the end; nothing else happens meanwhile.
function readLine() {
  for (;;) {
    const block = Buffer.alloc(65536);
    const length = readSync(requests, block);
    if (length === 0) return null;
    pending.push(block.subarray(0, length));
    if (block[length - 1] === 10) {
      return Buffer.concat(pending.splice(0)).toString();
    }
  }
}

function send(document) {
  const line = Buffer.from(JSON.stringify(document) + "\n");
  for (let sent = 0; sent < line.length;) {
    sent += writeSync(answers, line, sent);
  }
}

function sendChunk(bytes, type) {
  send({ chunk: bytes.toString("base64"), type });
}

// ---------------------------------------------------------------------------
// Errors
// ---------------------------------------------------------------------------

function fault(name, message, trace = []) {
  const error = new Error(message);
  error.name = "Runtime." + name;
  error.stack = [`${error.name}: ${message}`, ...trace].join("\n");
  return error;
}

function documentOf(error) {
  if (types.isNativeError(error) ||
      error?.name && error?.message && error?.stack) {
    return { errorType: error.name, errorMessage: error.message,
             trace: String(error.stack).split("\n") };
  }
  return { errorType: typeof error, errorMessage: String(error), trace: [] };
}

// ---------------------------------------------------------------------------
// The handler
// ---------------------------------------------------------------------------

function isModule() {
  if (!file.endsWith(".js")) return file.endsWith(".mjs");
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const description = join(folder, "package.json");
    if (existsSync(description)) {
      return JSON.parse(readFileSync(description, "utf8")).type === "module";
    }
    if (basename(folder) === "node_modules" || folder === dirname(folder)) {
      return false;
    }
  }
}

async function load() {
  let found;
  // Node.js has this from 18.19 and 20.6 on.
  if (process.env.NODE_PATH) {
    module.register?.("./node_layers.mjs", import.meta.url);
  }
  try {
    found = isModule() ? await import(pathToFileURL(file))
      : module.createRequire(file)(file);
  } catch (error) {
    const trace = ["    at " + file, ...String(error?.stack).split("\n")];
    if (error instanceof SyntaxError) {
      throw fault("UserCodeSyntaxError", String(error), trace);
    }
    if (error?.code === "MODULE_NOT_FOUND") {
      throw fault("ImportModuleError", String(error), trace);
    }
    throw error;
  }
  for (const name of NAMES) {
    const handler = found[name] ?? found.default?.[name];
    if (typeof handler === "function") return handler;
  }
  throw fault("HandlerNotFound",
    `${basename(file)}: handler is undefined or not exported`,
    ["    at " + file]);
}

// ---------------------------------------------------------------------------
// Invocations
// ---------------------------------------------------------------------------

let handler;
let whenEmpty;          // what to do once the event loop is empty
let failed = (error) => { throw error; };       // where nobody caught it

process.on("beforeExit", () => {
  const act = whenEmpty;
  whenEmpty = undefined;
  act?.();
});
process.on("uncaughtException", (error) => failed(error, 129));
process.on("unhandledRejection", (reason) => {
  failed(fault("UnhandledPromiseRejection", String(reason),
    String(reason?.stack ?? "").split("\n")), 128);
});

function contextOf(call, more) {
  const deadline = Date.now() + call.timeout_ms;
  return Object.assign(more, {
    functionVersion: call.version,
    functionName: call.name,
    memoryLimitInMB: "128",
    logGroupName: "/aws/lambda/" + call.name,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: call.client_context ?? undefined,
    identity: undefined,
    invokedFunctionArn: call.arn,
    awsRequestId: call.request_id,
    tenantId: call.tenant_id ?? undefined,
    getRemainingTimeInMillis: () => deadline - Date.now(),
  });
}

// Answers the call, once, and goes on with the next; where `last`, the process
// ends, and takes none.
function begin(call) {
  let done = false;
  let waits = true;
  const finish = (answer, error, last = false) => {
    if (done) return;
    done = true;
    whenEmpty = undefined;
    send({ answer, error, last });
    if (!last) setImmediate(next);
  };
  const fail = (error, last = false) => {
    const document = documentOf(error);
    console.error(`ERROR\tInvoke Error\t${document.errorType}: ` +
      [document.errorMessage, ...document.trace].join("\n"));
    finish(JSON.stringify(document), "Unhandled", last);
  };
  const succeed = (result) => {
    let answer;
    try {
      answer = JSON.stringify(result === undefined ? null : result) ?? "null";
    } catch {
      return fail(new Error("Unable to stringify response body"));
    }
    finish(answer, null);
  };
  const settle = (error, result) =>
    error === undefined || error === null ? succeed(result) : fail(error);
  const callback = (error, result) => {
    if (error !== undefined && error !== null) fail(error);
    else if (!waits) succeed(result);
    else whenEmpty = () => succeed(result);
  };
  failed = (error, status) => {
    fail(error, true);
    process.exit(status);
  };
  const more = {
    get callbackWaitsForEmptyEventLoop() { return waits; },
    set callbackWaitsForEmptyEventLoop(value) { waits = value; },
    succeed,
    fail: (error) => fail(error ?? "handled"),
    done: settle,
  };
  return { context: contextOf(call, more), callback, finish, succeed, fail };
}

async function next() {
  const line = readLine();
  if (line === null) process.exit(0);
  const call = JSON.parse(line);
  const { context, callback, finish, succeed, fail } = begin(call);
  try {
    handler ??= await load();
    const event = JSON.parse(call.event || "{}");
    whenEmpty = handler.constructor.name !== "AsyncFunction"
      ? () => succeed(null)
      : () => fail(fault("NodeJsExit", "The Lambda runtime client detected " +
        "an unexpected Node.js exit code. This is most commonly caused by a " +
        "Promise that was never settled. For more information, see " +
        "https://nodejs.org/docs/latest/api/process.html#exit-codes"));
    if (streams(handler)) {
      await runStreaming(handler, event, context, sendChunk);
      finish("", null);
      return;
    }
    const result = handler(event, context, callback);
    if (typeof result?.then === "function") {
      result.then(succeed, (error) => fail(error));
    }
  } catch (error) {
    fail(error);
  }
}

next();
