import * as Random from "../../training/Random.js"
import * as Space from "../space/Space.js"
import { define } from "./DefineSearch.js"

/** The sample that random search has for a trial: each parameter drawn by seed, trial and path. */
export const randomSample = (seed: number, space: Space.Space, trial: number): Space.Sample =>
  Space.sampleAt(space, (path) =>
    Random.generator(Random.make(seed), "sweep", "random", trial, path)()
  )

/**
 * Random search (Bergstra and Bengio, JMLR 13, 2012): each trial by itself. A further parameter of the
 * space changes no other, and more trials change none of those before.
 */
export const random = define("random", {
  description: "Each trial by itself, at random (Bergstra and Bengio, 2012).",
  fields: {},
  make: () => ({ suggest: ({ seed, space }, trial) => randomSample(seed, space, trial) })
})
