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
  cpSync("src/backends/kernels", join(folder, "src/backends/kernels"), { recursive: true })
  const compiler = join(process.cwd(), "node_modules/assemblyscript/bin/asc.js")
  for (const command of scripts["build:kernels"]!.split(" && ")) {
    const [program, ...options] = command.split(" ")
    expect(program).toBe("asc")
    execFileSync(process.execPath, [compiler, ...options], { cwd: folder })
    const output = options[options.indexOf("-o") + 1]!
    expect(readFileSync(join(folder, output)).equals(readFileSync(output))).toBe(true)
  }
}, 300_000)
