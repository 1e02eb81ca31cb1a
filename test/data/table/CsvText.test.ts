import { describe, expect, it } from "@effect/vitest"
import { parse } from "csv-parse/sync"
import { CsvText, mostCharacters } from "../../../src/data/table/CsvText.js"
import * as Random from "../../../src/training/Random.js"

const rows = (text: string, parts = 1, delimiter = ",") => {
  const csv = new CsvText(parse, { delimiter })
  const size = Math.max(1, Math.ceil(text.length / parts))
  const all = []
  for (let at = 0; at < text.length; at += size) all.push(csv.push(text.slice(at, at + size)))
  return [...all, csv.end()].flat()
}
const cells = (text: string, parts?: number) =>
  rows(text, parts).map((row) => ("cells" in row ? row.cells : row.problem))

describe("CsvText", () => {
  it("reads LF and CRLF, a last line without an end, and empty lines", () => {
    expect(cells("a,b\n1,2\n")).toStrictEqual([
      ["a", "b"],
      ["1", "2"]
    ])
    expect(cells("a,b\r\n\r\n1,2")).toStrictEqual(cells("a,b\n1,2\n"))
    expect(rows("a\n\n1\n").map(({ at }) => at)).toStrictEqual([1, 3])
  })

  it("reads quotes with delimiters, line ends and quotes inside", () => {
    expect(cells('a,"b,c"\r\n"x ""y""","1\r\n2"\r\nz,w\n')).toStrictEqual([
      ["a", "b,c"],
      ['x "y"', "1\r\n2"],
      ["z", "w"]
    ])
    expect(rows('a\n"1\n2"\nb').map(({ at }) => at)).toStrictEqual([1, 2, 4])
  })

  it("gives what csv-parse gives, however the text is divided into parts", () => {
    const draw = Random.generator(Random.make(1), "csv")
    const pieces = ["a", "1.5", "", '"x"', '"a,b"', '"q ""z"""', '"l\nm"', "ü", " s "]
    for (let round = 0; round < 200; round++) {
      const end = draw() < 0.5 ? "\n" : "\r\n"
      const width = 1 + Math.floor(draw() * 3)
      const lines = Array.from({ length: 1 + Math.floor(draw() * 8) }, () =>
        Array.from({ length: width }, () => pieces[Math.floor(draw() * pieces.length)]!).join(",")
      ).filter((line) => line !== "")
      const text = lines.join(end) + (draw() < 0.5 ? end : "")
      const expected = parse(text, { record_delimiter: [end], skip_empty_lines: true })
      for (const parts of [1, 2, 7, text.length]) expect(cells(text, parts)).toStrictEqual(expected)
    }
  })

  it("loses the row with a wrong quote, and no other", () => {
    expect(cells('a,b\n1,x"y\n2,3\n4,"5"6\n7,8\n')).toStrictEqual([
      ["a", "b"],
      expect.stringContaining("quotes that do not go together"),
      ["2", "3"],
      expect.stringContaining("quotes"),
      ["7", "8"]
    ])
    expect(cells('a\n"1\n2\n3')).toStrictEqual([
      ["a"],
      expect.stringContaining("quotes"),
      ["2"],
      ["3"]
    ])
  })

  it("finds a line that is longer than any may be, also after a quote, in linear time", () => {
    for (const start of ["a\n", 'a\n"b\n', 'a\n"b\nc\n']) {
      const csv = new CsvText(parse, { delimiter: "," })
      csv.push(start)
      for (let i = 0; i < 5; i++) csv.push("x".repeat(mostCharacters / 4))
      expect(csv.tooLong).toBe(start.split("\n").length)
    }
    // A quote that nothing closes is that of its line.
    const lines = `a\n"1\n${`${"2".repeat(1023)}\n`.repeat(2000)}`
    expect(rows(lines, 20).length).toBe(2002)
  })
})
