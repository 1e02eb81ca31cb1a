import * as Effect from "effect/Effect"
import type { EpochRecord } from "../checkpoint/Checkpoint.js"
import type { Event } from "./Event.js"
import * as Format from "./Format.js"
import type { Messages } from "./Messages.js"
import type { Output } from "./Output.js"

/** A line that stays: to standard output, or to standard error for troubles. */
export interface Line {
  readonly to: "out" | "err"
  readonly text: string
}

/** What closing messages need to know beyond the event. */
export interface Setting {
  readonly messages: Messages
  /** The command that goes on with this run. */
  readonly command: string
  /** The command that began it. */
  readonly again: string
  /** The signal that stops the run, once one has come. */
  readonly signal: Effect.Effect<string | null>
}

/** An epoch's result: metrics, those of one split together, learning rate and time. */
export const epoch = (record: EpochRecord, epochs: number): string => {
  const { epoch, learning_rate: learningRate, seconds, ...metrics } = record
  return [
    `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    ...groups(metrics),
    `lr ${Format.number(learningRate)}`,
    Format.duration(seconds)
  ].join("  ")
}

/** Metrics in words, a split a group: "train loss 1.4, accuracy 52 %". */
const groups = (metrics: Readonly<Record<string, number>>): ReadonlyArray<string> => {
  const texts: Array<string> = []
  let split: string | undefined
  for (const [name, value] of Object.entries(metrics)) {
    const [, prefix, rest = name] = /^(train|val)_(.*)$/.exec(name) ?? []
    if (prefix !== undefined && prefix === split) {
      texts[texts.length - 1] += `, ${Format.metric(rest, value)}`
    } else texts.push(Format.metric(name, value))
    split = prefix
  }
  return texts
}

const out = (text: string): ReadonlyArray<Line> => [{ to: "out", text }]

/** The lines that `event` is worth; steps are worth none. `signal` is what stopped the run. */
export const fromEvent = (
  event: Event,
  { again, command, messages }: Omit<Setting, "signal">,
  signal: string | null
): ReadonlyArray<Line> => {
  switch (event._tag) {
    case "Notice":
      return event.level === "warning"
        ? [{ to: "err", text: `warning: ${event.message}` }]
        : out(event.message)
    case "BackendChosen":
      return out(`backend ${event.backend}: ${event.reason}`)
    case "DatasetLoaded": {
      const { test, train, validation } = event.sizes
      const classes = event.classes.length === 0 ? "" : `${event.classes.length} classes, `
      return out(
        `data ${event.name}: ${classes}${Format.count(train)} examples for training, ` +
          `${Format.count(validation)} for validation, ${Format.count(test)} for testing`
      )
    }
    case "ConfigChanged":
      return event.changes.map(({ after, before, path, wins }) => ({
        to: "out",
        text: `${path} was ${Format.value(before)}, is now ${Format.value(after)}: the ${wins} wins`
      }))
    case "RunStarted": {
      const size =
        `${event.epochs} epochs of ${Format.count(event.stepsPerEpoch)} steps, ` +
        `${Format.count(event.parameters)} parameters`
      return event.from === null
        ? out(`training from scratch: ${size}`)
        : [
            ...out(messages.goingOn(event.from, event.from.reason === "no terminal")),
            ...out(`training: ${size}`)
          ]
    }
    case "StepFinished":
      return []
    case "EpochFinished":
      return out(epoch(event.record, event.epochs))
    case "CheckpointSaved":
      return out(
        `saved ${event.path} (${Format.bytes(event.bytes)}, ${Math.round(event.milliseconds)} ms)`
      )
    case "EarlierRunArchived":
      return out(messages.archived(event.path))
    case "AlreadyFinished":
      return out(messages.alreadyFinished(event.epoch, event.reason))
    case "Interrupted":
      return out(
        event.path === null
          ? messages.stoppedUnsaved(signal, again)
          : messages.saved({ place: event.place, path: event.path, signal, command })
      )
    case "Evaluated":
      return out(
        `${event.split}: ` +
          Object.entries(event.metrics)
            .map(([name, value]) => Format.metric(name, value))
            .join(", ")
      )
    case "Result":
      return out(event.text)
    case "RunFinished":
      return out(messages.finished(event))
  }
}

/** Writes lines, in their order. */
export const write = (output: Output["Type"], lines: ReadonlyArray<Line>): Effect.Effect<void> =>
  Effect.forEach(lines, (line) => output[line.to](`${line.text}\n`), { discard: true })
