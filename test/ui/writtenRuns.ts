import { appendFileSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { logFile } from "../../src/checkpointing/FileNames.js"
import { stringify } from "../../src/events/JsonLines.js"

/** A run as its log tells it. */
export interface WrittenRun {
  readonly name: string
  readonly tags?: ReadonlyArray<string>
  readonly notes?: string
  readonly config?: Readonly<Record<string, unknown>>
  readonly epochs?: number
  readonly stepsPerEpoch?: number
  /** What the loss of the first step is multiplied by. */
  readonly scale?: number
  readonly warning?: string
  readonly classes?: ReadonlyArray<string>
  /** Whether the last line is cut off in the middle. */
  readonly isCutOff?: boolean
}

const begun = Date.UTC(2026, 10, 1)

/** Writes the log of a run that is over into `folder`, and nothing else. */
export const writeRun = (folder: string, run: WrittenRun): void => {
  const { epochs = 3, scale = 1, stepsPerEpoch = 20 } = run
  mkdirSync(folder, { recursive: true })
  const lines: Array<string> = []
  const add = (event: string, global_step: number, fields: object) =>
    lines.push(
      `${stringify({ event, time: new Date(begun + global_step * 40).toISOString(), global_step, ...fields })}\n`
    )
  const lossAt = (step: number) => scale * (0.1 + 2 * Math.exp(-step / 20))
  add("LogOpened", 0, {
    version: 1,
    run: {
      id: folder,
      name: run.name,
      tags: run.tags ?? [],
      notes: run.notes ?? null,
      parent: null
    },
    pipeline: "written.ts",
    config: { training: { num_epochs: epochs, learning_rate: 0.01 * scale }, ...run.config },
    environment: {
      holdfast: "0.2.0",
      tfjs: "4.22.0",
      node: "v20.20.2",
      platform: "linux x64",
      cpu: "none",
      cores: 2,
      memory: 2 ** 33,
      host: "elsewhere",
      git: null,
      pid: 1,
      argv: ["holdfast", "run", "written.ts"]
    },
    backend: "wasm",
    from: null
  })
  add("RunStarted", 0, { epochs, steps_per_epoch: stepsPerEpoch, parameters: 100, from: null })
  if (run.warning !== undefined) {
    add("Notice", 0, { level: "warning", code: null, message: run.warning })
  }
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (let step = 1; step <= stepsPerEpoch; step++) {
      const at = (epoch - 1) * stepsPerEpoch + step
      add("Step", at, {
        epoch,
        step,
        loss: lossAt(at),
        learning_rate: 0.01 * scale,
        gradient_norm: 1 / at,
        examples: 16,
        data_wait_ms: 0.5,
        step_ms: 12
      })
    }
    const at = epoch * stepsPerEpoch
    const loss = lossAt(at)
    add("EpochFinished", at, {
      record: { epoch, learning_rate: 0.01, seconds: 1, train_loss: loss, val_loss: 1.1 * loss },
      epochs,
      is_best: true
    })
    if (run.classes !== undefined) {
      add("MetricDetail", at, {
        phase: "validation",
        epoch,
        metric: "confusion_matrix",
        value: { classes: run.classes, counts: run.classes.map(() => run.classes!.map(() => 2)) }
      })
    }
  }
  const last = epochs * stepsPerEpoch
  add("RunFinished", last, {
    epoch: epochs,
    stopped: null,
    best: { metric: "val_loss", value: 1.1 * lossAt(last), epoch: epochs },
    seconds: last / 25
  })
  const file = join(folder, logFile)
  writeFileSync(file, run.isCutOff === true ? lines.slice(0, -1).join("") : lines.join(""))
  if (run.isCutOff === true) appendFileSync(file, lines.at(-1)!.slice(0, 40))
}
