import { beforeAll, describe, expect, it } from "@effect/vitest"
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { pipeline, program, start } from "./holdfast.js"

/** Files of a user who has the dependencies but said nothing about kinds of modules. */
const files = {
  // The first, as in a process of its own: what a load sets up can help the next.
  "installed/chain.ts":
    'import { Pipeline } from "holdfast"\nimport { only } from "./stages/only.js"\n' +
    'export default Pipeline.make("chain", only)\n',
  "installed/stages/only.ts":
    'import { Stage } from "holdfast"\nimport * as Effect from "effect/Effect"\n' +
    'import { name } from "./name.js"\n' +
    'export const only = Stage.make(name, { description: "", run: (_: void) => Effect.void })\n',
  "installed/stages/name.ts": 'export const name: string = "only"\n',
  "syntax.ts": 'const 名 = "字"; const = 3\n',
  "part.ts": "export const one: number = 1\nexport cost two = 2\n",
  "index.ts": 'export * from "./part.js"\n',
  "import.ts": '\nimport { x } from "./nowhere.js"\nx\n',
  "name.ts": 'import { nope } from "effect/Effect"\nnope\n',
  "alone.ts": 'import { Stage } from "holdfast"\nStage\n',
  "throws.ts": 'interface Long {\n  name: string\n}\n\nthrow new Error("boom" as Long["name"])\n',
  "four/old.ts": 'import * as Effect from "effect/Effect"\nexport default Effect.nope()\n',
  "four/node_modules/effect/package.json": '{ "version": "4.1.0" }',
  "twice/model.ts": 'import * as tf from "holdfast/tf"\nexport default tf.sequential()\n',
  "twice/node_modules/@tensorflow/tfjs-core/package.json": '{ "version": "4.22.0" }',
  "other.ts": "export default 1\n",
  "empty.js": "export {}\n",
  "installed/name.ts": 'import { Nope } from "holdfast"\nNope\n'
}

const messages: Record<string, string> = {}

// One process for all: each takes a second to start. Vitest has a loader of its own.
beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
  const link = (target: string, name: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    symlinkSync(fileURLToPath(new URL(target, import.meta.url)), join(folder, name))
  }
  link("../../node_modules", "node_modules")
  link("../..", "installed/node_modules/holdfast")
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const names = [
    ...Object.keys(files).filter((name) => /[tj]s$/.test(name)),
    "none.ts",
    pipeline("toy")
  ]
  const { err, out } = await start([program("load"), ...names], { cwd: folder }).ended
  expect(err).toBe("")
  const all = JSON.parse(out) as ReadonlyArray<string>
  names.forEach((name, i) => (messages[name] = all[i]!))
}, 60_000)

describe("PipelineFile.load", () => {
  it("loads a pipeline", () => {
    expect(messages[pipeline("toy")]).toBe("toy")
  })

  it("follows imports between files in a project without a module type", () => {
    expect(messages["installed/chain.ts"]).toBe("chain")
  })

  it("names a missing file", () => {
    expect(messages["none.ts"]).toMatch(/^NotFound: none\.ts: no such file; /)
  })

  it("points at a syntax error, also after wide characters", () => {
    expect(messages["syntax.ts"]).toBe(
      'Broken: syntax.ts:1:22: Expected identifier but found "="\n' +
        '  const 名 = "字"; const = 3\n' +
        `${" ".repeat(2 + 23)}^`
    )
  })

  it("points at a syntax error in an imported file", () => {
    expect(messages["index.ts"]).toMatch(
      /^Broken: part\.ts:2:8: .*\n {2}export cost two = 2\n {9}\^$/
    )
  })

  it("points at the import of a missing module or export", () => {
    expect(messages["import.ts"]).toMatch(
      /^Broken: import\.ts:2:19: cannot find .*nowhere\.js\n {2}import .*\n {20}\^$/
    )
    expect(messages["name.ts"]).toMatch(
      /^Broken: name\.ts:1:22: effect\/Effect has no export nope\n/
    )
    expect(messages["installed/name.ts"]).toMatch(
      /^Broken: installed\/name\.ts:1:22: holdfast has no export Nope\n/
    )
  })

  it("says how to install holdfast where it is missing", () => {
    expect(messages["alone.ts"]).toMatch(
      /^NotInstalled: alone\.ts:1:23: the package holdfast is not installed there; run npm install/
    )
  })

  it("refuses another version of Effect or another copy of TensorFlow.js", () => {
    expect(messages["four/old.ts"]).toMatch(
      /^OtherCopy: four\/old\.ts: it would import effect 4\.1\.0 \(in four\/node_modules\/effect\), but holdfast 3\.22\.4 \(in .*node_modules\/effect\); the two must be one copy\. In the project's folder, run: npm install effect@3\.22\.4$/
    )
    expect(messages["twice/model.ts"]).toMatch(
      /^OtherCopy: .* would import @tensorflow\/tfjs-core 4\.22\.0 \(in twice\/node_modules\/@tensorflow\/tfjs-core\), .* run: npm install @tensorflow\/tfjs-core@4\.22\.0, then: npm dedupe$/
    )
  })

  it("points at the line that threw, in TypeScript", () => {
    expect(messages["throws.ts"]).toBe(
      "Threw: throws.ts:5:7: Error: boom\n" +
        '  throw new Error("boom" as Long["name"])\n' +
        "        ^"
    )
  })

  it("says what a file without a pipeline must export", () => {
    expect(messages["other.ts"]).toMatch(
      /^NoPipeline: other\.ts: the default export is not a pipeline; .*export default Pipeline\.make/
    )
    expect(messages["empty.js"]).toContain("the default export is missing")
  })
})
