import * as FileSystem from "@effect/platform/FileSystem"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as path from "node:path"
import { ConfigError, type ConfigProblem } from "../../config/ConfigError.js"
import { readJson } from "../../config/ConfigSource.js"
import { decode } from "../../config/DecodeConfig.js"
import * as Overrides from "../../config/Overrides.js"
import { t } from "../../language/Text.js"
import type { Pipeline } from "../../Pipeline.js"
import type { Stage } from "../../stage/Stage.js"
import type { Definition, SweepFile } from "../../sweep/Definition.js"
import type { Parameter } from "../../sweep/space/Parameter.js"
import * as Sweep from "../../sweep/Sweep.js"
import { localFolder } from "../../checkpointing/localFolder.js"
import { isUrl } from "../../checkpointing/store/UrlStorage.js"
import { configFor } from "../ConfigFile.js"
import * as PipelineFile from "../PipelineFile.js"
import { PipelineFileError } from "../PipelineFileError.js"

/** What the command line says over the sweep's file. */
export interface Given {
  readonly trials: Option.Option<number>
  readonly seed: Option.Option<number>
  /** Of --backend or HOLDFAST_BACKEND. */
  readonly backend: Option.Option<string>
}

/** A sweep that can be started, or resumed: nothing has been trained or written yet. */
export interface Prepared {
  readonly definition: Definition
  /** The folder of the sweep on this machine. */
  readonly folder: string
}

/**
 * Reads a sweep's file, TypeScript or JSON, and its pipeline and config. The ends of every range are
 * checked by the pipeline's config schema.
 */
export const prepare = Effect.fn("PrepareSweep.prepare")(function* (file: string, given: Given) {
  const read = yield* load(file)
  const sweep: SweepFile = {
    ...read,
    trials: Option.getOrElse(given.trials, () => read.trials),
    seed: Option.getOrElse(given.seed, () => read.seed)
  }
  const place = sweep.checkpoint_dir ?? path.join("checkpoints", sweep.name)
  const bucket = isUrl(place) ? { checkpoint_dir: place.replace(/\/+$/, "") } : {}
  const beside = (name: string) => path.relative("", path.resolve(path.dirname(file), name))
  const pipelineFile = beside(sweep.pipeline)
  const pipeline = yield* PipelineFile.load(pipelineFile)
  const schema = schemaOf(pipeline)
  if (schema === undefined) {
    const detail = t`the pipeline reads no config (Stages.loadConfig), so a sweep has nothing to vary`
    return yield* new PipelineFileError({
      reason: "NoPipeline",
      path: pipelineFile,
      detail,
      at: null
    })
  }
  const configPath =
    sweep.config === undefined ? yield* configFor(pipelineFile) : beside(sweep.config)
  const set = yield* overridesOf(sweep.set)
  const config = Overrides.apply(yield* readJson(configPath), set)
  const check = (values: Readonly<Record<string, unknown>>) =>
    Either.flatMap(overridesOf(values), (overrides) =>
      decode(schema, config, { path: configPath, overrides })
    )
  const decoded = yield* checkSpace(file, sweep, check)
  const { training } = decoded as { readonly training?: Readonly<Record<string, unknown>> }
  const epochs = Number(training?.["num_epochs"] ?? 1)
  const problem = Sweep.problemOf({ ...sweep, epochs })
  if (problem !== undefined) return yield* Sweep.unsuitable(problem, sweep, file)
  const configured = training?.["backend"]
  const { metric, mode, name, parallel, scheduler, search, seed, space, trials } = sweep
  const definition: Definition = {
    version: 1,
    name,
    metric,
    mode,
    space,
    search,
    scheduler,
    trials,
    parallel,
    seed,
    pipeline: pipelineFile,
    ...bucket,
    config: config as Definition["config"],
    epochs,
    // A measurement of the faster one could differ from trial to trial.
    backend: Option.getOrElse(given.backend, () =>
      typeof configured === "string" && configured !== "auto" ? configured : "wasm"
    ),
    started_at: new Date(yield* Clock.currentTimeMillis).toISOString()
  }
  const prepared: Prepared = { definition, folder: localFolder(bucket.checkpoint_dir ?? place) }
  return prepared
})

/** Values of the config's fields as `--set` gives them. */
const overridesOf = (values: Readonly<Record<string, unknown>>) =>
  Either.all(Object.entries(values).map(([field, value]) => Overrides.make(field, value)))

/** What a sweep's file says. */
const load = Effect.fnUntraced(function* (file: string) {
  if (/\.jsonc?$/.test(file)) {
    const fileSystem = yield* FileSystem.FileSystem
    if (!(yield* Effect.orElseSucceed(fileSystem.exists(file), () => false))) {
      return yield* new PipelineFileError({
        reason: "NotFound",
        path: file,
        detail: missing(),
        at: null
      })
    }
    const { file: read } = yield* Sweep.fromJson(yield* readJson(file), file)
    return read
  }
  const exported = yield* PipelineFile.loadDefault(file, missing())
  if (Sweep.isSweep(exported)) return exported.file
  const detail = t`the default export is ${exported === undefined ? t`missing` : t`not a sweep`}; a sweep's file ends with: export default Sweep.make({ name, pipeline, space, trials })`
  return yield* new PipelineFileError({ reason: "NoPipeline", path: file, detail, at: null })
})

const missing = () =>
  t`no such file; name a sweep's file, as in holdfast sweep sweep.ts, or one of status, best, stop and revive`

/** The schema of the config that a pipeline reads. */
const schemaOf = ({ stages }: Pipeline.Any) => {
  const all = (some: ReadonlyArray<Stage.Any>): ReadonlyArray<Stage.Any> =>
    some.flatMap((stage) => [stage, ...all(stage.children)])
  return all(stages).find(({ schema }) => schema !== undefined)?.schema
}

/** The values at which a parameter is checked, each with what the sweep's file calls it. */
const endsOf = (parameter: Parameter): ReadonlyArray<readonly [string, unknown]> =>
  parameter.kind === "choice"
    ? parameter.choices.map((value, i) => [`choices.${i}`, value])
    : [
        ["low", parameter.low],
        ["high", parameter.high]
      ]

/** Decodes the config with the ends of every range; gives it with the first of each. */
const checkSpace = (
  file: string,
  { space }: SweepFile,
  check: (values: Readonly<Record<string, unknown>>) => Either.Either<unknown, ConfigError>
): Either.Either<unknown, ConfigError> => {
  const first = Object.fromEntries(
    Object.entries(space).map(([field, parameter]) => [field, endsOf(parameter)[0]![1]])
  )
  const decoded = check(first)
  const problems = Object.entries(space).flatMap(([field, parameter]) =>
    endsOf(parameter).flatMap(([end, value]) => {
      const found = check({ ...first, [field]: value })
      return Either.isRight(found) ? [] : problemsAt(found.left, field, end)
    })
  )
  // A field that does not exist is found at both ends.
  const each = [...new Map(problems.map((problem) => [problem.path, problem])).values()]
  return each.length === 0
    ? decoded
    : Either.left(new ConfigError({ reason: { _tag: "Invalid", file, problems: each } }))
}

/** What the config says against the value of a parameter, as problems of the sweep's file. */
const problemsAt = (
  { reason }: ConfigError,
  field: string,
  end: string
): ReadonlyArray<ConfigProblem> =>
  reason._tag !== "Invalid"
    ? []
    : reason.problems.flatMap((problem) => {
        if (problem.path !== field && !problem.path.startsWith(`${field}.`)) return []
        const isField = problem.kind === "Unknown"
        const path = isField ? `space.${problem.path}` : `space.${field}.${end}`
        return [{ ...problem, path, overridden: false }]
      })
