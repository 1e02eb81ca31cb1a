import type {
  Finite,
  RunSummary,
  SweepDetail,
  SweepParameter,
  SweepState,
  Trial,
  TrialState
} from "../../../src/ui/Api.js"
import { evenly } from "../../../src/ui/Summary.js"
import { bestSoFar, bestTrial } from "../../../src/ui/SweepSummary.js"
import { now, random } from "./fixtures.js"

/** What a made-up sweep is like. */
export interface SweepRecipe {
  readonly id: string
  readonly name: string
  readonly trials: number
  readonly total?: number
  readonly state?: SweepState
  readonly scheduler?: "none" | "asha" | "pbt"
  readonly epochs?: number
  /** How many of the parameters it varies. */
  readonly parameters?: number
  readonly fails?: (trial: number) => boolean
  /** How many of the last trials run, and wait. */
  readonly running?: number
  readonly waiting?: number
  readonly mode?: "min" | "max"
  readonly problem?: string
}

const hostile = `<img src=x onerror="document.title='owned'">`

const space: ReadonlyArray<SweepParameter> = [
  { path: "training.learning_rate", kind: "log_uniform", low: 1e-5, high: 0.1 },
  { path: "training.batch_size", kind: "choice", choices: [16, 32, 64, 128] },
  { path: "training.optimizer.name", kind: "choice", choices: ["adam", "adamw", "sgd"] },
  { path: "model.dropout", kind: "uniform", low: 0, high: 0.6 },
  { path: "model.units", kind: "int", low: 16, high: 512, log: true },
  { path: "model.layers", kind: "int", low: 1, high: 6 },
  { path: "training.weight_decay", kind: "log_uniform", low: 1e-6, high: 0.01 },
  { path: "training.mixup", kind: "uniform", low: 0, high: 1 },
  { path: "data.window_seconds", kind: "uniform", low: 0.5, high: 3 },
  { path: "model.activation", kind: "choice", choices: ["relu", "gelu", "swish", "tanh"] },
  { path: "training.scheduler.warmup", kind: "int", low: 0, high: 10 },
  { path: "data.augment.specaugment", kind: "choice", choices: [true, false, { masks: 2 }] }
]

const draw = (parameter: SweepParameter, u: number): unknown => {
  const { choices = [], high = 1, kind, log, low = 0 } = parameter
  const between =
    log === true || kind === "log_uniform" ? low * (high / low) ** u : low + u * (high - low)
  if (kind === "choice") return choices[Math.floor(u * choices.length)]
  return kind === "int" ? Math.round(between) : between
}

const perturbed = ({ kind }: SweepParameter, value: number, isLess: boolean): number =>
  kind === "int" ? Math.round(value * (isLess ? 0.8 : 1.25)) : value * (isLess ? 0.8 : 1.25)

/** What a trial of these parameters comes to. */
const floorOf = (parameters: Readonly<Record<string, unknown>>): number => {
  const number = (path: string, otherwise: number) => {
    const value = parameters[path]
    return typeof value === "number" ? value : otherwise
  }
  const rate = Math.log10(number("training.learning_rate", 0.003) / 0.003)
  return (
    0.18 +
    0.16 * rate ** 2 +
    0.5 * (number("model.dropout", 0.2) - 0.2) ** 2 +
    0.05 * Math.abs(Math.log2(number("model.units", 128) / 160)) +
    (parameters["training.optimizer.name"] === "sgd" ? 0.16 : 0)
  )
}

/** Makes a sweep, and the runs of its trials. */
export const makeSweep = (
  recipe: SweepRecipe,
  like: RunSummary
): { readonly detail: SweepDetail; readonly runs: ReadonlyArray<RunSummary> } => {
  const { epochs = 27, fails = () => false, mode = "min", running = 0, scheduler = "none" } = recipe
  const { waiting = 0 } = recipe
  const next = random(recipe.trials * 31 + epochs)
  const parameters = space.slice(0, recipe.parameters ?? 5)
  const rungs = scheduler === "asha" ? [1, 3, 9].filter((rung) => rung < epochs) : []
  const population = 8
  const generation = 4
  const trials: Array<Trial> = []
  for (let number = 0; number < recipe.trials; number++) {
    const isFork = scheduler === "pbt" && number >= population
    const parent = isFork
      ? trials
          .slice(Math.max(0, number - population - 2), Math.max(1, number - 3))
          .reduce((best, one) => ((one.value ?? 9) < (best.value ?? 9) ? one : best))
      : null
    const fork = parent === null ? null : { trial: parent.number, epoch: parent.epoch }
    const sample = Object.fromEntries(
      parameters.map((parameter) => [
        parameter.path,
        parent !== null && parameter.kind !== "choice"
          ? perturbed(parameter, Number(parent.parameters[parameter.path]), next() < 0.5)
          : parent !== null
            ? parent.parameters[parameter.path]
            : draw(parameter, next())
      ])
    )
    const place = recipe.trials - 1 - number
    const isFailed = fails(number)
    const state: TrialState =
      place < waiting
        ? "waiting"
        : place < waiting + running
          ? "running"
          : isFailed
            ? "failed"
            : "completed"
    const floor = floorOf(sample)
    const quality = floor + 0.08 * next()
    let until = epochs
    if (scheduler === "asha" && state === "completed") {
      until = rungs.find((rung) => next() < (quality > 0.42 ? 0.85 : 0.3) && rung > 0) ?? epochs
    }
    if (scheduler === "pbt") until = (fork?.epoch ?? 0) + generation
    if (state === "waiting") until = fork?.epoch ?? 0
    if (state === "running") until = Math.floor(epochs * 0.4)
    if (state === "failed") until = number % 3 === 0 ? 0 : 2
    const at = Array.from(
      { length: Math.max(0, until - (fork?.epoch ?? 0)) },
      (_, i) => (fork?.epoch ?? 0) + i + 1
    )
    const raw = at.map((epoch) => quality + (2.2 - floor) * Math.exp(-epoch / 3.2) + 0.012 * next())
    const values: ReadonlyArray<Finite> = raw.map((value) =>
      mode === "min" ? value : 1 - value / 3
    )
    const best = bestSoFar(values, mode).at(-1) ?? null
    trials.push({
      number,
      run: `${recipe.id}/trial-${String(number).padStart(4, "0")}`,
      parameters: sample,
      state: scheduler === "asha" && state === "completed" && until < epochs ? "paused" : state,
      epoch: until,
      epochs,
      value: isFailed && until === 0 ? null : best,
      at,
      values,
      fork,
      worker: state === "running" ? `atlas:${number % 4}` : null,
      error: isFailed
        ? `the loss is NaN at epoch ${until + 1}${recipe.id.includes("<") ? `; ${hostile}` : ""}`
        : null
    })
  }
  const best = bestTrial(trials, mode)
  const counts = { waiting: 0, running: 0, paused: 0, completed: 0, failed: 0 }
  for (const { state } of trials) counts[state]++
  const startedAt = new Date(now - 3 * 3_600_000).toISOString()
  const ended = counts.completed + counts.paused
  const metric = mode === "min" ? "val_loss" : "val_accuracy"
  const detail: SweepDetail = {
    summary: {
      id: recipe.id,
      name: recipe.name,
      state: recipe.state ?? (running > 0 ? "running" : "finished"),
      pipeline: "pipelines/speaker.ts",
      search: scheduler === "pbt" ? "random" : "tpe",
      scheduler,
      metric,
      mode,
      counts,
      total: recipe.total ?? recipe.trials,
      epochs: trials.reduce((sum, { epoch, fork }) => sum + epoch - (fork?.epoch ?? 0), 0),
      best: best === null ? null : { trial: best.number, run: best.run, value: best.value },
      startedAt,
      updatedAt: new Date(now - 5000).toISOString(),
      spark: evenly(
        bestSoFar(
          trials.map(({ value }) => value),
          mode
        ),
        40
      ),
      problem: recipe.problem ?? null
    },
    parallel: 4,
    parameters,
    trials,
    importance:
      ended < 10
        ? null
        : parameters.map(({ path }, i) => ({
            path,
            value: (0.48 * 0.52 ** i) / (1 - 0.52 ** parameters.length)
          })),
    rungs,
    bestCommand:
      best === null
        ? null
        : `npx holdfast run pipelines/speaker.ts --resume ${best.run}/best_model.safetensors`
  }
  return {
    detail,
    runs: trials
      .filter(({ state }) => state !== "waiting")
      .map((trial): RunSummary => ({
        ...like,
        id: trial.run,
        name: trial.run,
        isNamed: false,
        tags: [],
        notes: "",
        parent: null,
        sweep: recipe.id,
        status:
          trial.state === "running" ? "running" : trial.state === "failed" ? "stopped" : "finished",
        startedAt,
        epoch: trial.epoch,
        epochs: trial.epochs,
        secondsLeft: null,
        best: trial.value === null ? null : { metric, value: trial.value, epoch: trial.epoch },
        config: {
          ...like.config,
          ...Object.fromEntries(
            Object.entries(trial.parameters).map(([path, value]) => [
              path,
              typeof value === "object" ? JSON.stringify(value) : (value as string | number)
            ])
          )
        },
        spark: evenly(trial.values, 40)
      }))
  }
}

/** Sweeps of every kind. */
export const sweepRecipes: ReadonlyArray<SweepRecipe> = [
  {
    id: "sweeps/learning-rate",
    name: "learning-rate",
    trials: 50,
    total: 64,
    scheduler: "asha",
    running: 3,
    waiting: 1,
    fails: (trial) => trial % 17 === 5
  },
  { id: "sweeps/population", name: "population", trials: 56, scheduler: "pbt", epochs: 28 },
  { id: "sweeps/few", name: "few", trials: 3, state: "stopped", total: 12 },
  { id: "sweeps/one", name: "one parameter", trials: 24, parameters: 1, mode: "max" },
  { id: "sweeps/twelve", name: "twelve parameters", trials: 120, parameters: 12 },
  { id: "sweeps/failed", name: "all failed", trials: 9, fails: () => true },
  { id: "sweeps/unfinished", name: "none finished", trials: 6, running: 4, waiting: 2 },
  { id: "sweeps/empty", name: "just begun", trials: 0, total: 20, state: "running" },
  {
    id: `sweeps/${hostile}`,
    name: hostile,
    trials: 14,
    fails: (trial) => trial % 3 === 0,
    problem: `sweeps/odd/outcomes.ndjson: line 7 cannot be read, and is left out ${hostile}`
  },
  {
    id: "sweeps/large",
    name: "two thousand trials",
    trials: 2000,
    scheduler: "asha",
    parameters: 8,
    fails: (trial) => trial % 40 === 0
  }
]
