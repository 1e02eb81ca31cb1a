import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type { Event } from "holdfast"
import * as tf from "holdfast/tf"
import { Backend, selectable } from "../../src/backends/Backend.js"
import type { BackendName } from "../../src/backends/BackendName.js"
import { BackendError } from "../../src/backends/BackendError.js"
import { start } from "../../src/backends/StartBackend.js"
import {
  checkpointIn,
  essence,
  pipelineOf,
  session,
  temporaryFolder,
  type Session
} from "../support/session.js"

let caches: string
let before: string | undefined
beforeAll(() => {
  before = process.env["XDG_CACHE_HOME"]
  process.env["XDG_CACHE_HOME"] = caches = mkdtempSync(join(tmpdir(), "holdfast-caches-"))
})
afterAll(() => {
  rmSync(caches, { recursive: true })
  if (before === undefined) delete process.env["XDG_CACHE_HOME"]
  else process.env["XDG_CACHE_HOME"] = before
})

/** A backend that nobody requested, and those that a trial chooses among; what else there is fails. */
const among = (...candidates: ReadonlyArray<string>): Layer.Layer<Backend> => {
  const startOf = (name: string) =>
    name === "wasm" || name === "cpu"
      ? start(name as BackendName)
      : new BackendError({ reason: "Unavailable", subject: name, detail: "there is none" })
  return Layer.effect(
    Backend,
    Effect.flatMap(startOf(candidates[0]!), (first) => selectable(first, candidates, startOf))
  ).pipe(Layer.orDie)
}

/** Wide enough for plain JavaScript to take several times as long as WebAssembly. */
const wide = () =>
  pipelineOf({
    model: ({ classes, inputShape }) =>
      tf.sequential({
        layers: [
          tf.layers.dense({ units: 600, activation: "relu", inputShape: [...inputShape] }),
          tf.layers.dense({ units: 600, activation: "relu" }),
          tf.layers.dropout({ rate: 0.3 }),
          tf.layers.dense({ units: classes.length })
        ]
      })
  })

const third = (event: Event) => event._tag === "StepFinished" && event.step === 3

/** A run that would take long, stopped after three steps; or what `options` say. */
const started = Effect.fn("started")(function* (options: Partial<Session>) {
  const folder = options.folder ?? (yield* temporaryFolder)
  const { events, exit } = yield* session({
    interruptAt: third,
    pipeline: wide(),
    ...options,
    folder,
    training: { num_epochs: 1_000_000, batch_size: 8, ...options.training }
  })
  expect(Exit.isInterrupted(exit), String(exit)).toBe(true)
  const chosen = events.flatMap((event) => (event._tag === "BackendChosen" ? [event] : []))
  expect(chosen.length).toBe(1)
  return { chosen: chosen[0]!, events, folder, saved: yield* checkpointIn(folder) }
})

const trials = () =>
  readdirSync(caches, { recursive: true }).filter((name) => `${name}`.endsWith(".json"))

describe("a run whose backend nobody has requested", () => {
  it.scopedLive("computes on the faster one, with the bits of a run that requests it", () =>
    Effect.gen(function* () {
      const { chosen, events, saved } = yield* started({ backend: among("cpu", "wasm", "none") })
      expect(chosen.backend).toBe("wasm")
      expect(chosen.reason).toMatch(
        /^[\d.]+ ms a step, cpu [\d.]+, none cannot train it: there is none$/
      )
      expect(saved.meta.backend).toBe("wasm")
      const tags = events.map(({ _tag }) => _tag)
      expect(tags.indexOf("BackendChosen")).toBeLessThan(tags.indexOf("RunStarted"))

      const requested = yield* started({ backend: "wasm" })
      expect(requested.chosen.reason).toBe("requested")
      const [left, right] = [yield* essence(saved), yield* essence(requested.saved)]
      expect(left).toStrictEqual(right)
    })
  )

  it.scopedLive("does as an earlier trial of the same network has found", () =>
    Effect.gen(function* () {
      // One that failed for a candidate is made again.
      expect(trials()).toEqual([])
      yield* started({ backend: among("cpu", "wasm") })
      const first = yield* started({ backend: among("cpu", "wasm") })
      expect(first.chosen.reason).toMatch(/; measured on \d{4}-\d\d-\d\d$/)
      const [file, ...others] = trials()
      expect(others).toEqual([])
      const path = join(caches, `${file}`)
      const trial = JSON.parse(readFileSync(path, "utf8"))
      expect(trial).toMatchObject({
        subject: expect.stringMatching(/^blobs: \d+ parameters, batches of 8$/),
        chosen: "wasm",
        timings: [
          { name: "cpu", step: expect.any(Number) },
          { name: "wasm", step: expect.any(Number) }
        ]
      })
      writeFileSync(path, JSON.stringify({ ...trial, chosen: "cpu" }))
      const second = yield* started({ backend: among("wasm", "cpu") })
      expect(second.chosen.backend).toBe("cpu")

      // A batch of another size is another network.
      const third = yield* started({ backend: among("cpu", "wasm"), training: { batch_size: 6 } })
      expect(third.chosen.backend).toBe("wasm")
      expect(trials().length).toBe(2)
    })
  )

  it.scopedLive("makes no trial for a short run", () =>
    Effect.gen(function* () {
      const { chosen } = yield* started({
        backend: among("wasm", "cpu"),
        training: { num_epochs: 2, batch_size: 12 }
      })
      expect(chosen.backend).toBe("wasm")
      expect(chosen.reason).toMatch(/^[\d.]+ ms a step; the run is too short to try cpu$/)
      expect(trials().length).toBe(2)
    })
  )

  it.scopedLive("stays on the backend of its checkpoint", () =>
    Effect.gen(function* () {
      const { folder } = yield* started({ backend: "cpu" })
      const { chosen, events, saved } = yield* started({
        backend: among("wasm", "cpu"),
        folder,
        resume: "latest",
        interruptAt: (event) => event._tag === "StepFinished" && event.step === 5
      })
      expect(chosen).toMatchObject({ backend: "cpu", reason: "the checkpoint is from it" })
      expect(saved.meta).toMatchObject({ backend: "cpu", step: 5 })
      expect(events.some((event) => event._tag === "Notice" && event.level === "warning")).toBe(
        false
      )
    })
  )

  it.scopedLive(
    "takes the current one where that of the checkpoint is unavailable, and warns",
    () =>
      Effect.gen(function* () {
        const { folder } = yield* started({ backend: "cpu" })
        const only = Layer.effect(
          Backend,
          Effect.flatMap(start("wasm"), (first) =>
            selectable(first, ["wasm"], (name) =>
              name === "wasm"
                ? start(name)
                : new BackendError({ reason: "Unavailable", subject: name, detail: "?" })
            )
          )
        ).pipe(Layer.orDie)
        const { chosen, events } = yield* started({
          backend: only,
          folder,
          resume: "latest",
          interruptAt: (event) => event._tag === "StepFinished" && event.step === 4
        })
        expect(chosen.backend).toBe("wasm")
        const codes = events.flatMap((event) => (event._tag === "Notice" ? [event.code] : []))
        expect(codes).toEqual(["BackendChanged"])
      })
  )

  it.scopedLive("computes on that of training.backend, which a request overrides", () =>
    Effect.gen(function* () {
      const training = { backend: "cpu" }
      const { chosen } = yield* started({ backend: among("wasm", "cpu"), training })
      expect(chosen).toMatchObject({ backend: "cpu", reason: "as training.backend says" })
      expect((yield* started({ backend: "wasm", training })).chosen.backend).toBe("wasm")
    })
  )
})
