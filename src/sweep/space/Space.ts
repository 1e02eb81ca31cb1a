import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"
import { Json } from "./Json.js"
import * as Parameter from "./Parameter.js"

export { choice, int, logUniform, uniform } from "./Parameter.js"
export type { Choice, Int, LogUniform, Parameter, Uniform } from "./Parameter.js"
export type { ParameterOf, PathOf, SpaceOf, ValueAt, Written } from "./Path.js"
export type { Json } from "./Json.js"

/** The parameters of a sweep by the fields of the config that they set, names joined by dots. */
export type Space = Readonly<Record<string, Parameter.Parameter>>

/** A value for each parameter of a space, by its path. */
export type Sample = Readonly<Record<string, Json>>

/** A sample in JSON. */
export const Sample: Schema.Schema<Sample> = Schema.Record({ key: Schema.String, value: Json })

/** A space in JSON. Refuses an empty one, and parameters of which one sets what another is in. */
export const Space: Schema.Schema<Space> = Schema.Record({
  key: Schema.String,
  value: Parameter.Parameter
}).pipe(
  Schema.filter((space) => {
    const paths = Object.keys(space)
    if (paths.length === 0) return t`at least one parameter`
    const unnamed = paths.find((path) => path.split(".").includes(""))
    if (unnamed !== undefined) {
      return { path: [unnamed], message: t`names of fields joined by dots, none of them empty` }
    }
    const inner = paths.find((path) => paths.some((outer) => path.startsWith(`${outer}.`)))
    const outer = paths.find((outer) => inner?.startsWith(`${outer}.`))
    return inner === undefined
      ? undefined
      : { path: [inner], message: t`no parameter here, since ${outer} sets what it is in` }
  })
)

/**
 * The paths of a space, or of a sample, in the order in which searches take them: sorted, so that the order in which a
 * file or a database happens to hold them means nothing.
 */
export const pathsOf = (space: Space | Sample): ReadonlyArray<string> => Object.keys(space).sort()

/** The sample with the values at a point of the unit cube, from [0, 1) in each parameter. */
export const sampleAt = (space: Space, unit: (path: string, dimension: number) => number): Sample =>
  Object.fromEntries(
    pathsOf(space).map((path, i) => [path, Parameter.valueAt(space[path]!, unit(path, i))])
  )

/** Where a sample is in the unit cube, by the order of `pathsOf`. */
export const unitsOf = (space: Space, sample: Sample): ReadonlyArray<number> =>
  pathsOf(space).map((path) => Parameter.unitOf(space[path]!, sample[path]!))

/** A parameter of which a grid cannot be made: a real number without `steps`. */
export const withoutGrid = (space: Space): string | undefined =>
  pathsOf(space).find((path) => Parameter.gridValues(space[path]!) === undefined)

/** How many samples the grid of a space has; Infinity where a real number is without `steps`. */
export const gridSize = (space: Space): number =>
  pathsOf(space).reduce(
    (size, path) => size * (Parameter.gridValues(space[path]!)?.length ?? Infinity),
    1
  )

/**
 * Sample `n` of the grid, from 0: every combination once, the last path changing fastest. Undefined
 * from `gridSize` on, and where a real number is without `steps`.
 */
export const gridAt = (space: Space, n: number): Sample | undefined => {
  const size = gridSize(space)
  if (size === Infinity || n >= size) return undefined
  let rest = n
  const entries = [...pathsOf(space)].reverse().map((path) => {
    const values = Parameter.gridValues(space[path]!)!
    const value = values[rest % values.length]!
    rest = Math.floor(rest / values.length)
    return [path, value] as const
  })
  return Object.fromEntries(entries.reverse())
}
