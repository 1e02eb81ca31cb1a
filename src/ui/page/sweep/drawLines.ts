import type { Trial, TrialState } from "../../Api.js"
import type { SweepPart } from "./SweepPart.js"
import { trialDashes, trialShapes } from "./TrialStyle.js"

/** How the lines of trials are drawn. */
export interface LinesLook {
  readonly trials: ReadonlyArray<Trial>
  readonly isChosen: ReadonlyArray<boolean>
  /** Colours from the worst to the best value, and which of them each trial has; -1: it has no value. */
  readonly palette: ReadonlyArray<string>
  readonly levels: Int8Array
}

/** As many lines as are drawn each by itself. */
const fewLines = 60

/** The fewer lines, the plainer each. */
const opacityOf = (count: number): number => (count <= fewLines ? 0.9 : count <= 300 ? 0.7 : 0.5)

/**
 * Draws the lines of trials, those of one colour and one state in one stroke: thousands of strokes would be
 * slow. Those that are not chosen lie below the others, the better ones above the worse.
 */
export const drawLines = (
  context: CanvasRenderingContext2D,
  color: (token: string) => string,
  { isChosen, levels, palette, trials }: LinesLook,
  trace: (path: Path2D, trial: Trial, index: number) => void
): void => {
  const groups = new Map<
    string,
    { readonly level: number; readonly state: TrialState | null; readonly path: Path2D }
  >()
  const [noValue, faint] = [color("--line-strong"), color("--line")]
  let count = 0
  trials.forEach((trial, i) => {
    const isShown = isChosen[i]!
    if (isShown) count++
    const level = isShown ? levels[i]! : -2
    const state = isShown ? trial.state : null
    const key = `${level} ${state}`
    let group = groups.get(key)
    if (group === undefined) {
      group = { level, state, path: new Path2D() }
      groups.set(key, group)
    }
    trace(group.path, trial, i)
  })
  context.save()
  // Without a GPU, a stroke of many lines that is wider than a pixel of the screen takes seconds.
  const width = count <= fewLines ? 1.6 * devicePixelRatio : 1
  for (const { level, path, state } of [...groups.values()].sort((a, b) => a.level - b.level)) {
    context.lineWidth = level === -2 ? 1 : width
    context.globalAlpha = level === -2 ? 0.5 : opacityOf(count)
    context.strokeStyle = level === -2 ? faint : (palette[level] ?? noValue)
    context.setLineDash(
      state === null ? [] : trialDashes[state].map((length) => length * devicePixelRatio)
    )
    context.stroke(path)
  }
  context.restore()
}

/** The colour of the mark of the trial in this place. */
export const markColor = (
  { detail, levels, palette }: Pick<SweepPart, "detail" | "levels" | "palette">,
  i: number,
  color: (token: string) => string
): string =>
  palette[levels[i]!] ?? color(detail.trials[i]!.state === "failed" ? "--bad" : "--ink-3")

/** Draws the mark of a trial's state in a circle of the ground, so that it stands out from lines. */
export const drawMark = (
  context: CanvasRenderingContext2D,
  state: TrialState,
  x: number,
  y: number,
  {
    color,
    ground,
    size = 11
  }: { readonly color: string; readonly ground: string; readonly size?: number }
): void => {
  const scale = (size / 14) * devicePixelRatio
  context.save()
  context.translate(x - 7 * scale, y - 7 * scale)
  context.scale(scale, scale)
  context.fillStyle = ground
  context.beginPath()
  context.arc(7, 7, 7.5, 0, 2 * Math.PI)
  context.fill()
  context.strokeStyle = color
  context.fillStyle = color
  context.lineWidth = 2
  context.lineCap = "round"
  context.lineJoin = "round"
  const path = new Path2D(
    state === "completed" ? "M7 3a4 4 0 110 8 4 4 0 010-8z" : trialShapes[state]
  )
  if (state === "running" || state === "completed") context.fill(path)
  context.stroke(path)
  context.restore()
}
