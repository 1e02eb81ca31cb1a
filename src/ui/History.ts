import type { CheckpointMeta } from "../checkpointing/Checkpoint.js"
import type * as Api from "./Api.js"
import type { SeriesQuery } from "./RunViews.js"

/** The metrics of the epochs that a checkpoint remembers. */
export const metrics = ({ train_history }: CheckpointMeta): ReadonlyArray<Api.Metric> =>
  [...new Set(train_history.flatMap((record) => Object.keys(record)))]
    .filter((name) => name !== "epoch")
    .map((name) => ({ name, kind: "epoch", unit: name === "seconds" ? "s" : null }))

/** The curve of a metric over the epochs that a checkpoint remembers. */
export const series = (
  id: string,
  { epoch, global_step, saved_at, step, train_history }: CheckpointMeta,
  metric: string,
  { from = -Infinity, to = Infinity, x }: Pick<SeriesQuery, "from" | "to" | "x">
): Api.Series => {
  const stepsPerEpoch = epoch === 0 ? 0 : (global_step - step) / epoch
  const total = train_history.reduce((sum, { seconds }) => sum + seconds, 0)
  let seconds = 0
  const points = train_history.flatMap((record) => {
    seconds += record.seconds
    const y = record[metric]
    const at = {
      step: record.epoch * stepsPerEpoch,
      epoch: record.epoch,
      time: seconds,
      // As if the run had never been interrupted: nothing here says when.
      wall: Date.parse(saved_at) / 1000 - (total - seconds)
    }[x]
    return y === undefined || at < from || at > to
      ? []
      : [{ x: at, y: Number.isFinite(y) ? y : null }]
  })
  return {
    id,
    metric,
    kind: "epoch",
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y)
  }
}
