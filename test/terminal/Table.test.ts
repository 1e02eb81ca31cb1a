import { expect, it } from "@effect/vitest"
import { displayWidth, padEnd, table } from "../../src/terminal/Table.js"

it("aligns columns and leaves no spaces at the end of a line", () => {
  expect(
    table(
      ["tensor", "shape"],
      [
        ["dense/kernel", "[32, 8]"],
        ["bias", ""]
      ]
    )
  ).toBe(
    ["tensor        shape", "────────────  ───────", "dense/kernel  [32, 8]", "bias"].join("\n")
  )
})

it("counts wide characters twice", () => {
  expect(
    table(
      ["字段", "值"],
      [
        ["学习率", "1"],
        ["ab", "批量"]
      ]
    )
  ).toBe(["字段    值", "──────  ────", "学习率  1", "ab      批量"].join("\n"))
})

it("draws headers alone where there are no rows", () => {
  expect(table(["a", "bc"], [])).toBe("a  bc\n─  ──")
})

it("takes a short row for one with empty cells", () => {
  expect(table(["a", "b"], [["1"]])).toBe("a  b\n─  ─\n1")
})

it.each([
  ["abc", 3],
  ["语音", 4],
  ["ｱ", 1],
  ["Ａ", 2],
  ["한국", 4],
  ["e\u0301", 1],
  ["…─", 2],
  ["🌊", 2],
  ["", 0]
])("%j takes %d columns", (text, width) => {
  expect(displayWidth(text)).toBe(width)
})

it("pads to a width in columns, never cutting", () => {
  expect(padEnd("语", 4)).toBe("语  ")
  expect(padEnd("abcde", 4)).toBe("abcde")
})
