import { t } from "../../../language/Text.js"
import type { TrialState } from "../../Api.js"
import { Mark } from "../components/Mark.js"

/** The name of a state of a trial. */
export const trialStateText = (state: TrialState): string => {
  switch (state) {
    case "waiting":
      return t`waiting`
    case "running":
      return t`running`
    case "paused":
      return t`paused`
    case "completed":
      return t`completed`
    case "failed":
      return t`failed`
  }
}

/** The shape of a state in a box of 14, so that no colour is needed to tell states apart. */
export const trialShapes: Readonly<Record<TrialState, string>> = {
  waiting: "M7 2.5a4.5 4.5 0 110 9 4.5 4.5 0 010-9z",
  running: "M4 2.5v9l7-4.5z",
  paused: "M4.5 3v8M9.5 3v8",
  completed: "M2.5 7.5l3 3 6-7",
  failed: "M3.5 3.5l7 7M10.5 3.5l-7 7"
}

/** The dashes of a state's lines, in pixels. */
export const trialDashes: Readonly<Record<TrialState, ReadonlyArray<number>>> = {
  completed: [],
  paused: [6, 2],
  running: [9, 3, 2, 3],
  failed: [1.5, 4],
  waiting: [1.5, 4]
}

/** How a trial stands. */
export const TrialBadge = ({ state }: { readonly state: TrialState }) => (
  <span class="badge" data-status={state}>
    <Mark shape={trialShapes[state]} />
    {trialStateText(state)}
  </span>
)
