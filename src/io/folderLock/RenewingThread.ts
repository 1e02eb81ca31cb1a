/** The thread that renews a lock; see Heartbeat.ts. Imports little, to start quickly. */
import { existsSync, renameSync } from "node:fs"
import * as path from "node:path"
import { parentPort, workerData } from "node:worker_threads"
import type { Failure, FromThread, ThreadBeat, ToThread } from "./Heartbeat.js"
import * as OwnerName from "./OwnerName.js"

const { every, lock, renewedAt, token } = workerData as ThreadBeat
const post = (message: FromThread) => parentPort!.postMessage(message)

let renewals = 0
const at = (count: number) => path.join(lock, OwnerName.make(token, count))

const renew = (): Failure | null => {
  const begun = process.hrtime.bigint()
  try {
    renameSync(at(renewals), at(renewals + 1))
  } catch (error) {
    const { code = "", errno = 0, message } = error as NodeJS.ErrnoException
    // A renewal that was reported as failed may have been made.
    if (code !== "ENOENT" || !existsSync(at(renewals + 1))) return { code, errno, message }
  }
  renewals++
  Atomics.store(renewedAt, 0, begun)
  return null
}

const timer = setInterval(() => {
  // Any other error may be over by the next time.
  if (renew()?.code !== "ENOENT") return
  clearInterval(timer)
  post({ _tag: "Missed" })
}, every)

parentPort!.on("message", (message: ToThread) => {
  if (message === "renew") return post({ _tag: "Renewed", failure: renew() })
  clearInterval(timer)
  post({ _tag: "Stopped" })
  parentPort!.close()
})
