import { readFileSync } from "node:fs"
import { expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { type Language, parameters, pages, withParameters } from "../../scripts/parameters.js"
import { chinese } from "../../scripts/parameters.zh.js"

const languages = Object.keys(pages) as ReadonlyArray<Language>

it.each(languages)(
  "the tables of parameters are those of npm run docs:parameters: %s",
  (language) => {
    const text = readFileSync(pages[language], "utf8")
    expect(Either.getOrThrow(withParameters(text, language)) === text).toBe(true)
  }
)

it("every description has its Chinese, and no Chinese is left over", () => {
  expect(parameters("zh")).not.toContain("missing in scripts/parameters.zh.ts")
  const english = parameters("en").replaceAll("\\|", "|")
  expect(Object.keys(chinese).filter((text) => !english.includes(text))).toEqual([])
})
