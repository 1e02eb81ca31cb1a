import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { Run, Stage, Stages, StepHook, TrainStep, type Sized } from "holdfast"
import { yieldToEventLoop } from "../../src/io/EventLoop.js"
import { checkpointIn, essence, pipelineOf, session, temporaryFolder } from "../support/session.js"

// Four steps an epoch.
const training = { num_epochs: 3, save_interval: 10 }

const endOf = (folder: string) => Effect.flatMap(checkpointIn(folder), essence)

type Train =
  ReturnType<typeof pipelineOf> extends infer _P
    ? NonNullable<NonNullable<Parameters<typeof pipelineOf>[0]>["train"]>
    : never

const pipeline = (options: Stages.TrainEpoch<ReadonlyArray<StepHook.StepHook>, unknown>) =>
  pipelineOf({ train: Stages.trainEpochWith(options as never) as Train })

/** The end of a run that nothing disturbs. */
const straight = (options: Parameters<typeof pipeline>[0]) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const { events, exit } = yield* session({ folder, training, pipeline: pipeline(options) })
    expect(exit).toStrictEqual(expect.objectContaining({ _tag: "Success" }))
    return { end: yield* endOf(folder), events }
  })

const supervised: TrainStep.Step<unknown, never, Sized> = TrainStep.phases as never

describe("trainEpochWith", () => {
  it.scopedLive("trains to the same bits as trainEpoch with a step that does the same", () =>
    Effect.gen(function* () {
      const plain = yield* straight({})
      const custom = yield* straight({ step: supervised })
      const hooked = yield* straight({
        hooks: [StepHook.make("nothing", { beforeStep: () => Effect.void })]
      })
      expect(custom.end).toStrictEqual(plain.end)
      expect(hooked.end).toStrictEqual(plain.end)
    })
  )

  it.scopedLive(
    "shows hooks the run before the step and after it, and the step's own metrics",
    () =>
      Effect.gen(function* () {
        const seen: Array<unknown> = []
        const at = (run: Run.Run) =>
          Effect.map(Run.position(run), ({ epoch, step }) => `${epoch}.${step}`)
        const first = (run: Run.Run) => Object.values(Run.weights(run))[0]!.dataSync()[0]!
        let before = 0
        const hook = StepHook.make("watch", {
          beforeStep: ({ position, run }) =>
            Effect.map(at(run), (where) => {
              before = first(run)
              seen.push(`before ${where} ${position.step}`)
            }),
          afterStep: ({ batch, metrics, position, run }) =>
            Effect.map(at(run), (where) => {
              expect(first(run)).not.toBe(before)
              expect(Object.keys(metrics!).sort()).toStrictEqual(["accuracy", "loss"])
              expect(metrics!["accuracy"]).toBeLessThanOrEqual(1)
              seen.push(`after ${where} ${position.step} of ${batch.size}`)
            })
        })
        const folder = yield* temporaryFolder
        yield* session({
          folder,
          training: { ...training, num_epochs: 1 },
          pipeline: pipeline({ hooks: [hook] })
        })
        expect(seen).toStrictEqual([
          "before 0.0 0",
          "after 0.1 1 of 16",
          "before 0.1 1",
          "after 0.2 2 of 16",
          "before 0.2 2",
          "after 0.3 3 of 16",
          "before 0.3 3",
          "after 0.4 4 of 2"
        ])
      })
  )

  it.scopedLive(
    "saves the run from before the step whose hook fails, and takes that step again",
    () =>
      Effect.gen(function* () {
        let isBroken = true
        const counting = StepHook.stateful("counting", {
          state: Schema.Int,
          initial: 0,
          afterStep: (_, count) => Effect.succeed(count + 1)
        })
        const failing = StepHook.make("failing", {
          afterStep: ({ position }) =>
            isBroken && position.globalStep === 7 ? Effect.fail("broken") : Effect.void
        })
        const options = { hooks: [counting, failing] as never }
        const folder = yield* temporaryFolder
        const before = tf.memory().numTensors
        const broken = yield* session({ folder, training, pipeline: pipeline(options) })
        expect(JSON.stringify(broken.exit)).toContain("broken")
        const { meta } = yield* checkpointIn(folder)
        // The seventh step of all is the third of the second epoch.
        expect(meta).toMatchObject({ epoch: 1, step: 2, stage_states: { counting: { state: 6 } } })
        isBroken = false
        yield* session({ folder, training, pipeline: pipeline(options) })
        expect(yield* endOf(folder)).toStrictEqual((yield* straight(options)).end)
        expect(tf.memory().numTensors).toBe(before)
      })
  )

  it.scopedLive("saves the run from before a custom step that is interrupted while it waits", () =>
    Effect.gen(function* () {
      let steps = 0
      // Updates, then waits, so that an interruption finds weights that belong to no position.
      const step: TrainStep.Step<unknown, never, Sized> = (input) =>
        Effect.tap(supervised(input), () => {
          steps += 1
          return Effect.zipRight(yieldToEventLoop, yieldToEventLoop)
        })
      const folder = yield* temporaryFolder
      yield* session({
        folder,
        training,
        pipeline: pipeline({ step }),
        saveRequest: Effect.sync(() => steps === 2),
        // Comes from the fiber that saves, in the middle of a later step.
        interruptAt: (event) => event._tag === "CheckpointSaved"
      })
      const { meta } = yield* checkpointIn(folder)
      expect(meta.step).toBeGreaterThan(1)
      yield* session({ folder, training, pipeline: pipeline({ step }) })
      expect(yield* endOf(folder)).toStrictEqual((yield* straight({ step })).end)
    })
  )

  it.scopedLive(
    "averages what hooks measure from the gradients over the epoch, without a transaction",
    () =>
      Effect.gen(function* () {
        const norms = StepHook.make("norms", { measures: { gradient_norm: StepHook.gradientNorm } })
        const plain = yield* straight({})
        const { end, events } = yield* straight({ hooks: [norms] })
        const records = events.flatMap((event) =>
          event._tag === "EpochFinished" ? [event.record] : []
        )
        for (const record of records) expect(record["train_gradient_norm"]).toBeGreaterThan(0)
        expect(end.bytes).toStrictEqual(plain.end.bytes)
      })
  )

  it.scopedLive("updates by the gradients that combine gives", () =>
    Effect.gen(function* () {
      const none: TrainStep.Combine = (gradients) =>
        new Map([...gradients].map(([name, gradient]) => [name, tf.zerosLike(gradient)]))
      const before = tf.memory().numTensors
      const { end } = yield* straight({ combine: none })
      const same = yield* straight({ combine: (gradients) => gradients })
      expect(same.end).toStrictEqual((yield* straight({})).end)
      expect(tf.memory().numTensors).toBe(before)
      // Adam does not move a weight whose gradients were all 0.
      const [name] = Object.keys(end.bytes).filter((key) =>
        /^optimizer_state_dict.exp_avg\./.test(key)
      )
      expect(end.bytes[name!]).toMatch(/\] 0+$/)
    })
  )

  it("refuses two hooks of one name", () => {
    const hook = StepHook.make("same", {})
    expect(() => Stages.trainEpochWith({ hooks: [hook, hook] })).toThrow("would share one state")
  })
})

describe("Stages.withWeights", () => {
  it.scopedLive(
    "runs the stage with the weights of a registered part, then with the run's own",
    () =>
      Effect.gen(function* () {
        const seen: Array<boolean> = []
        const zeros = StepHook.make("zeros", {
          start: (run) => {
            const tensors = Object.fromEntries(
              Object.entries(Run.weights(run)).map(([name, weight]) => [
                name,
                tf.keep(tf.zerosLike(weight))
              ])
            )
            return Run.register(run, "zeros", {
              stateDict: () => ({ tensors, values: {} }),
              loadStateDict: () => Effect.void,
              dispose: () => tf.dispose(tensors)
            })
          }
        })
        const look = Stage.make("look", {
          description: "look at the weights",
          run: (run: Run.Run) =>
            Effect.sync(() => {
              seen.push(
                Object.values(Run.weights(run)).every((weight) =>
                  weight.dataSync().every((x) => x === 0)
                )
              )
              return run
            })
        })
        const folder = yield* temporaryFolder
        yield* session({
          folder,
          training: { ...training, num_epochs: 1 },
          pipeline: pipelineOf({
            train: Stages.trainEpochWith({ hooks: [zeros] }) as Train,
            extra: Stages.withWeights("zeros", look),
            last: Stage.named("again", look)
          })
        })
        expect(seen).toStrictEqual([true, false])
      })
  )
})
