/** What the page looks like: on light or on dark ground. */
export type Theme = "light" | "dark"

/**
 * The colours of curves. In the hues of Okabe and Ito (2008), their lightness and chroma chosen so that
 * each two differ by at least 11 in OKLab × 100, also as seen with protanopia, deuteranopia and
 * tritanopia, and each by 3:1 from its ground (WCAG 1.4.11).
 */
export const palette: Readonly<Record<Theme, ReadonlyArray<string>>> = {
  light: ["#0944aa", "#b7440f", "#18806e", "#653266", "#b88d00", "#419cbf", "#8e5ff1", "#890715"],
  dark: ["#437aef", "#f88b04", "#1ec490", "#ad6892", "#fbd042", "#74e9ff", "#bb9cfb", "#e23931"]
}

/** The ground that curves are drawn on. */
export const ground: Readonly<Record<Theme, string>> = { light: "#ffffff", dark: "#141b1d" }

const dashes: ReadonlyArray<ReadonlyArray<number>> = [[], [7, 4], [2, 3], [9, 3, 2, 3]]

/** How a curve is drawn. */
export interface LineStyle {
  readonly color: string
  /** Lengths of dashes and gaps in pixels; none: a solid line. */
  readonly dash: ReadonlyArray<number>
}

/** The style of the curve number `index`: after eight colours the same again, dashed. */
export const lineStyle = (index: number, theme: Theme): LineStyle => {
  const colors = palette[theme]
  return {
    color: colors[index % colors.length]!,
    dash: dashes[Math.floor(index / colors.length) % dashes.length]!
  }
}
