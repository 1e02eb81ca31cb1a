import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { constants } from "node:os"
import { fileURLToPath } from "node:url"
import { testBackend } from "./backend.js"

/** The compiled program. */
const bin = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url))

/** A pipeline file of these tests. */
export const pipeline = (name: string): string =>
  fileURLToPath(new URL(`./pipelines/${name}.ts`, import.meta.url))

/** A pipeline file of the project. */
export const projectFile = (path: string): string =>
  fileURLToPath(new URL(`../../${path}`, import.meta.url))

// As from a shell: what npm adds would tell that this was started by npx.
const shell = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("npm_"))
)

// On a file system of its own, from where nothing can be renamed into a folder of checkpoints.
const elsewhere = existsSync("/dev/shm") ? { TMPDIR: "/dev/shm" } : {}

/** An event as `--json` prints it. */
export type JsonEvent = { readonly event: string } & Readonly<Record<string, unknown>>

/** How a process ended: `code` is 128 and the signal's number where a signal killed it. */
export interface Ended {
  readonly code: number
  readonly killedBy: NodeJS.Signals | null
  readonly out: string
  readonly err: string
  /** Whether processes that it had started were still there a minute after its end. */
  readonly orphans: boolean
}

/**
 * A running `holdfast`: no terminal, standard input at its end, and a process group of its own, by
 * which whatever it leaves behind can be found.
 */
export const start = (
  args: ReadonlyArray<string>,
  cwd: string,
  environment: Readonly<Record<string, string>> = {}
) => {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    detached: true,
    env: {
      ...shell,
      ...elsewhere,
      LC_ALL: "C.UTF-8",
      HOLDFAST_BACKEND: testBackend,
      ...environment
    },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const cleanUp = () => void send(-child.pid!, "SIGKILL")
  process.once("exit", cleanUp)
  let out = ""
  let err = ""
  let over = false
  let look = () => {}
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text
    look()
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text
    look()
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", async (code, killedBy) => {
      over = true
      look()
      const gone = await vanished(-child.pid!)
      if (!gone) cleanUp()
      process.off("exit", cleanUp)
      const number = killedBy === null ? 0 : constants.signals[killedBy]
      resolve({ code: code ?? 128 + number, killedBy, out, err, orphans: !gone })
    })
  })
  return {
    ended,
    /** Sends a signal; false if the process has ended. */
    send: (signal: NodeJS.Signals) => child.exitCode === null && child.kill(signal),
    /** What it has printed so far. */
    output: () => out,
    /** Waits until the output holds `text`; false if the process ended before. */
    shows: (text: string) =>
      new Promise<boolean>((resolve) => {
        look = () => {
          if (out.includes(text) || err.includes(text)) resolve(true)
          else if (over) resolve(false)
        }
        look()
      })
  }
}
export type Child = ReturnType<typeof start>

/** What a process printed with `--json`; a line that a kill cut off is left out. */
export const eventsIn = (out: string): ReadonlyArray<JsonEvent> =>
  out
    .slice(0, out.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JsonEvent)

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

const send = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

// The translator of TypeScript is a child of its own, which ends when its parent has.
const vanished = async (group: number): Promise<boolean> => {
  for (let waited = 0; waited < 60_000; waited += 20) {
    if (!send(group, 0)) return true
    await wait(20)
  }
  return false
}
