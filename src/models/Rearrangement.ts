/** Numbers with a shape, row-major. */
export interface NdArray {
  readonly shape: ReadonlyArray<number>
  readonly values: Float32Array
}

/**
 * One change of the order of an array's elements, or of its shape: none is lost, so each can be undone.
 * `blocks` divides an axis into as many equal parts as `order` has, and puts part `order[i]` at `i`.
 */
export type Step =
  | { readonly _tag: "reshape"; readonly shape: ReadonlyArray<number> }
  | { readonly _tag: "transpose"; readonly axes: ReadonlyArray<number> }
  | { readonly _tag: "blocks"; readonly axis: number; readonly order: ReadonlyArray<number> }

export const reshape = (shape: ReadonlyArray<number>): Step => ({ _tag: "reshape", shape })
export const transpose = (...axes: ReadonlyArray<number>): Step => ({ _tag: "transpose", axes })
export const blocks = (axis: number, order: ReadonlyArray<number>): Step => ({
  _tag: "blocks",
  axis,
  order
})

/** The shape that steps make of `shape`. */
export const shapeAfter = (
  steps: ReadonlyArray<Step>,
  shape: ReadonlyArray<number>
): ReadonlyArray<number> =>
  steps.reduce((current, step) => {
    switch (step._tag) {
      case "reshape":
        return step.shape
      case "transpose":
        return step.axes.map((axis) => current[axis]!)
      case "blocks":
        return current
    }
  }, shape)

/** Takes steps, one after another. The result may share memory with `array`. */
export const rearrange = (steps: ReadonlyArray<Step>, array: NdArray): NdArray =>
  steps.reduce((current, step) => {
    switch (step._tag) {
      case "reshape":
        return { shape: step.shape, values: current.values }
      case "transpose":
        return transposed(current, step.axes)
      case "blocks":
        return reordered(current, step.axis, step.order)
    }
  }, array)

/** The steps that undo `steps`, which were taken from an array of this shape. */
export const inverse = (
  steps: ReadonlyArray<Step>,
  shape: ReadonlyArray<number>
): ReadonlyArray<Step> => {
  const back: Array<Step> = []
  let before = shape
  for (const step of steps) {
    back.unshift(undone(step, before))
    before = shapeAfter([step], before)
  }
  return back
}

const undone = (step: Step, before: ReadonlyArray<number>): Step => {
  switch (step._tag) {
    case "reshape":
      return reshape(before)
    case "transpose":
      return transpose(...step.axes.map((_, axis) => step.axes.indexOf(axis)))
    case "blocks":
      return blocks(
        step.axis,
        step.order.map((_, part) => step.order.indexOf(part))
      )
  }
}

const transposed = ({ shape, values }: NdArray, axes: ReadonlyArray<number>): NdArray => {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  const to = axes.map((axis) => shape[axis]!)
  const by = axes.map((axis) => strides[axis]!)
  const index = to.map(() => 0)
  const out = new Float32Array(values.length)
  let from = 0
  for (let i = 0; i < out.length; i++) {
    out[i] = values[from]!
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += by[axis]!
      if (++index[axis]! < to[axis]!) break
      from -= by[axis]! * to[axis]!
      index[axis] = 0
    }
  }
  return { shape: to, values: out }
}

const reordered = (
  { shape, values }: NdArray,
  axis: number,
  order: ReadonlyArray<number>
): NdArray => {
  const row = shape.slice(axis).reduce((a, b) => a * b, 1)
  const part = row / order.length
  const out = new Float32Array(values.length)
  for (let at = 0; at < values.length; at += row) {
    order.forEach((source, i) => {
      const from = at + source * part
      out.set(values.subarray(from, from + part), at + i * part)
    })
  }
  return { shape, values: out }
}
