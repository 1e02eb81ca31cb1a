/** The thread that watches for signals, see Watchdog.ts. Imports little, to start fast. */
import { writeSync } from "node:fs"
import { createRequire } from "node:module"
import { parentPort, workerData } from "node:worker_threads"
import { Guard } from "./Guard.js"
import * as Parent from "./Parent.js"
import { caught, exitCode, numbers, type Signal } from "./Signal.js"
import type { FromThread, Setup, ToThread } from "./Watchdog.js"

/** Milliseconds in which the main thread must end the process itself. */
const patience = 1000

/** Milliseconds between two checks of the parent. */
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
 * Ends the process from this thread. `process.exit` would end this thread only, so the inspector
 * interrupts the main thread, in JavaScript or WebAssembly, to call it. Native code cannot be
 * interrupted: SIGKILL follows. SIGKILL alone would not do, since process 1 of a container cannot send
 * it to itself.
 */
const end = async (signal: Signal) => {
  setTimeout(() => process.kill(process.pid, "SIGKILL"), patience)
  const inspector = await import("node:inspector")
  const session = new inspector.Session()
  session.connectToMainThread()
  session.post("Runtime.evaluate", {
    // With standard error open, Node would print there that it waits for the debugger.
    expression: `
      process.once("exit", () => process.getBuiltinModule("node:fs").closeSync(2))
      process.exit(${exitCode(signal, guard.terms.requeue)})`
  })
}

const guard = new Guard(setup.terms, {
  say,
  // Without an inspector, SIGKILL is left.
  end: (signal) => void end(signal).catch(() => {})
})

/**
 * Takes signals on the event loop of this thread. Node's `process.on` does so on the main
 * thread only, but libuv delivers a signal to every loop that subscribes. Subscribing takes an internal
 * module of Node: if that is missing, this throws, and the main thread, which never hears that this
 * one watches, handles signals itself.
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

/** Stops the command as SIGTERM does when the npx that started it is gone: npx swallows the signal. */
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
