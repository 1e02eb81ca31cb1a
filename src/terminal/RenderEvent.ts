import * as Effect from "effect/Effect"
import * as LoadReport from "../models/LoadReport.js"
import * as Printable from "../io/Printable.js"
import { stored, t } from "../language/Text.js"
import type { Event } from "../events/Event.js"
import * as Format from "./Format.js"
import * as Messages from "./Messages.js"
import * as MetricDetail from "./MetricDetail.js"
import type { Output } from "./Output.js"
import { displayWidth, padEnd } from "./Table.js"

/** A permanent line, on standard output, or on standard error for problems. */
export interface Line {
  readonly to: "out" | "err"
  readonly text: string
}

/** What closing messages show beyond the event. */
export interface Setting {
  /** The command that resumes this run. */
  readonly command: string
  /** The command that started it. */
  readonly again: string
  /** The signal that is stopping the run, if any. */
  readonly signal: Effect.Effect<string | null>
  /** Whether to show what evaluation has to show beyond numbers: a confusion matrix, the worst examples. */
  readonly details?: boolean
}

type EpochFinished = Extract<Event, { readonly _tag: "EpochFinished" }>

/** The usual width of a part of an epoch's line, so that the lines of epochs align. */
const usual = { pair: 13, share: 11 }

/**
 * An epoch's result: metrics as training/validation, learning rate and time. In columns if they fit
 * into `width`; unaligned, but complete, otherwise.
 */
export const epoch = ({ epochs, is_best, record }: EpochFinished, width = 80): string => {
  const { epoch, learning_rate: learningRate, seconds, ...values } = record
  const parts = [
    [t`epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`, 0],
    ...metricsOf(values),
    [rate(Format.number(learningRate, 3)), displayWidth(rate("0.000905"))],
    [Format.duration(seconds), displayWidth(Format.duration(10.5))]
  ] as const
  const line = (padded: boolean) =>
    [
      ...parts.map(([text, columns]) => (padded ? padEnd(text, columns) : text)),
      ...(is_best ? [t`best`] : [])
    ]
      .join("  ")
      .trimEnd()
  return displayWidth(line(true)) <= width ? line(true) : line(false)
}

const rate = (shown: string): string => `lr ${shown}`

type Part = readonly [text: string, columns: number]

/** Metrics with their names, training and validation together: "loss 1.4/1.5". */
const metricsOf = (metrics: Readonly<Record<string, number>>): ReadonlyArray<Part> =>
  Object.entries(metrics).flatMap(([name, value]): ReadonlyArray<Part> => {
    const [, split, base = name] = /^(train|val)_(.*)$/.exec(name) ?? []
    const [inTraining, inValidation] = [metrics[`train_${base}`], metrics[`val_${base}`]]
    if (split === undefined || inTraining === undefined || inValidation === undefined) {
      return [[Format.metric(name, value, 3), name.length + 1 + usual.share]]
    }
    const columns = base.length + 1 + (Format.isShare(base) ? usual.share : usual.pair)
    return split === "train" ? [[Format.pair(base, inTraining, inValidation, 3), columns]] : []
  })

const listed = (metrics: Readonly<Record<string, number>>): string =>
  Object.entries(metrics)
    .map(([name, value]) => Format.metric(name, value))
    .join(", ")

const out = (text: string): ReadonlyArray<Line> => [{ to: "out", text }]

/** The lines that show `event`; none for a step. `signal` is what stopped the run. */
export const fromEvent = (
  given: Event,
  { again, command, details = false }: Omit<Setting, "signal">,
  signal: string | null
): ReadonlyArray<Line> => {
  // A result may have lines of its own; other text that comes from files is escaped to stay on its line.
  const event = given._tag === "Result" || given._tag === "Notice" ? given : Printable.data(given)
  switch (event._tag) {
    case "Notice": {
      const message = Printable.lines(event.message)
      return event.level === "warning"
        ? [{ to: "err", text: t`warning: ${message}` }]
        : out(message)
    }
    case "BackendChosen":
      return out(
        event.determinism === null
          ? t`backend ${event.backend}: ${event.reason}`
          : t`backend ${event.backend}: ${event.reason}; ${Messages.determinism(event.determinism)}`
      )
    case "DatasetLoaded": {
      const { test, train, validation } = event.sizes
      const classes = event.classes.length === 0 ? "" : t`${event.classes.length} classes, `
      return out(
        t`dataset ${stored(event.name)}: ${classes}${Format.count(train)} training, ${Format.count(validation)} validation and ${Format.count(test)} test examples`
      )
    }
    case "ConfigChanged":
      return event.changes.map(({ after, before, path, wins }) => ({
        to: "out",
        text:
          wins === "config"
            ? t`${path}: ${Format.value(before)} in the checkpoint, ${Format.value(after)} in the config; using the config`
            : t`${path}: ${Format.value(before)} in the checkpoint, ${Format.value(after)} in the config; using the checkpoint`
      }))
    case "RunStarted": {
      const size = t`${event.epochs} epochs of ${Format.count(event.steps_per_epoch)} steps, ${Format.count(event.parameters)} parameters`
      return [
        ...(event.from === null
          ? out(t`training from scratch: ${size}`)
          : [
              ...out(Messages.resuming(event.from, event.from.reason === "NonInteractive")),
              ...out(t`training: ${size}`)
            ]),
        ...out(t`metrics of each epoch: training/validation`)
      ]
    }
    case "WeightsLoaded":
      return out(LoadReport.text(event.report))
    case "MetricDetail": {
      const shown = MetricDetail.text(event, details)
      return shown === null ? [] : out(shown)
    }
    case "StageTimes":
    case "StepFinished":
    // A notice says why, and where to.
    case "WentBack":
    case "Custom":
      return []
    case "EpochFinished":
      return out(epoch(event))
    case "CheckpointSaved":
      // The line of the epoch marks the best; the closing message says what a stop has saved.
      return event.name !== "latest" || signal !== null
        ? []
        : out(
            t`saved ${event.path} (${Format.bytes(event.bytes)}, ${Math.round(event.write_ms)} ms)`
          )
    case "EarlierRunArchived":
      return out(Messages.archived(event.path, event.after ?? null))
    case "AlreadyFinished":
      return out(Messages.alreadyFinished(event))
    case "Interrupted":
      return out(
        event.path === null
          ? Messages.stoppedUnsaved(signal, again)
          : Messages.saved({ position: event.position, path: event.path, signal, command })
      )
    case "Validated":
      return out(
        t`epoch ${event.epoch}/${event.epochs}, step ${event.step}/${event.steps ?? "?"}: ` +
          listed(event.metrics)
      )
    case "Evaluated":
      return out(
        t`${split(event.split)}, weights of epoch ${event.epoch}: ` + listed(event.metrics)
      )
    case "Result":
      return out(event.text)
    case "RunFinished":
      return out(Messages.finished(event))
  }
}

/** The name of a split; a custom name as it is. */
const split = (name: string): string =>
  ({ train: t`train`, validation: t`validation`, test: t`test` })[name] ?? name

/** Writes lines in order. */
export const write = (output: Output["Type"], lines: ReadonlyArray<Line>): Effect.Effect<void> =>
  Effect.forEach(lines, (line) => output[line.to](`${line.text}\n`), { discard: true })
