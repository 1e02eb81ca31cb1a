import { asha } from "./Asha.js"
import { grid } from "./GridSearch.js"
import { none } from "./NoScheduler.js"
import { pbt } from "./PopulationBased.js"
import { random } from "./RandomSearch.js"
import { sobol } from "./SobolSearch.js"
import { tpe } from "./Tpe.js"

/** The search algorithms that a sweep can name, the default first. */
export const searches = [random, grid, sobol, tpe] as const

/** The schedulers that a sweep can name, the default first. */
export const schedulers = [none, asha, pbt] as const
