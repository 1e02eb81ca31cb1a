import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import type { Event } from "../../src/events/Event.js"
import type { Setting } from "../../src/terminal/RenderEvent.js"
import { Output, type Terminal } from "../../src/terminal/Output.js"

/** The setting of a command that `signal` stops. */
export const setting = (signal: string | null): Setting => ({
  command: "holdfast run p.ts --resume latest",
  again: "holdfast run p.ts",
  signal: Effect.succeed(signal)
})

type Step = Extract<Event, { readonly _tag: "StepFinished" }>

export const step = (fields: Partial<Step>): Step => ({
  _tag: "StepFinished",
  phase: "train",
  epoch: 2,
  epochs: 5,
  step: 1,
  steps: 4,
  loss: 0.5,
  examples: 32,
  ...fields
})

export const started: Extract<Event, { readonly _tag: "RunStarted" }> = {
  _tag: "RunStarted",
  id: "1",
  folder: "c",
  pipeline: "test",
  backend: "wasm",
  config: {},
  global_step: 0,
  history: [],
  parent: null,
  epochs: 5,
  steps_per_epoch: 4,
  parameters: 1,
  from: null
}

export const epoch: Extract<Event, { readonly _tag: "EpochFinished" }> = {
  global_step: 8,
  is_best: false,
  _tag: "EpochFinished",
  epochs: 12,
  record: {
    epoch: 2,
    learning_rate: 0.001,
    seconds: 4.06,
    train_loss: 0.5,
    train_accuracy: 0.75,
    val_loss: 0.25,
    val_accuracy: 0.875,
    distance: 3
  }
}

export const saved = (name: "latest" | "best"): Event => ({
  _tag: "CheckpointSaved",
  path: `c/${name}`,
  name,
  position: { epoch: 2, step: 0 },
  global_step: 8,
  bytes: 2000,
  pause_ms: 0,
  write_ms: 12.3
})

export const interrupted: Event = {
  _tag: "Interrupted",
  position: { epoch: 2, step: 3 },
  path: "c/latest"
}

export const epochLine =
  "epoch  2/12  loss 0.5/0.25  accuracy 75.0/87.5 %  distance 3  lr 0.001  4.1 s"

/** An Output that keeps what it is given, and what that was. */
export const recorder = recording({ columns: 80, rows: 24 })

/** The same on a terminal of some size. */
export function recording(size: { readonly columns: number; readonly rows: number }) {
  return Effect.gen(function* () {
    const written = yield* Ref.make<ReadonlyArray<readonly ["out" | "err", string]>>([])
    const keep = (to: "out" | "err") => (text: string) =>
      Ref.update(written, (before) => [...before, [to, text] as const])
    const terminal: Terminal = {
      rows: Effect.sync(() => size.rows),
      resized: Effect.never,
      colors: false,
      reflows: true,
      draw: keep("out")
    }
    const layer = Layer.succeed(
      Output,
      Output.through({
        out: keep("out"),
        err: keep("err"),
        columns: Effect.sync(() => size.columns),
        terminal
      })
    )
    return { layer, terminal, written: Ref.getAndSet(written, []) }
  })
}
