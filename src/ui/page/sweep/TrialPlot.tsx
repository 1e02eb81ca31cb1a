import { useEffect, useRef, useState } from "preact/hooks"
import type { KeyboardEventHandler } from "preact"
import type uPlot from "uplot"
import type { Trial } from "../../Api.js"
import type { SweepPart } from "./SweepPart.js"

/** Where a trial is on a chart, in values of its axes; null: nowhere. */
export type Place = readonly [number, number] | null

/**
 * How one points at a trial of a chart: by the mouse at the one that `nearest` finds, or by the keyboard at
 * the next of `order`.
 */
export const usePointing = (
  { open, point, pointed }: SweepPart,
  nearest: (plot: uPlot, left: number, top: number) => Trial | null,
  order: ReadonlyArray<Trial>,
  placeOf: (trial: Trial) => Place
) => {
  const [at, setAt] = useState<{ readonly x: number; readonly y: number } | null>(null)
  const plot = useRef<uPlot | null>(null)
  const frame = useRef(0)
  useEffect(() => () => cancelAnimationFrame(frame.current), [])

  const onMove = (made: uPlot, place: { readonly left: number; readonly top: number } | null) => {
    plot.current = made
    cancelAnimationFrame(frame.current)
    frame.current = requestAnimationFrame(() => {
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
  const onKeyDown: KeyboardEventHandler<HTMLDivElement> = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const now = pointed === null ? -1 : order.indexOf(pointed)
    const next = () => pointByKey(order[Math.min(order.length - 1, now + 1)])
    const previous = () => pointByKey(order[Math.max(0, now - 1)])
    const actions: Readonly<Record<string, () => void>> = {
      ArrowRight: next,
      ArrowDown: next,
      ArrowLeft: previous,
      ArrowUp: previous,
      Home: () => pointByKey(order[0]),
      End: () => pointByKey(order.at(-1)),
      Enter: () => pointed !== null && open(pointed),
      Escape: () => {
        point(null)
        setAt(null)
      }
    }
    const action = actions[event.key]
    if (action === undefined) return
    event.preventDefault()
    event.stopPropagation()
    action()
  }
  return {
    /** Where the tip of the trial stands that is pointed at here. */
    tip: pointed === null ? null : at,
    width: () => plot.current?.width ?? 0,
    handlers: { onMove, onKeyDown, onClick: () => pointed !== null && at !== null && open(pointed) }
  }
}
