import { t } from "../../../language/Text.js"
import type { Finite } from "../../Api.js"

/** A number in so many digits as matter: 0.0214, 12.3, 1.2e-7; "–" where there is none. */
export const formatNumber = (value: Finite | undefined, digits = 4): string => {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–"
  if (value === 0) return "0"
  const size = Math.abs(value)
  if (size >= 1e6 || size < 1e-4) return value.toExponential(Math.max(0, digits - 2))
  if (Number.isInteger(value)) return formatInteger(value)
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)))
  return formatFixed(value, Math.min(decimals, 7))
}

const formatFixed = (value: number, decimals: number): string => {
  const text = value.toFixed(decimals)
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text
}

/** An integer with a thin space between thousands: 12 480. */
export const formatInteger = (value: number): string =>
  String(Math.round(value)).replaceAll(/\B(?=(\d{3})+(?!\d))/g, "\u202f")

const byteUnits = ["B", "kB", "MB", "GB", "TB"]

/** 4.3 MB; in powers of 1000, as disks are sold. */
export const formatBytes = (bytes: Finite | undefined, digits = 2): string => {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return "–"
  const power = bytes < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  const decimals = Math.max(0, digits - (value >= 100 ? 2 : 1))
  return `${power === 0 ? Math.round(value) : value.toFixed(decimals)}\u00a0${byteUnits[power]}`
}

/** A duration by its two largest units: "3 min 12 s", "2 d 4 h". */
export const formatDuration = (seconds: Finite | undefined): string => {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–"
  if (seconds > 0 && seconds < 0.0995) return t`${formatNumber(seconds * 1000, 2)} ms`
  if (seconds < 9.95) return t`${formatFixed(seconds, 1)} s`
  const rounded = Math.round(seconds)
  if (rounded < 60) return t`${rounded} s`
  if (rounded < 3600) return t`${Math.floor(rounded / 60)} min ${rounded % 60} s`
  if (rounded < 86_400)
    return t`${Math.floor(rounded / 3600)} h ${Math.floor((rounded % 3600) / 60)} min`
  return t`${Math.floor(rounded / 86_400)} d ${Math.floor((rounded % 86_400) / 3600)} h`
}

/** How long ago it was, roughly. */
export const formatAgo = (iso: string | null, now: number): string => {
  const time = iso === null ? Number.NaN : Date.parse(iso)
  if (Number.isNaN(time)) return "–"
  const seconds = Math.max(0, (now - time) / 1000)
  if (seconds < 10) return t`just now`
  if (seconds < 90) return t`${Math.round(seconds)} s ago`
  if (seconds < 5400) return t`${Math.round(seconds / 60)} min ago`
  if (seconds < 129_600) return t`${Math.round(seconds / 3600)} h ago`
  return t`${Math.round(seconds / 86_400)} d ago`
}

const two = (value: number) => String(value).padStart(2, "0")

/** A moment in the time of this machine: 2026-11-27 14:30:05. */
export const formatMoment = (iso: string | null): string => {
  const date = new Date(iso ?? Number.NaN)
  if (Number.isNaN(date.getTime())) return "–"
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatClock(date, true)}`
}

/** 14:30, or 14:30:05. */
export const formatClock = (date: Date, seconds: boolean): string =>
  `${two(date.getHours())}:${two(date.getMinutes())}${seconds ? `:${two(date.getSeconds())}` : ""}`

/** A share as a percentage: 98.4 %. */
export const formatPercent = (share: Finite | undefined, decimals = 1): string =>
  share === null || share === undefined || !Number.isFinite(share)
    ? "–"
    : `${(share * 100).toFixed(decimals)}\u202f%`

/** The ticks of an axis, in as many digits as it takes for no two to look the same. */
export const formatTicks = (ticks: ReadonlyArray<number>, unit: string | null): Array<string> => {
  for (let digits = 2; digits < 8; digits++) {
    const texts = ticks.map((tick) => formatValue(tick, unit, digits))
    if (new Set(texts).size === texts.length) return texts
  }
  return ticks.map((tick) => formatValue(tick, unit))
}

/** A value with its unit: that of bytes and durations chosen to fit. */
export const formatValue = (
  value: Finite | undefined,
  unit: string | null,
  digits = unit === null ? 4 : unit === "bytes" ? 2 : 3
): string => {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–"
  switch (unit) {
    case "bytes":
      return formatBytes(value, digits)
    case "s":
      return formatDuration(value)
    case "ms":
      return `${formatNumber(value, digits)}\u00a0ms`
    case null:
      return formatNumber(value, digits)
    case "examples/s":
      return `${formatNumber(value, digits)}/s`
    default:
      return `${formatNumber(value, digits)}\u00a0${unit}`
  }
}

/** What a config or an environment has in a field, as one line. */
export const formatField = (value: unknown): string =>
  value === undefined
    ? "–"
    : typeof value === "string"
      ? value
      : typeof value === "number"
        ? String(value)
        : JSON.stringify(value)
