import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import { Average } from "holdfast"
import * as WeightAverage from "../../src/training/average/WeightAverage.js"

const step: Average.AveragedStep = {
  epoch: 0,
  step: 0,
  numEpochs: 4,
  isLast: false,
  hasUpdated: true
}

const start = (average: Average.Average, size = 3) => {
  const model = tf.sequential({
    layers: [tf.layers.dense({ units: size, inputShape: [1], useBias: false })]
  })
  const kernel = model.layers[0]!.weights[0]!
  const live = WeightAverage.make(average, [{ name: "w", trainable: true, variable: kernel }])
  const set = (value: number) => tf.tidy(() => void kernel.write(tf.fill([1, size], value)))
  const read = () => live.stateDict().tensors["w"]?.dataSync()[0]
  const dispose = () => {
    live.dispose?.()
    model.dispose()
  }
  return { live, set, read, dispose }
}

describe("Average.ema", () => {
  it("copies the weights of the first update, then moves toward each", () => {
    const { dispose, live, read, set } = start(Average.ema({ decay: 0.75 }))
    expect(live.isStarted()).toBe(false)
    const values = [4, 8, 0].map((value) => {
      set(value)
      live.afterStep(step)
      return read()
    })
    expect(values).toStrictEqual([4, 5, 3.75])
    dispose()
  })

  it("leaves out steps that update nothing", () => {
    const { share } = Average.ema({ decay: 0.5 })
    expect(share({ ...step, hasUpdated: false }, 3)).toBe(null)
    expect(share(step, 3)).toBe(0.5)
  })

  it("has its decay rise with warmup", () => {
    const { share } = Average.ema({ decay: 0.9, warmup: true })
    expect([1, 10, 1000].map((count) => share(step, count))).toEqual([
      1 - 2 / 11,
      1 - 11 / 20,
      1 - 0.9
    ])
  })
})

describe("Average.swa", () => {
  it("averages the ends of the epochs from start on", () => {
    const { share } = Average.swa({ start: 0.5 })
    const last = { ...step, isLast: true, hasUpdated: false }
    expect([0, 1, 2, 3].map((epoch) => share({ ...last, epoch }, 1))).toEqual([
      null,
      null,
      0.5,
      0.5
    ])
    expect(share({ ...step, epoch: 3 }, 0)).toBe(null)
    expect(Average.swa({ start: 3 }).share({ ...last, epoch: 2 }, 0)).toBe(null)
  })
})

describe("WeightAverage", () => {
  it.effect("resumes to the bit from its state", () =>
    Effect.gen(function* () {
      const average = Average.swa({ start: 0, every_steps: 1 })
      const [straight, first, second] = [start(average), start(average), start(average)]
      const values = [0.1, 0.7, -3, 1e-3, 2.2]
      const take = ({ live, set }: typeof straight, value: number) => {
        set(value)
        live.afterStep(step)
      }
      for (const value of values) take(straight, value)
      for (const value of values.slice(0, 2)) take(first, value)
      yield* second.live.loadStateDict(first.live.stateDict())
      for (const value of values.slice(2)) take(second, value)
      expect(second.read()).toBe(straight.read())
      expect(second.live.stateDict().values).toStrictEqual({ count: 5 })
      for (const { dispose } of [straight, first, second]) dispose()
    })
  )

  it.effect("refuses a state that does not fit, and takes one without a count", () =>
    Effect.gen(function* () {
      const { dispose, live } = start(Average.ema())
      const [other, fitting] = [tf.zeros([2]), tf.ones([1, 3])]
      const load = (tensors: Record<string, tf.Tensor>) =>
        live.loadStateDict({ tensors, values: {} })
      expect((yield* Effect.flip(load({ w: other }))).message).toContain(
        "w is [2], the weight is [1,3]"
      )
      expect((yield* Effect.flip(load({ v: other }))).message).toContain("it has no w")
      yield* load({ w: fitting })
      expect(live.stateDict().values).toStrictEqual({ count: 1 })
      yield* load({})
      expect(live.isStarted()).toBe(false)
      tf.dispose([other, fitting])
      dispose()
    })
  )

  it("keeps no tensor beside its own", () => {
    const { dispose, live, set } = start(Average.ema({ decay: 0.5 }))
    set(1)
    live.afterStep(step)
    const held = tf.memory().numTensors
    for (let i = 0; i < 5; i++) live.afterStep(step)
    expect(tf.memory().numTensors).toBe(held)
    live.reset?.()
    expect(tf.memory().numTensors).toBe(held - 1)
    dispose()
  })

  it("has the last average that has started take the place of the weights", () => {
    const of = (name: string, isOn: boolean) => ({ name, isStarted: () => isOn })
    expect(WeightAverage.active([of("ema", true), of("swa", false)])?.name).toBe("ema")
    expect(WeightAverage.active([of("ema", true), of("swa", true)])?.name).toBe("swa")
    expect(WeightAverage.active([of("ema", false)])).toBe(undefined)
  })
})
