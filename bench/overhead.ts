// `npm run bench:overhead [pairs] [rounds]`: what a training step of `holdfast run`, in a terminal,
// costs over one written by hand on the same kernels. Each trains in a process of its own, so that
// neither collects the other's garbage, in turn within each round. Where a process's memory happens
// to lie makes it faster or slower by some percent, so there are several pairs of processes; medians
// over the rounds of all, and of the medians of the pairs the lowest and the highest. Then what observers
// cost a step over none, such as the log of the run, by events fed to them in one process.
import { cpus, loadavg } from "node:os"
import { median } from "./median.js"
import * as Effect from "effect/Effect"
import { type NetworkName, steps } from "./overhead/networks.js"
import { observerCosts } from "./overhead/observers.js"
import { startPair } from "./overhead/pair.js"
import type { Time } from "./overhead/turns.js"

const pairs = Number(process.argv[2] ?? 7)
const rounds = Number(process.argv[3] ?? 7)
/** Steps before those that count: compiling takes some hundreds. */
const warmUpSteps = 1000
/** What all observers may cost a step over none, in microseconds of processor time. */
const mostOfObservers = 20
/** What a step may cost more, in microseconds, or as a part of it. */
const [most, mostShare] = [50, 0.02]

const warmUp = (network: NetworkName) => Math.ceil(warmUpSteps / steps[network])

/** The rounds of a pair of processes, and in each the times of both. */
const pair = async (network: NetworkName) => {
  const { byHand, end, holdfast } = await startPair(network, warmUp(network) + rounds)
  const times: Array<{ readonly holdfast: Time; readonly byHand: Time }> = []
  for (let round = 0; round < warmUp(network) + rounds; round++) {
    times.push({ byHand: await byHand.turn(), holdfast: await holdfast.turn() })
  }
  await end()
  return times.slice(warmUp(network))
}

type Round = Awaited<ReturnType<typeof pair>>[number]

/** What the step of a round cost more, in microseconds, and as a part of that by hand. */
const costs = (network: NetworkName, measure: keyof Time) => ({
  absolute: ({ byHand, holdfast }: Round) => (holdfast[measure] - byHand[measure]) / steps[network],
  share: ({ byHand, holdfast }: Round) => holdfast[measure] / byHand[measure] - 1
})

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

console.log(
  `${cpus()[0]!.model.trim()}, ${cpus().length} cores, Node ${process.versions.node}, ${pairs} pairs of processes, ${rounds} rounds each`
)
console.log(
  "| network | by hand (µs) | holdfast (µs) | cost (µs) | of pairs | cost | of pairs | processor time (µs) | | bar: 50 µs or 2 % |"
)
console.log("|---|---|---|---|---|---|---|---|---|---|")
for (const network of Object.keys(steps) as Array<NetworkName>) {
  const all: Array<ReadonlyArray<Round>> = []
  for (let i = 0; i < pairs; i++) all.push(await pair(network))
  const aStep = (who: keyof Round) =>
    (median(all.flat().map((round) => round[who].wall)) / steps[network]).toFixed(0)
  const overall = (cost: (round: Round) => number) => median(all.flat().map(cost))
  const span = (cost: (round: Round) => number, format: (value: number) => string) => {
    const medians = all.map((rounds) => median(rounds.map(cost)))
    return `${format(Math.min(...medians))} to ${format(Math.max(...medians))}`
  }
  const wall = costs(network, "wall")
  const processor = costs(network, "processor")
  const [absolute, share] = [overall(wall.absolute), overall(wall.share)]
  const cells = [
    network,
    aStep("byHand"),
    aStep("holdfast"),
    absolute.toFixed(0),
    span(wall.absolute, (value) => value.toFixed(0)),
    percent(share),
    span(wall.share, percent),
    overall(processor.absolute).toFixed(0),
    percent(overall(processor.share)),
    absolute <= most || share <= mostShare ? "met" : "**missed**"
  ]
  console.log(`| ${cells.join(" | ")} |`)
}
console.log("| observers | in the path of a step (µs) | processor time (µs) | bar: 20 µs |")
console.log("|---|---|---|---|")
for (const { all, name, path } of await Effect.runPromise(observerCosts)) {
  const verdict = all <= mostOfObservers ? "met" : "**missed**"
  console.log(`| ${name} | ${path.toFixed(1)} | ${all.toFixed(1)} | ${verdict} |`)
}
console.log(`load average at the end: ${loadavg()[0]!.toFixed(1)}`)
