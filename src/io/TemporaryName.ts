import { randomBytes } from "node:crypto"
import * as path from "node:path"
import process from "node:process"

/** The creator of a temporary file: a process, and a token that no other process with its id has. */
export interface TemporaryName {
  readonly pid: number
  readonly token: string
}

// A process id alone is not enough: in a container every process may have the same one.
const token = randomBytes(4).toString("hex")
let counter = 0

const pattern = /^\..+\.(\d+)-([0-9a-f]{8})-\d+\.tmp$/

/** A new hidden name beside `target`, with the identity of this process. */
export const make = (target: string): string =>
  path.join(
    path.dirname(target),
    `.${path.basename(target)}.${process.pid}-${token}-${counter++}.tmp`
  )

/** The creator of a temporary file, from its name; undefined for any other file. */
export const parse = (name: string): TemporaryName | undefined => {
  const match = pattern.exec(path.basename(name))
  return match === null ? undefined : { pid: Number(match[1]), token: match[2] ?? "" }
}

/** Whether a process with this id exists. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: there is one, of another user.
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}

/** Whether the creator may still be writing the file. */
export const inUse = (name: TemporaryName): boolean =>
  name.pid === process.pid ? name.token === token : isRunning(name.pid)
