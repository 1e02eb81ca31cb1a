import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { type NetworkName, networkNames } from "../backends/networks.js"
import { steps as stepsOf } from "../overhead/networks.js"
import { startPair } from "../overhead/pair.js"
import type { Section, Words } from "./document.js"
import { count as examplesCount, writeExamples } from "./files.js"
import { invite, type About, type PeerName, peers, resumeProgram, resuming } from "./peers.js"
import { type Player, type Program, start, type Taken } from "./Player.js"
import { geometricMean, inTurn, ratio, type Rounds, time } from "./turns.js"

/** What the parts share. */
export interface Context {
  readonly rounds: number
  /** For files, on the disk that is measured. */
  readonly folder: string
  readonly log: (line: string) => void
  /** The peers that were there, and what they are: the parts add to it. */
  readonly met: Map<string, About>
  /** The peers that were not there, and why. */
  readonly absent: Map<string, string>
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const command = at("../../dist/cli/bin.js")

/** Starts those of the peers that are there. */
const inviteAll = async <Name extends PeerName>(context: Context, names: ReadonlyArray<Name>) => {
  const there: Partial<Record<Name, Player>> = {}
  for (const name of names) {
    const peer = peers[name]
    if (context.absent.has(peer.name)) continue
    try {
      const player = await invite(peer)
      there[name] = player
      context.met.set(peer.name, player.about)
    } catch (error) {
      context.absent.set(peer.name, reasonOf(error as Error))
      context.log(`${peer.name} is not there: ${reasonOf(error as Error)}`)
    }
  }
  return there
}

/** The line that says why: a stack trace has more. */
const reasonOf = ({ message }: Error): string => {
  const lines = message.trim().split("\n")
  return (lines.find((line) => /^\S*(error|exception)\b/i.test(line)) ?? lines.at(-1)!).trim()
}

const dismissAll = (players: Readonly<Partial<Record<string, Player>>>) => {
  for (const player of Object.values(players)) player!.dismiss()
}

const entries = <Name extends string, A>(record: Readonly<Partial<Record<Name, A>>>) =>
  Object.entries(record) as Array<[Name, A]>

/** Asks those of the peers that are there what they are, where others play for them. */
const meet = async (context: Context, names: ReadonlyArray<PeerName>) =>
  dismissAll(await inviteAll(context, names))

/** The same request to each. */
const asking = <Name extends string>(
  players: Readonly<Partial<Record<Name, Player>>>,
  ask: (player: Player, name: Name) => Promise<Taken>
) =>
  Object.fromEntries(
    entries(players).map(([name, player]) => [name, () => ask(player, name)])
  ) as Partial<Record<Name, () => Promise<Taken>>>

const dash = "–"
const shown = (milliseconds: number | undefined): string =>
  milliseconds === undefined
    ? dash
    : `${milliseconds.toFixed(milliseconds < 10 ? 2 : milliseconds < 100 ? 1 : 0)}`
const times = (value: number | undefined): string => (value === undefined ? dash : value.toFixed(2))

const reportFailures = <Name extends string>(
  { log }: Context,
  what: string,
  { failed }: Rounds<Name>
) => {
  for (const [name, why] of entries(failed))
    log(`${what}: ${name} cannot: ${reasonOf(new Error(why))}`)
}

const network: Words = { en: "network", zh: "网络" }

/** A training step of the six networks. */
const steps = async (context: Context): Promise<Section> => {
  const names = [
    "holdfast",
    "tensorflow",
    "stock",
    "torch",
    "torch2",
    "kerasTf",
    "kerasJax"
  ] as const
  const players = await inviteAll(context, names)
  const all: Array<{
    readonly network: NetworkName
    readonly measured: Rounds<(typeof names)[number]>
  }> = []
  for (const network of networkNames) {
    context.log(`steps: ${network}`)
    // The round that does not count comes first, and takes longer: compilers need that long.
    for (const [name, player] of entries(players)) {
      const warm = { part: "steps", of: { network, milliseconds: 700 } }
      await player.ask(warm).catch((error: Error) => context.log(`  ${name}: ${reasonOf(error)}`))
    }
    const measured = await inTurn(
      context.rounds,
      asking(players, (player) => player.ask({ part: "steps", of: { network, milliseconds: 200 } }))
    )
    reportFailures(context, network, measured)
    all.push({ network, measured })
  }
  dismissAll(players)
  const present = names.filter((name) => players[name] !== undefined)
  const others = present.filter((name) => name !== "holdfast")
  const means = others.map((name) =>
    geometricMean(all.map(({ measured }) => ratio(measured, "holdfast", name)))
  )
  return {
    part: "steps",
    tables: [
      {
        head: [network, ...present.map((name) => peers[name].name)],
        rows: all.map(({ measured, network }) => [
          network,
          ...present.map((name) => shown(time(measured, name)))
        ])
      },
      {
        head: [
          { en: "Holdfast's time as a part of that of", zh: "Holdfast 用时与下列之比" },
          ...others.map((name) => peers[name].name)
        ],
        rows: [
          ...all.map(({ measured, network }) => [
            network,
            ...others.map((name) => times(ratio(measured, "holdfast", name)))
          ]),
          [{ en: "geometric mean", zh: "几何平均" }, ...means.map(times)]
        ]
      }
    ],
    notes: []
  }
}

const examplesIn = (context: Context): string => {
  const folder = join(context.folder, "examples")
  writeExamples(folder)
  return folder
}

const configFor = (
  context: Context,
  name: string,
  training: Readonly<Record<string, unknown>>,
  examples: string
): string => {
  const folder = join(context.folder, name)
  mkdirSync(folder, { recursive: true })
  const path = join(folder, "config.json")
  const config = {
    training: {
      checkpoint_dir: join(folder, "checkpoints"),
      batch_size: 32,
      learning_rate: 1e-5,
      seed: 1,
      ...training
    },
    model: {},
    data: { folder: examples }
  }
  writeFileSync(path, JSON.stringify(config))
  return path
}

const holdfastRun = (pipeline: string, config: string, ...options: Array<string>): Program => ({
  command: process.execPath,
  args: [command, "run", at(pipeline), "--config", config, "--backend", "wasm", ...options]
})

/** An epoch of the speaker network, examples read from files. */
const epoch = async (context: Context): Promise<Section> => {
  const folder = examplesIn(context)
  const names = ["torch", "torch2", "lightning", "kerasTf", "kerasJax"] as const
  const players: Partial<Record<(typeof names)[number] | "holdfast", Player>> = await inviteAll(
    context,
    names
  )
  await meet(context, ["holdfast"])
  const config = configFor(context, "epochs", { num_epochs: 1000 }, folder)
  players.holdfast = await start(holdfastRun("pipelines/epochs.ts", config))
  context.log("epochs")
  const ask = (player: Player, name: string) =>
    player.ask({
      part: "epoch",
      of: name === "lightning" ? { folder, way: "framework" } : { folder }
    })
  const measured = await inTurn(context.rounds, asking(players, ask))
  reportFailures(context, "epoch", measured)
  dismissAll(players)
  const present = [...(["holdfast"] as const), ...names.filter((name) => players[name])]
  return {
    part: "epoch",
    tables: [
      {
        head: [
          { en: `an epoch of ${examplesCount} files`, zh: `一轮，${examplesCount} 个文件` },
          { en: "ms", zh: "毫秒" },
          { en: "Holdfast's time as a part of it", zh: "Holdfast 用时与之比" }
        ],
        rows: present.map((name) => [
          peers[name].name,
          shown(time(measured, name)),
          times(ratio(measured, "holdfast", name))
        ])
      }
    ],
    notes: []
  }
}

/** Durable saves and loads of 96 MiB. */
const files = async (context: Context): Promise<Section> => {
  const invited = await inviteAll(context, ["holdfast", "torch", "kerasTf", "orbax"])
  // A process each: the garbage of one would be a burden for the other.
  const own = () => start(peers.holdfast.program()!)
  const players = { ...invited, tfjs: await own(), raw: await own() }
  let shapes: unknown
  for (const as of ["holdfast", "tfjs", "raw"] as const) {
    const folder = join(context.folder, as)
    mkdirSync(folder, { recursive: true })
    const prepare = { part: "prepare", of: { folder, as } }
    ;({ shapes } = await players[as]!.ask<{ readonly shapes: unknown }>(prepare))
  }
  for (const name of ["torch", "kerasTf", "orbax"] as const) {
    await players[name]?.ask({ part: "prepare", of: { shapes } })
  }
  const path = (name: string) => join(context.folder, `saved-${name}`)
  const of = (name: string) =>
    ["holdfast", "tfjs", "raw"].includes(name) ? { as: name } : { path: path(name) }
  context.log("files: saves")
  const saves = await inTurn(
    context.rounds,
    asking(players, (player, name) => player.ask({ part: "save", of: of(name) }))
  )
  reportFailures(context, "save", saves)
  context.log("files: loads")
  const { torch, ...others } = players
  const loads = await inTurn(context.rounds, {
    ...asking(others, (player, name) => player.ask({ part: "load", of: of(name) })),
    ...(torch && {
      torch: () => torch.ask({ part: "load", of: of("torch") }),
      verified: () => torch.ask({ part: "load verified", of: of("torch") })
    })
  } as Partial<Record<keyof typeof players | "verified", () => Promise<Taken>>>)
  reportFailures(context, "load", loads)
  dismissAll(players)
  const rows: ReadonlyArray<
    readonly [Words, keyof typeof players, keyof typeof players | "verified"]
  > = [
    [{ en: "Holdfast: every byte verified", zh: "Holdfast：逐字节校验" }, "holdfast", "holdfast"],
    [
      { en: "PyTorch, and the sha256 of the file", zh: "PyTorch，另算文件的 sha256" },
      "torch",
      "verified"
    ],
    [{ en: "PyTorch, nothing verified", zh: "PyTorch，不校验" }, "torch", "torch"],
    ["Orbax", "orbax", "orbax"],
    [{ en: "Keras, weights in HDF5", zh: "Keras，HDF5 权重" }, "kerasTf", "kerasTf"],
    [{ en: "TensorFlow.js, nothing verified", zh: "TensorFlow.js，不校验" }, "tfjs", "tfjs"],
    [{ en: "one write; readFile", zh: "一次写入；readFile" }, "raw", "raw"]
  ]
  return {
    part: "files",
    tables: [
      {
        head: [
          "96 MiB",
          { en: "durable save, ms", zh: "持久保存，毫秒" },
          { en: "Holdfast's time as a part of it", zh: "Holdfast 用时与之比" },
          { en: "load, ms", zh: "加载，毫秒" },
          { en: "Holdfast's time as a part of it", zh: "Holdfast 用时与之比" }
        ],
        rows: rows
          .filter(([, save]) => players[save] !== undefined)
          .map(([name, save, load]) => [
            name,
            shown(time(saves, save)),
            times(ratio(saves, "holdfast", save)),
            shown(time(loads, load)),
            times(ratio(loads, "holdfast", load))
          ])
      }
    ],
    notes: []
  }
}

/** From the start of a process to the first step that it takes of a run that was interrupted. */
const resume = async (context: Context): Promise<Section> => {
  await meet(context, ["holdfast", ...entries(resuming).map(([name]) => name)])
  const folder = examplesIn(context)
  const first = holdfastRun(
    "pipelines/resume.ts",
    configFor(context, "resume", { num_epochs: 1, save_interval: 1 }, folder)
  )
  execFileSync(first.command, [...first.args], { stdio: ["ignore", "ignore", "inherit"] })
  const again = holdfastRun(
    "pipelines/resume.ts",
    configFor(context, "resume", { num_epochs: 1000, save_interval: 1 }, folder),
    "--resume",
    "latest"
  )
  const programs: Partial<Record<keyof typeof resuming | "holdfast", Program>> = { holdfast: again }
  for (const name of Object.keys(resuming) as Array<keyof typeof resuming>) {
    if (context.absent.has(peers[name].name)) continue
    const kind = name.startsWith("keras") ? ".keras" : ".ckpt"
    const program = resumeProgram(name, join(context.folder, `resume-${name}${kind}`), folder)
    if (program === undefined) continue
    context.log(`resume: preparing ${peers[name].name}`)
    try {
      // The first time it saves, and ends.
      const { args, command, env } = program
      execFileSync(command, [...args], { stdio: "ignore", env: { ...process.env, ...env } })
      programs[name] = program
    } catch (error) {
      context.absent.set(peers[name].name, reasonOf(error as Error))
    }
  }
  context.log("resume")
  const measured = await inTurn(
    Math.min(context.rounds, 3),
    Object.fromEntries(
      entries(programs).map(([name, program]) => [
        name,
        async (): Promise<Taken> => {
          const begin = performance.now()
          const player = await start(program!)
          const ms = performance.now() - begin
          player.dismiss()
          return { ms, cpu: 0 }
        }
      ])
    ) as Partial<Record<keyof typeof programs, () => Promise<Taken>>>
  )
  reportFailures(context, "resume", measured)
  return {
    part: "resume",
    tables: [
      {
        head: [
          { en: "process start to first step", zh: "从进程启动到第一步" },
          { en: "ms", zh: "毫秒" },
          { en: "Holdfast's time as a part of it", zh: "Holdfast 用时与之比" }
        ],
        rows: entries(programs).map(([name]) => [
          peers[name].name,
          shown(time(measured, name)),
          times(ratio(measured, "holdfast", name))
        ])
      }
    ],
    notes: []
  }
}

const microseconds = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? dash : (1000 * milliseconds).toFixed(0)

/** What a step costs more by the framework's own loop than by one written by hand on the same kernels. */
const overhead = async (context: Context): Promise<Section> => {
  await meet(context, ["holdfast"])
  const { kerasTf, torch } = await inviteAll(context, ["torch", "kerasTf"])
  if (torch !== undefined) {
    const about = await torch.ask<About>({ part: peers.lightning.about })
    context.met.set(peers.lightning.name, about)
  }
  const frameworks: ReadonlyArray<readonly [Words, "holdfast" | "torch" | "kerasTf", Words]> = [
    [
      { en: "Holdfast", zh: "Holdfast" },
      "holdfast",
      { en: "TensorFlow.js, on our kernels", zh: "TensorFlow.js，同样的内核" }
    ],
    ["Lightning", "torch", "PyTorch"],
    [{ en: "Keras, `fit`", zh: "Keras，`fit`" }, "kerasTf", "TensorFlow, `tf.function`"]
  ]
  const rows: Array<ReadonlyArray<Words>> = []
  for (const network of ["tiny", "speaker"] as const) {
    context.log(`overhead: ${network}`)
    const count = stepsOf[network]
    // Compiling takes some hundreds of steps.
    const warmUp = Math.ceil(600 / count)
    const pair = await startPair(network, warmUp + 1 + context.rounds)
    const turn = (player: typeof pair.byHand) => async (): Promise<Taken> => {
      const { processor, wall } = await player.turn()
      return { ms: wall / 1000 / count, cpu: processor / 1000 / count }
    }
    const ask = (player: Player, way: string) => () =>
      player.ask({ part: "overhead", of: { network, way } })
    const turns = {
      "holdfast hand": turn(pair.byHand),
      "holdfast framework": turn(pair.holdfast),
      ...(torch && {
        "torch hand": ask(torch, "hand"),
        "torch framework": ask(torch, "framework")
      }),
      ...(kerasTf && {
        "kerasTf hand": ask(kerasTf, "hand"),
        "kerasTf framework": ask(kerasTf, "framework")
      })
    }
    for (let i = 0; i < warmUp; i++) {
      await turns["holdfast hand"]()
      await turns["holdfast framework"]()
    }
    const measured = await inTurn<`${"holdfast" | "torch" | "kerasTf"} ${"hand" | "framework"}`>(
      context.rounds,
      turns
    )
    reportFailures(context, "overhead", measured)
    await pair.end()
    for (const [name, key, loop] of frameworks) {
      const by = ratio(measured, `${key} framework`, `${key} hand`)
      if (by === undefined) continue
      rows.push([
        network,
        name,
        loop,
        microseconds(time(measured, `${key} hand`)),
        microseconds(time(measured, `${key} framework`)),
        by.toFixed(2)
      ])
    }
  }
  dismissAll({ kerasTf, torch })
  return {
    part: "overhead",
    tables: [
      {
        head: [
          network,
          { en: "framework", zh: "框架" },
          { en: "by hand", zh: "手写循环" },
          { en: "by hand, µs a step", zh: "手写，微秒/步" },
          { en: "framework, µs a step", zh: "框架，微秒/步" },
          { en: "times", zh: "倍数" }
        ],
        rows
      }
    ],
    notes: []
  }
}

/** The parts of the benchmark, in the order of the page. */
export const parts = { steps, epoch, files, resume, overhead } as const
export type PartName = keyof typeof parts
export const partNames = Object.keys(parts) as ReadonlyArray<PartName>
