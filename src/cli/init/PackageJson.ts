import { existsSync, readFileSync } from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { templateOf, type TemplateName } from "./Templates.js"

/** What a new project takes from the package.json of Holdfast. */
interface OwnPackage {
  readonly version: string
  readonly engines: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
}

const folder = fileURLToPath(new URL("../../..", import.meta.url))
const own = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as OwnPackage

const peers = ["@tensorflow/tfjs-core", "@tensorflow/tfjs-layers", "effect"]
const tools = ["@types/node", "typescript", "vitest"]

/** The version that a range such as "~3.22.4" begins with. */
const exact = (range: string): string => range.replace(/^[~^]/, "")

const versions = (names: ReadonlyArray<string>, ranges: Readonly<Record<string, string>>) =>
  Object.fromEntries(names.map((name) => [name, exact(ranges[name]!)]))

/**
 * What npm calls a project in this folder. Not as one of its dependencies: npm does not install a package
 * into another of its name.
 */
export const projectName = (folder: string): string => {
  const name = path
    .basename(path.resolve(folder))
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[._-]+|[._-]+$/g, "")
    .slice(0, 200)
  if (name === "") return "my-project"
  return ["holdfast", "node_modules", ...peers, ...tools].includes(name) ? `${name}-project` : name
}

/** The package.json of a new project; `holdfast` is what it says for the version of Holdfast. */
export const packageJson = (name: string, template: TemplateName, holdfast: string): string => {
  const { before, packages = [] } = templateOf(template)
  return `${JSON.stringify(
    {
      name,
      version: "0.0.0",
      private: true,
      type: "module",
      engines: own.engines,
      scripts: {
        ...(before !== undefined && { prestart: `holdfast run ${before} --resume auto` }),
        start: `holdfast run pipelines/${template}.ts`,
        test: "vitest run",
        check: "tsc"
      },
      dependencies: {
        ...versions(peers, own.peerDependencies),
        holdfast,
        ...versions(packages, own.devDependencies)
      },
      devDependencies: versions(tools, own.devDependencies)
    },
    null,
    2
  )}\n`
}

/**
 * Holdfast as this copy of it was installed: from where npm remembers that it came, if that is a tarball or
 * a git repository; else its version.
 */
export const installedFrom = (packageFolder = folder): string => {
  const modules = path.dirname(path.resolve(packageFolder))
  const resolved = resolvedBy(path.join(modules, ".package-lock.json"))
  if (resolved?.startsWith("git")) return resolved
  if (!resolved?.startsWith("file:")) return own.version
  const tarball = path.resolve(modules, "..", resolved.slice("file:".length))
  return existsSync(tarball) ? fileSpec(tarball) : own.version
}

const resolvedBy = (lockFile: string): string | undefined => {
  try {
    const { packages } = JSON.parse(readFileSync(lockFile, "utf8")) as {
      readonly packages?: Readonly<Record<string, { readonly resolved?: string }>>
    }
    return packages?.["node_modules/holdfast"]?.resolved
  } catch {
    return undefined
  }
}

/** How a package.json names a file, wherever the project lies. */
const fileSpec = (file: string): string => `file:${file.replaceAll("\\", "/")}`

/**
 * What `--holdfast` says for a package.json: a path, absolute, or anything else that npm installs, as it
 * is. Null where a path is not there.
 */
export const specOf = (given: string): string | null => {
  const isPath = /^(file:|\.{0,2}[/\\]|[a-z]:[/\\])|\.(tgz|tar\.gz)$/i.test(given)
  if (!isPath || /^(https?|git\S*):/.test(given)) return given
  const file = path.resolve(given.startsWith("file:") ? given.slice("file:".length) : given)
  return existsSync(file) ? fileSpec(file) : null
}
