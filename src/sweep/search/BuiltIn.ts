import { grid } from "./GridSearch.js"
import { none } from "./NoScheduler.js"
import { random } from "./RandomSearch.js"
import { sobol } from "./SobolSearch.js"

/** The search algorithms that a sweep can name, the default first. */
export const searches = [random, grid, sobol] as const

/** The schedulers that a sweep can name, the default first. */
export const schedulers = [none] as const
