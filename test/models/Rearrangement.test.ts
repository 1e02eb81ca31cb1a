import { describe, expect, it } from "@effect/vitest"
import { blocks, inverse, rearrange, reshape, transpose } from "../../src/models/Rearrangement.js"

const counted = (...shape: ReadonlyArray<number>) => ({
  shape,
  values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i)
})

describe("Rearrangement.rearrange", () => {
  it("transposes axes", () => {
    expect(rearrange([transpose(1, 0)], counted(2, 3))).toStrictEqual({
      shape: [3, 2],
      values: Float32Array.of(0, 3, 1, 4, 2, 5)
    })
  })

  it("orders the blocks of an axis", () => {
    expect(rearrange([blocks(1, [1, 0])], counted(2, 4)).values).toStrictEqual(
      Float32Array.of(2, 3, 0, 1, 6, 7, 4, 5)
    )
  })

  it("leaves an array without elements empty", () => {
    expect(rearrange([transpose(1, 0)], counted(0, 3))).toStrictEqual({
      shape: [3, 0],
      values: new Float32Array(0)
    })
  })
})

describe("Rearrangement.inverse", () => {
  it("undoes steps, in reverse order", () => {
    const steps = [
      reshape([2, 3, 4, 6]),
      transpose(3, 2, 0, 1),
      reshape([6, 24]),
      blocks(0, [1, 2, 0])
    ]
    const array = counted(24, 6)
    const back = rearrange(inverse(steps, array.shape), rearrange(steps, array))
    expect(back).toStrictEqual(array)
  })
})
