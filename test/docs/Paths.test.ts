import { describe, expect, it } from "@effect/vitest"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { projectFile } from "../support/child.js"

const pages = [
  "CONTRIBUTING.md",
  ...readdirSync(projectFile("docs/decisions")).map((name) => join("docs/decisions", name))
]

/** The files and folders of the project that a page names in code, those with a placeholder left out. */
const pathsIn = (page: string): ReadonlyArray<string> =>
  [
    ...readFileSync(projectFile(page), "utf8").matchAll(
      /`((?:src|test|scripts|docs|bench)\/[^`\s]*)`/g
    )
  ]
    .map(([, path = ""]) => path)
    .filter((path) => !/[<*{]/.test(path))

describe("files named in documentation for contributors", () => {
  it.each(pages)("%s names only files that exist", (page) => {
    expect(pathsIn(page).filter((path) => !existsSync(projectFile(path)))).toEqual([])
  })

  it("finds files in a page", () => {
    expect(pathsIn("CONTRIBUTING.md").length).toBeGreaterThan(20)
  })
})
