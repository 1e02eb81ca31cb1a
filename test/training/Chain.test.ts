import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import * as Effect from "effect/Effect"
import {
  Optimizer,
  type GradientTransformation,
  type OptimizerFactory,
  type UpdateRule
} from "holdfast"

/** Subtracts the gradient times the rate, so that a weight shows what it was given. */
const plain = Optimizer.sgd.make()

const start = (
  factory: OptimizerFactory,
  shapes: Readonly<Record<string, ReadonlyArray<number>>>
) => {
  const weights = new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      tf.tidy(() => tf.variable(tf.zeros([...shape])))
    ])
  )
  const optimizer = factory(weights)
  const step = (gradients: Readonly<Record<string, ReadonlyArray<number>>>, rate = 1) =>
    tf.tidy(() =>
      optimizer.apply(
        new Map(
          Object.entries(gradients).map(([name, values]) => [
            name,
            tf.tensor([...values], weights.get(name)!.shape)
          ])
        ),
        rate
      )
    )
  const read = (name: string) => [...weights.get(name)!.dataSync()]
  const dispose = () => {
    optimizer.dispose()
    tf.dispose([...weights.values()])
  }
  return { optimizer, step, read, dispose, weights }
}

const close = (found: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
  expect(found.length).toBe(expected.length)
  found.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
}

describe("Optimizer.clipByGlobalNorm", () => {
  const clipped = () =>
    start(Optimizer.chain(Optimizer.clipByGlobalNorm(1), plain), { a: [2], b: [1] })

  it("scales all gradients by one factor, as clip_grad_norm_ of PyTorch", () => {
    const { dispose, read, step } = clipped()
    step({ a: [3, 0], b: [-4] })
    const factor = 1 / (5 + 1e-6)
    close(read("a"), [-3 * factor, 0])
    close(read("b"), [4 * factor])
    dispose()
  })

  it("leaves gradients of a smaller norm as they are, to the bit", () => {
    const { dispose, read, step } = clipped()
    step({ a: [0.3, 0.1], b: [0.7] })
    expect(read("a")).toStrictEqual([-Math.fround(0.3), -Math.fround(0.1)])
    expect(read("b")).toStrictEqual([-Math.fround(0.7)])
    dispose()
  })

  it("passes NaN on, for the check of divergence to see", () => {
    const { dispose, read, step } = clipped()
    step({ a: [NaN, 1], b: [1] })
    expect(read("b")).toStrictEqual([NaN])
    dispose()
  })
})

describe("Optimizer.clipByNorm", () => {
  it("scales each gradient by its own norm", () => {
    const one = start(Optimizer.chain(Optimizer.clipByNorm(1), plain), { a: [2], b: [1] })
    one.step({ a: [3, 4], b: [0.5] })
    close(one.read("a"), [-0.6, -0.8])
    expect(one.read("b")).toStrictEqual([-0.5])
    one.dispose()
  })
})

describe("Optimizer.clipByValue", () => {
  it("limits each element", () => {
    const one = start(Optimizer.chain(Optimizer.clipByValue(0.5), plain), { a: [3] })
    one.step({ a: [3, -4, 0.25] })
    expect(one.read("a")).toStrictEqual([-0.5, 0.5, -0.25])
    one.dispose()
  })
})

describe("Optimizer.weightDecay", () => {
  it("adds the weight times the decay to the gradients of the weights that it names", () => {
    const decay = Optimizer.weightDecay(0.1, (name) => name.endsWith("kernel"))
    const one = start(Optimizer.chain(decay, plain), { "d.kernel": [1], "d.bias": [1] })
    one.weights.forEach((weight) => tf.tidy(() => weight.assign(tf.tensor1d([2]))))
    one.step({ "d.kernel": [1], "d.bias": [1] })
    close(one.read("d.kernel"), [2 - 1.2])
    close(one.read("d.bias"), [1])
    one.dispose()
  })
})

describe("Optimizer.accumulate", () => {
  it("updates in every n-th step, by the mean of the gradients", () => {
    const one = start(Optimizer.chain(Optimizer.accumulate(3), plain), { a: [1] })
    const updated = [1, 2, 6, 1, 1, 4].map((gradient) => {
      const isUpdated = one.step({ a: [gradient] })
      return [isUpdated, one.read("a")[0]]
    })
    expect(updated).toStrictEqual([
      [false, 0],
      [false, 0],
      [true, -3],
      [false, -3],
      [false, -3],
      [true, -5]
    ])
    one.dispose()
  })

  it("gives the rule the learning rate of the step that updates", () => {
    const one = start(Optimizer.chain(Optimizer.accumulate(2), plain), { a: [1] })
    one.step({ a: [1] }, 100)
    one.step({ a: [1] }, 0.5)
    expect(one.read("a")).toStrictEqual([-0.5])
    one.dispose()
  })

  it("counts updates, not steps, for the bias correction of Adam", () => {
    const adam = Optimizer.adam.make()
    const accumulated = start(Optimizer.chain(Optimizer.accumulate(2), adam), { a: [1] })
    const direct = start(Optimizer.chain(adam), { a: [1] })
    for (const gradient of [0.5, -0.25, 1]) {
      accumulated.step({ a: [gradient] }, 0.1)
      accumulated.step({ a: [gradient] }, 0.1)
      direct.step({ a: [gradient] }, 0.1)
    }
    expect(accumulated.read("a")).toStrictEqual(direct.read("a"))
    expect(accumulated.optimizer.stateDict().values).toStrictEqual({
      name: "adam",
      step: 3,
      accumulated: 0
    })
    accumulated.dispose()
    direct.dispose()
  })

  const gradients = [0.3, -0.2, 0.25, 0.01, -0.4, 0.2, 0.7]
  const chain = (steps = 3) =>
    Optimizer.chain(
      Optimizer.accumulate(steps),
      Optimizer.clipByGlobalNorm(0.1),
      Optimizer.adamw.make()
    )

  it.effect.each([1, 2, 3, 4, 5])("resumes to the bit after step %i", (after) =>
    Effect.gen(function* () {
      const shapes = { a: [2] }
      const straight = start(chain(), shapes)
      for (const one of gradients) straight.step({ a: [one, 2 * one] }, 0.1)

      const first = start(chain(), shapes)
      for (const one of gradients.slice(0, after)) first.step({ a: [one, 2 * one] }, 0.1)
      const second = start(chain(), shapes)
      second.weights.get("a")!.assign(first.weights.get("a")!)
      const { tensors, values } = first.optimizer.stateDict()
      expect(Object.keys(tensors)).toStrictEqual(["gradient_sum.a", "exp_avg.a", "exp_avg_sq.a"])
      yield* second.optimizer.loadStateDict({ tensors, values: JSON.parse(JSON.stringify(values)) })
      for (const one of gradients.slice(after)) second.step({ a: [one, 2 * one] }, 0.1)
      expect(second.read("a")).toStrictEqual(straight.read("a"))
      for (const { dispose } of [straight, first, second]) dispose()
    })
  )

  it.effect("updates in the next step when resumed with fewer steps than are summed", () =>
    Effect.gen(function* () {
      const first = start(Optimizer.chain(Optimizer.accumulate(8), plain), { a: [1] })
      for (const gradient of [1, 2, 3]) first.step({ a: [gradient] })
      const second = start(Optimizer.chain(Optimizer.accumulate(2), plain), { a: [1] })
      yield* second.optimizer.loadStateDict(first.optimizer.stateDict())
      expect(second.step({ a: [6] })).toBe(true)
      expect(second.read("a")).toStrictEqual([-3])
      first.dispose()
      second.dispose()
    })
  )

  it.effect("begins at zero where the checkpoint has no sums, also after steps of its own", () =>
    Effect.gen(function* () {
      const before = start(Optimizer.chain(plain), { a: [1] })
      const one = start(Optimizer.chain(Optimizer.accumulate(2), plain), { a: [1] })
      one.step({ a: [9] })
      yield* one.optimizer.loadStateDict(before.optimizer.stateDict())
      expect([one.step({ a: [1] }), one.step({ a: [3] })]).toStrictEqual([false, true])
      expect(one.read("a")).toStrictEqual([-2])
      before.dispose()
      one.dispose()
    })
  )
})

describe("Optimizer.chain", () => {
  it("runs its transformations in order", () => {
    const double = Optimizer.mapGradients((gradient) => gradient.mul(2))
    const last = (...links: ReadonlyArray<GradientTransformation>) => {
      const one = start(Optimizer.chain(...links, plain), { a: [1] })
      one.step({ a: [3] })
      const [value] = one.read("a")
      one.dispose()
      return value
    }
    expect(last(double, Optimizer.clipByValue(4))).toBe(-4)
    expect(last(Optimizer.clipByValue(4), double)).toBe(-6)
  })

  it("names each weight to a custom rule, and keeps its slots", () => {
    const signs: UpdateRule = {
      name: "signs",
      slots: ["seen"],
      at:
        (rate, step) =>
        ({ gradient, name, slots, weight }) => ({
          weight: name === "frozen" ? weight : weight.sub(gradient.sign().mul(rate * step)),
          slots: { seen: slots["seen"]!.add(1) }
        })
    }
    const one = start(Optimizer.chain(signs), { a: [1], frozen: [1] })
    for (const a of [5, -2, 3]) one.step({ a: [a], frozen: [1] })
    expect([one.read("a"), one.read("frozen")]).toStrictEqual([[-1 + 2 - 3], [0]])
    const { tensors, values } = one.optimizer.stateDict()
    expect(values).toStrictEqual({ name: "signs", step: 3 })
    expect(tensors["seen.a"]!.dataSync()[0]).toBe(3)
    one.dispose()
  })

  it("refuses two links that keep something under one name", () => {
    expect(() => Optimizer.chain(Optimizer.accumulate(2), Optimizer.accumulate(3), plain)).toThrow(
      "two links of the optimizer's chain keep something under the name gradient_sum"
    )
    const counts: GradientTransformation = {
      counters: ["step"],
      transform: ({ gradients }) => ({ gradients })
    }
    expect(() => Optimizer.chain(counts, plain)).toThrow("under the name step")
  })

  it("leaves no tensor behind", () => {
    const before = tf.memory().numTensors
    const one = start(
      Optimizer.chain(
        Optimizer.weightDecay(0.1),
        Optimizer.accumulate(2),
        Optimizer.clipByNorm(1),
        Optimizer.clipByGlobalNorm(1),
        Optimizer.clipByValue(1),
        Optimizer.adamw.make()
      ),
      { a: [2], b: [1] }
    )
    const held = tf.memory().numTensors
    for (let i = 0; i < 5; i++) one.step({ a: [1, 2], b: [3] })
    expect(tf.memory().numTensors).toBe(held)
    one.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it("makes no slots but for the weights that it is given, nor for links without any", () => {
    const one = start(Optimizer.chain(Optimizer.clipByGlobalNorm(1), plain), { a: [2] })
    expect(one.optimizer.stateDict().tensors).toStrictEqual({})
    one.dispose()
  })
})

describe("Optimizer.fromConfig", () => {
  it("averages, then clips, then updates, as the config asks", () => {
    const factory = Optimizer.fromConfig({
      optimizer: { name: "sgd", momentum: 0, nesterov: false, weight_decay: 0 } as never,
      gradient_clip: { name: "value", max_value: 1 } as never,
      gradient_accumulation_steps: 2
    })
    const one = start(factory, { a: [1] })
    one.step({ a: [4] })
    one.step({ a: [-3] })
    expect(one.read("a")).toStrictEqual([-0.5])
    one.dispose()
  })
})
