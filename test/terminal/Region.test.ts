import { describe, expect, it } from "@effect/vitest"
import { draw, empty, erase } from "../../src/terminal/Region.js"

const size = { columns: 40, reflows: true }
const region = (...lines: ReadonlyArray<string>) => draw(empty, lines, size).region

describe("Region.draw", () => {
  it("writes a single line without escape sequences, over all of what was there", () => {
    const { text } = draw(region("epoch 1  loss 0.5"), ["epoch 1"], size)
    expect(text).toBe("\repoch 1          ")
  })

  it("writes only the last line where the others are the same", () => {
    expect(draw(region("curve", "1/3"), ["curve", "2/3"], size).text).toBe("\r2/3 \u00a0")
  })

  it("writes over the lines from the first one, without removing them before", () => {
    const { text } = draw(region("one", "two", "3"), ["ONE", "two", "4"], size)
    expect(text).toBe("\r\x1b[2AONE\x1b[K\r\ntwo\x1b[K\r\n4 \u00a0\x1b[J")
  })

  it("removes lines that are too many", () => {
    expect(draw(region("one", "two", "3"), ["4"], size).text).toBe("\r\x1b[2A4  \x1b[J")
  })

  it("removes all lines that a narrower terminal has made of it first", () => {
    const wide = region("x".repeat(30), "y".repeat(10))
    const narrow = { columns: 20, reflows: true }
    expect(draw(wide, ["a", "b"], narrow).text).toBe("\r\x1b[3A\x1b[J\ra\x1b[K\r\nb\x1b[J")
    // Where the terminal cuts lines off, there are no more of them.
    const cutting = draw(wide, ["a", "b"], { ...narrow, reflows: false }).text
    const [a, b] = ["a", "b"].map((line) => line + " ".repeat(15) + "\u00a0")
    expect(cutting).toBe(`\r\x1b[1A${a}\x1b[K\r\n${b}\x1b[J`)
  })

  it("counts columns without colors", () => {
    expect(region("\x1b[36mcurve\x1b[39m", "x").width).toBe(5)
  })
})

describe("Region.erase", () => {
  it("removes the lines, and the ^C after the last one", () => {
    expect(erase(empty, size)).toBe("")
    expect(erase(region("12345"), size)).toBe(`\r${" ".repeat(7)}\r`)
    expect(erase(region("one", "two"), size)).toBe("\r\x1b[1A\x1b[J")
  })
})
