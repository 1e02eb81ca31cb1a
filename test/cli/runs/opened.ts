import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { OpenRun } from "../../../src/cli/runs/OpenRuns.js"
import { RunViews } from "../../../src/ui/RunViews.js"
import { fixtures } from "../../ui/fixtures.js"

/** Invented runs as the command line has opened them, by their numbers. */
export const openedRuns = (...numbers: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const views = Context.get(yield* Layer.build(fixtures(12)), RunViews)
    const { runs } = yield* views.list
    return yield* Effect.forEach(numbers, (i) => {
      const { id, name } = runs[i]!
      return Effect.map(views.run(id), (detail): OpenRun => ({
        views,
        id,
        folder: `runs/${id}`,
        label: name,
        detail
      }))
    })
  })
