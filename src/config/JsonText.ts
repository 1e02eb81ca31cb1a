import * as Either from "effect/Either"
import * as Jsonc from "jsonc-parser"
import { t } from "../language/Text.js"
import { ConfigError } from "./ConfigError.js"

/**
 * The text of a JSON file, in which comments and a comma after the last entry may stand (JSONC).
 * A byte order mark, as some editors write, is let pass.
 */
export type JsonText = string

/** What is wrong with a text, and the offset from which on it is. */
interface Fault {
  readonly offset: number
  readonly detail: string
}

/**
 * The value that `text` stands for. Fails with `NotJson`, which says where `file` goes wrong; also
 * where an object has two fields of one name, of which JSON.parse would drop the first.
 */
export const parse = (text: JsonText, file: string): Either.Either<unknown, ConfigError> => {
  const json = text.replace(/^\uFEFF/, "")
  const notJson = ({ detail, offset }: Fault) => {
    const lines = json.slice(0, offset).split("\n")
    const column = lines.at(-1)!.length + 1
    return new ConfigError({
      reason: { _tag: "NotJson", file, line: lines.length, column, detail }
    })
  }
  const errors: Array<Jsonc.ParseError> = []
  const tree = Jsonc.parseTree(json, errors, { allowTrailingComma: true })
  if (errors[0] !== undefined) {
    return Either.left(notJson({ offset: errors[0].offset, detail: explain(errors[0], json) }))
  }
  if (tree === undefined) {
    return Either.left(notJson({ offset: json.length, detail: t`expected a value, found the end` }))
  }
  const repeated = repeatedName(tree)
  return repeated === undefined ? Either.right(valueOf(tree)) : Either.left(notJson(repeated))
}

/** The value of a tree, in which `__proto__` is a name like any other, as for JSON.parse. */
const valueOf = (node: Jsonc.Node): unknown => {
  const children = node.children ?? []
  if (node.type === "array") return children.map(valueOf)
  return node.type === "object"
    ? Object.fromEntries(
        children.map(({ children: pair = [] }) => [pair[0]!.value as string, valueOf(pair[1]!)])
      )
    : node.value
}

const repeatedName = (node: Jsonc.Node): Fault | undefined => {
  const children = node.children ?? []
  const names =
    node.type === "object" ? children.flatMap(({ children }) => children?.[0] ?? []) : []
  const again = names.find((name, i) => names.findIndex(({ value }) => value === name.value) < i)
  if (again !== undefined) {
    const detail = t`expected each name once, found ${JSON.stringify(again.value)} again`
    return { offset: again.offset, detail }
  }
  for (const child of children) {
    const fault = repeatedName(child)
    if (fault !== undefined) return fault
  }
  return undefined
}

const explain = (error: Jsonc.ParseError, json: string): string => {
  const expected = expectations[Jsonc.printParseErrorCode(error.error)] ?? t`something else`
  const found = json.slice(error.offset, error.offset + Math.max(1, error.length)).split("\n")[0]!
  return t`expected ${expected}, found ${found === "" ? t`the end` : found.slice(0, 30)}`
}

const expectations: Readonly<Record<string, string>> = {
  InvalidSymbol: t`a value or a name in double quotes`,
  InvalidNumberFormat: t`a number`,
  PropertyNameExpected: t`a name in double quotes`,
  ValueExpected: t`a value`,
  ColonExpected: t`a colon`,
  CommaExpected: t`a comma`,
  CloseBraceExpected: t`a closing brace`,
  CloseBracketExpected: t`a closing bracket`,
  EndOfFileExpected: t`the end of the file`,
  InvalidCommentToken: t`no comment`,
  UnexpectedEndOfString: t`a closing " on the same line`,
  UnexpectedEndOfNumber: t`a digit`,
  InvalidUnicode: t`four hexadecimal digits after \\u`,
  InvalidEscapeCharacter: t`one of " \\ / b f n r t u after the backslash`,
  InvalidCharacter: t`no control character in a string`
}
