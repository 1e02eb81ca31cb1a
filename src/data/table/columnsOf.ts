import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { t } from "../../language/Text.js"
import type { DeclaredColumn } from "./Column.js"

/**
 * The columns that a schema of rows declares: numbers, booleans, dates, texts and unions of literals, which
 * are categories of these values in this order. What is optional, or may be null, has missing cells: the
 * mean of a number, a category of its own, a row that is skipped for a boolean. Throws for any other type.
 *
 * The schema says what columns are, not what a row is read by: filters and transformations of it do not
 * apply.
 *
 * @example
 * ```ts
 * import * as Schema from "effect/Schema"
 * import { Dataset, Table } from "holdfast"
 *
 * const House = Schema.Struct({
 *   area: Schema.Number,
 *   heating: Schema.NullOr(Schema.Literal("gas", "oil", "wood")),
 *   price: Schema.Number
 * })
 *
 * export const houses = Dataset.fromCsv({
 *   path: "houses.csv",
 *   columns: Table.columnsOf(House),
 *   label: "price"
 * })
 * ```
 */
export const columnsOf = (
  schema: Schema.Schema.AnyNoContext
): Readonly<Record<string, DeclaredColumn>> => {
  const type = AST.typeAST(schema.ast)
  return Object.fromEntries(
    AST.getPropertySignatures(type).map(({ isOptional, name, type }) => {
      const column = columnOf(type, isOptional)
      if (column !== null) return [String(name), column]
      throw new Error(
        t`${String(name)} is ${String(type)}; a column is a number, a boolean, a date, a text or a union of texts`
      )
    })
  )
}

const columnOf = (ast: AST.AST, mayMiss: boolean): DeclaredColumn | null => {
  if (AST.isRefinement(ast)) return isDate(ast) ? dateOf(mayMiss) : columnOf(ast.from, mayMiss)
  if (isDate(ast)) return dateOf(mayMiss)
  if (AST.isNumberKeyword(ast)) return { name: "number", ...(mayMiss && { missing: "mean" }) }
  if (AST.isBooleanKeyword(ast)) return { name: "boolean", ...(mayMiss && { missing: "skip" }) }
  if (AST.isStringKeyword(ast)) return { name: "category", ...(mayMiss && { missing: "category" }) }
  const members = AST.isUnion(ast) ? ast.types : [ast]
  const isNothing = (one: AST.AST) =>
    AST.isUndefinedKeyword(one) || (AST.isLiteral(one) && one.literal === null)
  const others = members.filter((one) => !isNothing(one))
  if (others.length < members.length) {
    const [only] = others
    return others.length === 1
      ? columnOf(only!, true)
      : others.length === 0
        ? null
        : columnOf(AST.Union.make(others), true)
  }
  const values = others.flatMap((one) =>
    AST.isLiteral(one) && typeof one.literal === "string" ? [one.literal] : []
  )
  return values.length < others.length
    ? null
    : { name: "category", values, ...(mayMiss && { missing: "category" }) }
}

const dateOf = (mayMiss: boolean): DeclaredColumn => ({
  name: "date",
  ...(mayMiss && { missing: "mean" })
})

const isDate = (ast: AST.AST): boolean =>
  Option.exists(AST.getIdentifierAnnotation(ast), (name) => /^(Valid)?Date(FromSelf)?$/.test(name))
