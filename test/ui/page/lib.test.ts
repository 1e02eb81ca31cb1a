import { describe, expect, it } from "@effect/vitest"
import type { Metric } from "../../../src/ui/Api.js"
import { cellColor, contrast } from "../../../src/ui/page/lib/cellColor.js"
import {
  formatX,
  join,
  logTicks,
  moveZoom,
  nearest,
  range,
  roundZoom
} from "../../../src/ui/page/lib/chartData.js"
import { confusions, loggedScores, scores } from "../../../src/ui/page/lib/classification.js"
import { colorOf } from "../../../src/ui/page/lib/colormap.js"
import { diff } from "../../../src/ui/diff.js"
import { flatten } from "../../../src/ui/page/lib/flatten.js"
import {
  formatAgo,
  formatBytes,
  formatDuration,
  formatNumber,
  formatPercent,
  formatTicks,
  formatValue
} from "../../../src/ui/page/lib/format.js"
import { groupMetrics } from "../../../src/ui/page/lib/metricGroups.js"
import { ground, lineStyle, palette } from "../../../src/ui/page/lib/palette.js"
import { smooth } from "../../../src/ui/smooth.js"
import { sparkPath } from "../../../src/ui/page/lib/sparkPath.js"
import { spectrogramPixels } from "../../../src/ui/page/lib/spectrogramPixels.js"
import { stageTree } from "../../../src/ui/page/lib/stageTree.js"

describe("smooth", () => {
  it("is the exponential moving average, without the pull towards its first value", () => {
    expect(smooth([1, 2, 4], 0.5)).toEqual([1, 5 / 3, (0.125 + 0.5 + 2) / 0.875])
    expect(smooth([3, 3, 3], 0.9)).toEqual([3, 3, 3].map((one) => expect.closeTo(one, 12)))
    expect(smooth([1, 2], 0)).toEqual([1, 2])
  })

  it("leaves gaps where they are, and continues behind them", () => {
    expect(smooth([1, null, 3], 0.5)).toEqual([1, null, (0.25 + 1.5) / 0.75])
    expect(smooth([Number.NaN, 2], 0.5)).toEqual([null, 2])
  })
})

describe("join", () => {
  it("brings curves to one x axis, and leaves out what a curve lacks", () => {
    expect(
      join([
        { x: [1, 3], ys: [[10, null]] },
        {
          x: [2, 3],
          ys: [
            [5, 6],
            [7, 8]
          ]
        }
      ])
    ).toEqual({
      x: [1, 2, 3],
      ys: [
        [10, undefined, null],
        [undefined, 5, 6],
        [undefined, 7, 8]
      ]
    })
  })
})

describe("nearest", () => {
  it("finds the value that is nearest, the lower of two", () => {
    const x = [0, 10, 20, 40]
    expect([-5, 4, 5, 6, 29, 31, 99].map((at) => nearest(x, at))).toEqual([0, 0, 0, 1, 2, 3, 3])
    expect(nearest([], 1)).toBe(-1)
    expect(nearest([7], 1)).toBe(0)
  })
})

describe("range", () => {
  it("leaves room, but none below 0 for what is never negative", () => {
    expect(range([1, 2], false)).toEqual([0.94, 2.06])
    expect(range([0.01, 2], false)[0]).toBe(0)
    expect(range([-1, 1], false)[0]).toBeLessThan(-1)
  })

  it("has a flat line in the middle, and an axis without any value", () => {
    const [low, high] = range([5, null, 5], false)
    expect(low + high).toBe(10)
    expect(range([], false)).toEqual([0, 1])
    expect(range([1e12, 1e12 + 1e-4], false)[1]).toBeGreaterThan(1.09e12)
    expect(range([-1, 0], true)).toEqual([0.1, 1])
  })

  it("counts only what is positive on a log scale", () => {
    expect(range([0, 0.1, 10], true)[0]).toBeCloseTo(0.1 / 1.12)
  })
})

describe("moveZoom", () => {
  const all = { from: 0, to: 100 }
  it("zooms about the middle, moves within the axis, and is all when it is as wide", () => {
    expect(moveZoom(all, all, { scale: 0.5 })).toEqual({ from: 25, to: 75 })
    expect(moveZoom({ from: 90, to: 100 }, all, { move: 0.25 })).toEqual({ from: 90, to: 100 })
    expect(moveZoom({ from: 40, to: 60 }, all, { move: -0.25 })).toEqual({ from: 35, to: 55 })
    expect(moveZoom({ from: 25, to: 75 }, all, { scale: 2 })).toBeNull()
  })
})

describe("logTicks", () => {
  it("has 1, 2 and 5 of each power of ten, or the powers alone", () => {
    expect(logTicks(0.03, 4)).toEqual([0.05, 0.1, 0.2, 0.5, 1, 2])
    expect(logTicks(1e-6, 1)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1])
  })
})

describe("roundZoom", () => {
  it("keeps what can be seen of it", () => {
    expect(roundZoom(1592.156_25, 4005.503)).toEqual({ from: 1592, to: 4006 })
    expect(roundZoom(6.275_781_25, 18.758_593_75)).toEqual({ from: 6.28, to: 18.76 })
    expect(roundZoom(1_795_783_000.123, 1_795_783_010.456)).toEqual({
      from: 1_795_783_000.12,
      to: 1_795_783_010.46
    })
  })
})

describe("format", () => {
  it("shortens numbers, but tells neighbours apart", () => {
    expect(
      [0, 1, 12_480, 0.021_436, 3.146_21, 1e-5, 2.5e7, -0.5].map((one) => formatNumber(one))
    ).toEqual(["0", "1", "12\u202f480", "0.02144", "3.146", "1.00e-5", "2.50e+7", "-0.5"])
    expect([null, undefined, Number.NaN, Infinity].map((one) => formatNumber(one))).toEqual([
      "–",
      "–",
      "–",
      "–"
    ])
  })

  it("says durations by their two largest units", () => {
    expect([0, 0.0012, 2.34, 59.6, 192, 7384, 190_000, null].map(formatDuration)).toEqual([
      "0 s",
      "1.2 ms",
      "2.3 s",
      "1 min 0 s",
      "3 min 12 s",
      "2 h 3 min",
      "2 d 4 h",
      "–"
    ])
  })

  it("says bytes, shares, moments and units", () => {
    expect([0, 999, 4_318_204, 123_456_789].map((one) => formatBytes(one))).toEqual([
      "0\u00a0B",
      "999\u00a0B",
      "4.3\u00a0MB",
      "123\u00a0MB"
    ])
    expect(formatPercent(0.9536)).toBe("95.4\u202f%")
    const now = Date.parse("2026-11-27T12:00:00Z")
    expect(formatAgo("2026-11-27T11:57:00Z", now)).toBe("3 min ago")
    expect(formatAgo("2026-11-27T12:00:05Z", now)).toBe("just now")
    expect(formatAgo(null, now)).toBe("–")
    expect(formatValue(42.123, "ms")).toBe("42.1\u00a0ms")
    expect(formatValue(3.2, "cores")).toBe("3.2\u00a0cores")
    expect(formatX(61, "time")).toBe("1 min 1 s")
    expect(formatX(12.345, "epoch")).toBe("12.35")
  })
})

describe("formatTicks", () => {
  it("has as many digits as it takes for no two to look the same", () => {
    expect(formatTicks([431_100, 431_200, 431_300], "bytes")).toEqual([
      "431.1\u00a0kB",
      "431.2\u00a0kB",
      "431.3\u00a0kB"
    ])
    expect(formatTicks([0, 0.5, 1], null)).toEqual(["0", "0.5", "1"])
    expect(formatTicks([1200, 1201], null)).toEqual(["1\u202f200", "1\u202f201"])
  })
})

describe("diff", () => {
  it("finds what differs, and what only some have", () => {
    expect(
      diff([
        { a: 1, b: "x", c: null },
        { a: 1, b: "y" }
      ])
    ).toEqual([
      { name: "a", values: [1, 1], differs: false },
      { name: "b", values: ["x", "y"], differs: true },
      { name: "c", values: [null, undefined], differs: true }
    ])
  })

  it("is not misled by names that every object has", () => {
    expect(diff<unknown>([{}, { toString: 1 }])).toEqual([
      { name: "toString", values: [undefined, 1], differs: true }
    ])
  })
})

describe("stageTree", () => {
  it("puts stages below their groups, with shares and what no stage inside accounts for", () => {
    const tree = stageTree([
      { path: ["loadConfig"], seconds: 1, calls: 1 },
      { path: ["epochs"], seconds: 9, calls: 1 },
      { path: ["epochs", "trainEpoch"], seconds: 6, calls: 3 },
      { path: ["epochs", "validate"], seconds: 2, calls: 3 }
    ])
    expect(tree.map(({ depth, name, own, share }) => [name, depth, share, own])).toEqual([
      ["loadConfig", 0, 0.1, null],
      ["epochs", 0, 0.9, 1],
      ["trainEpoch", 1, 0.6, null],
      ["validate", 1, 0.2, null]
    ])
    expect(stageTree([])).toEqual([])
  })
})

describe("groupMetrics", () => {
  it("groups metrics, losses first, and filters them by name", () => {
    const metric = (name: string, kind: Metric["kind"], unit: Metric["unit"] = null): Metric => ({
      name,
      kind,
      unit
    })
    const all = [
      metric("val_accuracy", "epoch"),
      metric("train_accuracy", "epoch"),
      metric("val_loss", "epoch"),
      metric("loss", "step"),
      metric("learning_rate", "step"),
      metric("step_ms", "step", "ms"),
      metric("cpu", "system", "cores")
    ]
    expect(
      groupMetrics(all).map(({ group, metrics }) => [group, ...metrics.map(({ name }) => name)])
    ).toEqual([
      ["training", "loss", "train_accuracy"],
      ["validation", "val_loss", "val_accuracy"],
      ["optimization", "learning_rate"],
      ["speed", "step_ms"],
      ["system", "cpu"]
    ])
    expect(groupMetrics(all, " LOSS ").flatMap(({ metrics }) => metrics).length).toBe(2)
  })
})

describe("classification", () => {
  const detail = { split: "test", epoch: 3, metric: "confusion_matrix" }
  it("reads a matrix with or without the names of its classes, and nothing else", () => {
    const counts = [
      [8, 2],
      [0, 0]
    ]
    expect(confusions([{ ...detail, value: { classes: ["a", "b"], counts } }])[0]?.classes).toEqual(
      ["a", "b"]
    )
    expect(confusions([{ ...detail, value: counts }])[0]?.classes).toEqual(["0", "1"])
    for (const value of [
      null,
      3,
      [[1]],
      [[1, 2], [3]],
      { counts: "x" },
      [
        [1, "2"],
        [3, 4]
      ]
    ]) {
      expect(confusions([{ ...detail, value }])).toEqual([])
    }
  })

  it("scores each class, null where there is nothing to divide by", () => {
    const [a, b] = scores({
      split: "test",
      epoch: 1,
      classes: ["a", "b"],
      matrix: [
        [8, 2],
        [0, 0]
      ]
    })
    expect(a).toEqual({ name: "a", support: 10, precision: 1, recall: 0.8, f1: 16 / 18 })
    expect(b).toEqual({ name: "b", support: 0, precision: 0, recall: null, f1: 0 })
  })

  it("reads the scores that a run has logged", () => {
    const value = { classes: ["a"], precision: [0.5], recall: [null], f1: [0.1], support: [4] }
    expect(loggedScores([{ ...detail, metric: "per_class", value }], "test")).toEqual([
      { name: "a", support: 4, precision: 0.5, recall: null, f1: 0.1 }
    ])
    expect(loggedScores([{ ...detail, metric: "per_class", value: null }], null)).toEqual([])
  })
})

describe("flatten", () => {
  it("names fields by their paths, and keeps lists", () => {
    expect(flatten({ git: { commit: "a", dirty: false }, argv: ["x"], none: null })).toEqual({
      "git.commit": "a",
      "git.dirty": false,
      argv: ["x"],
      none: null
    })
  })
})

describe("sparkPath", () => {
  it("goes from edge to edge, and lifts the pen at a gap", () => {
    expect(sparkPath([0, 1], 10, 12)).toBe("M0.0 10.0L10.0 2.0")
    expect(sparkPath([0, null, 1], 10, 12)).toBe("M0.0 10.0M10.0 2.0")
    expect(sparkPath([1], 10, 12)).toBe("")
  })
})

/** As seen without the red, green or blue cones: Machado, Oliveira and Fernandes (2009), severity 1. */
const visions = [
  [1, 0, 0, 0, 1, 0, 0, 0, 1],
  [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039]
] as const

const linear = (hex: string) =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })

/** OKLab (Ottosson 2020) of linear red, green and blue. */
const oklab = ([r, g, b]: ReadonlyArray<number>) => {
  const l = Math.cbrt(0.4122214708 * r! + 0.5363325363 * g! + 0.0514459929 * b!)
  const m = Math.cbrt(0.2119034982 * r! + 0.6806995451 * g! + 0.1073969566 * b!)
  const s = Math.cbrt(0.0883024619 * r! + 0.2817188376 * g! + 0.6299787005 * b!)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s
  ] as const
}

const seen = (hex: string, vision: ReadonlyArray<number>) => {
  const rgb = linear(hex)
  return oklab(
    [0, 3, 6].map((row) =>
      Math.min(
        1,
        Math.max(
          0,
          rgb.reduce((sum, value, i) => sum + vision[row + i]! * value, 0)
        )
      )
    )
  )
}

describe.each(["light", "dark"] as const)("palette, %s", (theme) => {
  it("tells each two colours apart, however one sees colours", () => {
    for (const vision of visions) {
      palette[theme].forEach((one, i) => {
        for (const other of palette[theme].slice(0, i)) {
          const [a, b] = [seen(one, vision), seen(other, vision)]
          const apart = 100 * Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])
          expect(apart, `${one} and ${other}`).toBeGreaterThan(11)
        }
      })
    }
  })

  it("stands out from its ground", () => {
    for (const color of palette[theme]) {
      expect(contrast(color, ground[theme]), color).toBeGreaterThanOrEqual(3)
    }
  })

  it("dashes the ninth line, so that 32 differ", () => {
    const styles = Array.from({ length: 32 }, (_, i) => JSON.stringify(lineStyle(i, theme)))
    expect(new Set(styles).size).toBe(32)
  })

  it("writes on every cell of a matrix with a contrast of 4.5", () => {
    for (let share = 0; share <= 1; share += 0.01) {
      for (const isRight of [true, false]) {
        const { ground, ink } = cellColor(share, isRight, theme)
        expect(contrast(ground, ink)).toBeGreaterThanOrEqual(4.5)
      }
    }
  })
})

describe("colorOf", () => {
  it("grows evenly lighter, so that equal steps look equal", () => {
    const lightness = Array.from({ length: 41 }, (_, i) => {
      const hex = colorOf(i / 40).map((value) => value.toString(16).padStart(2, "0"))
      return oklab(linear(`#${hex.join("")}`))[0]
    })
    lightness.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(lightness[i]!))
    expect(colorOf(-1)).toEqual(colorOf(0))
    expect(colorOf(Number.NaN)).toEqual(colorOf(0))
  })
})

describe("spectrogramPixels", () => {
  it("has low frequencies at the bottom, and 80 dB below the loudest as its floor", () => {
    const { data, height, width } = spectrogramPixels({
      frames: 2,
      mels: 3,
      values: [0, -40, -200, -80, -80, -80]
    })
    expect([width, height]).toEqual([2, 3])
    const pixel = (x: number, y: number) =>
      Array.from(data.slice((y * 2 + x) * 4, (y * 2 + x) * 4 + 4))
    expect(pixel(0, 2)).toEqual([...colorOf(1), 255])
    expect(pixel(0, 1)).toEqual([...colorOf(0.5), 255])
    expect(pixel(0, 0)).toEqual([...colorOf(0), 255])
    expect(pixel(1, 2)).toEqual([...colorOf(0), 255])
  })
})
