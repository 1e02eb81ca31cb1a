import { t } from "../../../language/Text.js"
import type { RunStatus } from "../../Api.js"
import { Mark } from "./Mark.js"

/** The name of a status. */
export const statusText = (status: RunStatus): string => {
  switch (status) {
    case "running":
      return t`running`
    case "finished":
      return t`finished`
    case "interrupted":
      return t`interrupted`
    case "stopped":
      return t`stopped`
  }
}

/** A shape for each status, so that no colour is needed to tell them apart. */
const shapes: Readonly<Record<RunStatus, string>> = {
  running: "M4 2.5v9l7-4.5z",
  finished: "M2.5 7.5l3 3 6-7",
  interrupted: "M4.5 3v8M9.5 3v8",
  stopped: "M3.5 3.5h7v7h-7z"
}

/** How a run or a sweep stands. */
export const StatusBadge = ({ status }: { readonly status: RunStatus }) => (
  <span class="badge" data-status={status}>
    <Mark shape={shapes[status]} />
    {statusText(status)}
  </span>
)
