import { t } from "../language/Text.js"
/** Groups of three: 1,234,567; "?" where it is unknown. */
export const count = (n: number | null): string =>
  n === null || n === Infinity ? "?" : String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ",")

/** At most four significant digits, or as many as said: 0.4123, 0.001, 1.235e-7, NaN. */
export const number = (x: number, digits = 4): string => String(Number(x.toPrecision(digits)))

/** As `number`, with thousands and millions by their letters: 0.05, 1,500 as 1.5k, 2M. */
export const compact = (x: number): string => {
  const size = Math.abs(x)
  const units = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"]
  ] as const
  const [unit, letter] = units.find(([unit]) => size >= unit && size < 1e12) ?? [1, ""]
  return number(x / unit) + letter
}

/** A share of one in per cent: 95.2 %. */
export const percent = (share: number): string =>
  Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : String(share)

/** Seconds as a clock shows them: 0:07, 12:34, 1:02:03. */
export const clock = (seconds: number): string => {
  const total = Math.max(0, Math.round(seconds))
  const parts = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, "0"))).join(":")
}

/** How long something took: 340 ms, 4.1 s, 3 min 20 s, 1 h 2 min; "?" where it is unknown. */
export const duration = (seconds: number): string => {
  if (seconds === Infinity) return "?"
  if (seconds < 0.9995) return t`${Math.round(seconds * 1000)} ms`
  if (seconds < 59.95) return t`${seconds.toFixed(1)} s`
  const total = Math.round(seconds)
  return total < 3600
    ? t`${Math.floor(total / 60)} min ${total % 60} s`
    : t`${Math.floor(total / 3600)} h ${Math.floor(total / 60) % 60} min`
}

/** How long ago something was, in its largest unit: 12 s, 3 min, 5 h, 40 d. */
export const age = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return t`unknown`
  const total = Math.max(0, Math.floor(seconds))
  if (total >= 86_400) return t`${Math.floor(total / 86_400)} d`
  if (total >= 3600) return t`${Math.floor(total / 3600)} h`
  return total >= 60 ? t`${Math.floor(total / 60)} min` : t`${total} s`
}

/** A size in the unit that leaves one to three digits before the point: 512 B, 2.1 MB. */
export const bytes = (size: number): string => {
  const units = ["B", "kB", "MB", "GB", "TB"]
  const unit = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3))
  return unit === 0 ? `${size} B` : `${(size / 1000 ** unit).toFixed(1)} ${units[unit]}`
}

const words = (name: string): string => name.replaceAll("_", " ")

/** Metrics that are shares of one, by the last word of their name. */
const shares: ReadonlyArray<string | undefined> = ["accuracy"]

/** Whether a metric is shown in per cent: `accuracy`, `val_accuracy`, `top_5_accuracy`. */
export const isShare = (name: string): boolean => shares.includes(name.split("_").at(-1))

/** A metric with its name: accuracies in per cent, all others as numbers. */
export const metric = (name: string, value: number, digits?: number): string =>
  `${words(name)} ${isShare(name) ? percent(value) : number(value, digits)}`

/** Two values of one metric: "loss 0.4/0.5", "accuracy 96.1/95.2 %". */
export const pair = (name: string, one: number, other: number, digits?: number): string =>
  isShare(name)
    ? `${words(name)} ${percent(one).replace(/ %$/, "")}/${percent(other)}`
    : `${words(name)} ${number(one, digits)}/${number(other, digits)}`

/** An ISO 8601 time in the local time zone, to the second; other text as it is. */
export const time = (iso: string): string => {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const two = (n: number) => String(n).padStart(2, "0")
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-")
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":")}`
}

/** Any JSON value on one line, strings bare. */
export const value = (json: unknown): string =>
  typeof json === "string" ? json : (JSON.stringify(json) ?? "(none)")
