import { useRef, useState } from "preact/hooks"
import type uPlot from "uplot"
import type { Trial } from "../../Api.js"
import { handleKey } from "../state/handleKey.js"
import { useFrame } from "../state/useFrame.js"
import { DrawnPlot, type DrawnPlotProps } from "./DrawnPlot.js"
import type { SweepPart } from "./SweepPart.js"
import { trialKeys } from "./trialKeys.js"
import { TrialTip } from "./TrialTip.js"

export interface TrialPlotProps extends Omit<
  DrawnPlotProps,
  "children" | "onClick" | "onKeyDown" | "onMove"
> {
  readonly part: SweepPart
  /** The trial that is near to a point of the plot. */
  readonly nearest: (plot: uPlot, left: number, top: number) => Trial | null
  /** The trials as the keyboard goes through them. */
  readonly order: ReadonlyArray<Trial>
  /** Where a trial is, in values of the axes; null: nowhere. */
  readonly placeOf: (trial: Trial) => readonly [number, number] | null
}

/** A chart of trials at which one points, by the mouse or by the keyboard. */
export const TrialPlot = ({ nearest, order, part, placeOf, ...look }: TrialPlotProps) => {
  const { open, point, pointed } = part
  const [at, setAt] = useState<{ readonly x: number; readonly y: number } | null>(null)
  const plot = useRef<uPlot | null>(null)
  const atFrame = useFrame()

  const onMove: DrawnPlotProps["onMove"] = (made, place) => {
    plot.current = made
    atFrame(() => {
      if (place === null) {
        if (at !== null) point(null)
        setAt(null)
        return
      }
      const found = nearest(made, place.left, place.top)
      point(found)
      const { offsetLeft, offsetTop } = made.over
      setAt(found === null ? null : { x: place.left + offsetLeft, y: place.top + offsetTop })
    })
  }
  const pointByKey = (trial: Trial | undefined) => {
    const made = plot.current
    if (trial === undefined) return
    point(trial)
    const place = placeOf(trial)
    if (made === null || place === null) return
    const { offsetLeft, offsetTop } = made.over
    setAt({
      x: made.valToPos(place[0], "x") + offsetLeft,
      y: made.valToPos(place[1], "y") + offsetTop
    })
  }
  const keys = trialKeys(part, order, pointByKey)
  return (
    <DrawnPlot
      {...look}
      onMove={onMove}
      onClick={() => pointed !== null && at !== null && open(pointed)}
      onKeyDown={(event) =>
        handleKey(event, {
          ...keys,
          ArrowRight: keys.ArrowDown,
          ArrowLeft: keys.ArrowUp,
          Escape: () => {
            point(null)
            setAt(null)
          }
        })
      }
    >
      {at !== null && pointed !== null && (
        <TrialTip part={part} trial={pointed} x={at.x} y={at.y} width={plot.current?.width ?? 0} />
      )}
    </DrawnPlot>
  )
}
