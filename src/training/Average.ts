import type { TrainingConfig } from "../config/TrainingConfig.js"
import { ema, swa } from "./average/BuiltIn.js"
import type { Average } from "./average/WeightAverage.js"

export { ema, swa, type EmaOptions, type SwaOptions } from "./average/BuiltIn.js"
export type { Average, AveragedStep } from "./average/WeightAverage.js"

/** What `fromConfig` reads of the `training` section. */
export type AverageFields = Partial<Pick<TrainingConfig, "ema" | "swa">>

/** The averages that the config asks for: `training.ema`, `training.swa`. */
export const fromConfig = ({ ema: one, swa: other }: AverageFields): ReadonlyArray<Average> => [
  ...(one == null ? [] : [ema(one)]),
  ...(other == null ? [] : [swa(other)])
]
