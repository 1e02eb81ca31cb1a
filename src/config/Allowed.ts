import * as Option from "effect/Option"
import * as AST from "effect/SchemaAST"

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
      return "a string"
    case "NumberKeyword":
      return "a number"
    case "BooleanKeyword":
      return "true or false"
    case "Literal":
      return JSON.stringify(ast.literal)
    case "TypeLiteral":
      return "an object"
    case "TupleType":
      return ast.elements.length === 0 && ast.rest[0] !== undefined
        ? `a list (of each: ${describe(ast.rest[0].type)})`
        : `a list of ${ast.rest.length === 0 ? "" : "at least "}${ast.elements.length}`
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

/** The value of the literal field by which a struct is told apart from its union's others. */
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
  const members = ast.types.filter((member) => !AST.isUndefinedKeyword(member))
  const tags = members.flatMap((member) => discriminator(member) ?? [])
  const tag = tags[0]
  const others = tag === undefined ? members : members.filter((m) => discriminator(m) === undefined)
  const objects =
    tag === undefined ? [] : [`an object whose ${tag.name} is ${anyOf(tags.map((t) => t.value))}`]
  return anyOf([...new Set([...objects, ...others.map(describe)])])
}

const anyOf = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`

const describeRefinement = (ast: AST.Refinement): Allowed => {
  let base: AST.AST = ast
  let limits: Limits = {}
  while (AST.isRefinement(base)) {
    limits = { ...Option.getOrUndefined(AST.getJSONSchemaAnnotation(base)), ...limits }
    base = base.from
  }
  if (AST.isStringKeyword(base)) return describeString(limits)
  const noun = limits.type === "integer" ? "an integer" : describe(base)
  const bounds = [
    ...bound("at least", limits.minimum ?? limits.minItems),
    ...bound("greater than", limits.exclusiveMinimum),
    ...bound("at most", limits.maximum ?? limits.maxItems),
    ...bound("less than", limits.exclusiveMaximum)
  ].join(" and ")
  return bounds === "" ? noun : `${noun} ${bounds.startsWith("at") ? "of " : ""}${bounds}`
}

const bound = (words: string, limit: number | undefined): ReadonlyArray<string> =>
  limit === undefined ? [] : [`${words} ${limit}`]

const describeString = (limits: Limits): Allowed => {
  if (limits.pattern !== undefined) return `a string matching ${limits.pattern}`
  if (limits.maxLength !== undefined) return `a string of at most ${limits.maxLength} characters`
  return limits.minLength === undefined ? "a string" : "a non-empty string"
}
