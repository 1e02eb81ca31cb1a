import * as Format from "./Format.js"

/** How an axis grows: by steps, by factors, or by steps that suit a clock, in seconds. */
export type Scale = "linear" | "logarithmic" | "time"

/** Whether a value has a place on the scale. */
export const isOn = (scale: Scale, value: number): boolean =>
  Number.isFinite(value) && (scale !== "logarithmic" || value > 0)

/** Where a value lies between `low`, 0, and `high`, 1; in the middle where the two are equal. */
export const place = (scale: Scale, low: number, high: number): ((value: number) => number) => {
  const by = scale === "logarithmic" ? Math.log : (value: number) => value
  const [from, reach] = [by(low), by(high) - by(low)]
  return (value) => (reach === 0 ? 0.5 : (by(value) - from) / reach)
}

/** A value as the label of a tick. */
export const label = (scale: Scale, value: number): string =>
  scale === "time" ? Format.clock(value) : Format.compact(value)

/** At most `most`, or three, round values from `low` to `high`, two at least where the scale has them. */
export const ticks = (
  scale: Scale,
  low: number,
  high: number,
  most: number
): ReadonlyArray<number> => {
  if (low === high) return [low]
  const fits = (values: ReadonlyArray<number>) => values.length <= Math.max(3, most)
  const choices = scale === "logarithmic" ? factors(low, high) : steps(scale, low, high)
  return choices.find((values) => values.length >= 2 && fits(values)) ?? [low, high]
}

type Choices = ReadonlyArray<ReadonlyArray<number>>

/** The multiples of each round step, the smallest step first. */
const steps = (scale: Scale, low: number, high: number): Choices =>
  (scale === "time" && high - low >= 10 ? clock : decimal(high - low))
    .filter((step) => step > (high - low) / 100)
    .map((step) => {
      const [first, last] = [Math.ceil(low / step - 1e-9), Math.floor(high / step + 1e-9)]
      return Array.from({ length: last - first + 1 }, (_, i) => round((first + i) * step))
    })

/** Steps of 1, 2 and 5, up to about `reach`. */
const decimal = (reach: number): ReadonlyArray<number> => {
  const decade = 10 ** Math.floor(Math.log10(reach))
  return [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5].map((step) => decade * step)
}

/** Round steps in seconds: of seconds, minutes, hours and days. */
const clock: ReadonlyArray<number> = [
  1,
  2,
  5,
  10,
  15,
  30,
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60),
  ...[1, 2, 3, 6, 12].map((hours) => hours * 3600),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((days) => days * 86_400)
]

/** Powers of ten with round numbers between them, fewer and fewer; last, the round steps of a short range. */
const factors = (low: number, high: number): Choices => {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const among = (multiples: ReadonlyArray<number>, every: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i)
      .filter((exponent) => exponent % every === 0)
      .flatMap((exponent) => multiples.map((multiple) => round(multiple * 10 ** exponent)))
      .filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
  return [
    among([1, 2, 5], 1),
    among([1, 3], 1),
    ...[1, 2, 3, 5, 10, 20, 50].map((every) => among([1], every)),
    ...steps("linear", low, high)
  ]
}

/** Without the noise of binary fractions: 0.30000000000000004 as 0.3. */
const round = (value: number): number => Number(value.toPrecision(12))
