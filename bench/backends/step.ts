// One program of the comparison: `tsx bench/backends/step.ts <stock|BACKEND> <network>` trains
// with Adam on one batch, reading the loss after every step, for a second and then, measured, for
// another one, and prints as JSON how long each step took, and what the core was good for meanwhile.
import * as tf from "holdfast/tf"
import { innerLoop } from "./innerLoop.js"
import type { NetworkName } from "./networks.js"
import { startBackend, stepOf } from "./trainStep.js"

const [variant, name] = process.argv.slice(2)
const step = stepOf(await startBackend(variant!), name as NetworkName)

type Step = readonly [ms: number, speed: number, cpu: number]

/**
 * The steps of a second at least: the milliseconds that each took, the lower speed of before and
 * after, and the milliseconds of processor time.
 */
const aSecond = async (atLeast: number): Promise<ReadonlyArray<Step>> => {
  const steps: Array<Step> = []
  const begin = performance.now()
  let speed = innerLoop()
  while (steps.length < atLeast || performance.now() < begin + 1000) {
    const before = process.cpuUsage()
    const start = performance.now()
    await step()
    const ms = performance.now() - start
    const { user, system } = process.cpuUsage(before)
    const next = innerLoop()
    steps.push([ms, Math.min(speed, next), (user + system) / 1000])
    speed = next
  }
  return steps
}

// The compilers take that long to finish with a step.
await aSecond(5)
const measured = await aSecond(10)
const { wasm } = tf.backend() as { wasm?: { HEAPU8: Uint8Array } }
console.log(JSON.stringify({ steps: measured, heapMiB: wasm && wasm.HEAPU8.length / 2 ** 20 }))
