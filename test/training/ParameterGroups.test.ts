import { describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import { Optimizer, type UpdateRule } from "holdfast"
import { matches } from "../../src/config/Glob.js"
import { settingsOf } from "../../src/training/optimizer/ParameterGroups.js"

describe("Glob.matches", () => {
  it.each([
    ["*", "", true],
    ["*", "dense.kernel", true],
    ["dense.kernel", "dense.kernel", true],
    ["dense", "dense.kernel", false],
    ["*.bias", "dense.bias", true],
    ["*.bias", "dense.bias_2", false],
    ["encoder_*", "my_encoder_1.kernel", false],
    ["encoder_*.kernel", "encoder_1.kernel", true],
    ["*a*b*", "xaxbx", true],
    ["*a*b*", "xbxax", false],
    ["ab*ba", "aba", false],
    ["a.b", "axb", false]
  ])("%s and %s: %s", (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected)
  })

  it("takes no longer for patterns that repeat", () => {
    expect(matches("*a".repeat(5000) + "b", "a".repeat(20000))).toBe(false)
  })
})

describe("settingsOf", () => {
  const groups = [
    { weights: "base_*", learning_rate_factor: 0.1, weight_decay: 0.2 },
    { weights: Optimizer.biasesAndNorms, weight_decay: 0 },
    { weights: ["base_1.*"] as const, frozen: true, learning_rate_factor: null }
  ]
  it("joins the groups of a weight, the later over the earlier, field by field", () => {
    const of = (name: string) => {
      const { frozen, learning_rate_factor, weight_decay } = settingsOf(groups, name)
      return { frozen, learning_rate_factor, weight_decay }
    }
    expect(of("head.kernel")).toEqual({})
    expect(of("head.bias")).toEqual({ weight_decay: 0 })
    expect(of("base_2.kernel")).toEqual({ learning_rate_factor: 0.1, weight_decay: 0.2 })
    expect(of("base_1.gamma")).toEqual({
      learning_rate_factor: 0.1,
      weight_decay: 0,
      frozen: true
    })
  })
})

describe("Optimizer.withGroups", () => {
  const trained = (rule: UpdateRule, names: ReadonlyArray<string>, gradient: number, steps = 3) => {
    const weights = new Map(
      names.map((name) => [name, tf.tidy(() => tf.variable(tf.fill([3], 0.5)))])
    )
    const optimizer = Optimizer.chain(rule)(weights)
    for (let i = 0; i < steps; i++) {
      tf.tidy(() =>
        optimizer.apply(new Map(names.map((name) => [name, tf.fill([3], gradient + i)])), 0.1)
      )
    }
    const values = names.map((name) => [...weights.get(name)!.dataSync()])
    optimizer.dispose()
    tf.dispose([...weights.values()])
    return values
  }

  it.each(Optimizer.builtIn.filter(({ name }) => name !== "lamb"))(
    "updates each weight as the rule of its group would: $name",
    (choice) => {
      const make = (weight_decay: number) => choice.make({ weight_decay } as never)
      const grouped = Optimizer.withGroups(make(0.3), [
        { weights: "*.bias", weight_decay: 0 },
        { weights: "slow.*", learning_rate_factor: 0.5 }
      ])
      const [kernel, bias, slow] = trained(grouped, ["d.kernel", "d.bias", "slow.kernel"], 0.4)
      expect(kernel).toEqual(trained(make(0.3), ["w"], 0.4)[0])
      expect(bias).toEqual(trained(make(0), ["w"], 0.4)[0])
      expect(slow).not.toEqual(kernel)
    }
  )

  it("multiplies the learning rate", () => {
    const rule = Optimizer.withGroups(Optimizer.sgd.make(), [
      { weights: "a", learning_rate_factor: 0.25 }
    ])
    const [a, b] = trained(rule, ["a", "b"], 2, 1)
    a!.forEach((value) => expect(value).toBeCloseTo(0.5 - 0.05, 6))
    b!.forEach((value) => expect(value).toBeCloseTo(0.5 - 0.2, 6))
  })

  it("refuses a weight decay for a rule that has none", () => {
    const plain = Optimizer.define("plain", {
      description: "w - rate g",
      fields: {},
      make: () => ({
        slots: [],
        at:
          (rate) =>
          ({ gradient, weight }) => ({ weight: weight.sub(gradient.mul(rate)), slots: {} })
      })
    })
    const groups = [{ weights: "*", weight_decay: 0.1 }]
    expect(() => Optimizer.withGroups(plain.make(), groups)).toThrow(
      "the optimizer plain has no weight_decay, which training.parameter_groups sets"
    )
  })
})
