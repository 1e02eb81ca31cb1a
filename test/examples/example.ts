import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { readFileSync } from "node:fs"
import { CheckpointStore, type Holdfast, type Pipeline } from "holdfast"
import { checkExactness, session, type Outcome } from "holdfast/testing"
import { soak } from "../checkpointing/simulated.js"

/** The config of the example in `examples/<name>`. */
export const configOf = (name: string): Record<string, Record<string, unknown>> =>
  JSON.parse(
    readFileSync(new URL(`../../examples/${name}/config.json`, import.meta.url), "utf8")
  ) as never

/** What the example has measured at its end. */
export const evaluated = ({ events }: Outcome): Readonly<Record<string, number>> =>
  events.flatMap((event) => (event._tag === "Evaluated" ? [event.metrics] : [])).at(-1)!

/** The records of the epochs. */
export const recordsOf = ({ events }: Outcome): ReadonlyArray<Readonly<Record<string, number>>> =>
  events.flatMap((event) => (event._tag === "EpochFinished" ? [event.record] : []))

/**
 * Tests the example in `examples/<name>`: with its own config it runs to its end, where `check` looks at
 * it; and where it is interrupted or killed, at every `stopEvery`-th event or, but in a soak, at half of
 * these, it ends in the same checkpoint, to the bit.
 */
export const testExample = <Out, E, R extends Holdfast.Services | Scope.Scope>(
  name: string,
  pipeline: Pipeline.Pipeline<Out, E, R>,
  options: {
    readonly stopEvery: number
    /** Fields of `training` for a shorter run when it is stopped. */
    readonly training?: Record<string, unknown>
    /** Fields of `training` for every run, such as paths from where the tests run. */
    readonly everywhere?: Record<string, unknown>
    /** Fields of `data` for every run, such as paths from where the tests run. */
    readonly data?: Record<string, unknown>
    /** Fields of `model` for every run, for a smaller one. */
    readonly model?: Record<string, unknown>
    /** Fields of sections of the example's own for every run. */
    readonly sections?: Readonly<Record<string, Record<string, unknown>>>
    /** What each run finds: by default a store in memory, and empty. */
    readonly store?: Layer.Layer<CheckpointStore>
    readonly check: (outcome: Outcome<Out>) => void
  }
) => {
  // All of R is what a session provides.
  const self = pipeline as Pipeline.Pipeline<Out, E>
  const { store = CheckpointStore.memory } = options
  const own = configOf(name)
  const others = Object.entries(options.sections ?? {}).map(
    ([section, fields]) => [section, { ...own[section], ...fields }] as const
  )
  const config = {
    ...own,
    ...Object.fromEntries(others),
    training: { ...own["training"], ...options.everywhere },
    model: { ...own["model"], ...options.model },
    data: { ...own["data"], ...options.data }
  }
  const folder = own["training"]!["checkpoint_dir"] as string

  describe(`examples/${name}`, () => {
    it.scopedLive("runs with its own config", () =>
      Effect.gen(function* () {
        const outcome = yield* session(self, { config, store })
        expect(outcome.exit).toStrictEqual(expect.objectContaining({ _tag: "Success" }))
        options.check(outcome)
      })
    )

    it.scopedLive.each([
      { how: "interrupted", kill: false },
      { how: "killed", kill: true }
    ])("ends the same, to the bit, when it is $how", ({ kill }) =>
      Effect.gen(function* () {
        const stopEvery = soak > 0 ? options.stopEvery : 2 * options.stopEvery - 1
        const training = { ...config["training"], ...options.training }
        const shorter = { config: { ...config, training }, folder, stopEvery, kill, store }
        const { different, stops } = yield* checkExactness(self, shorter)
        expect(stops.length).toBeGreaterThan(2)
        expect(different).toStrictEqual([])
      })
    )
  })
}
