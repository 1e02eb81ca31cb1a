import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { fileURLToPath } from "node:url"
import { format } from "prettier"
import { median } from "../median.js"
import type { Section, Words } from "../peers/document.js"
import { type Example, examples } from "./examples.js"
import type { Measured, Peer, Trained } from "./measure.js"

/** Two figures: Holdfast's, and the peer's. */
type Pair = readonly [number, number]

/** What the documentation says of an example: medians over the rounds, in seconds. */
export interface Figures extends Peer {
  readonly metrics: Readonly<Record<string, Pair>>
  readonly wholeRun: Pair
  /** The median over the rounds of Holdfast's time as a part of the peer's. */
  readonly wholeRunRatio: number
  readonly epochs: Pair
  readonly epochsRatio: number
  readonly rounds: number
  readonly cores: number
  /** The load average before and after. */
  readonly load: Pair
  readonly date: string
  readonly machine: string
  readonly node: string
}

export const figuresOf = (
  example: Example,
  { about, holdfast, peer }: Measured,
  where: { readonly cores: number; readonly load: Pair }
): Figures => {
  const pair = (of: (trained: Trained) => number): Pair => [
    rounded(median(holdfast.map(of))),
    rounded(median(peer.map(of)))
  ]
  const ratio = (of: (trained: Trained) => number) =>
    rounded(median(holdfast.map((trained, i) => of(trained) / of(peer[i]!))))
  const metric = (name: string) => (trained: Trained) => {
    const value = trained.metrics[name]
    if (value === undefined)
      throw new Error(`no ${name} among ${Object.keys(trained.metrics).join(", ")}`)
    return value
  }
  return {
    ...about,
    metrics: Object.fromEntries(example.metrics.map((name) => [name, pair(metric(name))])),
    wholeRun: pair(({ wholeRun }) => wholeRun),
    wholeRunRatio: ratio(({ wholeRun }) => wholeRun),
    epochs: pair(({ epochs }) => epochs),
    epochsRatio: ratio(({ epochs }) => epochs),
    rounds: holdfast.length,
    ...where,
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0]!.model.trim()}, ${cpus().length}`,
    node: process.versions.node
  }
}

const rounded = (value: number): number => Number(value.toPrecision(4))

const file = fileURLToPath(new URL("figures.json", import.meta.url))

/** What was measured last of each example, with what `measured` adds; kept for the table. */
export const record = async (
  measured: Readonly<Record<string, Figures>> = {}
): Promise<Readonly<Record<string, Figures>>> => {
  const known = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Figures>>)
    : {}
  const all = { ...known, ...measured }
  const sorted = Object.fromEntries(
    Object.keys(examples).flatMap((name) => (all[name] ? [[name, all[name]]] : []))
  )
  writeFileSync(file, await format(JSON.stringify(sorted), { parser: "json", printWidth: 100 }))
  return sorted
}

/** The table of examples, and where each of them was measured. */
export const section = (figures: Readonly<Record<string, Figures>>): Section => ({
  part: "figures",
  tables: [
    {
      head: [
        { en: "example", zh: "示例" },
        { en: "on the test split", zh: "测试集" },
        "Holdfast",
        { en: "peer", zh: "对照" },
        { en: "entire run, s", zh: "整次运行，秒" },
        { en: "peer, s", zh: "对照，秒" },
        { en: "ratio", zh: "比值" },
        { en: "epochs alone, s", zh: "仅各轮，秒" },
        { en: "peer, s", zh: "对照，秒" },
        { en: "ratio", zh: "比值" }
      ],
      rows: Object.entries(figures).map(([name, of]) => [
        `[${name}](#${name})`,
        Object.keys(of.metrics).join(", "),
        metrics(of, 0),
        metrics(of, 1),
        seconds(of.wholeRun[0]),
        seconds(of.wholeRun[1]),
        of.wholeRunRatio.toFixed(2),
        seconds(of.epochs[0]),
        seconds(of.epochs[1]),
        of.epochsRatio.toFixed(2)
      ])
    }
  ],
  notes: Object.entries(figures).map(([name, of]) => provenance(name, of))
})

const metrics = (of: Figures, side: 0 | 1): string =>
  Object.values(of.metrics)
    .map((pair) => String(Number(pair[side].toPrecision(3))))
    .join(", ")

const seconds = (value: number): string => value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)

const provenance = (name: string, of: Figures): Words => {
  const day = new Date(of.date).toLocaleDateString("en-GB", { dateStyle: "long" })
  const peer = `${of.framework} (${of.library})`
  const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`
  return {
    en: `${name}: ${peer}, ${plural(of.rounds, "round")}, ${plural(of.cores, "thread")}; ${day}, ${of.machine} cores, Node ${of.node}, load average ${of.load.join(" to ")}.`,
    zh: `${name}：${peer}，${of.rounds} 轮，${of.cores} 线程；${of.date}，${of.machine} 核，Node ${of.node}，平均负载 ${of.load.join(" 到 ")}。`
  }
}
