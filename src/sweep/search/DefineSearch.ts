import type * as Schema from "effect/Schema"
import * as Choice from "../../config/Choice.js"
import type { Json } from "../space/Json.js"
import type { Scheduler, Search } from "./Search.js"

/**
 * Defines a search algorithm that the `search` of a sweep can name: its fields there, and what chooses
 * the parameters of trials. `suggest` must be pure, and draw from `Random.generator` of the seed alone: only
 * then does a sweep resume exactly.
 */
export const define = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  definition: Choice.Definition<Name, Fields, Omit<Search, "name">>
) =>
  Choice.define(name, {
    ...definition,
    make: (config): Search => ({
      ...definition.make(config),
      name,
      fields: fieldsOf(config as object)
    })
  })

/**
 * Defines a scheduler that the `scheduler` of a sweep can name, as `define` does a search algorithm: what
 * decides which trial is trained next, and how far.
 */
export const defineScheduler = <const Name extends string, Fields extends Schema.Struct.Fields>(
  name: Name,
  definition: Choice.Definition<Name, Fields, Omit<Scheduler, "name">>
) =>
  Choice.define(name, {
    ...definition,
    make: (config): Scheduler => ({
      ...definition.make(config),
      name,
      fields: fieldsOf(config as object)
    })
  })

/** The fields of a config without its name. */
const fieldsOf = (config: object): Readonly<Record<string, Json>> =>
  Object.fromEntries(Object.entries(config).filter(([field]) => field !== "name"))
