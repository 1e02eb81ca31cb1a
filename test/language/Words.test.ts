import { describe, expect, it } from "@effect/vitest"
import { files, findIn, findInFile } from "../../scripts/words/find.js"

describe("the wording of the project", () => {
  it("finds a retired wording across lines, and leaves ordinary English alone", () => {
    expect(findIn("ok\n// it goes\n// on from there")).toEqual([
      { line: 2, found: "goes // on", instead: "resume, continue" }
    ])
    expect(findIn(" * the newest whole one")).toHaveLength(1)
    expect(findIn("a whole number; the whole run; undergo one; pigeon")).toEqual([])
    expect(findIn("const goOn = 1")).toHaveLength(1)
    expect(findIn("自定义的阶段也守此约定")).toHaveLength(1)
  })

  it("searches sources, tests, guides and READMEs", () => {
    const kinds = ["src/index.ts", "test/language/Language.test.ts", "docs/stages.md", "README.md"]
    expect(files()).toEqual(expect.arrayContaining(kinds))
  })

  it("has no retired wording in any of them", () => {
    expect(files().flatMap(findInFile)).toEqual([])
  })
})
