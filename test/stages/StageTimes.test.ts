import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type Event, Observer, Pipeline, type Run, Stage, Stages } from "holdfast"
import { pipelineOf, session, temporaryFolder } from "../support/session.js"

const timesIn = (events: ReadonlyArray<Event>) =>
  events.flatMap((event) => (event._tag === "StageTimes" ? [event.stages] : []))

const callsOf = (stages: ReturnType<typeof timesIn>[number]) =>
  Object.fromEntries(stages.map(({ calls, path }) => [path.join("/"), calls]))

describe("StageTimes", () => {
  it.scopedLive("has the stages of a run as a tree, after each epoch and at the end", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const wait = (name: string) =>
        Stage.make(name, {
          description: "take a while",
          run: (run: Run.Run) => Effect.as(Effect.sleep(5), run)
        })
      const extra = Stage.named("wait", Stage.group("waits", wait("one"), wait("two")))
      const { events } = yield* session({ folder, pipeline: pipelineOf({ stopAfter: 2, extra }) })
      const times = timesIn(events)
      expect(times).toHaveLength(3)
      expect(events.at(-1)!._tag).toBe("StageTimes")
      expect(callsOf(times[0]!)["epochs/trainEpoch"]).toBe(1)
      expect(callsOf(times[2]!)).toEqual({
        loadConfig: 1,
        after: 1,
        loadDataset: 1,
        restoreOrInit: 1,
        epochs: 1,
        "epochs/trainEpoch": 2,
        "epochs/validate": 2,
        "epochs/stepScheduler": 2,
        "epochs/trackBest": 2,
        "epochs/stopAfter": 2,
        "epochs/one": 2,
        "epochs/two": 2,
        "epochs/checkpoint": 2,
        evaluate: 1
      })
      for (const stages of times) {
        const secondsOf = (path: string) =>
          stages.find((one) => one.path.join("/") === path)!.seconds
        const inside = stages
          .filter(({ path }) => path.length === 2)
          .reduce((sum, { seconds }) => sum + seconds, 0)
        // That of a stage which is still running counts as well.
        expect(inside).toBeLessThanOrEqual(secondsOf("epochs") + 1e-5)
        expect(secondsOf("epochs/one")).toBeGreaterThanOrEqual(
          0.004 * callsOf(stages)["epochs/one"]!
        )
      }
    })
  )

  it.scopedLive("is reported where a run is interrupted, and not where nothing trains", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { events } = yield* session({
        folder,
        pipeline: pipelineOf(),
        interruptAt: (event) => event._tag === "StepFinished" && event.step === 2
      })
      expect(timesIn(events).map((stages) => callsOf(stages)["epochs/trainEpoch"])).toEqual([1])
      expect(events.slice(-2).map(({ _tag }) => _tag)).toEqual(["StageTimes", "Interrupted"])
      const seen: Array<Event> = []
      yield* Pipeline.make(
        "idle",
        Stage.make("nothing", { description: "do nothing", run: () => Effect.void })
      ).run.pipe(Effect.provide(Observer.make((event) => Effect.sync(() => void seen.push(event)))))
      expect(seen).toEqual([])
    })
  )

  it.scopedLive("counts a stage under its other name, and one around it once", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const again = Stage.named("again", Stages.withWeights("none", Stages.validate))
      const { events } = yield* session({
        folder,
        pipeline: pipelineOf({ stopAfter: 1, extra: again as never })
      })
      const calls = callsOf(timesIn(events).at(-1)!)
      expect(calls["epochs/validate"]).toBe(1)
      expect(Object.keys(calls).filter((path) => path.includes("again"))).toEqual(["epochs/again"])
    })
  )
})
