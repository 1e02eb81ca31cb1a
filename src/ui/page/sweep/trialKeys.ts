import type { Trial } from "../../Api.js"
import type { Shortcuts } from "../state/useShortcuts.js"
import type { SweepPart } from "./SweepPart.js"

/** The keys by which one points at the trials of `order`, one after the other, and opens one. */
export const trialKeys = (
  { open, pointed }: SweepPart,
  order: ReadonlyArray<Trial>,
  pointAt: (trial: Trial | undefined) => void
) => {
  const now = pointed === null ? -1 : order.indexOf(pointed)
  return {
    ArrowDown: () => pointAt(order[Math.min(order.length - 1, now + 1)]),
    ArrowUp: () => pointAt(order[Math.max(0, now - 1)]),
    Home: () => pointAt(order[0]),
    End: () => pointAt(order.at(-1)),
    Enter: () => pointed !== null && open(pointed)
  } satisfies Shortcuts
}
