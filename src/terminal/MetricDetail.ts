import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { Event } from "../events/Event.js"
import { ConfusionMatrix, PerClass, WorstExamples } from "../events/MetricDetails.js"
import { t } from "../language/Text.js"
import * as Format from "./Format.js"
import { table } from "./Table.js"

/** The most classes whose figures fit on a terminal, and how many of the worst examples are named. */
const [mostClasses, mostExamples] = [20, 5]

/**
 * A detail of a metric as text; null if it is nothing that a terminal shows. What evaluation has to show
 * by itself is shown where `all` is asked for; what the config asks for (the metric `confusion`), of the
 * test split.
 */
export const text = (
  { metric, phase, value }: Extract<Event, { readonly _tag: "MetricDetail" }>,
  all: boolean
): string | null => {
  if (isMatrix(value)) {
    if (!all && phase !== "test") return null
    const names = value.map((_, i) => `${i}`)
    return t`${metric}, labels by guesses:` + `\n${matrix(names, value)}`
  }
  if (!all) return null
  if (isConfusion(value)) {
    return value.classes.length > mostClasses
      ? null
      : t`${metric}, labels by guesses:` + `\n${matrix(value.classes, value.counts)}`
  }
  if (isPerClass(value)) {
    return value.classes.length > mostClasses
      ? null
      : t`${metric}, figures of each class:` + `\n${figures(value)}`
  }
  return isWorst(value) && value.examples.length > 0
    ? t`${metric}, examples with the largest loss:` + `\n${worst(value)}`
    : null
}

const isConfusion = Schema.is(ConfusionMatrix)
const isPerClass = Schema.is(PerClass)
const isWorst = Schema.is(WorstExamples)

/** A matrix that fits on a terminal. */
const isMatrix = (value: unknown): value is ReadonlyArray<ReadonlyArray<number>> =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= mostClasses &&
  value.every((row) => Array.isArray(row) && row.every(Predicate.isNumber))

const matrix = (names: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<number>>): string =>
  table(
    ["", ...names],
    rows.map((row, i) => [
      names[i]!,
      ...row.map((count) => (Number.isInteger(count) ? `${count}` : Format.number(count)))
    ])
  )

const figures = ({ classes, f1, precision, recall, support }: PerClass): string =>
  table(
    [t`class`, "precision", "recall", "F1", t`labels`],
    classes.map((name, i) => [
      name,
      ...[precision, recall, f1].map((column) => column[i]!.toFixed(3)),
      Format.number(support[i]!, 6)
    ])
  )

const worst = ({ examples }: WorstExamples): string =>
  table(
    [t`example`, t`label`, t`predicted`, t`loss`],
    examples
      .slice(0, mostExamples)
      .map(({ label, loss, name, predicted, probability }) => [
        name,
        label,
        t`${predicted} (${Format.percent(probability)})`,
        Format.number(loss, 3)
      ])
  )
