import { defineScheduler } from "./DefineSearch.js"
import { epochsOf, suggested } from "./Trials.js"

/** Trains every trial to its end, one after another. */
export const none = defineScheduler("none", {
  description: "Every trial is trained to its end.",
  fields: {},
  make: () => ({
    next: (given, search) => {
      const trial = suggested(given.tickets)
      const parameters = trial < given.trials ? search.suggest(given, trial) : null
      return parameters === null
        ? { _tag: "Done" }
        : { _tag: "Train", ticket: { trial, parameters, until: epochsOf(given, parameters) } }
    }
  })
})
