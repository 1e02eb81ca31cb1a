import { execFileSync } from "node:child_process"
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
import ts from "typescript"
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

/** The project of a user: what `npm init` and `tsc --init` write, and the packages installed. */
let project = ""

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
  const tsc = join(root, "node_modules/typescript/bin/tsc")
  execFileSync(process.execPath, [tsc, "--init"], { cwd: project })
}, 120_000)

afterAll(() => rmSync(project, { recursive: true }))

it("the examples in docstrings and guides, and the pipelines, compile in a new project", () => {
  const all = [
    ...[...files("src"), ...files("docs")].flatMap(examples),
    ...["README.md", "README.zh-CN.md"].flatMap(examples)
  ]
  expect(all.length).toBeGreaterThanOrEqual(3)
  const sources = new Map(all.map((example, i) => [join(project, `example-${i}.ts`), example]))
  for (const [path, { code }] of sources) writeFileSync(path, code)
  const surface = join(project, "surface.ts")
  writeFileSync(surface, parts)
  sources.set(surface, { file: "what a file can export by itself", line: 0, code: parts })
  cpSync(join(root, "pipelines"), join(project, "pipelines"), { recursive: true })
  for (const file of files("pipelines")) {
    sources.set(join(project, file), { file, line: 0, code: "" })
  }

  const config = ts.readConfigFile(join(project, "tsconfig.json"), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, project)
  expect(options).toMatchObject({ declaration: true, strict: true, verbatimModuleSyntax: true })
  // So that the packages lie in the project, as if they were no links.
  const program = ts.createProgram([...sources.keys()], {
    ...options,
    noEmit: true,
    preserveSymlinks: true
  })
  const errors = [...sources].flatMap(([name, { file, line }]) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(name)).map((error) => {
      const at = error.file?.getLineAndCharacterOfPosition(error.start ?? 0).line ?? 0
      return `${file}:${line + 1 + at}: ${ts.flattenDiagnosticMessageText(error.messageText, "\n")}`
    })
  )
  expect([...new Set(errors)]).toStrictEqual([])
}, 180_000)
