import { expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { projectFile } from "../support/child.js"

const rows = [...readFileSync(projectFile("docs/glossary.md"), "utf8").matchAll(/^\|(.*)\|$/gm)]
  .map(([, row = ""]) => row.split("|").map((cell) => cell.trim()))
  .filter(([term = ""]) => term !== "term" && !term.startsWith("-"))

it("the glossary has each term once, with a sentence in English and in Chinese", () => {
  const terms = rows.map(([term]) => term)
  expect(terms.length).toBeGreaterThan(50)
  expect(terms.filter((term, i) => terms.indexOf(term) !== i)).toEqual([])
  for (const row of rows) {
    const [term, chinese, meaning, sentence] = row
    expect(row.length, term).toBe(4)
    expect(chinese, term).toMatch(/\p{Script=Han}/u)
    expect(meaning, term).toMatch(/\.$/)
    expect(sentence, term).toMatch(/\p{Script=Han}.*。$/su)
  }
})
