import { readFileSync, rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type TemplateName, templateNames } from "../../src/cli/init/Templates.js"
import { execute, makeProject, root } from "./project.js"

const fromRegistry = process.env["HOLDFAST_INSTALL"] === "registry"

/** A project with the packed package, in which others are made: Node finds its packages from them. */
let outer = ""
beforeAll(() => {
  outer = makeProject()
  if (fromRegistry) return
  for (const name of ["vitest", "typescript"]) {
    symlinkSync(join(root, "node_modules", name), join(outer, "node_modules", name))
  }
})
afterAll(() => rmSync(outer, { recursive: true }))

const node = (script: string, ...args: ReadonlyArray<string>): readonly [string, Array<string>] => [
  process.execPath,
  [join(root, "node_modules", script), ...args]
]

/** The examples that the other templates are made of have tests, too; the registry tries all. */
const tried: ReadonlyArray<TemplateName> = fromRegistry ? templateNames : ["regression"]

describe("holdfast init, from the packed package", () => {
  it.each(tried)("makes a project of %s that compiles, trains and resumes", (template) => {
    const project = join(outer, template)
    const made = execute("npx", ["holdfast", "init", template, "--template", template], outer)
    expect(made.text).toContain(`  cd ${template}\n  npm install\n  npm test\n  npm start\n`)
    expect(made.code).toBe(0)
    if (fromRegistry) {
      const spec = JSON.parse(readFileSync(join(project, "package.json"), "utf8"))
      expect(spec.dependencies.holdfast).toMatch(/^file:.*\.tgz$/)
      expect(execute("npm", ["install", "--no-audit", "--no-fund"], project).code).toBe(0)
    }
    const types = ["--typeRoots", join(root, "node_modules/@types")]
    expect(execute(...node("typescript/bin/tsc", ...types), project).text).toBe("")
    const small = ["--set", "data.synthetic.speakers=3", "--set", "data.synthetic.utterances=20"]
    const run = (epochs: number, ...options: ReadonlyArray<string>) => {
      const own = template === "speaker" ? small : []
      const set = ["--set", `training.num_epochs=${epochs}`, ...own]
      return execute("npm", ["start", "--", ...set, ...options], project)
    }
    expect(run(1).text).toMatch(/epoch 1\/1/)
    const resumed = run(2, "--resume", "latest")
    expect(resumed.text).toMatch(/epoch 2\/2/)
    expect(resumed.text).not.toMatch(/epoch 1\/2/)
    expect(resumed.text).toMatch(/^test, weights of epoch \d: /m)
    expect(resumed.code).toBe(0)
  })

  // Where packages are linked, vitest would bring another copy of TensorFlow.js.
  it.runIf(fromRegistry)("makes a project whose test passes", () => {
    const { code, text } = execute("npm", ["test"], join(outer, "regression"))
    expect(text).toMatch(/Tests .*1 passed/)
    expect(code).toBe(0)
  })
})
