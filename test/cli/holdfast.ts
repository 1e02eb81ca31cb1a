import * as Pty from "@lydell/node-pty"
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { constants } from "node:os"
import { fileURLToPath } from "node:url"
import { compiled } from "../support/compiled.js"

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** The compiled command: signals and exit codes are those of a process. */
export const bin = path("../../dist/cli/bin.js")

/** A pipeline, the same as JavaScript, or a program that is shorter than `holdfast` itself, of these tests. */
export const pipeline = (name: string): string => path(`./pipelines/${name}.ts`)
export const javascript = (name: string): string => compiled(pipeline(name))
export const program = (name: string): string => path(`./programs/${name}.mjs`)

const environment = (extra: Readonly<Record<string, string>> = {}) => ({
  ...process.env,
  LC_ALL: "C.UTF-8",
  HOLDFAST_BACKEND: "cpu",
  ...extra
})

interface Options {
  /** What is run, by default Node. */
  readonly command?: string
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** What a process has come to; `code` is 128 and the signal's number where a signal killed it. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A running process without a terminal. */
export const start = (words: ReadonlyArray<string>, options: Options = {}) => {
  const child = spawn(options.command ?? process.execPath, words, {
    cwd: options.cwd,
    env: environment(options.env),
    stdio: ["ignore", "pipe", "pipe"]
  })
  let out = ""
  let err = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text))
  const ended = new Promise<Ended>((resolve) =>
    child.on("close", (code, signal) =>
      resolve({ code: code ?? 128 + constants.signals[signal!], out, err })
    )
  )
  return {
    ended,
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    /** Sends a signal to the child of the process. */
    killChild: (signal: NodeJS.Signals) => {
      const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8")
      process.kill(Number(children.split(" ")[0]), signal)
    },
    /** Closes the reading end of its standard output, as `head` does. */
    closeOut: () => child.stdout.destroy(),
    shows: (text: string) => until(() => out.includes(text) || err.includes(text), ended)
  }
}

/** What `holdfast` comes to without a terminal. */
export const holdfast = (args: ReadonlyArray<string>, options?: Options): Promise<Ended> =>
  start([bin, ...args], options).ended

/** A running `holdfast`, or another program, on a terminal of 80 columns. */
export const onTerminal = (
  args: ReadonlyArray<string>,
  {
    cwd = process.cwd(),
    env,
    script = bin
  }: Pick<Options, "cwd" | "env"> & { readonly script?: string } = {}
) => {
  const terminal = Pty.spawn(process.execPath, [script, ...args], {
    cols: 80,
    cwd,
    env: { ...environment(env), TERM: "xterm" }
  })
  let out = ""
  terminal.onData((text) => (out += text))
  const ended = new Promise<{ readonly code: number; readonly out: string }>((resolve) =>
    terminal.onExit(({ exitCode }) => resolve({ code: exitCode, out }))
  )
  return {
    ended,
    type: (keys: string) => terminal.write(keys),
    hangUp: () => terminal.kill("SIGHUP"),
    shows: (text: string) => until(() => out.includes(text), ended)
  }
}

const until = async (condition: () => boolean, ended: Promise<unknown>): Promise<void> => {
  let over = false
  void ended.then(() => (over = true))
  while (!condition()) {
    if (over) throw new Error("it ended before it showed what was waited for")
    await wait(5)
  }
}

export const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))
