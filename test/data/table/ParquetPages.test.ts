import { describe, expect, it } from "@effect/vitest"
import { snappyUncompress } from "hyparquet"
import { crc32 } from "node:zlib"
import { check, type ColumnChunk } from "../../../src/data/table/ParquetPages.js"

/** Fields of Thrift's compact protocol: 32-bit numbers, structs and truth values, by their numbers. */
type Fields = Readonly<Record<number, number | boolean | { readonly struct: Fields }>>

const varint = (value: number): Array<number> =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]

const struct = (fields: Fields): Array<number> => {
  let before = 0
  const bytes = Object.entries(fields).flatMap(([key, value]) => {
    const head = (Number(key) - before) << 4
    before = Number(key)
    if (typeof value === "object") return [head + 12, ...struct(value.struct)]
    if (typeof value === "boolean") return [head + (value ? 1 : 2)]
    return [head + 5, ...varint(value < 0 ? -2 * value - 1 : 2 * value)]
  })
  return [...bytes, 0]
}

const chunk: ColumnChunk = { codec: "UNCOMPRESSED", isBoolean: false, isOptional: true, rows: 8 }
/** A data page of eight values, with a level each: a run of eight ones. */
const own = { 1: 8, 2: 0, 3: 3, 4: 3 }
const levels = [2, 0, 0, 0, 16, 1]
const page = (fields: Fields = own, data: ReadonlyArray<number> = levels, more: Fields = {}) =>
  Uint8Array.from([
    ...struct({ 1: 0, 2: data.length, 3: data.length, 5: { struct: fields }, ...more }),
    ...data
  ])
const problemOf = (bytes: Uint8Array, declared: Partial<ColumnChunk> = {}) => {
  try {
    check(bytes, { ...chunk, ...declared }, snappyUncompress)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

describe("ParquetPages.check", () => {
  it("accepts pages that hold what the metadata declare", () => {
    expect(problemOf(page())).toBeNull()
    expect(problemOf(page({ ...own, 1: 4 }, [2, 0, 0, 0, 8, 1]), { rows: 4 })).toBeNull()
    // Bits of a level each; indices of three bits into a dictionary, of which the last are left out.
    expect(problemOf(page({ ...own, 2: 8 }, [2, 0, 0, 0, 3, 0b11111111, 3, 3, 1, 2, 3]))).toBeNull()
    const data = Uint8Array.from(levels)
    expect(problemOf(page(own, levels, { 4: crc32(data) | 0 }))).toBeNull()
  })

  it("refuses pages without an end, for which the decoder would wait forever", () => {
    expect(problemOf(Uint8Array.from(struct({ 1: 0, 2: 6, 5: { struct: own } })))).toContain(
      "declares undefined bytes"
    )
    expect(problemOf(page(own, levels, { 3: -1 }))).toContain("declares -1 bytes")
    expect(problemOf(page(own, levels, { 3: 7 }))).toContain("declares 7 bytes")
    expect(problemOf(Uint8Array.from(Array.from({ length: 99 }, () => 0x2c)))).toContain("too deep")
    expect(problemOf(Uint8Array.from(Array.from({ length: 99 }, () => 0x80)))).not.toBeNull()
    expect(problemOf(new Uint8Array(0))).toBe("a page is truncated")
  })

  it("refuses more values than there are rows, and runs longer than their page", () => {
    expect(problemOf(page({ ...own, 1: 9 }))).toContain("declares 9 bytes or values, where 8")
    expect(problemOf(page(), { rows: 9 })).toBe("a page is truncated")
    const run = (length: number) => [...varint(2 * length), 1]
    const long = run(2 ** 31 - 1)
    expect(problemOf(page(own, [long.length, 0, 0, 0, ...long]))).toBe(
      "a run of 2147483647 values is too long for its page"
    )
    expect(problemOf(page({ ...own, 2: 8 }, [...levels, 3, ...run(9)]))).toContain("too long")
    expect(problemOf(page({ ...own, 2: 8 }, [...levels, 33]))).toContain("indices of 33 bits")
  })

  it("refuses pages that would inflate to more than their bytes can", () => {
    expect(problemOf(page(own, levels, { 2: 2 ** 30 }), { codec: "SNAPPY" })).toContain(
      "declares 1073741824 bytes"
    )
  })

  it("refuses a page whose checksum is wrong", () => {
    expect(problemOf(page(own, levels, { 4: 1 }))).toBe("the checksum of a page is wrong")
  })

  it("checks pages of version 2 by their own header", () => {
    const own2 = { 1: 8, 2: 0, 3: 8, 4: 0, 5: 2, 6: 0, 7: false }
    const version2 = (fields: Fields) =>
      Uint8Array.from([...struct({ 1: 3, 2: 2, 3: 2, 8: { struct: fields } }), 16, 1])
    expect(problemOf(version2(own2))).toBeNull()
    expect(problemOf(version2({ ...own2, 2: 1 }))).toContain("the values that it declares")
    expect(problemOf(version2({ ...own2, 3: 1 }))).toBe("a page has 1 rows, and 8 values")
    expect(problemOf(version2({ ...own2, 5: 3 }))).toContain("declares 3 bytes")
  })
})
