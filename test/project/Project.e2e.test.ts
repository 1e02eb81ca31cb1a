import { spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { compile, execute, makeProject, root } from "./project.js"

/** A project made outside of the repository, with the packed package installed. */
let project = ""
beforeAll(() => {
  project = makeProject()
})
afterAll(() => rmSync(project, { recursive: true }))

describe("a project with the packed package", () => {
  it("runs a pipeline file by npx holdfast run", () => {
    const { code, text } = execute("npx", ["holdfast", "run", "pipeline.ts"], project)
    expect(text).toMatch(/epoch 3\/3/)
    expect(text).toMatch(/^test, weights of epoch \d: /m)
    expect(code).toBe(0)
  })

  it("compiles with bundler resolution, and declarations", () => {
    const options = { module: "preserve", moduleResolution: "bundler" }
    expect(compile(project, options)).toBe("")
  })

  it("compiles with node16 resolution, and runs a script that resumes and reads checkpoints", () => {
    expect(compile(project, { module: "node16", moduleResolution: "node16" })).toBe("")
    expect(readFileSync(join(project, "dist/pipeline.d.ts"), "utf8")).toContain("CheckpointError")
    const { code, text } = execute(process.execPath, ["dist/script.js"], project)
    expect(text).toMatch(/^epoch 5\/5/m)
    expect(text).toMatch(/^\{"metrics":\{.*"newest":"checkpoints\/epoch-0005-/m)
    expect(code).toBe(0)
  })

  it("saves and stops a script by SIGTERM, which then ends as the signal ends a program", async () => {
    const env = { ...process.env, HOLDFAST_BACKEND: "cpu" }
    const child = spawn(process.execPath, ["dist/endless.js"], { cwd: project, env, stdio: "pipe" })
    await new Promise<void>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`it ended by itself, with ${code}`)))
      child.stdout.on("data", (text) => {
        if (String(text).includes("epoch 7")) resolve()
      })
    })
    child.kill("SIGTERM")
    const [code, signal] = await once(child, "exit")
    expect([code, signal]).toEqual([null, "SIGTERM"])
    const files = readdirSync(join(project, "checkpoints"))
    const epochs = files.map((name) => Number(/^epoch-(\d+)/.exec(name)?.[1] ?? 0))
    expect(Math.max(...epochs)).toBeGreaterThanOrEqual(7)
  })

  it("keeps what is internal to itself", () => {
    writeFileSync(join(project, "inner.mjs"), 'await import("holdfast/dist/io/AtomicFile.js")\n')
    expect(execute(process.execPath, ["inner.mjs"], project).text).toContain(
      "ERR_PACKAGE_PATH_NOT_EXPORTED"
    )
  })

  it("reports a second copy of TensorFlow.js in library use", () => {
    const copy = join(project, "node_modules/holdfast/node_modules/@tensorflow/tfjs-core")
    mkdirSync(join(copy, ".."), { recursive: true })
    cpSync(join(root, "node_modules/@tensorflow/tfjs-core"), copy, { recursive: true })
    const { code, text } = execute(process.execPath, ["dist/script.js"], project)
    rmSync(copy, { recursive: true })
    expect(text).toMatch(/PeerError.*script\.js: it would import @tensorflow\/tfjs-core 4\.22\.0/)
    expect(text).toContain("the two must be one copy")
    expect(code).toBe(1)
  })
})
