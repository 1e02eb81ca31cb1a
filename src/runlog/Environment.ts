import * as Effect from "effect/Effect"
import { execFile } from "node:child_process"
import * as os from "node:os"
import { find } from "../io/InstalledPackage.js"
import { version } from "../io/Version.js"
import type { Environment } from "./Line.js"

/** How long the start of a log waits for git. */
const patience = 3000

/** The environment of this process. Asks git without blocking, which takes some milliseconds. */
export const environment: Effect.Effect<Environment> = Effect.suspend(() =>
  Effect.map(git, (git) => {
    const cpus = os.cpus()
    return {
      holdfast: version,
      tfjs: find(import.meta.url, "@tensorflow/tfjs-core")?.version ?? "",
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus[0]?.model.trim() ?? "",
      cores: cpus.length,
      memory: os.totalmem(),
      host: os.hostname(),
      git,
      pid: process.pid,
      argv: process.argv.slice(1)
    }
  })
)

/** The commit of the working folder, and whether tracked files have changed since; null: git says nothing. */
const git = Effect.async<Environment["git"]>((resume) => {
  // One question: the commit comes with the state of the files. It takes no lock, which others may need.
  const words = ["--no-optional-locks", "status", "--porcelain=v2", "--branch", "-uno"]
  const child = execFile("git", words, { timeout: patience }, (error, out) => {
    resume(Effect.succeed(error === null ? gitOf(out) : null))
  })
  return Effect.sync(() => child.kill())
})

/** What `git status --porcelain=v2 --branch` has said; null: there is no commit yet. */
export const gitOf = (status: string): Environment["git"] => {
  const lines = status.split("\n").filter((line) => line !== "")
  const commit = /^# branch\.oid ([0-9a-f]{40,64})$/m.exec(status)?.[1]
  return commit === undefined
    ? null
    : { commit, dirty: lines.some((line) => !line.startsWith("#")) }
}
