import { existsSync, readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { chinese, english, names, type Retired } from "./retired.js"

/** A retired wording in a text. */
export interface Finding {
  readonly line: number
  readonly found: string
  readonly instead: string
}

/** Between two words: spaces, or a line end with the mark of the next comment line. */
const gap = String.raw`(?:\s+(?:\*|\/\/|>|#)?\s*)`

const compile =
  (flags: string, isWord: boolean) =>
  ({ instead, wording }: Retired) => {
    const source = wording.replaceAll(" ", gap)
    return { instead, pattern: new RegExp(isWord ? `\\b(?:${source})\\b` : source, flags) }
  }

const patterns = [
  ...english.map(compile("giu", true)),
  ...names.map(compile("gu", true)),
  ...chinese.map(compile("gu", false))
]

/** The retired wordings in `text`, in its order. */
export const findIn = (text: string): ReadonlyArray<Finding> =>
  patterns
    .flatMap(({ instead, pattern }) =>
      [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
        line: text.slice(0, index).split("\n").length,
        found: found.replaceAll(/\s+/g, " "),
        instead
      }))
    )
    .sort((one, other) => one.line - other.line)

/** The findings in a file, as `file:line: wording → what to write`. */
export const findInFile = (file: string): ReadonlyArray<string> =>
  findIn(readFileSync(file, "utf8")).map(
    ({ found, instead, line }) => `${file}:${line}: ${found} → ${instead}`
  )

/** The folders whose files are searched, beside those of the project's root. */
const folders = [
  ".github",
  "bench",
  "docs",
  "examples",
  "pipelines",
  "scripts",
  "site",
  "src",
  "test"
]

/** Files that name retired wordings on purpose, as history does, and texts of other projects. */
const exempt = [
  /^scripts\/words\/retired\.ts$/,
  /^test\/language\/Words\.test\.ts$/,
  /^docs\/glossary\.md$/,
  /^CHANGELOG\.md$/,
  /^test\/tfjs\/expected\.json$/,
  /^package-lock\.json$/,
  /^site\/(api|examples|pages)\//,
  /node_modules|\/dist\/|\/cache\//
]

/** Everything that people write in this project, by its path from the working directory. */
export const files = (roots: ReadonlyArray<string> = [".", ...folders]): ReadonlyArray<string> =>
  roots
    .filter((root) => existsSync(root))
    .flatMap((root) =>
      statSync(root).isFile()
        ? [root]
        : readdirSync(root, { recursive: root !== ".", encoding: "utf8" }).map((name) =>
            join(root, name)
          )
    )
    .filter((file) => /\.(m?ts|mjs|md|json|ya?ml|cff)$/.test(file))
    .filter((file) => !exempt.some((pattern) => pattern.test(file)))
