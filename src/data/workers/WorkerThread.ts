/** A thread that calls functions of modules, one call after another; see Threads.ts. Imports little. */
import { parentPort, workerData } from "node:worker_threads"
import * as Language from "../../language/Language.js"
import {
  call,
  problemOf,
  taken,
  type Answer,
  type Answering,
  type Call,
  type Request
} from "./Call.js"
import type { Setup } from "./Threads.js"

const { language } = workerData as Setup
let last = Language.use(language)
let resume = () => {}

parentPort!.on("message", (request: Request) => {
  if (request === taken) resume()
  else last = answer(request, last)
})

const post = (answer: Answer, buffers: ReadonlyArray<ArrayBuffer>) =>
  parentPort!.postMessage(answer, buffers)

const answer = async (request: Call, before: Promise<void>): Promise<void> => {
  await before
  const buffers: Array<ArrayBuffer> = []
  const answering: Answering = {
    transfer: (...some) => void buffers.push(...some),
    give: (part, ...moved) =>
      new Promise((resolve) => {
        resume = resolve
        post({ part }, moved)
      })
  }
  try {
    post({ value: await call(request, answering, (url) => import(url)) }, buffers)
  } catch (error) {
    post({ problem: problemOf(error) }, [])
  }
}
