import { useMemo } from "preact/hooks"
import type { SweepDetail, Trial } from "../../Api.js"
import { valueColors, valuePalette } from "../lib/colormap.js"
import {
  needsLog,
  parameterAxis,
  shortLabels,
  valueAxis,
  within,
  type Axis,
  type Brush
} from "../lib/parallel.js"
import { defaultCurves, formatRoute } from "../state/Route.js"
import { useSettings } from "../state/Settings.js"
import type { SweepRoute } from "./SweepView.js"

/** What every part of a sweep's page gets. */
export interface SweepPart {
  readonly detail: SweepDetail
  readonly axes: ReadonlyArray<Axis>
  /** Whether the trial in this place is among those that are chosen. */
  readonly isChosen: ReadonlyArray<boolean>
  /** The colours of values, from the worst to the best. */
  readonly palette: ReadonlyArray<string>
  /** Which of them the trial in this place has; -1: none, as without a value or after a failure. */
  readonly levels: Int8Array
  /** Whether the metric has a log scale. */
  readonly isLog: boolean
  readonly byNumber: ReadonlyMap<number, Trial>
  /** The places of trials by their numbers. */
  readonly places: ReadonlyMap<number, number>
  /** The trial with the best value; null: none has one. */
  readonly best: Trial | null
  /** The trial that is pointed at, in any part; null: none. */
  readonly pointed: Trial | null
  readonly point: (trial: Trial | null) => void
  readonly open: (trial: Trial) => void
  readonly route: SweepRoute
  readonly change: (part: Partial<SweepRoute>) => void
}

/** The address of a trial's run. */
export const trialAddress = ({ run }: Trial): string =>
  formatRoute({ view: "run", id: run, tab: "overview", ...defaultCurves })

/** The axes, colours and choice of a sweep's trials. */
export const useTrials = (
  detail: SweepDetail,
  route: SweepRoute
): Pick<
  SweepPart,
  "axes" | "best" | "byNumber" | "isChosen" | "isLog" | "levels" | "palette" | "places"
> => {
  const { theme } = useSettings()
  const { parameters, summary, trials } = detail
  const values = useMemo(() => trials.map(({ value }) => value), [detail])
  const isLog = route.log ?? needsLog(values)
  const axes = useMemo(() => {
    const labels = shortLabels(parameters.map(({ path }) => path))
    const samples = trials.map((trial) => trial.parameters)
    return [
      ...parameters.map((parameter, i) => parameterAxis(parameter, labels[i]!, samples)),
      valueAxis(summary.metric, values, isLog)
    ]
  }, [detail, isLog])
  const isChosen = useChoice(axes, route.brushes, route.states, trials)
  const palette = useMemo(() => valuePalette(theme), [theme])
  const levels = useMemo(
    () =>
      Int8Array.from(axes.at(-1)!.shares, (share, i) => {
        if (trials[i]!.state === "failed") return -1
        const goodness = summary.mode === "max" ? share : 1 - share
        return Number.isNaN(share)
          ? -1
          : Math.min(valueColors - 1, Math.max(0, Math.floor(goodness * valueColors)))
      }),
    [axes, summary.mode, trials]
  )
  const byNumber = useMemo(() => new Map(trials.map((trial) => [trial.number, trial])), [detail])
  const places = useMemo(() => new Map(trials.map(({ number }, i) => [number, i])), [detail])
  const best = summary.best === null ? null : (byNumber.get(summary.best.trial) ?? null)
  return { axes, best, byNumber, isChosen, isLog, levels, palette, places }
}

/** Which trials are within the brushes and in the states that are chosen. */
export const useChoice = (
  axes: ReadonlyArray<Axis>,
  brushes: ReadonlyArray<Brush>,
  states: SweepRoute["states"],
  trials: ReadonlyArray<Trial>
): ReadonlyArray<boolean> =>
  useMemo(() => {
    const inside = within(axes, brushes, trials.length)
    return trials.map(
      ({ state }, i) => inside[i]! && (states.length === 0 || states.includes(state))
    )
  }, [axes, JSON.stringify(brushes), states.join(), trials])
