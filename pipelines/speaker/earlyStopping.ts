/** Early stopping is a built-in stage; pipelines that import it from here still find it. */
import { Stages } from "holdfast"

export const { earlyStopping } = Stages
