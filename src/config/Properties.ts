import * as Option from "effect/Option"
import * as AST from "effect/SchemaAST"

/** The members of a union and of the unions in it, without `undefined`. */
export const membersOf = (ast: AST.Union): ReadonlyArray<AST.AST> =>
  ast.types
    .filter((type) => !AST.isUndefinedKeyword(type))
    .flatMap((type) => (AST.isUnion(type) ? membersOf(type) : [type]))

/** A property of an object as it is read, with the annotations and the default of its field. */
export interface Property {
  readonly name: string
  readonly type: AST.AST
  readonly annotations: AST.Annotations
  readonly fallback: Option.Option<unknown>
}

/**
 * The properties that a struct reads. Effect splits a struct with defaults into an encoded side, which
 * has the schemas of the fields, and a decoded side, which has their annotations; a default shows by
 * decoding an absent field.
 */
export const propertiesOf = (ast: AST.AST): ReadonlyArray<Property> => {
  if (AST.isTypeLiteral(ast)) {
    return ast.propertySignatures.map(({ annotations, name, type }) => ({
      name: String(name),
      type,
      annotations,
      fallback: Option.none()
    }))
  }
  if (!AST.isTransformation(ast)) return []
  const { from, to, transformation } = ast
  const properties = propertiesOf(from)
  if (!AST.isTypeLiteral(to) || !AST.isTypeLiteralTransformation(transformation)) return properties
  return properties.map((property) => {
    const change = transformation.propertySignatureTransformations.find(
      ({ from }) => from === property.name
    )
    if (change === undefined) return property
    const decoded = to.propertySignatures.find(({ name }) => name === change.to)
    return {
      ...property,
      annotations: { ...property.annotations, ...decoded?.annotations },
      fallback: change.decode(Option.none()) as Option.Option<unknown>
    }
  })
}
