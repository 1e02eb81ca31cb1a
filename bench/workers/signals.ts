/**
 * How long after a signal was sent the process that trains hears it, on the main thread and with workers:
 *
 *   tsx bench/workers/signals.ts [NETWORK[:BATCH] …] [--signals N] [--workers N]
 */
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { median } from "../median.js"
import { flag, networks } from "./given.js"

const [signals, workers] = [flag("signals", 50), flag("workers", 2)]

const sleep = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

/** Milliseconds after which each signal was heard, and those of a step meanwhile. */
const measure = async (network: string, batch: number, shards: number, count: number) => {
  const program = fileURLToPath(new URL("signalled.ts", import.meta.url))
  const child = spawn(
    process.execPath,
    ["--import", "tsx", program, network, `${batch}`, `${shards}`, `${count}`],
    { stdio: ["ignore", "pipe", "inherit"] }
  )
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  // It says when it trains.
  await lines.next()
  const delays: Array<number> = []
  let step = ""
  for (let i = 0; i < signals; i++) {
    await sleep(20 + 80 * Math.random())
    const sent = process.hrtime.bigint()
    child.kill("SIGUSR2")
    const [heard = "", last = ""] = ((await lines.next()).value as string).split(" ")
    delays.push(Number(BigInt(heard) - sent) / 1e6)
    step = last
  }
  child.kill("SIGKILL")
  return { delays: delays.sort((a, b) => a - b), step }
}

console.log("| network, batch | workers | step | heard after: median | 90 % | most |")
console.log("| --- | --- | --- | --- | --- | --- |")
for (const { batch, network } of networks(["speaker:32", "depthwise:256"])) {
  for (const count of new Set([0, 1, workers])) {
    const { delays, step } = await measure(network, batch, Math.max(1, count), count)
    const cells = [median(delays), delays[Math.floor(0.9 * delays.length)]!, delays.at(-1)!]
    console.log(
      `| ${network}, ${batch} | ${count} | ${step} ms | ${cells.map((ms) => `${ms.toFixed(1)} ms`).join(" | ")} |`
    )
  }
}
