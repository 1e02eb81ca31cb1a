import * as Effect from "effect/Effect"
import { paced } from "../../io/EventLoop.js"
import { t } from "../../language/Text.js"
import { read, type NdArray } from "../arrays/NdArray.js"
import { mismatch, nameThem, type Given } from "../arrays/Source.js"
import { lengthOf } from "../Layout.js"

/** Series one after another: the numbers of each step side by side, [steps, channels]. */
export interface Series {
  readonly values: Float32Array
  readonly channels: ReadonlyArray<string>
  /** "" is the name of a single one. */
  readonly names: ReadonlyArray<string>
  /** The first step of each, and behind the last one the number of all steps. */
  readonly starts: ReadonlyArray<number>
}

/**
 * Reads series, [steps, channels] or [steps] each, which must have the same channels. Numbers that are missing
 * are NaN; `missing: "error"` refuses them.
 */
export const readSeries = Effect.fnUntraced(function* (
  given: Given<NdArray>,
  named: ReadonlyArray<string> | undefined,
  missing: "error" | "skip"
) {
  const pathOf = (name: string) => (name === "" ? "values" : `values.${name}`)
  const all: Array<Float32Array> = []
  const starts = [0]
  const names: Array<string> = []
  let width = named?.length ?? null
  for (const [name, array] of nameThem(given)) {
    const path = pathOf(name)
    const own = yield* read(path, array)
    // A typed array alone does not say how many channels it has.
    const channels = own.size === null ? (width ?? 1) : lengthOf(own.shape)
    if (own.shape.length > 1) {
      return yield* mismatch(
        path,
        t`has ${own.shape.length + 1} dimensions, where a series has steps and channels`
      )
    }
    if (channels !== (width ?? channels)) {
      return yield* mismatch(
        path,
        named === undefined
          ? t`has ${channels} channels, where ${pathOf(names[0]!)} has ${width!}`
          : t`has ${channels} channels, where channels names ${named.length}`
      )
    }
    const steps = own.values.length / channels
    if (!Number.isInteger(steps)) {
      return yield* mismatch(
        path,
        t`has ${own.values.length} numbers, which is no multiple of ${channels} channels`
      )
    }
    width = channels
    all.push(own.values instanceof Float32Array ? own.values : Float32Array.from(own.values))
    names.push(name)
    starts.push(starts.at(-1)! + steps)
  }
  if (width === null) return yield* mismatch("values", t`names no series`)
  const channels = named ?? Array.from({ length: width }, (_, i) => String(i))
  const twice = channels.find((name, i) => channels.indexOf(name) !== i)
  if (twice !== undefined) return yield* mismatch("channels", t`names ${twice} twice`)
  const series: Series = { values: joined(all), channels, names, starts }
  const pause = paced()
  for (const [i, own] of all.entries()) {
    for (let at = 0; at < own.length; at++) {
      if (at % checkedAtOnce === 0) yield* pause
      const x = own[at]!
      if (Number.isFinite(x) || (Number.isNaN(x) && missing === "skip")) continue
      return yield* mismatch(
        t`${pathOf(names[i]!)}, step ${Math.floor(at / width)}`,
        Number.isNaN(x)
          ? t`holds no number for channel ${channels[at % width]!}; fill it in, or leave out the windows that would see it: missing: "skip"`
          : t`holds ${x} for channel ${channels[at % width]!}, which no model learns from`
      )
    }
  }
  return series
})

const checkedAtOnce = 1 << 16

/** One array of all; a single one as it is. */
const joined = (all: ReadonlyArray<Float32Array>): Float32Array => {
  if (all.length === 1) return all[0]!
  const values = new Float32Array(all.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const own of all) {
    values.set(own, at)
    at += own.length
  }
  return values
}
