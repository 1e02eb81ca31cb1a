import type { Determinism } from "../backends/Determinism.js"
import type { Candidate } from "../checkpointing/resume/Resumption.js"
import type { RunPosition } from "../events/Event.js"
import { stored, t } from "../language/Text.js"
import * as Format from "./Format.js"

/** Where a run stands: "after epoch 3", or "at epoch 4, step 12" inside the fourth. */
const at = ({ epoch, step }: RunPosition): string =>
  step === 0 ? t`after epoch ${epoch}` : t`at epoch ${epoch + 1}, step ${step}`

/** What a backend promises, at the start of a run. */
export const determinism = ({ holds, threads }: Determinism): string => {
  if (holds === "Nowhere") return t`not deterministic`
  if (holds === "Everywhere") return t`deterministic on every processor`
  return threads === undefined
    ? t`deterministic on this kind of processor`
    : t`deterministic on this kind of processor with ${counted(threads)}`
}

/** What a checkpoint says of how it was computed. */
export const recorded = (deterministic: boolean, threads: number | undefined): string => {
  if (!deterministic) return t`no`
  return threads === undefined ? t`yes` : t`yes, with ${counted(threads)}`
}

const counted = (threads: number): string => (threads === 1 ? t`1 thread` : t`${threads} threads`)

/** Asks whether to resume from `candidate`; ends where the answer is typed. */
export const resumePrompt = (candidate: Candidate): string =>
  [
    t`Found an earlier run: ${candidate.path}`,
    `  ${t`${at(candidate)}, saved ${Format.time(candidate.savedAt)}`}`,
    candidate.bestValLoss === null
      ? `  ${t`not validated yet`}`
      : `  ${t`best validation loss ${Format.number(candidate.bestValLoss)}`}`,
    ...(candidate.finite === false
      ? [`  ${t`its weights are NaN or infinite: training cannot recover from them`}`]
      : []),
    t`Resume from it? [Y/n] `
  ].join("\n")

/** After an answer that is neither yes nor no. */
export const yesOrNo = (): string => t`Please answer y or n. [Y/n] `

const yes = ["", "y", "yes", "是", "好"]
const no = ["n", "no", "否", "不"]

/** What an answer to a yes-or-no question means; null if it is neither. Enter is yes. */
export const answer = (typed: string): boolean | null => {
  const word = typed.trim().toLowerCase()
  return yes.includes(word) ? true : no.includes(word) ? false : null
}

/** At the start of a run that resumes; `unasked`: there is no terminal to ask on. */
export const resuming = (
  from: RunPosition & { readonly path: string },
  unasked: boolean
): string =>
  unasked
    ? t`no terminal to ask on: resuming from ${from.path}, ${at(from)}`
    : t`resuming from ${from.path}, ${at(from)}`

/** After checkpoints were moved; `kept` is where the run resumed, if they were later ones of its own. */
export const archived = (path: string, kept: RunPosition | null): string =>
  kept === null
    ? t`moved the earlier checkpoints to ${path}`
    : t`resumed ${at(kept)}; moved the later checkpoints to ${path}`

/** While the step and the save that a signal interrupted are finished. */
export const stopping = (): string =>
  t`stopping after this step, then saving; press Ctrl+C again to quit without saving`

/** When the npm or npx that started this process has ended, most likely on SIGTERM. */
export const orphaned = (): string =>
  t`npx has ended and does not forward SIGTERM: stopping and saving, as on SIGTERM
in services and containers, start node_modules/.bin/holdfast directly`

/** When stopping takes longer than the grace period of `seconds`. */
export const outOfTime = (seconds: number): string =>
  t`the ${seconds} s of --grace are over: exiting with unfinished work`

export const saved = (options: {
  readonly position: RunPosition
  readonly path: string
  readonly signal: string | null
  readonly command: string
}): string => {
  const { command, path, position, signal } = options
  const stopped =
    signal === null
      ? t`stopped ${at(position)}; saved ${path}`
      : t`stopped by ${signal} ${at(position)}; saved ${path}`
  return `${stopped}\n${t`resume with: ${command}`}`
}

export const stoppedUnsaved = (signal: string | null, command: string): string => {
  const stopped =
    signal === null
      ? t`stopped before training began; nothing to save`
      : t`stopped by ${signal} before training began; nothing to save`
  return `${stopped}\n${t`run it again with: ${command}`}`
}

export const alreadyFinished = (options: {
  readonly epoch: number
  readonly epochs: number
  readonly stopped: string | null
  readonly stopped_by: string | null
}): string => {
  const { epoch, epochs, stopped, stopped_by } = options
  const why = stopped === null ? t`training.num_epochs is ${epochs}` : stored(stopped)
  const wayOn =
    stopped_by === null
      ? t`to continue, raise training.num_epochs, or return to the best epoch with other settings: --resume best`
      : t`to continue, raise the patience of ${stopped_by} or training.num_epochs, or return to the best epoch with other settings: --resume best`
  return `${t`already finished after epoch ${epoch}: ${why}`}\n${wayOn}`
}

export const finished = (options: {
  readonly epoch: number
  readonly stopped: string | null
  readonly seconds: number
  readonly best: { readonly metric: string; readonly value: number; readonly epoch: number } | null
}): string => {
  const { best, epoch, seconds, stopped } = options
  return (
    t`finished after epoch ${epoch}, ${Format.duration(seconds)}` +
    (stopped === null ? "" : t`, stopped early: ${stored(stopped)}`) +
    (best === null
      ? ""
      : t`; best ${Format.metric(best.metric, best.value)} in epoch ${best.epoch}`)
  )
}
