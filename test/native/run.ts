/**
 * Runs all tests on native TensorFlow, which `npm run native:build` builds: the unit and end-to-end
 * tests with `tensorflow` as their backend, and TensorFlow.js' own. Arguments go to vitest.
 *
 *   npm run test:native [-- test/stages]
 */
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { onWasm } from "./onWasm.js"

const environment = { ...process.env, HOLDFAST_BACKEND: "tensorflow" }
const run = (words: ReadonlyArray<string>): boolean =>
  spawnSync(process.execPath, words, { env: environment, stdio: "inherit" }).status === 0

/** The files that name the backend wasm, and so compute on it whatever the tests' backend is. */
const naming = readdirSync("test", { recursive: true, encoding: "utf8" })
  .map((file) => join("test", file))
  .filter((file) => file.endsWith(".ts") && !/^test\/(native|tfjs|support)\//.test(file))
  .filter((file) =>
    /(layer|use|each|start)\(\[?"wasm"|backend: "wasm"|HOLDFAST_BACKEND: "wasm"/.test(
      readFileSync(file, "utf8")
    )
  )

console.log("these stay on wasm:")
for (const [file, why] of Object.entries(onWasm)) console.log(`  ${file}: ${why}`)
const unlisted = naming.filter((file) => onWasm[file] === undefined)
for (const file of unlisted) {
  console.log(`  ${file} names wasm: use testBackend, or say why in test/native/onWasm.ts`)
}

const given = process.argv.slice(2)
const projects = ["unit", "sessions", "e2e"].flatMap((name) => ["--project", name])
const vitest = ["node_modules/vitest/vitest.mjs", "run", ...projects]
const passed = run([...vitest, ...given])
const theirs =
  given.length > 0 || run(["--import", "tsx", "test/tfjs/run.ts", "--backend", "tensorflow"])
process.exitCode = passed && theirs && unlisted.length === 0 ? 0 : 1
