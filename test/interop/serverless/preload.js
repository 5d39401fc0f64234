// Loaded before osls: has its servers listen on this machine alone, and ends
// the process once its parent has ended.
const { Server } = require("node:net");
const { isMainThread } = require("node:worker_threads");

const { listen } = Server.prototype;
const parent = process.ppid;

Server.prototype.listen = function (port, ...rest) {
  return typeof port === "number"
    ? listen.call(this, port, "127.0.0.1", ...rest)
    : listen.call(this, port, ...rest);
};

if (isMainThread) {
  setInterval(() => {
    if (process.ppid !== parent) process.exit();
  }, 500).unref();
}
