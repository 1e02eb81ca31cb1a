/** Writes the table of parameters into the READMEs: npm run docs */
import { readFileSync, writeFileSync } from "node:fs"
import * as Either from "effect/Either"
import { type Language, readmes, withParameters } from "./parameters.js"

for (const [language, file] of Object.entries(readmes)) {
  const text = readFileSync(file, "utf8")
  writeFileSync(file, Either.getOrThrow(withParameters(text, language as Language)))
}
