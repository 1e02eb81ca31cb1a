/** The thread that watches for signals, see Watchdog.ts. Imports little, so that it is soon there. */
import { writeSync } from "node:fs"
import { createRequire } from "node:module"
import { parentPort, workerData } from "node:worker_threads"
import { Guard } from "./Guard.js"
import * as Parent from "./Parent.js"
import { caught, exitCode, numbers, type Signal } from "./Signal.js"
import type { FromThread, Setup, ToThread } from "./Watchdog.js"

/** Milliseconds that the main thread has to end the process itself. */
const patience = 1000

/** Milliseconds between two looks at the parent. */
const interval = 500

const setup = workerData as Setup
const post = (message: FromThread) => parentPort!.postMessage(message)

const say = (text: string) => {
  try {
    // The standard error of a thread would pass through the main thread.
    writeSync(2, `\n${text}\n`)
  } catch {
    // The terminal is gone, or the pipe is full.
  }
}

/**
 * Ends the process from here. `process.exit` would end this thread only, so that the main thread is
 * interrupted to call it: by the inspector, which reaches it inside of JavaScript and WebAssembly.
 * Inside of native code it does not, and SIGKILL follows: it cannot be the only way, as the kernel
 * keeps process 1 of a container from sending it to itself.
 */
const end = async (signal: Signal) => {
  setTimeout(() => process.kill(process.pid, "SIGKILL"), patience)
  const inspector = await import("node:inspector")
  const session = new inspector.Session()
  session.connectToMainThread()
  session.post("Runtime.evaluate", {
    // Were standard error still open, Node would say there that it waits for the debugger.
    expression: `
      process.once("exit", () => process.getBuiltinModule("node:fs").closeSync(2))
      process.exit(${exitCode(signal)})`
  })
}

const guard = new Guard(setup.terms, {
  say,
  // Without an inspector, SIGKILL is left.
  end: (signal) => void end(signal).catch(() => {})
})

/**
 * Takes signals on the event loop of this thread. Node has `process.on` do so on the main thread
 * only, but libuv, below it, hands a signal to every loop that asks for it. What does the asking is
 * internal to Node: where it is not there any more, this throws, and the main thread, which nobody
 * has told that this one watches, goes on as if alone.
 */
const watch = () => {
  const { internalBinding } = createRequire(import.meta.url)("internal/test/binding") as {
    readonly internalBinding: (name: "signal_wrap") => {
      readonly Signal: new () => { onsignal: () => void; start: (number: number) => number }
    }
  }
  const { Signal } = internalBinding("signal_wrap")
  for (const signal of caught) {
    const watcher = new Signal()
    watcher.onsignal = () => guard.receive(signal)
    const error = watcher.start(numbers[signal])
    if (error !== 0) throw new Error(`${signal} cannot be watched: ${error}`)
  }
}

/** Stops the command as SIGTERM does once the npx that has started it, and swallowed one, is gone. */
const watchParent = () => {
  const { env, pid, ppid } = process
  const ancestors = Parent.runnerOf({ id: pid, parent: ppid, environment: env })
  if (ancestors === null) return
  const timer = setInterval(() => {
    if (!Parent.isGone(ancestors, process.ppid)) return
    clearInterval(timer)
    if (!guard.begin("SIGTERM")) return
    say(setup.orphaned)
    post("orphaned")
  }, interval)
}

parentPort!.on("message", (message: ToThread) => {
  if (typeof message === "string") guard.begin(message)
  else guard.terms = message
})
watch()
post("watching")
watchParent()
