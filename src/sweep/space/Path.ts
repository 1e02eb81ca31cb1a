import type { Choice, Int, LogUniform, Parameter, Uniform } from "./Parameter.js"
import type { Json } from "./Json.js"

type Leaf =
  | string
  | number
  | bigint
  | boolean
  | symbol
  | null
  | undefined
  | ReadonlyArray<unknown>
  | ((...args: never) => unknown)

/** How deep paths are looked for: an end for types that contain themselves. */
type Depth = [never, 0, 1, 2, 3, 4, 5, 6, 7]

/**
 * The fields of a config by their names joined by dots: `"training.learning_rate"`. Of fields that
 * choose by `name`, such as `training.optimizer`, those of every choice. Any string, where nothing is
 * known of the type.
 */
export type PathOf<Config, Left extends number = 8> = unknown extends Config
  ? string
  : Left extends never | 0
    ? never
    : Config extends Leaf
      ? never
      : {
          [K in keyof Config & string]-?: K | `${K}.${PathOf<Config[K], Depth[Left]>}`
        }[keyof Config & string]

/** The type of the field at a path; of several choices, any of theirs. */
export type ValueAt<Config, Path extends string> = unknown extends Config
  ? unknown
  : Config extends Leaf
    ? never
    : Path extends keyof Config
      ? Exclude<Config[Path], undefined>
      : Path extends `${infer Name}.${infer Rest}`
        ? Name extends keyof Config
          ? ValueAt<Config[Name], Rest>
          : never
        : never

/**
 * How a value of a config may be written in its file: objects without fields that have defaults, and
 * what is chosen by `name` by the name alone.
 */
export type Written<A> = unknown extends A
  ? Json
  : A extends Exclude<Leaf, ReadonlyArray<unknown>>
    ? A
    : A extends ReadonlyArray<infer Item>
      ? ReadonlyArray<Written<Item>>
      : A extends { readonly name: infer Name extends string }
        ? Name | ({ readonly name: Name } & { readonly [K in keyof A]?: Written<A[K]> })
        : { readonly [K in keyof A]?: Written<A[K]> }

/** The parameters that a field of this type may be: those of numbers where any number is allowed. */
export type ParameterOf<A> = unknown extends A
  ? Parameter
  : (number extends A ? Uniform | LogUniform | Int : never) | Choice<Written<A>>

/**
 * A search space: parameters by the paths of the config's fields that they set. Of a given config's
 * type, only fields that exist, with values of their type.
 */
export type SpaceOf<Config> = { readonly [P in PathOf<Config>]?: ParameterOf<ValueAt<Config, P>> }
