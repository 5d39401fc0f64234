// Prints Terraform's files as JSON, by HashiCorp's own parser, which npm's
// @cdktf/hcl2json has: an object, of each file by its name.
//
//     node hcl.mjs FILE...
//
// IDENTIFICATION
//   test/interop/hcl.mjs

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parse } from "@cdktf/hcl2json";

const found = {};
for (const file of process.argv.slice(2)) {
  found[basename(file)] = await parse(file, readFileSync(file, "utf8"));
}
console.log(JSON.stringify(found));
