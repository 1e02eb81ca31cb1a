import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { sweepFile, ticketsFile } from "../../src/checkpointing/FileNames.js"
import { outcomesFile, trialFolder } from "../../src/sweep/SweepFolder.js"
import { writeRun } from "./writtenRuns.js"

/** A sweep as its files tell it. */
export interface WrittenSweep {
  readonly name: string
  readonly trials: number
  readonly scheduler?: unknown
  readonly epochs?: number
  /** How far a trial was trained; by default to its end. */
  readonly until?: (trial: number) => number
  readonly fails?: (trial: number) => boolean
  /** How many of the trials have an outcome; by default all. */
  readonly outcomes?: number
  /** Whether trials have a run log each. */
  readonly hasRuns?: boolean
}

const learningRate = (trial: number): number => 10 ** (-4 + 3 * ((trial * 0.618) % 1))

/** Writes the files of a sweep that nobody works on, and the logs of its trials, into `folder`. */
export const writeSweep = (folder: string, sweep: WrittenSweep): void => {
  const { epochs = 3, fails = () => false, hasRuns = true, until = () => epochs } = sweep
  mkdirSync(folder, { recursive: true })
  const definition = {
    version: 1,
    name: sweep.name,
    pipeline: "written.ts",
    metric: "val_loss",
    mode: "min",
    space: {
      "training.learning_rate": { kind: "log_uniform", low: 1e-4, high: 0.1 },
      "model.units": { kind: "int", low: 8, high: 64 },
      "training.optimizer.name": { kind: "choice", choices: ["adam", "sgd"] }
    },
    search: { name: "random" },
    scheduler: sweep.scheduler ?? { name: "none" },
    trials: sweep.trials,
    parallel: 4,
    seed: 0,
    config: { training: { num_epochs: epochs } },
    epochs,
    backend: "wasm",
    started_at: "2026-11-01T00:00:00.000Z"
  }
  writeFileSync(join(folder, sweepFile), JSON.stringify(definition))
  const tickets: Array<object> = []
  const outcomes: Array<object> = []
  for (let trial = 0; trial < sweep.trials; trial++) {
    const parameters = {
      "training.learning_rate": learningRate(trial),
      "model.units": 8 + ((trial * 7) % 57),
      "training.optimizer.name": trial % 3 === 0 ? "sgd" : "adam"
    }
    tickets.push({ number: trial, trial, parameters, until: until(trial) })
    if (trial >= (sweep.outcomes ?? sweep.trials)) continue
    const scale = 1 + Math.abs(Math.log10(learningRate(trial)) + 2.2)
    outcomes.push({
      ticket: trial,
      status: fails(trial) ? "failed" : "completed",
      values: fails(trial)
        ? []
        : Array.from({ length: until(trial) }, (_, i) => ({
            epoch: i + 1,
            value: 1.1 * scale * (0.1 + 2 * Math.exp(-(i + 1)))
          })),
      ...(fails(trial) && { error: "the loss is NaN at epoch 2" })
    })
    if (!hasRuns) continue
    writeRun(trialFolder(folder, trial), {
      name: `${sweep.name}-${trial}`,
      scale,
      epochs: until(trial),
      config: { model: { units: parameters["model.units"] } }
    })
  }
  const lines = (all: ReadonlyArray<object>) =>
    all.map((one) => `${JSON.stringify(one)}\n`).join("")
  writeFileSync(join(folder, ticketsFile), lines(tickets))
  writeFileSync(join(folder, outcomesFile), lines(outcomes))
}
