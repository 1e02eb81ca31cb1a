import { t } from "../../language/Text.js"
import type { Definition, Problem } from "./Search.js"
import { epochsPath } from "./Trials.js"

/** Schedulers decide how many epochs a trial has: the space must not. */
export const fixedEpochs = ({ space }: Definition): Problem | undefined =>
  epochsPath in space
    ? {
        path: ["space", epochsPath],
        message: t`no parameter here, since the scheduler decides how far a trial is trained`
      }
    : undefined

/** A number of epochs that a scheduler asks for must not be more than there are. */
export const within = (
  { epochs }: Definition,
  name: string,
  wanted: number
): Problem | undefined =>
  wanted <= epochs
    ? undefined
    : { path: ["scheduler", name], message: t`at most the epochs of a trial, ${epochs}` }
