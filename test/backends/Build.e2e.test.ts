import { execFileSync } from "node:child_process"
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "@effect/vitest"

const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
afterAll(() => rmSync(folder, { recursive: true }))

// dist/ was built by `npm test`, in the project's folder.
it("the kernels are built to the same bytes in another folder", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>
  }
  const [program, source, ...options] = scripts["build:kernels"]!.split(" ")
  expect([program, source]).toEqual(["asc", "src/backends/kernels/index.ts"])
  cpSync("src/backends/kernels", join(folder, "copy"), { recursive: true })
  const compiler = join(process.cwd(), "node_modules/assemblyscript/bin/asc.js")
  execFileSync(process.execPath, [compiler, "copy/index.ts", ...options], { cwd: folder })
  const [here, there] = ["dist/kernels.wasm", join(folder, "dist/kernels.wasm")].map((file) =>
    readFileSync(file)
  )
  expect(there!.equals(here!)).toBe(true)
}, 300_000)
