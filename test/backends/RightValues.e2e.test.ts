import type { Tensor, Tensor4D } from "holdfast/tf"
import * as tf from "holdfast/tf"
import { describe, expect, it } from "@effect/vitest"
import { distance, numbers, tensor, use } from "./backends.js"
import { testBackends } from "../support/backend.js"

// What stock TensorFlow.js gets wrong without a word; the values are NumPy's and PyTorch's.

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number

/** The elements of what `body` computes, after memory has been used that a kernel may leave as it is. */
const valuesOf = (body: () => Tensor): Array<number> => {
  tf.tidy(() => tf.fill([64], 5))
  return tf.tidy(() => [...body().dataSync()])
}

const image = (values: ReadonlyArray<number>, height: number, width: number): Tensor4D =>
  tf.tensor4d([...values], [1, height, width, 1])

const slope = (f: (x: Tensor4D) => Tensor) => tf.grad(f as (x: Tensor) => Tensor)

describe.each(testBackends)("on %s", (backend) => {
  const on = (title: string, body: () => void) =>
    it(title, async () => {
      await use(backend)
      body()
    })

  on("batch normalization takes an axis in a list, as in models that Keras has saved", () => {
    const layer = tf.layers.batchNormalization({ axis: [1] as never, inputShape: [3] })
    tf.sequential({ layers: [layer] })
    const shapes = [false, true].map(
      (training) => (layer.apply(tensor([4, 3]), { training }) as Tensor).shape
    )
    expect(shapes).toEqual([
      [4, 3],
      [4, 3]
    ])
  })

  on("dense and dropout layers call their hook in training", () => {
    const hidden = tf.layers.dense({ units: 2, activation: "relu", inputShape: [3] })
    for (const layer of [hidden, tf.layers.dropout({ rate: 0.5, inputShape: [3] })]) {
      tf.sequential({ layers: [layer] })
      let calls = 0
      layer.setCallHook(() => (calls += 1))
      layer.apply(tensor([4, 3]), { training: true })
      expect(calls).toBe(1)
    }
  })

  on("products of matrices broadcast their batches", () => {
    const a = tf.tensor([1, 2], [2, 1, 1, 1])
    const b = tf.tensor([1, 10], [1, 2, 1, 1])
    const c = tf.tensor([1, 2, 3, 4], [2, 2, 1, 1])
    expect(valuesOf(() => tf.matMul(a, b))).toEqual([1, 10, 2, 20])
    expect(valuesOf(() => tf.matMul(a, c))).toEqual([1, 2, 6, 8])
    expect(valuesOf(() => tf.matMul(c, a))).toEqual([1, 2, 6, 8])
    const [left, right] = [tensor([3, 1, 4, 5], 2), tensor([2, 5, 6], 3)]
    const full = [
      tf.tile(left, [1, 2, 1, 1]),
      tf.tile(tf.reshape(right, [1, 2, 5, 6]), [3, 1, 1, 1])
    ]
    const expected = valuesOf(() => tf.matMul(full[0]!, full[1]!))
    expect(
      distance(
        valuesOf(() => tf.matMul(left, right)),
        expected
      )
    ).toBeLessThan(1e-6)
  })

  on("and have the gradients of what was broadcast", () => {
    const product = (a: Tensor, b: Tensor) => tf.matMul(a, b)
    const dy = tf.tensor([1, 2, 3, 4], [2, 2, 1, 1])
    const a = tf.tensor([1, 2], [2, 1, 1, 1])
    const b = tf.tensor([1, 10], [1, 2, 1, 1])
    const [da, db] = tf.grads(product)([a, b], dy)
    expect([da!.shape, [...da!.dataSync()]]).toEqual([
      [2, 1, 1, 1],
      [21, 43]
    ])
    expect([db!.shape, [...db!.dataSync()]]).toEqual([
      [1, 2, 1, 1],
      [7, 10]
    ])
  })

  on("products of matrices without elements between are zeros, and of integers exact", () => {
    expect(valuesOf(() => tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3])))).toEqual([
      0, 0, 0, 0, 0, 0
    ])
    const large = tf.tensor2d([16_777_217, 2], [1, 2], "int32")
    const product = tf.matMul(large, tf.tensor2d([1, 1], [2, 1], "int32"))
    expect([product.dtype, ...product.dataSync()]).toEqual(["int32", 16_777_219])
  })

  on("einsum is the sum it says, with its gradients", () => {
    const cases: Record<string, ReadonlyArray<ReadonlyArray<number>>> = {
      "ij,jk->ik": [[2, 3], [3, 4]], // prettier-ignore
      "abcd,aecd->acbe": [[2, 3, 2, 4], [2, 5, 2, 4]], // prettier-ignore
      "acbe,aecd->abcd": [[2, 2, 3, 5], [2, 5, 2, 4]], // prettier-ignore
      "abc,cde->abde": [[2, 3, 4], [4, 2, 3]], // prettier-ignore
      "i,j->ji": [[2], [3]],
      "ij,k->i": [[2, 3], [4]],
      "ijk->kj": [[2, 3, 4]],
      "ij->ij": [[2, 3]],
      "ij->": [[2, 3]]
    }
    for (const [equation, shapes] of Object.entries(cases)) {
      const inputs = shapes.map((shape, i) => tensor(shape, i + 2))
      const [terms, output] = equation.split("->") as [string, string]
      const labels = [...new Set(equation.replaceAll(/[^a-z]/g, ""))]
      // All multiplied by all, in the order of `labels`, and summed over those that go.
      const composed = (...xs: Array<Tensor>) => {
        const spread = xs.map((x, i) => {
          const own = [...terms.split(",")[i]!]
          const order = labels.filter((label) => own.includes(label))
          const moved = tf.transpose(x, order.map((label) => own.indexOf(label))) // prettier-ignore
          return tf.reshape(moved, labels.map((l) => (own.includes(l) ? x.shape[own.indexOf(l)]! : 1))) // prettier-ignore
        })
        const gone = labels.flatMap((label, i) => (output.includes(label) ? [] : [i]))
        const sum = tf.sum(spread.reduce((x, y) => tf.mul(x, y)), gone) // prettier-ignore
        const left = labels.filter((label) => output.includes(label))
        return tf.transpose(sum, [...output].map((label) => left.indexOf(label))) // prettier-ignore
      }
      const einsum = (...xs: Array<Tensor>) => tf.einsum(equation, ...xs)
      const weighted = (f: typeof einsum) => (...xs: Array<Tensor>) => {
        const y = f(...xs)
        return tf.sum(tf.mul(y, tensor(y.shape, 9)))
      } // prettier-ignore
      const expected = tf.valueAndGrads(weighted(composed))(inputs)
      const actual = tf.valueAndGrads(weighted(einsum))(inputs)
      const shape = einsum(...inputs).shape
      expect(shape, equation).toEqual(composed(...inputs).shape)
      for (const [i, want] of [expected.value, ...expected.grads].entries()) {
        const got = [actual.value, ...actual.grads][i]!
        expect(got.shape, equation).toEqual(want.shape)
        expect(distance(got.dataSync(), want.dataSync()), equation).toBeLessThan(1e-6)
      }
    }
  })

  on("reductions over nothing have their values", () => {
    const empty = tf.zeros([0, 2])
    expect(valuesOf(() => tf.sum(empty, 0))).toEqual([0, 0])
    expect(valuesOf(() => tf.prod(empty, 0))).toEqual([1, 1])
    expect(valuesOf(() => tf.mean(empty, 0))).toEqual([nan, nan])
    expect(valuesOf(() => tf.max(empty, 0))).toEqual([-infinity, -infinity])
    expect(valuesOf(() => tf.min(empty, 0))).toEqual([infinity, infinity])
    expect(valuesOf(() => tf.all(tf.cast(empty, "bool"), 0))).toEqual([1, 1])
    expect(tf.sum(empty, 0, true).shape).toEqual([1, 2])
    expect(valuesOf(() => tf.sum(empty))).toEqual([0])
  })

  on("NaN stays NaN", () => {
    for (const length of [1, 4, 7]) {
      for (let at = 0; at < length; at++) {
        const values = numbers(length, 3)
        values[at] = nan
        const x = tf.tensor1d(values)
        const column = tf.reshape(x, [1, length, 1, 1]) as Tensor4D
        const channels = tf.reshape(tf.tile(x, [4]), [1, 2, 2, length]) as Tensor4D
        const keeps: Record<string, () => Tensor> = {
          clip: () => tf.clipByValue(x, -0.5, 0.5),
          relu: () => tf.relu(x),
          relu6: () => tf.relu6(x),
          maximum: () => tf.maximum(x, tf.zeros([length])),
          "maximum, reversed": () => tf.maximum(0, x),
          minimum: () => tf.minimum(x, 0),
          "minimum, reversed": () => tf.minimum(tf.zeros([length]), x),
          elu: () => tf.elu(x),
          leakyRelu: () => tf.leakyRelu(x),
          prelu: () => tf.prelu(x, tf.fill([length], 0.2) as tf.Tensor1D),
          sigmoid: () => tf.sigmoid(x),
          tanh: () => tf.tanh(x),
          maxPool: () => tf.maxPool(column, [2, 1], [1, 1], "valid"),
          "maxPool over channels": () => tf.maxPool(channels, 2, 1, "valid"),
          avgPool: () => tf.avgPool(column, [2, 1], [1, 1], "valid"),
          maxPool3d: () =>
            tf.maxPool3d(tf.reshape(x, [1, length, 1, 1, 1]) as tf.Tensor5D, [2, 1, 1], 1, "same"),
          max: () => tf.max(x),
          softmax: () => tf.softmax(x),
          "relu in a fused product": () =>
            tf.fused.matMul({
              a: tf.reshape(x, [length, 1]),
              b: tf.ones([1, 1]),
              activation: "relu6"
            })
        }
        for (const [name, compute] of Object.entries(keeps)) {
          // Native TensorFlow skips NaN where it looks for a maximum in windows.
          if (backend === "tensorflow" && name.startsWith("maxPool")) continue
          if (length === 1 && name.endsWith("Pool")) continue
          expect(valuesOf(compute).some(Number.isNaN), `${name}, ${at} of ${length}`).toBe(true)
        }
      }
    }
  })

  on("and so does the gradient where ReLU or max pooling met it", () => {
    const x = tf.tensor1d([nan, 1, -1, nan, 1])
    const gradient = tf.grad((x) => tf.relu(x))(x, tf.fill([5], nan))
    expect([...gradient.dataSync()].slice(0, 2)).toEqual([nan, nan])
    const pooled = (x: Tensor) => tf.maxPool(tf.reshape(x, [1, 5, 1, 1]) as Tensor4D, [5, 1], 1, 0)
    const dx = tf.grad(pooled)(x, tf.tensor4d([nan], [1, 1, 1, 1]))
    expect([...dx.dataSync()].some(Number.isNaN)).toBe(true)
  })

  on("integers are clipped as integers", () => {
    const x = tf.tensor1d([-3, 5, 70_000_000], "int32")
    const clipped = tf.clipByValue(x, 0, 20_000_001)
    expect([clipped.dtype, ...clipped.dataSync()]).toEqual(["int32", 0, 5, 20_000_001])
    expect(valuesOf(() => tf.maximum(x, tf.scalar(4, "int32")))).toEqual([4, 5, 70_000_000])
  })

  on("integers and truth values are not taken for floats", () => {
    const x = tf.tensor1d([-3, 0, 4, 2, -1, 3], "int32")
    expect(valuesOf(() => tf.isNaN(x))).toEqual([0, 0, 0, 0, 0, 0])
    expect(valuesOf(() => tf.isFinite(x))).toEqual([1, 1, 1, 1, 1, 1])
    const truth = tf.greater(x, 0)
    expect(valuesOf(() => tf.reverse(truth))).toEqual([1, 0, 1, 1, 0, 0])
    for (const kernel of [tf.abs, tf.relu]) {
      const compute = () => valuesOf(() => kernel(truth))
      if (backend === "tensorflow")
        expect(compute).toThrow("bool is not in the list of allowed values")
      else expect(compute()).toEqual([0, 0, 1, 1, 0, 1])
    }
    expect(valuesOf(() => tf.stridedSlice(x, [1], [6], [2]))).toEqual([0, 2, 3])
    expect(valuesOf(() => tf.stridedSlice(truth, [1], [6], [2]))).toEqual([0, 1, 1])
  })

  on("truth values are chosen without a byte beside them being written", () => {
    const condition = tf.greater(tf.range(0, 30), 10)
    const guards: Array<Tensor> = []
    for (let i = 0; i < 40; i++) {
      guards.push(tf.fill([8], 7), tf.where(condition, condition, condition))
    }
    const overwritten = guards.filter(
      (guard) => guard.dtype === "float32" && guard.dataSync().some((value) => value !== 7)
    )
    expect(overwritten).toEqual([])
  })

  on("what is cast to bool is 0 or 1", () => {
    const x = tf.tensor1d([3, 0.5, 256, 0, -0, nan])
    expect(valuesOf(() => tf.cast(x, "bool"))).toEqual([1, 1, 1, 0, 0, 1])
    expect(valuesOf(() => tf.cast(tf.tensor1d([256, 0], "int32"), "bool"))).toEqual([1, 0])
    expect(valuesOf(() => tf.where(tf.cast(x, "bool"), 1, 2))).toEqual([1, 1, 1, 2, 2, 1])
    expect(valuesOf(() => tf.cast(tf.tensor1d([2.7, -2.7]), "int32"))).toEqual([2, -2])
    // C++ leaves open what integer NaN is.
    if (backend === "tensorflow") return
    expect(valuesOf(() => tf.cast(tf.tensor1d([nan]), "int32"))).toEqual([0])
  })

  on("number padding is of the size that the filter makes it", () => {
    const x = tensor([1, 22, 44, 5], 2) as Tensor4D
    const filter = tensor([5, 6, 5, 8], 3) as Tensor4D
    const y = tf.conv2d(x, filter, 1, 1, "NHWC", [3, 2])
    expect(y.shape).toEqual([1, 12, 36, 8])
    const padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]) as Tensor4D // prettier-ignore
    const expected = tf.conv2d(padded, filter, 1, "valid", "NHWC", [3, 2])
    expect(distance(y.dataSync(), expected.dataSync())).toBeLessThan(1e-6)
    const gradient = slope((w) => tf.sum(tf.conv2d(x, w, 1, 1, "NHWC", [3, 2])))
    const wanted = slope((w) => tf.sum(tf.conv2d(padded, w, 1, "valid", "NHWC", [3, 2])))
    expect(distance(gradient(filter).dataSync(), wanted(filter).dataSync())).toBeLessThan(1e-5)
    expect(tf.maxPool(x, [3, 5], [2, 1], 1).shape).toEqual([1, 11, 42, 5])
    const deep = tf.depthwiseConv2d(x, tensor([3, 5, 5, 1], 4) as Tensor4D, 1, 1)
    expect(deep.shape).toEqual([1, 22, 42, 5])
  })

  on("a window that does not fit is refused", () => {
    const pool = () => tf.maxPool(tensor([1, 2, 2, 1]) as Tensor4D, 5, 6, "valid")
    expect(pool).toThrow("a window of 5 × 5 does not fit an input of 2 × 2")
    expect(() => tf.avgPool(tensor([1, 3, 3, 4]) as Tensor4D, 5, 1, "valid")).toThrow(
      "does not fit"
    )
    const filter = tf.ones([3, 3, 1, 1]) as Tensor4D
    expect(() => tf.conv2d(tensor([1, 2, 2, 1]) as Tensor4D, filter, 1, "valid")).toThrow("not fit")
  })

  on("windows wholly in the padding are nothing, and have no gradient", () => {
    const x = tf.ones([1, 2, 2, 1]) as Tensor4D
    const dx = slope((x) => tf.maxPool(x, 2, 2, 2))(x)
    expect([...dx.dataSync()]).toEqual([1, 0, 0, 0])
    const explicit: [[number, number], [number, number], [number, number], [number, number]] = [
      [0, 0],
      [0, 4],
      [0, 4],
      [0, 0]
    ]
    const far = slope((x) => tf.maxPool(x, 2, 2, explicit, "ceil"))(x)
    expect([...far.dataSync()]).toEqual([1, 0, 0, 0])
    expect(valuesOf(() => tf.maxPool(x, 2, 2, 2))[0]).toBe(-infinity)
    expect(valuesOf(() => tf.avgPool(x, 2, 2, 2))).toEqual([
      nan,
      nan,
      nan,
      nan,
      1,
      nan,
      nan,
      nan,
      nan
    ])
    const mean = slope((x) => tf.avgPool(x, 2, 2, 2))(x)
    expect([...mean.dataSync()]).toEqual([0.25, 0.25, 0.25, 0.25])
  })

  on("the mean of a window that reaches over the end by rounding up counts what is there", () => {
    const x = image([1, 2, 3, 4, 5], 5, 1)
    const pool = (x: Tensor4D) => tf.avgPool(x, [2, 1], [2, 1], 0, "ceil")
    expect(valuesOf(() => pool(x))).toEqual([1.5, 3.5, 5])
    expect([...slope(pool)(x).dataSync()]).toEqual([0.5, 0.5, 0.5, 0.5, 1])
  })

  on("draws from a multinomial distribution follow from the seed", () => {
    const draw = (seed: number) =>
      valuesOf(() => tf.multinomial(tf.zeros([4]) as tf.Tensor1D, 50, seed))
    expect(draw(0.25)).toEqual(draw(0.25))
    expect(draw(0.25)).not.toEqual(draw(0.75))
  })

  on("negative padding takes away", () => {
    const x = tf.tensor2d([[1, 2, 3], [4, 5, 6]]) // prettier-ignore
    expect(valuesOf(() => tf.pad(x, [[0, 0], [1, -1]]))).toEqual([0, 1, 2, 0, 4, 5]) // prettier-ignore
  })

  on("a part beyond the end of a tensor is refused", () => {
    expect(() => tf.slice(tf.ones([2, 2]), [0, 1], [2, 2])).toThrow()
    const x = tf.reshape(tf.range(0, 120), [2, 3, 4, 5])
    const part = tf.slice(x, [0, 1, 1, 2], [2, 2, 3, 2])
    const expected = [0, 1].flatMap((a) =>
      [1, 2].flatMap((b) =>
        [1, 2, 3].flatMap((c) => [2, 3].map((d) => a * 60 + b * 20 + c * 5 + d))
      )
    )
    expect([...part.dataSync()]).toEqual(expected)
    expect(tf.slice(x, [0, 0, 0, 0], [2, 0, 4, 5]).shape).toEqual([2, 0, 4, 5])
  })

  on("convolutions whose channels come first are those whose channels come last", () => {
    const x = tensor([2, 6, 7, 3], 2) as Tensor4D
    const filter = tensor([3, 2, 3, 4], 3) as Tensor4D
    const forth = (x: Tensor) => tf.transpose(x, [0, 3, 1, 2]) as Tensor4D
    const results = tf.valueAndGrads((x, w) => {
      const y = tf.conv2d(x as Tensor4D, w as Tensor4D, [2, 1], "same")
      return tf.sum(tf.mul(y, tensor(y.shape, 5)))
    })([x, filter])
    const given = tf.valueAndGrads((x, w) => {
      const y = tf.conv2d(x as Tensor4D, w as Tensor4D, [2, 1], "same", "NCHW")
      return tf.sum(tf.mul(y, forth(tensor(tf.conv2d(tf.ones([2, 6, 7, 3]) as Tensor4D, filter, [2, 1], "same").shape, 5)))) // prettier-ignore
    })([forth(x), filter])
    expect(given.value.dataSync()[0]).toBeCloseTo(results.value.dataSync()[0]!, 4)
    expect(distance(given.grads[0]!.dataSync(), forth(results.grads[0]!).dataSync())).toBeLessThan(
      1e-5
    )
    expect(distance(given.grads[1]!.dataSync(), results.grads[1]!.dataSync())).toBeLessThan(1e-5)
  })
})
