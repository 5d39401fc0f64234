// How Lambda finds what a module imports: beside the handler first, as Node.js
// does, and then in the folders of NODE_PATH, where layers are, in which Node.js
// by itself looks for `require` alone.  Lambda does so from Node.js 18 on
// (https://repost.aws/knowledge-center/lambda-import-module-error-nodejs).
// node_environment.mjs registers this.

import { basename, delimiter, dirname, sep } from "node:path";
import { pathToFileURL } from "node:url";

const folders = (process.env.NODE_PATH ?? "").split(delimiter)
  .filter((folder) => basename(folder) === "node_modules");

// A package's name: neither a path nor a URL.
const isBare = (specifier) => !/^(\.{0,2}\/|\.{1,2}$|[a-z]+:)/.test(specifier);

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (error?.code !== "ERR_MODULE_NOT_FOUND" || !isBare(specifier)) throw error;
    for (const folder of folders) {
      const parentURL = pathToFileURL(dirname(folder) + sep).href;
      try {
        return await next(specifier, { ...context, parentURL });
      } catch (missing) {
        if (missing?.code !== "ERR_MODULE_NOT_FOUND") throw missing;
      }
    }
    throw error;
  }
}
