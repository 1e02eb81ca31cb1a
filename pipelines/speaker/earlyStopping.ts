import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { JsonNumber, Run, Stage } from "holdfast"

/** Stops the run when `val_loss` has not fallen for `patience` epochs. */
export const earlyStopping = ({ patience }: { readonly patience: number }) =>
  Stage.stateful("earlyStopping", {
    description: `stop when val_loss has not fallen for ${patience} epochs`,
    state: Schema.Struct({ lowest: JsonNumber, waited: Schema.Int }),
    initial: { lowest: Infinity, waited: 0 },
    run: (run, { lowest, waited }) =>
      Effect.gen(function* () {
        const { val_loss = NaN } = yield* Run.metrics(run)
        if (val_loss < lowest) return { lowest: val_loss, waited: 0 }
        if (waited + 1 === patience)
          yield* Run.stop(run, `val_loss has not fallen for ${patience} epochs`)
        return { lowest, waited: waited + 1 }
      })
  })
