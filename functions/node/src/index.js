"use strict";
// lambda_fdw's kit for functions in Node.js: tables out of a declaration.

const { FunctionError, Failed } = require("./error.js");
const { table } = require("./table.js");
const { serve, serveStream } = require("./serve.js");

exports.table = table;
exports.serve = serve;
exports.serveStream = serveStream;
exports.Error = FunctionError;
exports.Failed = Failed;
