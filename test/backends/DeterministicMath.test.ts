import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import { cosPi, exp, log, power } from "../../src/backends/DeterministicMath.js"
import { numbers } from "./backends.js"

/** The largest error of `f` over its arguments, in units of the last place of the result. */
const errorOf = (
  f: (x: number) => number,
  reference: (x: number) => number,
  xs: ReadonlyArray<number>
): number =>
  Math.max(...xs.map((x) => Math.abs(f(x) - reference(x)) / (2 ** -52 * Math.abs(reference(x)))))

const draws = Array.from(numbers(20_000))
const small = draws.map((x) => 30 * x)
const positive = draws.map((x) => 1e-7 + 1000 * x * x)
const shares = draws.map((x) => Math.abs(x))
const counts = draws.map((_, i) => i)

describe("elementary functions", () => {
  it("are as exact as those of Math", () => {
    expect(errorOf(exp, Math.exp, small)).toBeLessThan(2)
    expect(errorOf(exp, Math.exp, [-689, -500, 500, 700])).toBeLessThan(2)
    expect(errorOf(log, Math.log, [...positive, 1e-300, 1e300])).toBeLessThan(2)
    const cosines = shares.map((x) => cosPi(x) - Math.cos(Math.PI * x))
    expect(Math.max(...cosines.map(Math.abs))).toBeLessThan(1e-15)
    const decay = (n: number) => power(0.999, n)
    expect(errorOf(decay, (n) => 0.999 ** n, counts.slice(0, 5000))).toBeLessThan(5000)
  })

  it("are exact where they must be", () => {
    expect([0, -1000, -Infinity, 710, Number.NaN].map(exp)).toEqual([1, 0, 0, Infinity, Number.NaN])
    expect([log(1), log(0), log(Infinity), log(-1)]).toEqual([0, -Infinity, Infinity, Number.NaN])
    expect([cosPi(0), cosPi(0.5), cosPi(1)]).toEqual([1, 0, -1])
    expect([power(0.5, 0), power(0.5, 10), power(3, 5)]).toEqual([1, 2 ** -10, 243])
  })

  it("have the same bits on every machine", () => {
    const values = [
      ...small.map(exp),
      ...positive.map(log),
      ...shares.map(cosPi),
      ...counts.map((n) => power(0.9999, n))
    ]
    const digest = createHash("sha256").update(Float64Array.from(values)).digest("hex")
    expect(digest).toMatchInlineSnapshot(
      `"bea5d9e5f7c2ade489770f9f5e7fe5d7b1e82b869b2db4811fd434faed160dce"`
    )
  })

  it("stand in for those of Math in all that trains", () => {
    const inexact =
      /\*\*(?!\/)(?=\s)|Math\.(a?(cos|sin|tan)h?|atan2|cbrt|exp|expm1|hypot|log\w*|pow)\(/
    const offending = ["backends", "layers", "training"].flatMap((room) =>
      readdirSync(`src/${room}`, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => `src/${room}/${file}`)
        .filter((file) => inexact.test(readFileSync(file, "utf8").replaceAll(/\/\*[^]*?\*\//g, "")))
    )
    expect(offending).toEqual([])
  })
})
