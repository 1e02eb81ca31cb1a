/** Writes the tables of parameters into docs/: npm run docs:parameters */
import { readFileSync, writeFileSync } from "node:fs"
import * as Either from "effect/Either"
import { type Language, pages, withParameters } from "./parameters.js"

for (const [language, file] of Object.entries(pages)) {
  const text = readFileSync(file, "utf8")
  writeFileSync(file, Either.getOrThrow(withParameters(text, language as Language)))
}
