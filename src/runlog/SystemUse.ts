import * as os from "node:os"
import * as tf from "../tf.js"
import type { System } from "./Line.js"

/** What a line about the system says, but for when. */
export type SystemUse = Omit<System, "event" | "time" | "global_step">

/** Measures the process and the machine; `cpu` is since the last time. */
export const meter = (): (() => SystemUse) => {
  let before = { cpu: process.cpuUsage(), at: performance.now() }
  return () => {
    const now = { cpu: process.cpuUsage(), at: performance.now() }
    const microseconds = now.cpu.user - before.cpu.user + (now.cpu.system - before.cpu.system)
    const cpu = microseconds / (1000 * Math.max(1, now.at - before.at))
    before = now
    const { heapUsed, rss } = process.memoryUsage()
    const { numBytes, numTensors } = tf.memory()
    return {
      cpu: Math.round(1000 * cpu) / 1000,
      rss,
      heap: heapUsed,
      free_memory: os.freemem(),
      total_memory: os.totalmem(),
      load: os.loadavg()[0]!,
      tensors: numTensors,
      tensor_bytes: numBytes
    }
  }
}

/** Seconds between two lines in the first hour. */
const least = 5

/**
 * How many seconds after the start of the process the next line is due: every 5 in the first hour, less and
 * less often after it, so that a day has 3,000 lines and a month 5,500.
 */
export const nextDue = (seconds: number): number => seconds + Math.max(least, seconds / 720)
