import { existsSync, realpathSync } from "node:fs"
import { createRequire } from "node:module"
import { join, relative } from "node:path"
import type { InstalledPackage } from "./InstalledPackage.js"
import { find } from "./InstalledPackage.js"
import { t } from "../language/Text.js"

const { peerDependencies, peerDependenciesMeta } = createRequire(import.meta.url)(
  "../../package.json"
) as {
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
}

/** Those that every run needs; the backend that needs another asks for it when it starts. */
const required = Object.entries(peerDependencies).filter(
  ([name]) => peerDependenciesMeta[name]?.optional !== true
)

/** What is wrong with the peer packages that Holdfast itself would import; null if nothing. */
export const ownProblem = (): string | null => {
  for (const [name, range] of required) {
    const found = find(import.meta.url, name)
    if (found === null || !suits(found.version, range)) return unsuitable(name, range, found)
  }
  return null
}

/**
 * What is wrong with the peer packages that the pipeline file at `path` would import: they must be the
 * copies that Holdfast uses. Null if nothing.
 */
export const problemOf = (path: string): string | null => problemBetween(realpathSync(path))

const problemBetween = (module: string): string | null => {
  for (const [name, range] of required) {
    const [own, theirs] = [find(import.meta.url, name), find(module, name)]
    if (own === null || theirs === null || areOne(name, own, theirs)) continue
    return different(name, range, own, theirs)
  }
  return null
}

/** What is wrong with the packages of this process: those that Holdfast imports, or its main module. */
export const problemHere = (main: string | undefined = process.argv[1]): string | null => {
  const own = ownProblem()
  if (own !== null) return own
  // A notebook or a REPL has no main module.
  const module =
    main !== undefined && existsSync(main) ? realpathSync(main) : join(process.cwd(), "-")
  const problem = problemBetween(module)
  return problem === null ? null : `${shortened(module)}: ${problem}`
}

/** Two copies of Effect of one version work together; two of TensorFlow.js share no classes. */
const areOne = (name: string, own: InstalledPackage, theirs: InstalledPackage): boolean =>
  own.folder === theirs.folder || (name === "effect" && own.version === theirs.version)

/** Whether a version is in a range of package.json, which is exact or `~`. */
export const suits = (version: string, range: string): boolean => {
  const wanted = range.replace(/^~/, "")
  if (wanted === range) return version === range
  const [major, minor, patch = -1] = version.split(".").map(Number)
  const [wantedMajor, wantedMinor, least = 0] = wanted.split(".").map(Number)
  return major === wantedMajor && minor === wantedMinor && patch >= least
}

export const unsuitable = (name: string, range: string, found: InstalledPackage | null): string =>
  found === null
    ? t`holdfast needs the package ${name}, which is not installed. ${install(name, range)}`
    : t`holdfast works with ${name} ${range}, but would import ${shown(found)}. ${install(name, range)}`

export const different = (
  name: string,
  range: string,
  own: InstalledPackage,
  theirs: InstalledPackage
): string =>
  t`it would import ${name} ${shown(theirs)}, but holdfast ${shown(own)}; the two must be one copy. ` +
  install(name, range) +
  (own.version === theirs.version ? t`, then: npm dedupe` : "")

const install = (name: string, range: string): string =>
  t`In the project's folder, run: npm install ${name}@${range.replace(/^~/, "")}`

const shown = ({ folder, version }: InstalledPackage): string =>
  t`${version} (in ${shortened(folder)})`

const shortened = (path: string): string => {
  const short = relative("", path)
  return short.startsWith("..") ? path : short
}
