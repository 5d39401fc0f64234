// The package as npm makes it, in a fresh folder, by both entries.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const HERE = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path) => readFileSync(join(HERE, path), "utf8");

function hasNpm() {
  try {
    execFileSync("npm", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const BODY = `
const t = table({ name: "t", columns: { n: "integer" } }, [{ n: 1 }]);
serve(t)({}).then((rows) => console.log(JSON.stringify(rows)));
if (typeof serveStream(t) !== "function" || !(new Failed({}) instanceof Error)) throw 1;
`;

test("both entries of the package work", { skip: hasNpm() ? false : "no npm" }, () => {
  const folder = mkdtempSync(join(tmpdir(), "lambda-fdw-"));
  const env = { ...process.env, npm_config_cache: join(folder, "cache"),
                npm_config_offline: "true", npm_config_update_notifier: "false" };
  const run = (command, args) =>
    execFileSync(command, args, { cwd: folder, env, encoding: "utf8" });
  try {
    const [packed] = JSON.parse(run("npm", ["pack", HERE, "--json"]));
    const files = packed.files.map(({ path }) => path);
    for (const path of ["LICENSE", "README.md", "index.d.ts", "index.d.mts",
      "package.json", "src/index.js", "src/index.mjs"]) {
      assert.ok(files.includes(path), `${path} is not in the package`);
    }
    assert.ok(!files.some((path) => path.startsWith("test/")), "tests are packed");
    const place = join(folder, "node_modules/lambda-fdw");
    mkdirSync(place, { recursive: true });
    run("tar", ["-xzf", packed.filename, "--strip-components=1", "-C", place]);
    writeFileSync(join(folder, "a.mjs"), `import { table, serve, serveStream, Failed }
      from "lambda-fdw";${BODY}`);
    writeFileSync(join(folder, "a.cjs"), `const { table, serve, serveStream, Failed } =
      require("lambda-fdw");${BODY}`);
    writeFileSync(join(folder, "one.mjs"), `import { table } from "lambda-fdw";
      import { createRequire } from "node:module";
      if (createRequire(import.meta.url)("lambda-fdw").table !== table) throw 1;`);
    for (const file of ["a.mjs", "a.cjs"]) {
      assert.equal(run(process.execPath, [file]), '[{"n":1}]\n', file);
    }
    run(process.execPath, ["one.mjs"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("version and license are the extension's, and the types of both entries one", () => {
  const described = JSON.parse(read("package.json"));
  assert.equal(described.version, JSON.parse(read("../../META.json")).version);
  assert.equal(described.dependencies, undefined);
  assert.equal(read("LICENSE"), read("../../LICENSE"));
  assert.equal(read("index.d.mts"), read("index.d.ts"));
});
