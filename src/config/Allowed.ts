import * as Option from "effect/Option"
import * as AST from "effect/SchemaAST"
import { t } from "../language/Text.js"
import { membersOf } from "./Properties.js"

/** What a schema allows, in words: "an integer of at least 1", `"min" or "max"`. */
export type Allowed = string

/** The keywords of JSON Schema that the built-in filters of Effect annotate themselves with. */
interface Limits {
  readonly type?: string
  readonly minimum?: number
  readonly exclusiveMinimum?: number
  readonly maximum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly pattern?: string
}

/** Says what `ast` allows as input. */
export const describe = (ast: AST.AST): Allowed => {
  switch (ast._tag) {
    case "StringKeyword":
      return t`a string`
    case "NumberKeyword":
      return t`a number`
    case "BooleanKeyword":
      return t`true or false`
    case "Literal":
      return JSON.stringify(ast.literal)
    case "TypeLiteral":
      return t`an object`
    case "TupleType":
      return ast.elements.length === 0 && ast.rest[0] !== undefined
        ? t`a list (of each: ${describe(ast.rest[0].type)})`
        : t`a list of ${ast.rest.length === 0 ? "" : t`at least `}${ast.elements.length}`
    case "Union":
      return describeUnion(ast)
    case "Refinement":
      return describeRefinement(ast)
    case "Transformation":
      return describe(ast.from)
    case "Suspend":
      return describe(ast.f())
    default:
      return Option.getOrElse(AST.getDescriptionAnnotation(ast), () => String(ast))
  }
}

/** The value of the literal field that distinguishes a struct from the others of its union. */
export const discriminator = (ast: AST.AST): { name: string; value: string } | undefined => {
  switch (ast._tag) {
    case "Transformation":
    case "Refinement":
      return discriminator(ast.from)
    case "TypeLiteral": {
      for (const { isOptional, name, type } of ast.propertySignatures) {
        if (AST.isLiteral(type) && !isOptional) {
          return { name: String(name), value: JSON.stringify(type.literal) }
        }
      }
      return undefined
    }
    default:
      return undefined
  }
}

/** The words that `ast` allows, where it allows certain ones. */
export const words = (ast: AST.AST): ReadonlyArray<string> => {
  switch (ast._tag) {
    case "Literal":
      return typeof ast.literal === "string" ? [ast.literal] : []
    case "Union":
      return ast.types.flatMap(words)
    case "Refinement":
    case "Transformation":
      return words(ast.from)
    default:
      return []
  }
}

const describeUnion = (ast: AST.Union): Allowed => {
  const members = membersOf(ast)
  const tags = members.flatMap((member) => discriminator(member) ?? [])
  const tag = tags[0]
  const others = tag === undefined ? members : members.filter((m) => discriminator(m) === undefined)
  const objects =
    tag === undefined
      ? []
      : [t`an object whose ${tag.name} is ${anyOf(tags.map(({ value }) => value))}`]
  return anyOf([...new Set([...objects, ...others.map(describe)])])
}

const anyOf = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : t`${words.slice(0, -1).join(", ")} or ${words.at(-1)}`

const describeRefinement = (ast: AST.Refinement): Allowed => {
  let base: AST.AST = ast
  let limits: Limits = {}
  while (AST.isRefinement(base)) {
    limits = { ...Option.getOrUndefined(AST.getJSONSchemaAnnotation(base)), ...limits }
    base = base.from
  }
  if (AST.isStringKeyword(base)) return describeString(limits)
  const noun = limits.type === "integer" ? t`an integer` : describe(base)
  const bounds = [
    ...bound(t`at least`, limits.minimum ?? limits.minItems),
    ...bound(t`greater than`, limits.exclusiveMinimum),
    ...bound(t`at most`, limits.maximum ?? limits.maxItems),
    ...bound(t`less than`, limits.exclusiveMaximum)
  ].join(t` and `)
  // "of at least 1", but "greater than 0".
  const isOf =
    (limits.minimum ?? limits.minItems) !== undefined ||
    (limits.exclusiveMinimum === undefined && (limits.maximum ?? limits.maxItems) !== undefined)
  return bounds === "" ? noun : `${noun} ${isOf ? t`of ` : ""}${bounds}`
}

const bound = (words: string, limit: number | undefined): ReadonlyArray<string> =>
  limit === undefined ? [] : [`${words} ${limit}`]

const describeString = (limits: Limits): Allowed => {
  if (limits.pattern !== undefined) return t`a string matching ${limits.pattern}`
  if (limits.maxLength !== undefined) return t`a string of at most ${limits.maxLength} characters`
  return limits.minLength === undefined ? t`a string` : t`a non-empty string`
}
