import { beforeAll, describe, expect, it } from "@effect/vitest"
import * as tf from "holdfast/tf"
import { attention } from "../../src/backends/Attention.js"
import { difference, references, slopes } from "../layers/layers.js"
import { tensor, use } from "./backends.js"

/** Batch, queries, keys, heads, their width, that of values: around blocks of 32 and lanes of 4. */
const [small, large, single] = [
  [2, 5, 5, 3, 4, 4],
  [1, 37, 41, 2, 7, 5],
  [2, 1, 9, 2, 3, 3]
] as const

const cases = [
  { lengths: small, causal: false, dropout: 0, mask: null },
  { lengths: large, causal: true, dropout: 0, mask: null },
  { lengths: large, causal: true, dropout: 0.3, mask: "of keys" },
  { lengths: large, causal: false, dropout: 0.3, mask: "of queries and keys" },
  { lengths: small, causal: true, dropout: 0, mask: "for all examples" },
  { lengths: single, causal: false, dropout: 0, mask: "of keys" }
] as const

describe("attention", () => {
  it.each(cases)(
    "gives in one kernel what its operations give: lengths $lengths, causal $causal, dropout $dropout, mask $mask",
    async ({ causal, dropout, lengths: [B, T, S, H, D, E], mask: kind }) => {
      const shape = {
        "of keys": [B, S],
        "of queries and keys": [B, T, S],
        "for all examples": [1, T, S]
      }
      const on = async (backend: "cpu" | "wasm") => {
        await use(backend)
        const mask = kind === null ? undefined : tf.greater(tensor(shape[kind], 9), 0.2)
        const query = tensor([B, T, H * D], 1)
        const key = tensor([B, S, H * D], 2)
        const value = tensor([B, S, H * E], 4)
        const attrs = {
          heads: H,
          scale: 0.4,
          causal,
          dropout,
          seeds: [123_456_789, 4_000_000_000]
        } as const
        return slopes([query, key, value], () => attention({ query, key, value, mask }, attrs))
      }
      const [own, composed] = [await on("wasm"), await on("cpu")]
      expect(difference(own.output, composed.output)).toBeLessThan(2e-6)
      own.gradients.forEach((found, i) =>
        expect(difference(found, composed.gradients[i]!)).toBeLessThan(5e-6)
      )
    }
  )

  it("drops the share of weights that the rate says", async () => {
    await use("wasm")
    const [T, S] = [64, 128]
    const uniform = tf.zeros([1, T, 4])
    const dropped = (seeds: readonly [number, number]) =>
      attention(
        { query: uniform, key: tf.zeros([1, S, 4]), value: tf.ones([1, S, 4]) },
        { heads: 1, scale: 1, causal: false, dropout: 0.25, seeds }
      )
    // The sum of S weights of 1 / S, each kept with a chance of 3/4 and then divided by it.
    const [mean, again] = [tf.mean(dropped([1, 2])), tf.mean(dropped([1, 3]))]
    expect(mean.dataSync()[0]).toBeCloseTo(1, 1)
    expect(again.dataSync()[0]).not.toBe(mean.dataSync()[0])
  })

  it("lets NaN through", async () => {
    await use("wasm")
    const q = tf.tensor3d([[[1, Number.NaN]]])
    const y = attention(
      { query: q, key: tf.ones([1, 3, 2]), value: tf.ones([1, 3, 2]) },
      { heads: 1, scale: 1, causal: false, dropout: 0, seeds: [0, 0] }
    )
    expect([...y.dataSync()]).toEqual([Number.NaN, Number.NaN])
  })
})

describe("gelu", () => {
  beforeAll(() => use("wasm"))

  it("has the values and slopes of PyTorch, in one kernel", () => {
    const { slope, x, y } = references.gelu
    const layer = tf.layers.activation({ activation: "gelu" })
    const [value, gradient] = [
      layer.apply(tf.tensor1d([...x])) as tf.Tensor,
      tf.grad((one) => layer.apply(one) as tf.Tensor)(tf.tensor1d([...x]))
    ]
    expect(difference([...value.dataSync()], y)).toBeLessThan(2e-7)
    expect(difference([...gradient.dataSync()], slope)).toBeLessThan(4e-7)
  })
})

describe("GatherV2", () => {
  it("refuses an index that no row has, and frees what it had begun", async () => {
    await use("wasm")
    const table = tensor([3, 4])
    const before = tf.memory().numTensors
    const ids = tf.tensor1d([0, 3], "int32")
    expect(() => tf.tidy(() => tf.gather(table, ids))).toThrow(/index value 3 is not in \[0, 2\]/)
    ids.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})
