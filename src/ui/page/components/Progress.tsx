import { t } from "../../../language/Text.js"
import type { RunSummary } from "../../Api.js"
import { formatInteger } from "../lib/format.js"

/** The share of a run that is done, from 0 to 1; null where its end is not known. */
export const shareDone = ({ epoch, epochs, status, step, steps }: RunSummary): number | null => {
  if (status === "finished") return 1
  if (epochs === null || epochs === 0) return null
  return Math.min(1, (epoch + (steps ? step / steps : 0)) / epochs)
}

/** Where a run is, in words. */
export const positionText = ({ epoch, epochs, step, steps }: RunSummary): string => {
  const done = epochs === null ? t`epoch ${epoch}` : t`epoch ${epoch} of ${epochs}`
  if (step === 0) return done
  return steps === null
    ? t`${done}, step ${formatInteger(step)}`
    : t`${done}, step ${formatInteger(step)} of ${formatInteger(steps)}`
}

/** How far a run is. */
export const Progress = ({ run }: { readonly run: RunSummary }) => {
  const share = shareDone(run)
  if (share === null) return null
  return (
    <div
      class="progress"
      data-status={run.status}
      role="progressbar"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(share * 100)}
      aria-label={t`progress of ${run.name}`}
    >
      <span style={{ width: `${share * 100}%` }} />
    </div>
  )
}
