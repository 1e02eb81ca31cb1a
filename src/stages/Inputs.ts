import * as Predicate from "effect/Predicate"
import type { Takes } from "../Stage.js"
import { english } from "../language/Text.js"
import { isRun, type RunConfig } from "../training/Run.js"
import type { Prepared } from "./loadDataset.js"

/** Whether `value` is a config with a `training` section, as a run needs it. */
export const hasTraining = (value: unknown): value is RunConfig =>
  Predicate.hasProperty(value, "training") && Predicate.isRecord(value.training)

const isPrepared = (value: unknown): value is Prepared<RunConfig> =>
  Predicate.hasProperty(value, "dataset") &&
  Predicate.hasProperty(value.dataset, "train") &&
  Predicate.hasProperty(value, "config") &&
  hasTraining(value.config)

/** A config may be anything, but what another stage gives is none. */
export const config: Takes = {
  what: english`the config`,
  from: "loadConfig",
  accepts: (input) => input != null && !isPrepared(input) && !isRun(input)
}

/** A config, and the data that it describes. */
export const prepared: Takes = {
  what: english`the config and the data`,
  from: "loadDataset",
  accepts: isPrepared
}
