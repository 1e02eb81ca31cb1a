import { execFileSync, spawnSync } from "node:child_process"
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"

const root = new URL("../../", import.meta.url).pathname

const files = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|md)$/.test(name))
    .map((name) => join(folder, name))

interface Example {
  readonly file: string
  readonly line: number
  readonly code: string
}

/** The examples in docstrings and guides: each fenced block of TypeScript that imports something. */
const examples = (file: string): ReadonlyArray<Example> => {
  const text = readFileSync(join(root, file), "utf8")
  return [...text.matchAll(/^( \* )?```ts\n([\s\S]*?)^( \* )?```/gm)].flatMap((match) => {
    const code = match[2]!.replaceAll(/^ \* ?/gm, "")
    const line = text.slice(0, match.index).split("\n").length
    return code.includes("import ") ? [{ file, line, code }] : []
  })
}

/** Exports whose inferred types a declaration file must be able to name. */
const parts = `
import { CheckpointStore, Checkpoint, Config, Objective, Optimizer, Pipeline, Progress, Random, Run, Scheduler, Stage, Stages, fingerprint, emit, type UpdateRule } from "holdfast"
import { SpeakerData, SpeakerFolder } from "holdfast/audio"
import { Checkpoints, Event, Holdfast, Observer } from "holdfast"
import * as Testing from "holdfast/testing"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
export const C = Config.make({ model: Schema.Struct({ units: Schema.Int }), data: SpeakerData })
export const load = Stages.loadConfig(C)
export const data = Stages.loadDataset(SpeakerFolder.speakerFolder)
export const restore = Stages.restoreOrInit({
  model: () => tf.sequential(),
  objective: Objective.classification,
  optimizer: Optimizer.fromConfig,
  scheduler: Scheduler.fromConfig
})
export const train = Stages.trainEpoch
export const count = Stage.stateful("count", {
  description: "count epochs",
  state: Schema.Struct({ epochs: Schema.Int }),
  initial: { epochs: 0 },
  run: (_, { epochs }) => Effect.succeed({ epochs: epochs + 1 })
})
export const epochs = Stages.epochs(Stages.trainEpoch, Stages.validate, count, Stages.checkpoint)
export const best = Stages.trackBest({ metric: "val_loss", mode: "min" })
export const test = Stages.evaluate("test")
type Config = typeof C.Type
export const speakers = Stages.loadDataset((config: Config) => SpeakerFolder.speakerFolder(config))
export const pipeline = Pipeline.make("all", load, speakers, restore, epochs, test)
export const { run } = pipeline
export const model = Stages.restoreModel(C, { model: () => tf.sequential(), objective: Objective.binary })
export const { classification, binary, regression } = Objective
export const optimizer = Optimizer.fromConfig
export const plain: UpdateRule = {
  name: "plain",
  slots: [],
  at: (rate) => ({ gradient, slots, weight }) => ({ weight: weight.sub(gradient.mul(rate)), slots })
}
export const factory = Optimizer.chain(Optimizer.accumulate(2), Optimizer.clipByGlobalNorm(1), plain)
export const signs = Optimizer.define("signs", {
  description: "The sign of the gradient.",
  fields: { scale: Config.field(Schema.Number, 1, "A factor.") },
  make: () => plain
})
export const sawtooth = Scheduler.define("sawtooth", {
  description: "Up and up.",
  fields: { period: Config.field(Schema.Int, 10, "Steps.") },
  make: ({ period }) => ({ rate: ({ learningRate, step }) => (learningRate * step) / period })
})
export const optimizers = Optimizer.oneOf(signs, Optimizer.sgd)
export const schedules = Scheduler.oneOf(Scheduler.constant, sawtooth)
export const Extended = Config.make({
  training: { optimizer: optimizers, scheduler: schedules, log_every: Config.field(Schema.Int, 1, "Steps.") },
  model: Schema.Struct({ units: Schema.Int }),
  data: SpeakerData,
  augment: Config.mayChange(Schema.Struct({ noise: Schema.Number }))
})
export const loadExtended = Stages.loadConfig(Extended)
export const scheduler = Scheduler.fromConfig
export const draw = Random.generator(Random.make(1), "x")
export const say = emit({ _tag: "Notice", level: "info", message: fingerprint(1) })
export const start = Progress.initial
export const meta = Checkpoint.CheckpointMeta
export const stores = [CheckpointStore.file, CheckpointStore.memory]
export const opened = Effect.flatMap(CheckpointStore, (store) => store.open("checkpoints"))
export const listed = Effect.flatMap(CheckpointStore, (store) => store.list("checkpoints"))
export const loaded = Effect.flatMap(CheckpointStore, (store) => store.load("latest_checkpoint.safetensors"))
export const where = (of: Run.Run) => Run.position(of)
export const services = Holdfast.layer({ config: {}, observer: Observer.silent })
export const ran = Holdfast.run(pipeline, { resume: "never" })
export const group = Stage.group("group", Stages.validate, count)
export const joined = Stages.validate.pipe(Stage.andThen(Stages.checkpoint))
export const provided = pipeline.pipe(Pipeline.provide(CheckpointStore.memory), Pipeline.observe(Observer.silent))
export const newest = Checkpoints.open("checkpoints")
export const listing = Checkpoints.list("checkpoints")
export class Logged extends Event.Custom("Logged")<{ readonly value: number }> {}
export const observer = Observer.all(Observer.make(() => Effect.void))
export const outcome = Testing.session(pipeline, { config: {} })
export const exact = Testing.checkExactness(pipeline, { config: {}, folder: "checkpoints" })
export const sameBits = Effect.flatMap(loaded, Testing.essence)
`

/** Pipelines in a wrong order of stages. */
const wrong = [
  'Pipeline.make("x", config, restore)',
  'Pipeline.make("x", config, data, Stages.epochs(Stages.trainEpoch))',
  'Pipeline.make("x", data, config)',
  'Pipeline.make("x", config, data, Stages.evaluate("test"), restore)',
  "Stages.epochs(Stages.trainEpoch, data)"
].map(
  (stages) => `import { Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { SpeakerFolder } from "holdfast/audio"
import { SpeakerConfig } from "./speaker/SpeakerConfig.js"
import { speakerNet } from "./speaker/speakerNet.js"
export const config = Stages.loadConfig(SpeakerConfig)
export const data = Stages.loadDataset((config: SpeakerConfig) => SpeakerFolder.speakerFolder(config))
export const restore = Stages.restoreOrInit({
  model: speakerNet,
  objective: Objective.classification,
  optimizer: Optimizer.fromConfig,
  scheduler: Scheduler.fromConfig
})
export const wrong = ${stages}
`
)

/** The project of a user: what `npm init` and `tsc --init` write, and the packages installed. */
let project = ""
const sources = new Map<string, Example>()
/** What the compiler says of a file, with the line of each error from 1. */
let diagnose: (name: string) => ReadonlyArray<{ readonly line: number; readonly text: string }>

const tsc = join(root, "node_modules/typescript/bin/tsc")

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "holdfast-"))
  const packages = join(project, "node_modules")
  mkdirSync(packages)
  for (const name of readdirSync(join(root, "node_modules"))) {
    symlinkSync(join(root, "node_modules", name), join(packages, name))
  }
  mkdirSync(join(packages, "holdfast"))
  cpSync(join(root, "package.json"), join(packages, "holdfast/package.json"))
  cpSync(join(root, "dist"), join(packages, "holdfast/dist"), { recursive: true })
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "mine", type: "module" }))
  execFileSync(process.execPath, [tsc, "--init"], { cwd: project })

  const found = [
    ...[...files("src"), ...files("docs")].flatMap(examples),
    ...["README.md", "README.zh-CN.md"].flatMap(examples),
    { file: "what a file can export by itself", line: 0, code: parts }
  ]
  for (const [i, example] of found.entries()) {
    const path = join(project, `example-${i}.ts`)
    writeFileSync(path, example.code)
    sources.set(path, example)
  }
  cpSync(join(root, "pipelines"), join(project, "pipelines"), { recursive: true })
  for (const file of files("pipelines")) {
    sources.set(join(project, file), { file, line: 0, code: "" })
  }
  for (const [i, code] of wrong.entries()) writeFileSync(wrongFile(i), code)

  // So that the packages lie in the project, as if they were no links.
  const options = ["--noEmit", "--preserveSymlinks", "--pretty", "false"]
  const { stdout } = spawnSync(process.execPath, [tsc, ...options], {
    cwd: project,
    encoding: "utf8"
  })
  // "file(line,column): error TS1: text", and what explains it in lines that begin with spaces.
  const errors = [...stdout.matchAll(/^(\S+)\((\d+),\d+\): error \w+: (.*(?:\n .*)*)/gm)].map(
    ([, file, line, text]) => ({ name: join(project, file!), line: Number(line), text: text! })
  )
  diagnose = (name) => errors.filter((error) => error.name === name)
}, 180_000)

const wrongFile = (i: number) => join(project, "pipelines", `wrong-${i}.ts`)

afterAll(() => rmSync(project, { recursive: true }))

it("the examples in docstrings and guides, and the pipelines, compile in a new project", () => {
  const errors = [...sources].flatMap(([name, { file, line }]) =>
    diagnose(name).map((error) => `${file}:${line + error.line}: ${error.text}`)
  )
  expect([...new Set(errors)]).toStrictEqual([])
  expect(sources.size).toBeGreaterThan(50)
}, 180_000)

it("a wrong order of stages is an error of a few lines, with types by their names", () => {
  const errors = wrong.flatMap((_, i) => diagnose(wrongFile(i)).map(({ text }) => text))
  expect(errors.length).toBe(5)
  for (const error of errors) {
    expect(error).not.toContain("{ readonly")
    expect(error.length).toBeLessThan(500)
  }
  expect(errors[0]).toContain("'Prepared<SpeakerConfig, ")
  expect(errors[4]).toContain("EpochStage<unknown, unknown")
}, 60_000)
