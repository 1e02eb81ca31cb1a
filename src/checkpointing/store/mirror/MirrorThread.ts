/** The thread that keeps a mirror; see onThread.ts. */
import { parentPort, workerData } from "node:worker_threads"
import { use } from "../../../language/Language.js"
import type { FromThread, Setup } from "./onThread.js"

const setup = workerData as Setup

// Before all other modules: some make their texts when they are loaded.
await use(setup.language)
const { keep } = await import("./keep.js")
// Questions wait in the port until now.
parentPort!.on(
  "message",
  keep(setup, (message: FromThread) => parentPort!.postMessage(message))
)
