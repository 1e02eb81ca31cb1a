import { palette, type Theme } from "./palette.js"

const channels = (hex: string): ReadonlyArray<number> =>
  [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))

const luminance = (rgb: ReadonlyArray<number>): number => {
  const [red, green, blue] = rgb.map((value) => {
    const share = value / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}

/** The contrast of two colours, from 1 to 21 (WCAG 2). */
export const contrast = (one: string, other: string): number => {
  const [first, second] = [luminance(channels(one)), luminance(channels(other))]
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05)
}

const empty: Readonly<Record<Theme, string>> = { light: "#eef1f0", dark: "#1b2426" }

/**
 * The colours of a cell of a confusion matrix: its ground by the share of the label's examples that it has
 * (blue where the guess is right, orange where it is wrong), and black or white upon it, whichever is
 * plainer. A few of many are to be seen, too: the square root lifts the shares of wrong guesses.
 */
export const cellColor = (
  share: number,
  isRight: boolean,
  theme: Theme
): { readonly ground: string; readonly ink: string } => {
  const full = channels(palette[theme][isRight ? 0 : 1]!)
  const none = channels(empty[theme])
  const part = isRight ? share : Math.sqrt(share)
  const ground = `#${none
    .map((value, i) => Math.round(value + (full[i]! - value) * part))
    .map((value) => value.toString(16).padStart(2, "0"))
    .join("")}`
  return {
    ground,
    ink: contrast(ground, "#000000") >= contrast(ground, "#ffffff") ? "#000000" : "#ffffff"
  }
}
