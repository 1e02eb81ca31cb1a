/**
 * Runs all tests on native TensorFlow, which `npm run native:build` builds: the unit and end-to-end
 * tests with `tensorflow` as their backend, and TensorFlow.js' own. Arguments go to vitest.
 *
 *   npm run test:native [-- test/stages]
 */
import { spawnSync } from "node:child_process"
import { faultsOfList, onWasm } from "./onWasm.js"

const environment = { ...process.env, HOLDFAST_BACKEND: "tensorflow" }
const run = (words: ReadonlyArray<string>): boolean =>
  spawnSync(process.execPath, words, { env: environment, stdio: "inherit" }).status === 0

console.log("these stay on wasm:")
for (const [file, why] of Object.entries(onWasm)) console.log(`  ${file}: ${why}`)
const faults = faultsOfList()
for (const fault of faults) console.log(`  ${fault}`)

const given = process.argv.slice(2)
const projects = ["unit", "sessions", "e2e"].flatMap((name) => ["--project", name])
const vitest = ["node_modules/vitest/vitest.mjs", "run", ...projects]
const passed = run([...vitest, ...given])
const theirs =
  given.length > 0 || run(["--import", "tsx", "test/tfjs/run.ts", "--backend", "tensorflow"])
process.exitCode = passed && theirs && faults.length === 0 ? 0 : 1
