import * as Either from "effect/Either"
import * as Jsonc from "jsonc-parser"
import { ConfigError } from "./ConfigError.js"

/** The text of a JSON file. A byte order mark, as some editors write, is let pass. */
export type JsonText = string

/** The value that `text` stands for. Fails with `NotJson`, which says where `file` goes wrong. */
export const parse = (text: JsonText, file: string): Either.Either<unknown, ConfigError> => {
  const json = text.replace(/^\uFEFF/, "")
  return Either.mapLeft(
    Either.try((): unknown => JSON.parse(json)),
    () => notJson(json, file)
  )
}

/** JSON.parse tells the place for some faults only, so a second parser looks for it. */
const notJson = (json: string, file: string): ConfigError => {
  const faults: Array<Jsonc.ParseError> = []
  Jsonc.parse(json, faults, { disallowComments: true, allowTrailingComma: false })
  const fault = faults[0] ?? { error: 0 as Jsonc.ParseErrorCode, offset: json.length, length: 0 }
  const lines = json.slice(0, fault.offset).split("\n")
  return new ConfigError({
    reason: {
      _tag: "NotJson",
      file,
      line: lines.length,
      column: lines.at(-1)!.length + 1,
      detail: detail(fault, json)
    }
  })
}

const detail = (fault: Jsonc.ParseError, json: string): string => {
  const expected = expectations[Jsonc.printParseErrorCode(fault.error)] ?? "something else"
  const found = json.slice(fault.offset, fault.offset + Math.max(1, fault.length)).split("\n")[0]!
  return `expected ${expected}, found ${found === "" ? "the end" : found.slice(0, 30)}`
}

const expectations: Readonly<Record<string, string>> = {
  InvalidSymbol: "a value or a name in double quotes",
  InvalidNumberFormat: "a number",
  PropertyNameExpected: "a name in double quotes",
  ValueExpected: "a value",
  ColonExpected: "a colon",
  CommaExpected: "a comma",
  CloseBraceExpected: "a closing brace",
  CloseBracketExpected: "a closing bracket",
  EndOfFileExpected: "the end of the file",
  InvalidCommentToken: "no comment",
  UnexpectedEndOfString: 'a closing " on the same line',
  UnexpectedEndOfNumber: "a digit",
  InvalidUnicode: "four hexadecimal digits after \\u",
  InvalidEscapeCharacter: 'one of " \\ / b f n r t u after the backslash',
  InvalidCharacter: "no control character in a string"
}
