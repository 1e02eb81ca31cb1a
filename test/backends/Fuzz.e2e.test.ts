import * as tf from "holdfast/tf"
import { describe, expect, it } from "@effect/vitest"
import type { BackendName } from "../../src/backends/Backend.js"
import { distance, numbers, tensor, use } from "./backends.js"
import { testBackend } from "../support/backend.js"

/** Whole numbers that follow from a seed. */
const dice = (seed: number) => {
  const rolls = numbers(64, seed * 7919)
  let next = 0
  return (from: number, to: number): number =>
    from + Math.floor(((rolls[next++]! + 1) / 2) * (to - from + 1) * 0.999999)
}

type Dice = ReturnType<typeof dice>

interface Operation {
  readonly inputs: ReadonlyArray<ReadonlyArray<number>>
  readonly compute: (...inputs: Array<tf.Tensor4D>) => tf.Tensor
}

const padding = (roll: Dice) => (roll(0, 1) === 0 ? "same" : "valid") as "same" | "valid"

const image = (roll: Dice) => {
  const window: [number, number] = [roll(1, 5), roll(1, 5)]
  const channels = roll(1, 9)
  return {
    window,
    channels,
    strides: [roll(1, 3), roll(1, 3)] as [number, number],
    shape: [roll(1, 4), roll(window[0], 12), roll(window[1], 12), channels]
  }
}

/** Each draws its shapes, strides and paddings. */
const operations: Record<string, (roll: Dice) => Operation> = {
  conv2d: (roll) => {
    const { window, channels, strides, shape } = image(roll)
    const pad = padding(roll)
    return {
      inputs: [shape, [...window, channels, roll(1, 17)]],
      compute: (x, filter) => tf.conv2d(x!, filter!, strides, pad)
    }
  },
  "conv2d of many channels": (roll) => {
    const window: [number, number] = [roll(1, 3), roll(3, 5)]
    const channels = roll(16, 21)
    const pad = padding(roll)
    return {
      inputs: [
        [roll(1, 2), roll(window[0], 4), roll(14, 27), channels],
        [...window, channels, roll(16, 25)]
      ],
      compute: (x, filter) => tf.conv2d(x!, filter!, 1, pad)
    }
  },
  "conv2d, explicit padding": (roll) => {
    const { window, channels, strides, shape } = image(roll)
    const side = (): [number, number] => [roll(0, 2), roll(0, 2)]
    const pad: [[number, number], [number, number], [number, number], [number, number]] = [
      [0, 0],
      side(),
      side(),
      [0, 0]
    ]
    return {
      inputs: [shape, [...window, channels, roll(1, 9)]],
      compute: (x, filter) => tf.conv2d(x!, filter!, strides, pad, "NHWC", 1, "floor")
    }
  },
  depthwiseConv2d: (roll) => {
    const { window, channels, shape } = image(roll)
    const [stride, pad] = [roll(1, 3), padding(roll)]
    return {
      inputs: [shape, [...window, channels, roll(1, 3)]],
      compute: (x, filter) => tf.depthwiseConv2d(x!, filter!, stride, pad)
    }
  },
  maxPool: (roll) => {
    const { window, strides, shape } = image(roll)
    const pad = padding(roll)
    return { inputs: [shape], compute: (x) => tf.maxPool(x!, window, strides, pad) }
  },
  avgPool: (roll) => {
    const { window, strides, shape } = image(roll)
    const pad = padding(roll)
    return { inputs: [shape], compute: (x) => tf.avgPool(x!, window, strides, pad) }
  },
  matMul: (roll) => {
    const [m, k, n] = [roll(1, 40), roll(1, 60), roll(1, 40)]
    const [transposeA, transposeB] = [roll(0, 1) === 1, roll(0, 1) === 1]
    const batch = roll(0, 1) === 1 ? [roll(1, 4)] : []
    return {
      inputs: [
        [...batch, ...(transposeA ? [k, m] : [m, k])],
        [...batch, ...(transposeB ? [n, k] : [k, n])]
      ],
      compute: (a, b) => tf.matMul(a! as tf.Tensor, b! as tf.Tensor, transposeA, transposeB)
    }
  },
  "fused matMul": (roll) => {
    const [m, k, n] = [roll(1, 20), roll(1, 80), roll(1, 20)]
    const [transposeA, transposeB] = [roll(0, 1) === 1, roll(0, 1) === 1]
    return {
      inputs: [transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n], [n]],
      compute: (a, b, bias) =>
        tf.fused.matMul({
          a: a! as tf.Tensor,
          b: b! as tf.Tensor,
          bias: bias! as tf.Tensor,
          transposeA,
          transposeB
        })
    }
  },
  "sum and mean": (roll) => {
    const shape = [roll(1, 6), roll(1, 7), roll(1, 9), roll(1, 20)]
    const [first, count] = [roll(0, 2), roll(1, 2)]
    const axes = Array.from({ length: count }, (_, i) => first + i)
    return {
      inputs: [shape],
      compute: (x) => tf.mul(tf.sum(x!, axes, true), tf.mean(x!, axes, true))
    }
  },
  tile: (roll) => {
    const shape = [roll(1, 4), roll(1, 3), roll(1, 3), roll(1, 5)]
    const reps = shape.map(() => roll(1, 3))
    return { inputs: [shape], compute: (x) => tf.tile(x!, reps) }
  }
}

/** The value and the gradient by each input of a random linear function of an operation. */
const compute = async (backend: BackendName, { inputs, compute }: Operation) => {
  await use(backend)
  return tf.tidy(() => {
    const given = inputs.map((shape, i) => tensor(shape, 31 + i))
    const { value, grads } = tf.valueAndGrads((...xs) => {
      const y = compute(...(xs as Array<tf.Tensor4D>))
      return tf.sum(tf.mul(y, tensor(y.shape, 5)))
    })(given)
    return [value, ...grads].map((result) => result.dataSync())
  })
}

describe("whatever the shapes, WebAssembly agrees with plain JavaScript on", () => {
  for (const [name, draw] of Object.entries(operations)) {
    it(`${name} and its gradients`, async () => {
      for (let seed = 1; seed <= 15; seed++) {
        const operation = draw(dice(seed))
        const expected = await compute("cpu", operation)
        const actual = await compute(testBackend, operation)
        for (const [i, values] of actual.entries()) {
          const shapes = JSON.stringify(operation.inputs)
          expect(distance(values, expected[i]!), `${shapes}, result ${i}`).toBeLessThan(
            i === 0 ? 1e-3 : 1e-5
          )
        }
      }
    })
  }
})
