import * as Either from "effect/Either"
import { createRequire } from "node:module"
import type * as Re2 from "re2js"
import { t } from "../language/Text.js"

const require = createRequire(import.meta.url)

/** Whether a text matches somewhere. */
export type Pattern = (text: string) => boolean

/** What a text matches first: the first group, where the pattern has one; null: nothing. */
export type Capture = (text: string) => string | null

/**
 * Compiles a regular expression that a user has written, or says what is wrong with it.
 *
 * JavaScript's own matcher backtracks: `^(a+)+$` keeps it busy for hours over 40 letters, and nothing
 * can interrupt it. RE2's, in JavaScript, takes time linear in the text, and has the same syntax but
 * for lookaheads, lookbehinds and backreferences. It is loaded when it is needed.
 */
export const compile = (pattern: string): Either.Either<Pattern, string> =>
  Either.map(
    expressionOf(pattern),
    (expression) => (text: string) => expression.matcher(text).find()
  )

/** The same, for a pattern that takes a part of a text. */
export const compileCapture = (pattern: string): Either.Either<Capture, string> =>
  Either.map(expressionOf(pattern), (expression) => {
    const group = Math.min(1, expression.groupCount())
    return (text: string) => {
      const matcher = expression.matcher(text)
      return matcher.find() ? (matcher.group(group) ?? matcher.group()) : null
    }
  })

const expressionOf = (pattern: string): Either.Either<Re2.RE2JS, string> =>
  Either.gen(function* () {
    yield* Either.try({ try: () => new RegExp(pattern), catch: explain })
    const { RE2JS } = require("re2js") as typeof Re2
    return yield* Either.try({
      try: () => RE2JS.compile(RE2JS.translateRegExp(pattern)),
      catch: (error) =>
        t`${explain(error)}; lookaheads, lookbehinds and backreferences are left out, as matching them can take hours`
    })
  })

const explain = (error: unknown) => (error instanceof Error ? error.message : String(error))
