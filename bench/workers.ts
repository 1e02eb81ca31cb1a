/**
 * A training step with workers beside one on the main thread, in turn in one process, and beside PyTorch on as many
 * threads, and in as many processes (DDP with gloo), each in a process that waits meanwhile:
 *
 *   npm run bench:workers -- [NETWORK[:BATCH] …] [--rounds N] [--workers N] [--ms N] [--peers]
 *
 * Ratios are of one round; the median of the rounds is printed, and their range. The peers need PEERS_PYTHON, or
 * `npm run bench:peers -- --setup`.
 */
import { cpus, loadavg } from "node:os"
import { fileURLToPath } from "node:url"
import { networkNames } from "./backends/networks.js"
import { median } from "./median.js"
import { python, threads } from "./peers/peers.js"
import { start, type Player } from "./peers/Player.js"
import { geometricMean, inTurn } from "./peers/turns.js"
import { flag, networks } from "./workers/given.js"
import type { Steps } from "./workers/node_peer.js"
import type { Variant } from "./workers/steps.js"

const [rounds, workers, milliseconds] = [flag("rounds", 9), flag("workers", 2), flag("ms", 300)]
const cases = networks(networkNames.flatMap((name) => [name, `${name}:256`]))
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const torch = async (count: number, ranks: number, env: Readonly<Record<string, string>> = {}) => {
  const command = process.argv.includes("--peers") ? python() : undefined
  return command === undefined
    ? null
    : start({
        command,
        args: [at("workers/torch_peer.py")],
        env: { ...threads(count), RANKS: `${ranks}`, ...env }
      })
}

const variants = (one: Pick<Variant, "batch" | "network">) => ({
  "one thread": { ...one, shards: 1, workers: 0 },
  [`${workers} shards, one thread`]: { ...one, shards: workers, workers: 0 },
  [`${workers} shards, ${workers} workers`]: { ...one, shards: workers, workers },
  "1 shard, 1 worker": { ...one, shards: 1, workers: 1 }
})

/** Until compilers have done what they will. */
const warmUp = 2500

const measure = async (
  one: Pick<Variant, "batch" | "network">,
  peers: Readonly<Record<string, Player>>
) => {
  // A process for each network: what one leaves behind is not the next one's.
  const own = await start({
    command: process.execPath,
    args: ["--import", "tsx", at("workers/node_peer.ts")],
    env: threads(1)
  })
  const asks = {
    ...Object.fromEntries(
      Object.entries(variants(one)).map(([name, of]) => [name, { player: own, of }])
    ),
    ...Object.fromEntries(
      Object.entries(peers).map(([name, player]) => [name, { player, of: one }])
    )
  }
  const ask = (name: string, ms: number) =>
    asks[name]!.player.ask<Steps>({ part: "steps", of: { ...asks[name]!.of, milliseconds: ms } })
  for (const name of Object.keys(asks)) await ask(name, warmUp)
  const turns = Object.fromEntries(
    Object.keys(asks).map((name) => [name, () => ask(name, milliseconds)])
  )
  const { failed, taken } = await inTurn(rounds, turns)
  for (const [name, why] of Object.entries(failed)) console.error(`${name}: ${why}`)
  own.dismiss()
  return taken as Readonly<Record<string, ReadonlyArray<Steps>>>
}

const peers: Record<string, Player> = {}
const [two, ddp] = [await torch(workers, 1), await torch(1, workers)]
if (two !== null && ddp !== null) {
  const about = await two.ask<{ version: string; library: string }>({ part: "about" })
  console.log(`PyTorch ${about.version}, ${about.library}`)
  peers[`PyTorch, ${workers} threads`] = two
  peers[`PyTorch, DDP of ${workers}`] = ddp
}
console.log(
  `${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds of ${milliseconds} ms\n`
)
const names = [...Object.keys(variants({ network: "", batch: 0 })), ...Object.keys(peers)]
console.log(`| network, batch | ${names.join(" | ")} | blocked |`)
console.log(`|${" --- |".repeat(names.length + 2)}`)

/** Of each network the ratio of each to the step with workers. */
const ratios: Record<string, Array<number>> = {}
for (const one of cases) {
  const taken = await measure(one, peers)
  const ours = taken[names[2]!]!
  const cells = names.map((name) => {
    const steps = taken[name]
    if (steps === undefined) return "–"
    const to = steps.map(({ ms }, round) => ms / ours[round]!.ms).sort((a, b) => a - b)
    ;(ratios[name] ??= []).push(median(to))
    const range = `${to[0]!.toFixed(2)}–${to.at(-1)!.toFixed(2)}`
    const each = median(steps.map(({ ms }) => ms))
    return `${each.toPrecision(3)} ms${name === names[2] ? "" : `, ${median(to).toFixed(2)} (${range})`}`
  })
  const blocked = median(ours.map((steps) => steps.blocked)).toFixed(1)
  console.log(`| ${one.network}, ${one.batch} | ${cells.join(" | ")} | ${blocked} ms |`)
}
for (const name of names.filter((_, i) => i !== 2)) {
  const mean = geometricMean(ratios[name] ?? [undefined])
  console.log(`${name}, to ${names[2]}: ${mean?.toFixed(2) ?? "–"} in the geometric mean`)
}
console.log(`load average at the end: ${loadavg()[0]!.toFixed(1)}`)
process.exit(0)
