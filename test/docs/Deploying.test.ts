import { expect, it } from "@effect/vitest"
import { readdirSync, readFileSync } from "node:fs"
import { projectFile } from "../support/child.js"

const page = readFileSync(projectFile("docs/deploying.md"), "utf8")
const blocks = [...page.matchAll(/^```\w+\n([^]*?)^```$/gm)].map(([, code]) => code)

it.each(readdirSync(projectFile("examples/deploying")))(
  "docs/deploying.md shows %s as it is",
  (name) => {
    expect(blocks).toContain(readFileSync(projectFile(`examples/deploying/${name}`), "utf8"))
  }
)
