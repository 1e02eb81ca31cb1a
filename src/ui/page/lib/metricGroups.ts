import type { Metric } from "../../Api.js"

/** Metrics that are shown together, under a heading. */
export interface MetricGroup {
  readonly group: "training" | "validation" | "optimization" | "speed" | "system"
  readonly metrics: ReadonlyArray<Metric>
}

const order: ReadonlyArray<MetricGroup["group"]> = [
  "training",
  "validation",
  "optimization",
  "speed",
  "system"
]

const groupOf = ({ kind, name, unit }: Metric): MetricGroup["group"] => {
  if (kind === "system") return "system"
  if (kind === "save") return "speed"
  if (/^(val|test)_/.test(name)) return "validation"
  if (/learning_rate|gradient|grad_|^lr$|weight_norm|update/.test(name)) return "optimization"
  if (unit === "ms" || unit === "s" || unit === "examples/s" || /^examples|seconds/.test(name))
    return "speed"
  return "training"
}

/** Losses come first in a group, then what is left by name. */
const rank = (name: string) => (name === "loss" ? 0 : name.endsWith("loss") ? 1 : 2)

/** The metrics whose names have `filter`, in groups. */
export const groupMetrics = (
  metrics: ReadonlyArray<Metric>,
  filter = ""
): ReadonlyArray<MetricGroup> => {
  const wanted = filter.toLowerCase().trim()
  const shown = metrics.filter(({ name }) => name.toLowerCase().includes(wanted))
  return order
    .map((group) => ({
      group,
      metrics: shown
        .filter((metric) => groupOf(metric) === group)
        .sort(
          (one, other) =>
            rank(one.name) - rank(other.name) || one.name.localeCompare(other.name, "en")
        )
    }))
    .filter((one) => one.metrics.length > 0)
}
