import { readFileSync, writeFileSync } from "node:fs"

const field = (name: string): number =>
  1024 * Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync("/proc/self/status", "utf8"))![1])

/** How much memory this process has now, in bytes; and `peak` is reset. */
export const reset = (): number => {
  writeFileSync("/proc/self/clear_refs", "5")
  return field("VmRSS")
}

/** The most memory that this process has had since the last `reset`, in bytes. */
export const peak = (): number => field("VmHWM")
