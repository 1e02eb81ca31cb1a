import { describe, expect, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import * as Png from "../../src/io/Png.js"
import * as zlib from "node:zlib"
import { confusionPicture } from "../../src/tracking/tensorboard/ConfusionPicture.js"
import * as EventFile from "../../src/tracking/tensorboard/EventFile.js"
import { histogram } from "../../src/tracking/tensorboard/Histogram.js"
import { shown } from "../../src/tracking/tensorboard/Details.js"
import { sample } from "./sample.js"

const seen = (file: Uint8Array) => {
  const events: Array<readonly [number, ReadonlyArray<string> | null]> = []
  EventFile.visit(Buffer.from(file), (step, tags) => events.push([step, tags]))
  return events
}

describe("EventFile", () => {
  it("writes the bytes that TensorBoard has read", () => {
    const committed = readFileSync("test/tracking/fixtures/events.out.tfevents.sample")
    expect(Buffer.from(sample()).equals(committed)).toBe(true)
  })

  it("computes CRC-32C as RFC 3720 has it", () => {
    expect(EventFile.crc32c(Buffer.from("123456789"))).toBe(0xe3069283)
    expect(EventFile.crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  })

  it("encodes a row as it encodes the same numbers one by one", () => {
    const row = EventFile.scalars(["a", "longer/name"])
    for (const step of [0, 1, 127, 128, 16_383, 16_384, 2 ** 40]) {
      expect(seen(row(1, step, [0.5, -2]))).toStrictEqual([[step, ["a", "longer/name"]]])
    }
  })
})

describe("EventFile.visit", () => {
  it("gives the steps and tags of a file, and where a process starts", () => {
    const events = seen(sample())
    expect(events.map(([step]) => step)).toStrictEqual([
      0, 1, 0, 1, 2, 3, 4, 4, 4, 4, 5, 200, 200, 0
    ])
    expect(events[3]![1]).toStrictEqual(["step/loss", "step/gradient_norm"])
    expect(events[8]![1]).toBeNull()
    expect(events[12]![1]).toStrictEqual(["weights/dense.kernel", "validation/per_class"])
  })

  it("ends before a record that is cut off, and at one with a flipped bit", () => {
    const bytes = Buffer.from(sample())
    const all = seen(bytes).length
    expect(seen(bytes.subarray(0, bytes.length - 1))).toHaveLength(all - 1)
    bytes[bytes.length - 10]! ^= 1
    expect(seen(bytes)).toHaveLength(all - 1)
    expect(seen(Buffer.alloc(0))).toStrictEqual([])
    expect(seen(Buffer.alloc(40, 255))).toStrictEqual([])
  })
})

describe("histogram", () => {
  it("counts finite values in bins of equal width, the highest in the last", () => {
    expect(histogram([-1, 0, 0, 1, 1, 1, NaN, Infinity], 4)).toStrictEqual({
      lowest: -1,
      highest: 1,
      sum: 2,
      sumOfSquares: 4,
      ends: [-0.5, 0, 0.5, 1],
      counts: [1, 0, 2, 3]
    })
  })

  it("has one bin where all values are equal, none where none is finite", () => {
    expect(histogram([3, 3])).toMatchObject({ lowest: 3, highest: 3, ends: [3], counts: [2] })
    expect(histogram([NaN])).toMatchObject({ lowest: 0, highest: 0, ends: [], counts: [] })
  })
})

describe("confusionPicture", () => {
  it("is a PNG whose cells are the darker, the larger their part of the row", () => {
    const { height, pixels, width } = confusionPicture([
      [9, 1],
      [0, 0]
    ])
    expect([width, height]).toStrictEqual([144, 144])
    const at = (x: number, y: number) => pixels[3 * (y * width + x)]!
    // The corners of cells, beside their counts.
    expect(at(50, 50)).toBeLessThan(at(98, 50))
    expect(at(98, 50)).toBeLessThan(255)
    expect(at(50, 98)).toBe(255)
    const png = Buffer.from(Png.encode({ width, height, pixels }))
    expect(png.readUInt32BE(16)).toBe(width)
    const data = png.subarray(41, 41 + png.readUInt32BE(33))
    const rows = zlib.inflateSync(data)
    expect(rows.length).toBe(height * (3 * width + 1))
    expect(rows[1 + 3 * 50 + 50 * (3 * width + 1)]).toBe(at(50, 50))
  })

  it("has a pixel for each cell of a large matrix", () => {
    const rows = Array.from({ length: 300 }, (_, i) =>
      Array.from({ length: 300 }, (_, j) => (i === j ? 1 : 0))
    )
    expect(confusionPicture(rows).width).toBe(600)
  })
})

describe("shown", () => {
  it("draws a matrix, bare or with its classes, and writes a table of what each class has", () => {
    const counts = [
      [1, 0],
      [0, 1]
    ]
    expect(shown("a", counts)).toHaveLength(1)
    expect(shown("a", { classes: ["x", "y"], counts })).toHaveLength(1)
    const [table] = shown("a", { classes: ["x|<b>", "y"], f1: [0.123456, 1] })
    const text = Buffer.concat([...table!.parts]).toString()
    expect(text).toContain("| 0 | x&#124;&#60;b&#62; | 0.1235 |\n| 1 | y | 1 |")
  })

  it("shows nothing of other details", () => {
    for (const detail of [null, 3, "a", [1, 2], [[1, 2]], { classes: ["x"] }, { split: "test" }]) {
      expect(shown("a", detail)).toStrictEqual([])
    }
  })
})
