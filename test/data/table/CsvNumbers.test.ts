import { describe, expect, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import * as crypto from "node:crypto"
import * as zlib from "node:zlib"
import * as Column from "../../../src/data/table/Column.js"
import { crc32 } from "../../../src/data/table/crc32.js"
import { CsvLines, mostBytes } from "../../../src/data/table/CsvLines.js"
import { decimalOf, numbersOf } from "../../../src/data/table/CsvNumbers.js"
import { CsvText } from "../../../src/data/table/CsvText.js"
import { headOfSha256 } from "../../../src/data/table/headOfSha256.js"
import { numbersOfRow } from "../../../src/data/table/numbersOfRow.js"
import type { Damage } from "../../../src/data/table/Row.js"
import * as Random from "../../../src/training/Random.js"

const texts = { decimal: ".", missing: ["", "NA"] }
const sources = [
  { config: { name: "number", missing: "mean" }, texts },
  { config: "category", texts },
  "key"
] as const satisfies ReadonlyArray<Column.Source>
const names = ["x", "c", "id"]
const bytesOf = (text: string) => new TextEncoder().encode(text)

/** What all cells become one after another, by the slow way alone. */
const slowly = (text: string) => {
  const csv = new CsvText(parse, { delimiter: "," })
  const columns = sources.map((source, i) => [names[i]!, Column.ofSource(source)] as const)
  const values: Array<number> = []
  const problems: Array<Damage> = []
  for (const row of [...csv.push(text), ...csv.end()]) {
    const found = "problem" in row ? row.problem : numbersOfRow(row.cells, 3, columns, [0, 1, 2])
    if (typeof found === "string") problems.push({ at: row.at, problem: found })
    else if (found !== null) values.push(...found)
  }
  return { values, problems, categories: columns[1]![1].values }
}

const quickly = async (text: string, parts: number) => {
  const lines = new CsvLines()
  const bytes = bytesOf(text)
  const size = Math.max(1, Math.ceil(bytes.length / parts))
  const values: Array<number> = []
  const problems: Array<Damage> = []
  const categories: Array<string> = []
  const read = async (some: ReturnType<CsvLines["take"]>) => {
    if (some === null) return
    const columns = sources.map((source, place) => ({ name: names[place]!, source, place }))
    const request = { ...some, delimiter: ",", width: 3, columns, stopsAtDamage: false }
    const one = await numbersOf(request, () => {})
    const own = one.found[1]!.map(({ value }) => value)
    for (const value of own) if (!categories.includes(value)) categories.push(value)
    one.values.forEach((x, i) =>
      values.push(i % 3 === 1 && !Number.isNaN(x) ? categories.indexOf(own[x]!) : x)
    )
    problems.push(...one.problems)
  }
  for (let at = 0; at < bytes.length; at += size) {
    lines.add(bytes.subarray(at, at + size))
    await read(lines.take())
  }
  await read(lines.end())
  return { values, problems, categories }
}

describe("numbersOf", () => {
  it("gives what CsvText and the columns give, however the bytes are divided into parts", async () => {
    const draw = Random.generator(Random.make(1), "csv")
    const numbers = ["1.5", "-0", "1e3", "NA", "", '"7"', " 2", "0x1", ".5", "12345678901234567"]
    const words = ["a", '"b,c"', '"q ""z"""', '"l\nm"', "ü", "", 'w"', '"x"y', '"\r\n"', "\uFFFD"]
    for (let round = 0; round < 50; round++) {
      const end = draw() < 0.5 ? "\n" : "\r\n"
      const of = (some: ReadonlyArray<string>, most = some.length) =>
        some[Math.floor(draw() * most)]!
      const text = Array.from({ length: 1 + Math.floor(draw() * 8) }, (_, i) =>
        draw() < 0.05
          ? of(["", "\r", "1,2", '"', "1,a,2,3"])
          : `${of(numbers)},${of(words, draw() < 0.8 ? 6 : words.length)},${i}${of(["", "ö", "x".repeat(60)])}`
      ).join(end)
      for (const parts of [1, 5]) {
        expect(await quickly(text, parts)).toStrictEqual(slowly(text))
      }
    }
  })

  it("reads decimals to the bit as Number does", () => {
    const draw = Random.generator(Random.make(2), "decimals")
    for (let i = 0; i < 5000; i++) {
      const text = (draw() < 0.5 ? "-" : "") + (10 ** (6 * draw() - 2) * draw()).toFixed(i % 10)
      const bytes = bytesOf(text)
      const number = decimalOf(bytes, 0, bytes.length, 46)
      if (!Object.is(number, Number(text)))
        expect(text.replace(/\D/g, "").length).toBeGreaterThan(15)
    }
    for (const text of ["", "-", ".", "1.2.3", "1e3", "+1", " 1", "1234567890123456"]) {
      expect(decimalOf(bytesOf(text), 0, text.length, 46)).toBeNaN()
    }
  })
})

describe("CsvLines", () => {
  it("ends a quote that nothing closes with its line, and counts lines on", () => {
    const lines = new CsvLines()
    const text = `"1\n${`${"2".repeat(1023)}\n`.repeat(2000)}`
    lines.add(bytesOf(text))
    const first = lines.take(true)!
    expect([first.bytes.length, first.line, first.count]).toStrictEqual([3, 1, 1])
    const others = lines.take()!
    expect([others.bytes.length, others.line, others.count]).toStrictEqual([
      text.length - 3,
      2,
      2000
    ])
    expect(lines.tooLong).toBeNull()
  })

  it("finds a line that is longer than any may be, also after a quote", () => {
    for (const start of ["a\n", 'a\n"b\n']) {
      const lines = new CsvLines()
      lines.add(bytesOf(start))
      for (let i = 0; i < 5; i++) {
        lines.add(new Uint8Array(mostBytes / 4).fill(120))
        lines.take()
      }
      expect(lines.tooLong).toBe(start.split("\n").length)
    }
  })
})

describe("headOfSha256", () => {
  it("gives the first 48 bits of what node:crypto gives", () => {
    for (let length = 1; length < 60; length++) {
      const text = "0123456789".repeat(6).slice(0, length)
      const expected = crypto.createHash("sha256").update(text).digest().readUIntBE(0, 6)
      expect(headOfSha256(bytesOf(text), 0, length)).toBe(length > 55 ? -1 : expected)
    }
    expect(headOfSha256(bytesOf("ü"), 0, 2)).toBe(-1)
  })
})

describe("crc32", () => {
  it("gives what node:zlib gives", () => {
    const words = Uint32Array.from({ length: 64 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 0)
    for (const [from, count] of [
      [0, 2],
      [2, 14],
      [7, 56]
    ] as const) {
      const bytes = new Uint8Array(words.buffer, 4 * from, 4 * count)
      expect(crc32(words, from, count)).toBe(zlib.crc32(bytes))
    }
  })
})
