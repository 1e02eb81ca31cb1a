/** A thread that calls functions of modules, one call after another; see Threads.ts. Imports little. */
import { parentPort, workerData } from "node:worker_threads"
import * as Language from "../../language/Language.js"
import { call, problemOf, type Call } from "./Call.js"
import type { Answer, Setup } from "./Threads.js"

const { language } = workerData as Setup
let last = Language.use(language)

parentPort!.on("message", (request: Call) => {
  last = answer(request, last)
})

const answer = async (request: Call, before: Promise<void>): Promise<void> => {
  await before
  const buffers: Array<ArrayBuffer> = []
  try {
    const transfer = (...some: ReadonlyArray<ArrayBuffer>) => void buffers.push(...some)
    const value = await call(request, transfer, (url) => import(url))
    parentPort!.postMessage({ value } satisfies Answer, buffers)
  } catch (error) {
    parentPort!.postMessage({ problem: problemOf(error) } satisfies Answer)
  }
}
