import type { Theme } from "./palette.js"

/**
 * Viridis of matplotlib (CC0), at nine of its steps: it grows evenly lighter, so that equal steps in the
 * value look equal, also to those who see colours otherwise and in grey.
 */
const viridis: ReadonlyArray<readonly [number, number, number]> = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37]
]

/** Of a few hundred lines one tells no more colours apart. */
export const valueColors = 24

/**
 * The colours of values, from the worst to the best, which stands out most from the ground: the dark end
 * of viridis on light, the light end on dark.
 */
export const valuePalette = (theme: Theme): ReadonlyArray<string> =>
  Array.from({ length: valueColors }, (_, i) => {
    const goodness = i / (valueColors - 1)
    const [red, green, blue] = colorOf(
      theme === "light" ? 0.72 * (1 - goodness) : 0.28 + 0.72 * goodness
    )
    return `rgb(${red} ${green} ${blue})`
  })

/** The colour of a share from 0 to 1, as red, green and blue from 0 to 255. */
export const colorOf = (share: number): readonly [number, number, number] => {
  const at = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * (viridis.length - 1)
  const low = Math.min(viridis.length - 2, Math.floor(at))
  const part = at - low
  const mix = (channel: 0 | 1 | 2) =>
    Math.round(viridis[low]![channel] * (1 - part) + viridis[low + 1]![channel] * part)
  return [mix(0), mix(1), mix(2)]
}
