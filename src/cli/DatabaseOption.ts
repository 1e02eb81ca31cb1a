import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { t } from "../language/Text.js"
import { value, type Parameter } from "./Command.js"

const given = (
  words: ReadonlyArray<string>,
  environment: Readonly<Record<string, string | undefined>>
) => Option.fromNullable(words[0] ?? (environment["HOLDFAST_DATABASE"] || undefined))

/** `--database`, else `HOLDFAST_DATABASE`: the database of sweeps over several machines, if one is given. */
export const database: Parameter<Option.Option<string>> = {
  ...value(
    "URL",
    t`the PostgreSQL database by which several machines share sweeps, such as postgres://USER@HOST:5432/NAME; default: HOLDFAST_DATABASE`
  ),
  read: (words, environment) => Either.right(given(words, environment))
}

/** The same, which must be given. */
export const requiredDatabase: Parameter<string> = {
  ...database,
  read: (words, environment) =>
    Option.match(given(words, environment), {
      onNone: () =>
        Either.left(
          t`--database is missing; give the address of the sweeps' PostgreSQL database, such as postgres://USER@HOST:5432/NAME, there or in HOLDFAST_DATABASE`
        ),
      onSome: Either.right
    })
}
