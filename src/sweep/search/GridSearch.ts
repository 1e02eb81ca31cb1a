import { t } from "../../language/Text.js"
import * as Space from "../space/Space.js"
import { define } from "./DefineSearch.js"

/** Every combination of the values of all parameters, as many as the sweep has trials: `Space.gridAt`. */
export const grid = define("grid", {
  description: "Every combination of the parameters' values, in order.",
  fields: {},
  make: () => ({
    suggest: ({ space }, trial) => Space.gridAt(space, trial) ?? null,
    check: ({ space }) => {
      const path = Space.withoutGrid(space)
      return path === undefined
        ? undefined
        : {
            path: ["space", path, "steps"],
            message: t`how many values a grid takes of a real number`
          }
    }
  })
})
