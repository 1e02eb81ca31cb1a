import * as Space from "../../src/sweep/space/Space.js"

/** A function to be minimised, its space, and its least value. `peer.py` has the same in Python. */
export interface Problem {
  readonly name: string
  readonly space: Space.Space
  readonly least: number
  readonly value: (sample: Space.Sample) => number
}

const real = (sample: Space.Sample, name: string) => sample[name] as number

const branin: Problem = {
  name: "branin",
  space: { x: Space.uniform(-5, 10), y: Space.uniform(0, 15) },
  least: 0.397887357729739,
  value: (sample) => {
    const [x, y] = [real(sample, "x"), real(sample, "y")]
    const b = 5.1 / (4 * Math.PI ** 2)
    return (
      (y - b * x ** 2 + (5 / Math.PI) * x - 6) ** 2 +
      10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) +
      10
    )
  }
}

const a6 = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14]
]
const p6 = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381]
]
const hartmann6: Problem = {
  name: "hartmann6",
  space: Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`x${i}`, Space.uniform(0, 1)])),
  least: -3.32236801141551,
  value: (sample) =>
    -[1, 1.2, 3, 3.2].reduce(
      (sum, alpha, i) =>
        sum +
        alpha *
          Math.exp(
            -a6[i]!.reduce(
              (inner, a, j) => inner + a * (real(sample, `x${j}`) - p6[i]![j]! / 1e4) ** 2,
              0
            )
          ),
      0
    )
}

/** What tuning a network looks like: the best learning rate depends on the optimizer, dropout on depth. */
const network: Problem = {
  name: "network",
  space: {
    learning_rate: Space.logUniform(1e-5, 1),
    units: Space.int(8, 512, { log: true }),
    layers: Space.int(1, 5),
    dropout: Space.uniform(0, 0.8),
    optimizer: Space.choice(["adam", "sgd", "rmsprop", "adagrad"])
  },
  least: 0.1,
  value: (sample) => {
    const rates = { adam: -3, sgd: -1, rmsprop: -3.5, adagrad: -2 }
    const costs = { adam: 0, sgd: 0.02, rmsprop: 0.05, adagrad: 0.1 }
    const optimizer = sample["optimizer"] as keyof typeof rates
    const layers = real(sample, "layers")
    return (
      0.1 +
      costs[optimizer] +
      0.08 * (Math.log10(real(sample, "learning_rate")) - rates[optimizer]) ** 2 +
      0.02 * (Math.log2(real(sample, "units")) - 7) ** 2 +
      0.03 * Math.abs(layers - 3) +
      0.5 * (real(sample, "dropout") - 0.1 - 0.1 * (layers - 1)) ** 2
    )
  }
}

/** Seven parameters of which two matter, in a space of integers and choices. */
const sparse: Problem = {
  name: "sparse",
  space: {
    a: Space.int(0, 100),
    b: Space.choice(["p", "q", "r", "s", "t", "u"]),
    ...Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`n${i}`, Space.uniform(-1, 1)]))
  },
  least: 0,
  value: (sample) =>
    Math.abs(real(sample, "a") - 37) / 50 +
    ["s", "q", "p", "r", "u", "t"].indexOf(sample["b"] as string) * 0.2 +
    0.01 * Array.from({ length: 5 }, (_, i) => real(sample, `n${i}`) ** 2).reduce((x, y) => x + y)
}

export const problems: ReadonlyArray<Problem> = [branin, hartmann6, network, sparse]
