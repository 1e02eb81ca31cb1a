import { execFileSync } from "node:child_process"
import {
  chmodSync,
  cpSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../..", import.meta.url))
const files = fileURLToPath(new URL("files", import.meta.url))

/** Runs a program and gives what it wrote, on both streams, and its exit code. */
export const execute = (
  command: string,
  args: ReadonlyArray<string>,
  cwd: string,
  backend = "cpu"
): { readonly code: number; readonly text: string } => {
  const env = { ...process.env, HOLDFAST_BACKEND: backend, LC_ALL: "C.UTF-8", NODE_OPTIONS: "" }
  try {
    const text = execFileSync(command, [...args], { cwd, env, encoding: "utf8", stdio: "pipe" })
    return { code: 0, text }
  } catch (error) {
    const { status, stderr, stdout } = error as Record<"stderr" | "stdout", string> & {
      readonly status: number
    }
    return { code: status, text: stdout + stderr }
  }
}

interface Locked {
  readonly dev?: boolean
  readonly devOptional?: boolean
  readonly optional?: boolean
}

/** The packages, by their folders, that the lock file gives to users of the package, too. */
const packagesOfUsers = (): ReadonlyArray<string> => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, Locked>>
  }
  return Object.entries(packages)
    .filter(([folder, { dev, devOptional, optional }]) => {
      if (folder === "" || dev === true || devOptional === true) return false
      // What tsx translates with has a package for each platform.
      return optional !== true || folder.startsWith("node_modules/@esbuild/")
    })
    .map(([folder]) => folder)
}

/** Has the files of `from` at `to` as well, without copying them where the disk allows it. */
const link = (from: string, to: string): void =>
  cpSync(from, to, {
    recursive: true,
    filter: (source, target) => {
      if (basename(source) === "node_modules" && source !== from) return false
      if (!/\.\w+$/.test(basename(source))) return true
      try {
        mkdirSync(dirname(target), { recursive: true })
        linkSync(source, target)
        return false
      } catch {
        return true
      }
    }
  })

/** Packs the package as npm publishes it. */
const pack = (folder: string): string => {
  const args = ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder]
  const name = execFileSync("npm", args, { cwd: root, encoding: "utf8" }).trim()
  return join(folder, name.split("\n").at(-1)!)
}

/**
 * A user's project in a new folder: `npm init`, the packed package, and some files. What the package
 * depends on is linked from here; or, with `HOLDFAST_INSTALL=registry`, installed by npm.
 */
export const makeProject = (): string => {
  const project = mkdtempSync(join(tmpdir(), "holdfast-"))
  const tarball = pack(project)
  const packageJson = { name: "mine", version: "1.0.0", type: "module", private: true }
  writeFileSync(join(project, "package.json"), JSON.stringify(packageJson))
  if (process.env["HOLDFAST_INSTALL"] === "registry") {
    execFileSync("npm", ["install", "--no-audit", "--no-fund", tarball], { cwd: project })
  } else {
    const packages = join(project, "node_modules")
    for (const folder of packagesOfUsers()) {
      try {
        link(join(root, folder), join(project, folder))
      } catch (error) {
        // A package for another platform.
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
      }
    }
    mkdirSync(join(packages, "holdfast"))
    execFileSync("tar", ["-xzf", tarball, "-C", join(packages, "holdfast"), "--strip-components=1"])
    mkdirSync(join(packages, ".bin"))
    chmodSync(join(packages, "holdfast/dist/cli/bin.js"), 0o755)
    symlinkSync("../holdfast/dist/cli/bin.js", join(packages, ".bin/holdfast"))
  }
  cpSync(files, project, { recursive: true })
  const training = {
    checkpoint_dir: "checkpoints",
    num_epochs: 3,
    batch_size: 8,
    learning_rate: 0.01,
    seed: 1
  }
  const config = { training, model: { units: 4 }, data: { size: 40 } }
  writeFileSync(join(project, "config.json"), JSON.stringify(config))
  return project
}

/** Compiles the project, with declarations, into `dist`; gives what the compiler says. */
export const compile = (project: string, options: Readonly<Record<string, string>>): string => {
  const compilerOptions = {
    strict: true,
    target: "es2022",
    lib: ["es2023"],
    // What `process` is, in a script: a user installs @types/node.
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    skipLibCheck: true,
    declaration: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    outDir: "dist",
    rootDir: ".",
    ...options
  }
  const include = ["*.ts"]
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include }))
  const tsc = join(root, "node_modules/typescript/bin/tsc")
  return execute(process.execPath, [tsc, "-p", "."], project).text
}
