import { describe, expect, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { projectFile } from "../support/child.js"

const read = (file: string): string => readFileSync(projectFile(file), "utf8")

const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Record<string, string> }

const builtIn = new Set(["test"])

/** The npm scripts that a text runs: `npm test`, `npm run check`. */
const scriptsIn = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/\bnpm (?:run (?:-s |--silent )?([\w:-]+)|(test)\b)/g)].map(
    ([, run, test]) => run ?? test ?? ""
  )

const workflows = readdirSync(projectFile(".github/workflows")).map((name) =>
  join(".github/workflows", name)
)

const pages = ["README.md", "README.zh-CN.md", "CONTRIBUTING.md", ".ci/run"]
  .concat(readdirSync(projectFile("docs")).map((name) => join("docs", name)))
  .filter((file) => /\.md$|run$/.test(file) && existsSync(projectFile(file)))

describe("npm scripts named in workflows and documentation", () => {
  it.each([...workflows, ...pages])("%s names only scripts of package.json", (file) => {
    const missing = scriptsIn(read(file)).filter((name) => !(name in scripts || builtIn.has(name)))
    expect(missing).toEqual([])
  })

  it("every workflow installs from the lock file and runs a script", () => {
    for (const file of workflows) {
      expect(read(file), file).toContain("npm ci")
      expect(scriptsIn(read(file)).length, file).toBeGreaterThan(0)
    }
  })

  it("finds scripts in a text", () => {
    expect(scriptsIn("- run: npm test\n- run: npm run a:b -- --x")).toEqual(["test", "a:b"])
  })
})
