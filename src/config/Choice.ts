import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Types from "effect/Types"
import { t } from "../language/Text.js"
import { DependsOnId } from "./Field.js"

/**
 * One of the things that a field of the config can name, as `training.optimizer` names an optimizer:
 * the schema of its fields, and what is made of them.
 */
export interface Choice<out Name extends string, in out A, in out I, out Made> {
  readonly name: Name
  /** The schema of an object with the `name` and the fields. */
  readonly Config: Schema.Schema<A, I>
  /** Makes it from a decoded config. */
  readonly fromConfig: (config: A) => Made
  /**
   * Makes it in code, from the fields as a config file holds them; left out, they have their
   * defaults. Throws a ParseError where a value is not allowed.
   */
  readonly make: (...fields: MakeArguments<I>) => Made
}

export declare namespace Choice {
  /** Any choice of which a `Made` is made. */
  export interface Any<out Made = unknown> {
    readonly name: string
    readonly Config: Schema.Schema.Any
    readonly fromConfig: (config: never) => Made
  }
  /** The decoded config of a choice. */
  export type Type<C extends Any> = Schema.Schema.Type<C["Config"]>
  /** Its config as a file holds it. */
  export type Encoded<C extends Any> = Schema.Schema.Encoded<C["Config"]>
}

type Without<I> = Types.Simplify<Omit<I, "name">>
type MakeArguments<I> =
  Partial<Without<I>> extends Without<I> ? [fields?: Without<I>] : [fields: Without<I>]

/** The config of a choice, and the same as a file holds it. */
type ConfigOf<Name, Fields extends Schema.Struct.Fields> = Types.Simplify<
  { readonly name: Name } & Schema.Struct.Type<Fields>
>
type EncodedOf<Name, Fields extends Schema.Struct.Fields> = Types.Simplify<
  { readonly name: Name } & Schema.Struct.Encoded<Fields>
>

/** What a choice is defined by, beside its name. */
export interface Definition<Name, Fields extends Schema.Struct.Fields, out Made> {
  /** A sentence, which the JSON Schema of a config shows. */
  readonly description: string
  /** The fields beside `name`; `Config.field` makes one with a default. */
  readonly fields: Fields
  /** A rule between fields: the field that breaks it, and what is allowed there. */
  readonly check?: (
    config: ConfigOf<Name, Fields>
  ) => { readonly path: ReadonlyArray<string>; readonly message: string } | undefined
  /** Paths of other fields of the config that change what this one does: `training.num_epochs`. */
  readonly dependsOn?: ReadonlyArray<string>
  readonly make: (config: ConfigOf<Name, Fields>) => Made
}

/** Defines a choice. */
export const define = <const Name extends string, Fields extends Schema.Struct.Fields, Made>(
  name: Name,
  { check, dependsOn, description, fields, make }: Definition<Name, Fields, Made>
): Choice<Name, ConfigOf<Name, Fields>, EncodedOf<Name, Fields>, Made> => {
  type A = ConfigOf<Name, Fields>
  type I = EncodedOf<Name, Fields>
  const struct = Schema.Struct({ name: Schema.Literal(name), ...fields }).annotations({
    description,
    ...(dependsOn && { [DependsOnId]: dependsOn })
  }) as unknown as Schema.Schema<A, I>
  const Config = check === undefined ? struct : checked(struct, description, check)
  return {
    name,
    Config,
    fromConfig: make,
    make: (...[given]) =>
      make(Schema.decodeUnknownSync(Config)({ name, ...(given as object | undefined) }))
  }
}

const checked = <A, I>(
  schema: Schema.Schema<A, I>,
  description: string,
  check: (config: A) => { path: ReadonlyArray<string>; message: string } | undefined
): Schema.Schema<A, I> =>
  schema.pipe(Schema.filter(check), Schema.annotations({ description })) as Schema.Schema<A, I>

/** Under this symbol a decoded config holds the choice by whose schema it was decoded. */
const ChoiceId: unique symbol = Symbol.for("holdfast/config/Choice") as never

/** A decoded config of which `made` makes what the choice does. */
export const marked = <A>(config: A, choice: Choice.Any): A =>
  // Not enumerable: neither JSON nor a comparison sees it.
  Object.defineProperty(config, ChoiceId, { value: choice, configurable: true })

/**
 * One of `choices`, told apart by `name`; the name alone stands for its fields' defaults. Of two of one
 * name the last counts, so that a built-in one can be replaced.
 */
export const union = <const Choices extends readonly [Choice.Any, ...ReadonlyArray<Choice.Any>]>(
  ...given: Choices
): Schema.Schema<
  Choice.Type<Choices[number]>,
  Choice.Encoded<Choices[number]> | Choices[number]["name"]
> => {
  const choices = given.filter(({ name }, i) => !given.some((one, j) => j > i && one.name === name))
  const members = choices.map((choice) =>
    Schema.transform(
      choice.Config as Schema.Schema.AnyNoContext,
      Schema.declare((input): input is object => Predicate.isRecord(input)),
      { strict: false, decode: (config) => marked(config, choice), encode: (config) => config }
    )
  )
  return byName(
    choices.map(({ name }) => name) as never,
    Schema.Union(...members) as never
  ) as never
}

/** A field of a config that names one of some choices; left out, it is the first of them. */
export type ChoiceField<C extends Choice.Any> = Schema.PropertySignature<
  ":",
  Choice.Type<C>,
  never,
  "?:",
  Choice.Encoded<C> | C["name"],
  true
>

/**
 * A field of a config that names one of `choices`; left out, it is the first of them. Throws where a
 * field of the first has no default.
 */
export const oneOf = <const Choices extends readonly [Choice.Any, ...ReadonlyArray<Choice.Any>]>(
  description: string,
  ...choices: Choices
): ChoiceField<Choices[number]> => {
  const schema = union(...choices) as unknown as Schema.Schema<object, unknown>
  const [{ name }] = choices
  const fallback = Either.getOrThrowWith(
    Schema.decodeUnknownEither(schema)(name),
    ({ message }) =>
      new Error(
        t`${name} comes first, so it is the default, and each of its fields needs one:\n${message}`
      )
  )
  return Schema.optionalWith(schema, { exact: true, default: () => fallback }).annotations({
    description
  }) as never
}

/**
 * What is made of a decoded config: by the choice that it was decoded by; else, where it was written
 * in code, by the one of that name among `known`. Throws where there is none.
 */
export const made = <Made>(
  config: { readonly name: string },
  known: ReadonlyArray<Choice.Any<Made>>
): Made => {
  const found = find(config, known)
  if (found !== undefined) return found
  const names = known.map(({ name }) => name).join(", ")
  throw new Error(
    t`${config.name} is none of ${names}; decode the config by a schema in which Config.make names it`
  )
}

/** The same, undefined where there is none. */
export const find = <Made>(
  config: { readonly name: string },
  known: ReadonlyArray<Choice.Any<Made>>
): Made | undefined => {
  const choice = Predicate.hasProperty(config, ChoiceId)
    ? (config[ChoiceId] as Choice.Any<Made>)
    : known.find(({ name }) => name === config.name)
  return choice?.fromConfig(config as never)
}

/**
 * A union told apart by `name`, of which the name alone may be written: `"adam"` reads as
 * `{ "name": "adam" }`, and asks for the fields that have no default.
 */
export const byName = <
  const Names extends readonly [string, ...Array<string>],
  A extends { readonly name: Names[number] },
  I extends { readonly name: Names[number] }
>(
  names: Names,
  fields: Schema.Schema<A, I> & { readonly members: ReadonlyArray<Schema.Schema.All> }
): Schema.Schema<A, I | Names[number]> => {
  const alone = Schema.transform(Schema.Literal(...names), fields, {
    strict: false,
    decode: (name) => ({ name }),
    encode: ({ name }: I) => name
  })
  // The members one by one, since messages and editors show them as the choices that they are. A union of
  // one is that one.
  const members = "members" in fields ? fields.members : [fields]
  return Schema.Union(...members, alone) as Schema.Schema<A, I | Names[number]>
}
