import { describe, expect, expectTypeOf, it } from "vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import {
  type Backend,
  type CheckpointStore,
  Objective,
  Optimizer,
  Pipeline,
  type Run,
  Scheduler,
  Stage,
  Stages
} from "holdfast"
import { blobs, BlobsConfig, blobsNet } from "../support/blobs.js"

class Lamp extends Context.Tag("test/Lamp")<Lamp, { readonly on: Effect.Effect<void> }>() {}
class Dark extends Error {
  readonly _tag = "Dark"
}

const number = Stage.make("number", { description: "a number", run: () => Effect.succeed(1) })
const text = Stage.make("text", {
  description: "as text",
  run: (n: number) => (n > 9 ? Effect.fail(new Dark()) : Effect.succeed(String(n)))
})
const lit = Stage.make("lit", {
  description: "in the light",
  run: (s: string) =>
    Effect.as(
      Effect.flatMap(Lamp, (lamp) => lamp.on),
      s.length
    )
})
const restore = Stages.restoreOrInit({
  model: blobsNet,
  objective: Objective.classification,
  optimizer: Optimizer.fromConfig,
  scheduler: Scheduler.fromConfig
})
const load = Stages.loadDataset((config: BlobsConfig) => blobs(config))

// `npm run check` compiles this file: an error that is expected and does not come fails there.
describe("a pipeline", () => {
  it("has the output of its last stage, and the errors and services of all", () => {
    const pipeline = Pipeline.make("p", number, text, lit)
    expectTypeOf(pipeline).toEqualTypeOf<Pipeline.Pipeline<number, Dark, Lamp>>()
    expect(pipeline.stages.map((stage) => stage.name)).toStrictEqual(["number", "text", "lit"])
  })

  it("in a wrong order does not compile", () => {
    // @ts-expect-error text takes a number, and comes first
    Pipeline.make("p", text, number)
    // @ts-expect-error lit takes text, and gets a number
    Pipeline.make("p", number, lit)
    expect(() =>
      // @ts-expect-error there is no run to train before restoreOrInit
      Pipeline.make("p", Stages.loadConfig(BlobsConfig), Stages.epochs(Stages.trainEpoch))
    ).toThrow("epochs needs a run; put restoreOrInit before it")
    expect(() =>
      // @ts-expect-error the data is loaded after the config
      Pipeline.make("p", load, Stages.loadConfig(BlobsConfig), restore)
    ).toThrow("loadDataset needs the config; put loadConfig before it")
    // @ts-expect-error an epoch is made of stages from run to run
    Stages.epochs(Stages.trainEpoch, text)
    expect(() => Stages.epochs()).not.toThrow()
  })

  it("without a service that it needs does not compile", () => {
    const pipeline = Pipeline.make("p", number, text, lit)
    // @ts-expect-error Lamp is not provided
    const run = () => Effect.runPromise(pipeline.run)
    expect(run).toBeTypeOf("function")
    const provided = pipeline.run.pipe(Effect.provideService(Lamp, { on: Effect.void }))
    expectTypeOf(provided).toEqualTypeOf<Effect.Effect<number, Dark>>()
  })

  it("of the built-in stages infers what custom ones add", () => {
    const custom = Stage.make("custom", {
      description: "custom",
      run: (run: Run.Run) =>
        Effect.flatMap(Lamp, (lamp) => lamp.on).pipe(
          Effect.zipRight(Effect.fail(new Dark())),
          Effect.as(run)
        )
    })
    const pipeline = Pipeline.make(
      "p",
      Stages.loadConfig(BlobsConfig),
      load,
      restore,
      Stages.epochs(Stages.trainEpoch, Stages.validate, custom, Stages.checkpoint),
      Stages.evaluate("test")
    )
    expectTypeOf<Lamp>().toExtend<Effect.Effect.Context<typeof pipeline.run>>()
    expectTypeOf<Backend | CheckpointStore>().toExtend<Effect.Effect.Context<typeof pipeline.run>>()
    expectTypeOf<Dark>().toExtend<Effect.Effect.Error<typeof pipeline.run>>()
    expectTypeOf<Effect.Effect.Success<typeof pipeline.run>>().toExtend<Run.Run>()
    expect(pipeline.stages[3]!.children.map((stage) => stage.name)).toContain("custom")
  })

  it("is recognised, also one of another copy of the framework, and nothing else is", () => {
    const pipeline = Pipeline.make("p", number)
    expect(Pipeline.isPipeline(pipeline)).toBe(true)
    expect(Pipeline.isPipeline({ [Symbol.for("holdfast/Pipeline")]: 1 })).toBe(true)
    expect(Pipeline.isPipeline({ name: "p", stages: [] })).toBe(false)
    expect(Stage.isStage(number)).toBe(true)
    expect(Stage.isStage(pipeline)).toBe(false)
  })

  it.each([1, 2, 3])("runs its stages in their order: %i of them", async (count) => {
    const twice = Stage.make("twice", {
      description: "twice",
      run: (n: number) => Effect.succeed(n * 2)
    })
    const pipeline =
      count === 1
        ? Pipeline.make("p", number)
        : count === 2
          ? Pipeline.make("p", number, twice)
          : Pipeline.make("p", number, twice, twice)
    expect(await Effect.runPromise(pipeline.run)).toBe(2 ** (count - 1))
  })

  it("has no limit of length, with types inferred through to its end", async () => {
    const next = Stage.make("next", {
      description: "add one",
      run: (n: number) => Effect.succeed(n + 1)
    })
    const [a, b, c, d, e, f, g, h, i] = Array.from({ length: 9 }, () => next)
    const pipeline = Pipeline.make("p", number, a!, b!, c!, d!, e!, f!, g!, h!, i!, text, lit)
    expectTypeOf(pipeline).toEqualTypeOf<Pipeline.Pipeline<number, Dark, Lamp>>()
    expect(pipeline.stages.length).toBe(12)
    const run = Effect.provideService(pipeline.run, Lamp, { on: Effect.void })
    expect(await Effect.runPromise(Effect.flip(run))).toBeInstanceOf(Dark)
    // @ts-expect-error the tenth stage takes text, and gets a number
    Pipeline.make("p", number, next, next, next, next, next, next, next, next, lit)
  })
})

describe("Stage.group", () => {
  it("takes what its first stage takes, and gives what its last one gives", async () => {
    const group = Stage.group("words", text, lit)
    expectTypeOf(group).toEqualTypeOf<Stage.Stage<number, number, Dark, Lamp>>()
    expect(group.children).toEqual([text, lit])
    const pipeline = Pipeline.make("p", number, group)
    const run = Effect.provideService(pipeline.run, Lamp, { on: Effect.void })
    expect(await Effect.runPromise(run)).toBe(1)
    // @ts-expect-error lit takes text, and gets a number
    Stage.group("wrong", number, lit)
    // @ts-expect-error the group takes a number
    Pipeline.make("p", group)
  })

  it("refuses stages in an order that their declarations exclude, also in JavaScript", () => {
    const evaluate = Stages.evaluate("test")
    expect(() => Stage.group("wrong", load as never, evaluate as never)).toThrow(
      "evaluate needs a run; put restoreOrInit before it"
    )
    expect(() => Pipeline.make("p", Stage.group("g", evaluate as never) as never)).toThrow(
      "evaluate needs a run; put restoreOrInit before it"
    )
  })

  it("is a part of an epoch by its stages", () => {
    const assess = Stage.group(
      "assess",
      Stages.validate,
      Stages.trackBest({ metric: "val_loss", mode: "min" })
    )
    const epochs = Stages.epochs(Stages.trainEpoch, assess, Stages.checkpoint)
    expect(epochs.children.map(({ name }) => name)).toEqual(["trainEpoch", "assess", "checkpoint"])
    expect(() => Stages.epochs(Stages.trainEpoch, assess, Stages.validate)).toThrow("validate")
  })
})

describe("Stage.andThen", () => {
  it("joins two stages, by pipe too, and is drawn as what it joins", async () => {
    const joined = text.pipe(Stage.andThen(lit))
    expectTypeOf(joined).toEqualTypeOf<Stage.Stage<number, number, Dark, Lamp>>()
    expectTypeOf(Stage.andThen(text, lit)).toEqualTypeOf(joined)
    const three = number.pipe(Stage.andThen(text), Stage.andThen(lit))
    expect(three.name).toBe("number → text → lit")
    expect(three.children).toEqual([number, text, lit])
    const run = Effect.provideService(Pipeline.make("p", three).run, Lamp, { on: Effect.void })
    expect(await Effect.runPromise(run)).toBe(1)
    // @ts-expect-error lit takes text, and gets a number
    Stage.andThen(number, lit)
  })
})

describe("Pipeline.provide", () => {
  it("leaves a pipeline without the services that it was given", async () => {
    const pipeline = Pipeline.make("p", number, text, lit).pipe(
      Pipeline.provide(Layer.succeed(Lamp, { on: Effect.void }))
    )
    expectTypeOf(pipeline).toEqualTypeOf<Pipeline.Pipeline<number, Dark>>()
    expect(await Effect.runPromise(pipeline.run)).toBe(1)
  })
})
