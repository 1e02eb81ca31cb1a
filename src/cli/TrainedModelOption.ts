import type * as Option from "effect/Option"
import { t } from "../language/Text.js"
import * as Command from "./Command.js"

/** The options that say which trained model a command uses. */
export const options = {
  best: Command.flag(t`of a folder: the best checkpoint; default: the latest`),
  weights: Command.value(
    "NAME",
    t`use the weights that this state holds, such as ema; own: those of the model, even if the run has kept an average`
  ),
  model: Command.value("NAME", t`which model, of several; default: the first`),
  pipeline: Command.value(
    "FILE",
    t`the pipeline that trained the model, if it has custom layers or the checkpoint is of a release before 0.3`
  )
}

/** The checkpoint or folder, and these options, as given. */
export interface Given {
  readonly from: string
  readonly best: boolean
  readonly weights: Option.Option<string>
  readonly model: Option.Option<string>
  readonly pipeline: Option.Option<string>
}
