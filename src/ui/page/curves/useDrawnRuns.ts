import type { DrawnRun } from "../charts/Curve.js"
import { useRuns, useStore } from "../data/hooks.js"
import { lineStyle } from "../lib/palette.js"
import type { CurveOptions } from "../state/Route.js"
import { useSettings } from "../state/Settings.js"
import { useShortcuts } from "../state/useShortcuts.js"

/** Runs as they are drawn: each by its number among them, so that a view looks the same when it is shared. */
export const useDrawnRuns = (ids: ReadonlyArray<string>): ReadonlyArray<DrawnRun> => {
  const { runs } = useRuns()
  const { theme } = useSettings()
  return ids.map((id, i) => ({
    id,
    name: runs.find((run) => run.id === id)?.name ?? id,
    style: lineStyle(i, theme)
  }))
}

/** The keys of curves. */
export const useCurveShortcuts = (
  options: CurveOptions,
  change: (part: Partial<CurveOptions>) => void
): void => {
  const { axes } = useStore().source
  const smoothBy = (step: number) =>
    change({ smooth: Math.min(0.99, Math.max(0, Number((options.smooth + step).toFixed(2)))) })
  useShortcuts({
    e: () => change({ x: axes[(axes.indexOf(options.x) + 1) % axes.length]!, zoom: null }),
    l: () => change({ log: !options.log }),
    "[": () => smoothBy(-0.1),
    "]": () => smoothBy(0.1),
    "0": () => change({ zoom: null })
  })
}
