import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../language/Text.js"
import type { Output } from "../terminal/Output.js"
import * as Argv from "./Argv.js"
import { Invocation } from "../process/Invocation.js"
import type { Signals } from "../process/Signals.js"
import { UsageError } from "./UsageError.js"

/**
 * A command of `holdfast`, declared once: the parser, the help, the completions and the suggestions
 * for misspelt options all read this.
 */
export interface Command {
  readonly name: string
  readonly summary: string
  /** Lines to type, each with what it does. */
  readonly examples: ReadonlyArray<Entry>
  /** By name, in the order in which they are typed. */
  readonly arguments: Parameters
  /** By name, without dashes. */
  readonly options: Parameters
  /** What the value of an option may be, where each needs a line of the help. */
  readonly listing?: { readonly title: string; readonly entries: ReadonlyArray<Entry> }
  /** The signals that the command answers, where it does more than stop. */
  readonly signals?: ReadonlyArray<Entry>
  /** A paragraph at the end of the help. */
  readonly notes?: string
  /** Does what the words that follow the command's name say. */
  readonly run: (words: ReadonlyArray<string>) => Effect.Effect<void, unknown, Services>
}

/** Commands by their names. */
export type Table = ReadonlyMap<string, Command>

/** What every command may use. */
export type Services = Invocation | Output | Signals

/** A name, and what it means. */
export type Entry = readonly [name: string, meaning: string]

/** An argument or an option. */
export interface Parameter<A> {
  readonly kind: "required" | "optional" | "rest" | "flag" | "value" | "values"
  readonly meaning: string
  /** An option's name of one letter, with its dash. */
  readonly short?: string
  /** What the help calls the option's value; "" for none. */
  readonly placeholder: string
  /** Turns the words that were given, perhaps none, into a value; or says what is wrong with them. */
  readonly read: (
    given: ReadonlyArray<string>,
    environment: Readonly<Record<string, string | undefined>>
  ) => Either.Either<A, string>
}

type Parameters = Readonly<Record<string, Parameter<unknown>>>

const parameter = <A>(
  kind: Parameter<A>["kind"],
  meaning: string,
  read: (given: ReadonlyArray<string>) => A
): Parameter<A> => ({
  kind,
  meaning,
  placeholder: "",
  read: (given) => Either.right(read(given))
})

/** An argument that must be given. */
export const argument = (meaning: string): Parameter<string> =>
  parameter("required", meaning, ([word = ""]) => word)

/** An argument that may be left out. */
export const optionalArgument = (meaning: string): Parameter<Option.Option<string>> =>
  parameter("optional", meaning, ([word]) => Option.fromNullable(word))

/** All arguments that are left. */
export const rest = (meaning: string): Parameter<ReadonlyArray<string>> =>
  parameter("rest", meaning, (given) => given)

/** An option without a value. */
export const flag = (meaning: string): Parameter<boolean> =>
  parameter("flag", meaning, (given) => given.length > 0)

/** An option with a value. */
export const value = (placeholder: string, meaning: string): Parameter<Option.Option<string>> => ({
  ...parameter("value", meaning, ([word]) => Option.fromNullable(word)),
  placeholder
})

/** An option that may be given several times, each time with a value. */
export const values = (placeholder: string, meaning: string): Parameter<ReadonlyArray<string>> => ({
  ...parameter("values", meaning, (given) => given),
  placeholder
})

type Values<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer A> ? A : never
}

/** A command from its declaration; `run` gets the value of every argument and option by its name. */
export const make = <A extends Parameters, O extends Parameters>(
  declaration: Omit<Command, "arguments" | "options" | "run"> & {
    readonly arguments: A
    readonly options: O
    readonly run: (given: Values<A> & Values<O>) => Effect.Effect<void, unknown, Services>
  }
): Command => {
  const command = {
    ...declaration,
    options: { ...declaration.options, help: flag(t`show this help`) }
  }
  return {
    ...command,
    run: (words) =>
      Effect.gen(function* () {
        const { environment } = yield* Invocation
        const values = yield* parse(command, words, environment)
        // Each name has the value that its own parameter has read.
        return yield* declaration.run(values as Values<A> & Values<O>)
      })
  }
}

/** The words with the long names of options. */
const withoutShort = (words: ReadonlyArray<string>, options: Parameters): ReadonlyArray<string> => {
  const [own, rest] = Argv.split(words)
  const names = new Map(
    Object.entries(options).flatMap(([name, { short }]) =>
      short === undefined ? [] : [[short, `--${name}`] as const]
    )
  )
  return [...own.map((word) => names.get(word) ?? word), ...rest]
}

/** The value of every argument and option of a command. */
export const parse = (
  command: Pick<Command, "arguments" | "name" | "options">,
  words: ReadonlyArray<string>,
  environment: Readonly<Record<string, string | undefined>>
): Either.Either<Readonly<Record<string, unknown>>, UsageError> =>
  Either.gen(function* () {
    const help = `holdfast ${command.name} --help`
    const invalid = (found: string) =>
      new UsageError({ reason: "Invalid", found, nearest: null, help })

    const given = yield* Either.mapLeft(
      Argv.parse(
        withoutShort(words, command.options),
        Object.fromEntries(
          Object.entries(command.options).map(([name, { kind }]) => [`--${name}`, kind])
        )
      ),
      (problem) =>
        problem._tag === "Invalid"
          ? invalid(problem.message)
          : new UsageError({
              reason: "UnknownOption",
              found: problem.name,
              nearest: problem.nearest,
              help
            })
    )
    const read: Record<string, unknown> = {}
    let left = given.arguments
    for (const [name, parameter] of Object.entries(command.arguments)) {
      const taken = parameter.kind === "rest" ? left : left.slice(0, 1)
      left = left.slice(taken.length)
      if (parameter.kind === "required" && taken.length === 0) {
        return yield* Either.left(invalid(t`missing argument <${name}>`))
      }
      read[name] = yield* Either.mapLeft(parameter.read(taken, environment), invalid)
    }
    if (left.length > 0) return yield* Either.left(invalid(t`unexpected argument ${left[0]}`))
    for (const [name, parameter] of Object.entries(command.options)) {
      const words = given.options[`--${name}`] ?? []
      read[name] = yield* Either.mapLeft(parameter.read(words, environment), invalid)
    }
    return read
  })
