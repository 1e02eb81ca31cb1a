import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Cores from "../../io/Cores.js"
import { beginAlone } from "../../sweep/begin.js"
import { runSweep } from "../../sweep/runSweep.js"
import { display } from "./DisplaySweep.js"
import { prepare, type Given } from "./PrepareSweep.js"

/** The options of `holdfast sweep FILE`. */
export interface Options extends Given {
  readonly workers: Option.Option<number>
  readonly force: boolean
  readonly json: boolean
}

/** Starts or resumes the sweep of a file, on this machine. */
export const startSweep = Effect.fn("StartSweep")(function* (file: string, options: Options) {
  const { definition: wanted, folder } = yield* prepare(file, options)
  const { definition, ledger, lost } = yield* beginAlone(folder, wanted, {
    force: options.force,
    keepsBackend: Option.isNone(options.backend)
  })
  // More would find nothing to do.
  const workers = Math.min(definition.parallel, Option.getOrElse(options.workers, Cores.available))
  const emit = yield* display(definition, options.json)
  yield* Effect.raceFirst(
    runSweep({ definition, folder, ledger, workers, emit }),
    Effect.flatMap(lost, Effect.fail)
  )
}, Effect.scoped)
