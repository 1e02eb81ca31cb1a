import type { Candidate } from "../checkpointing/resume/Resumption.js"
import { stored, t } from "../language/Text.js"
import type { RunPosition } from "../events/Event.js"
import * as Format from "./Format.js"

/** "after epoch 3", "after epoch 3 and 12 steps more": what is done, not what is under way. */
const after = ({ epoch, step }: RunPosition): string => {
  if (epoch === 0) {
    return step === 1
      ? t`after 1 step of the first epoch`
      : t`after ${step} steps of the first epoch`
  }
  if (step === 0) return t`after epoch ${epoch}`
  return step === 1
    ? t`after epoch ${epoch} and 1 step more`
    : t`after epoch ${epoch} and ${step} steps more`
}

/** Whether to go on from `candidate`; ends where the answer is typed. */
export const goOn = (candidate: Candidate): string =>
  [
    t`An earlier run was found: ${candidate.path}`,
    `  ${t`${after(candidate)}, saved ${Format.time(candidate.savedAt)}`}`,
    candidate.bestValLoss === null
      ? `  ${t`not validated yet`}`
      : `  ${t`best validation loss ${Format.number(candidate.bestValLoss)}`}`,
    ...(candidate.finite === false
      ? [`  ${t`its weights are NaN or infinite: it will learn nothing more`}`]
      : []),
    t`Go on from there? [Y/n] `
  ].join("\n")

/** After an answer that is neither yes nor no. */
export const yesOrNo = (): string => t`Please answer y or n. [Y/n] `

const yes = ["", "y", "yes", "是", "好"]
const no = ["n", "no", "否", "不"]

/** What an answer to a yes-or-no question means; null where that is not clear. Enter is yes. */
export const answer = (typed: string): boolean | null => {
  const word = typed.trim().toLowerCase()
  return yes.includes(word) ? true : no.includes(word) ? false : null
}

export const goingOn = (
  from: RunPosition & { readonly path: string },
  noTerminal: boolean
): string =>
  noTerminal
    ? t`no terminal to ask on: going on from ${from.path}, ${after(from)}`
    : t`going on from ${from.path}, ${after(from)}`

export const archived = (path: string, kept: RunPosition | null): string =>
  kept === null
    ? t`the earlier checkpoints were moved to ${path}`
    : t`the checkpoints ${after(kept)} were moved to ${path}`

/** While the step and the save that a signal interrupted are finished. */
export const stopping = (): string =>
  t`stopping after this step, then saving; Ctrl+C again quits without saving`

/** When the npm or npx that has started this process has ended, with SIGTERM most likely. */
export const orphaned = (): string =>
  t`npx has ended, and does not pass SIGTERM on: stopping and saving as after SIGTERM
in services and containers run node_modules/.bin/holdfast, which gets signals itself`

/** When the seconds are over that stopping may take. */
export const outOfTime = (seconds: number): string =>
  t`the ${seconds} s that --grace allows are over: ended with work unfinished`

export const saved = (options: {
  readonly place: RunPosition
  readonly path: string
  readonly signal: string | null
  readonly command: string
}): string => {
  const { command, path, place, signal } = options
  const stopped =
    signal === null
      ? t`stopped ${after(place)}; saved in ${path}`
      : t`stopped by ${signal} ${after(place)}; saved in ${path}`
  return `${stopped}\n${t`go on with: ${command}`}`
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
  readonly stoppedBy: string | null
}): string => {
  const { epoch, epochs, stopped, stoppedBy } = options
  const why = stopped === null ? t`training.num_epochs is ${epochs}` : stored(stopped)
  const wayOn =
    stoppedBy === null
      ? t`to train on, raise training.num_epochs, or go back to the best epoch with other settings: --resume best`
      : t`to train on, raise the patience of ${stoppedBy} or training.num_epochs, or go back to the best epoch with other settings: --resume best`
  return `${t`already at the end, after epoch ${epoch}: ${why}`}\n${wayOn}`
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
    (stopped === null ? "" : t`, early: ${stored(stopped)}`) +
    (best === null
      ? ""
      : t`; best ${Format.metric(best.metric, best.value)} in epoch ${best.epoch}`)
  )
}
