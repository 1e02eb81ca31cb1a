import type { SplitName } from "../../data/Dataset.js"
import * as Effect from "effect/Effect"
import type { EpochRecord, WorkersRecord } from "../../checkpointing/Checkpoint.js"
import { metricsOf } from "../../checkpointing/EpochMetrics.js"
import type { CheckpointInfo } from "../../checkpointing/format/CheckpointFile.js"
import { stringify } from "../../events/JsonLines.js"
import * as Printable from "../../io/Printable.js"
import { stored, t } from "../../language/Text.js"
import * as Format from "../../terminal/Format.js"
import * as Messages from "../../terminal/Messages.js"
import { Output } from "../../terminal/Output.js"
import { displayWidth, padEnd, table } from "../../terminal/Table.js"
import * as Command from "../Command.js"
import { onCheckpoints } from "../Platform.js"

/** `holdfast inspect`. */
export const inspect = Command.make({
  name: "inspect",
  summary: t`Show what is in a checkpoint: position, metrics, tensors, config`,
  examples: [
    ["holdfast inspect checkpoints/best_model.safetensors", t`show its contents`],
    ["holdfast inspect checkpoints/best_model.safetensors --json", t`the same, for programs`]
  ],
  arguments: { checkpoint: Command.argument(t`the checkpoint file`) },
  options: { json: Command.flag(t`print everything but the tensors' values as JSON`) },
  run: (given) => onCheckpoints(inspectCheckpoint(given))
})

/** Prints what is in a checkpoint, after every byte of it has been verified. */
export const inspectCheckpoint = Effect.fn("Inspect.checkpoint")(function* (options: {
  readonly checkpoint: string
  readonly json: boolean
}) {
  const { out } = yield* Output
  const CheckpointFile = yield* Effect.promise(
    () => import("../../checkpointing/format/CheckpointFile.js")
  )
  const info = yield* CheckpointFile.verify(options.checkpoint)
  yield* out(`${options.json ? stringify(toJson(info)) : draw(options.checkpoint, info)}\n`)
})

/** The metadata with its keys in the file, and the tensors. */
export const toJson = ({ bytes, meta, tensors }: CheckpointInfo) => ({
  ...meta,
  bytes,
  tensors: tensors.map(({ digest, dtype, name, shape }) => ({ name, dtype, shape, digest }))
})

/** The same for people: position, metrics, tensors and configuration. */
export const draw = (path: string, { bytes, meta, tensors }: CheckpointInfo): string => {
  const { best, dataset } = meta
  const classes = dataset.classes.length === 0 ? "" : t`${dataset.classes.length} classes, `
  const facts: ReadonlyArray<readonly [string, string]> = [
    [t`file`, `${path}, ${Format.bytes(bytes)}`],
    [t`saved`, Format.time(meta.saved_at)],
    [t`run`, meta.run_id],
    [t`epoch`, t`${meta.epoch} finished, ${meta.step} steps into the next`],
    [t`step`, t`${Format.count(meta.global_step)} in total`],
    ["best_val_loss", meta.best_val_loss === null ? t`none yet` : String(meta.best_val_loss)],
    [
      t`best`,
      best === null
        ? t`none yet`
        : t`${Format.metric(best.metric, best.value)} in epoch ${best.epoch}`
    ],
    [t`data`, t`${stored(dataset.name)}, ${classes}${sizes(dataset.sizes)}`],
    [t`backend`, meta.backend],
    ...(meta.deterministic === undefined
      ? []
      : [[t`deterministic`, Messages.recorded(meta.deterministic, meta.threads)] as const]),
    ...(meta.workers === undefined ? [] : [[t`workers`, workersOf(meta.workers)] as const]),
    ...(meta.data_workers === undefined
      ? []
      : [[t`data workers`, dataWorkersOf(meta.data_workers)] as const]),
    ...(meta.stopped === null ? [] : [[t`stopped`, stored(meta.stopped)] as const])
  ]
  const width = Math.max(...facts.map(([name]) => displayWidth(name)))
  return [
    facts.map(([name, value]) => `${padEnd(name, width)}  ${Printable.value(value)}`).join("\n"),
    history(meta.train_history),
    table(
      [t`tensor`, "dtype", t`shape`, t`digest`],
      tensors.map(({ digest, dtype, name, shape }) => [
        name,
        dtype,
        `[${shape.join(", ")}]`,
        digest.slice(0, 16)
      ])
    ),
    Printable.lines(`${t`config`}\n${JSON.stringify(meta.config, null, 2)}`)
  ].join("\n\n")
}

/** How many workers computed the steps, of how many that were asked for, and how long a step took. */
const workersOf = (record: WorkersRecord): string =>
  describedBy(record, t`none, the main thread computes`, `--workers ${record.requested}`)

/** How many threads prepared the batches, and how long a step took. */
const dataWorkersOf = (record: WorkersRecord): string =>
  describedBy(
    record,
    t`none, the main thread prepares batches`,
    `training.data_workers ${record.requested}`
  )

const describedBy = (
  { step_ms, thread_step_ms, used }: WorkersRecord,
  none: string,
  asked: string
): string => {
  const who = used === 0 ? none : `${used}`
  const ms = (value: number) => value.toFixed(1)
  return step_ms === undefined || thread_step_ms === undefined
    ? `${who} (${asked})`
    : t`${who} (${asked}: ${ms(step_ms)} ms a step with workers, ${ms(thread_step_ms)} without)`
}

const sizes = (splits: Readonly<Record<SplitName, number | null>>) =>
  t`${Format.count(splits.train)} train, ${Format.count(splits.validation)} validation, ${Format.count(splits.test)} test`

const history = (records: ReadonlyArray<EpochRecord>): string => {
  const names = metricsOf(records)
  return table(
    [t`epoch`, ...names, "learning_rate", "seconds"],
    records.map((record) => [
      String(record.epoch),
      ...names.map((name) => (record[name] === undefined ? "" : Format.number(record[name]))),
      Format.number(record.learning_rate),
      record.seconds.toFixed(1)
    ])
  )
}
