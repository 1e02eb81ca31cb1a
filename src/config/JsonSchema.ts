import * as JSONSchema from "effect/JSONSchema"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { membersOf, propertiesOf } from "./Properties.js"

/** The JSON Schema of a configuration, from which editors complete, explain and check its file. */
export type JsonSchema = JSONSchema.JsonSchema7Root

/**
 * The JSON Schema (draft 7) of what `schema` reads: with descriptions, the defaults of fields that
 * may be left out, and no field allowed that the schema does not know.
 */
export const jsonSchema = <A, I>(schema: Schema.Schema<A, I>): JsonSchema => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  ...JSONSchema.fromAST(documented(schema.ast), { definitions: {} })
})

/** The same as the text of a file. */
export const jsonSchemaText = <A, I>(schema: Schema.Schema<A, I>): string =>
  `${JSON.stringify(jsonSchema(schema), null, 2)}\n`

/**
 * The encoded side of a schema with the descriptions and defaults of its decoded side.
 *
 * Effect leaves out the defaults of `optionalWith`, and its filters title themselves
 * "greaterThan(0)" and share definitions by name, which helps nobody in an editor.
 */
const documented = (ast: AST.AST): AST.AST => {
  switch (ast._tag) {
    case "Transformation":
      return AST.annotations(fromTransformation(ast), plain(ast.annotations))
    case "TypeLiteral":
      return struct(
        ast,
        ast.propertySignatures.map((property) => withType(property))
      )
    case "TupleType":
      return new AST.TupleType(
        ast.elements.map(
          (element) => new AST.OptionalType(documented(element.type), element.isOptional)
        ),
        ast.rest.map((rest) => new AST.Type(documented(rest.type), rest.annotations)),
        ast.isReadonly,
        plain(ast.annotations)
      )
    case "Union":
      return AST.Union.make(membersOf(ast).map(documented), plain(ast.annotations))
    case "Refinement":
      // A filter that JSON Schema cannot express leaves its description only.
      return Option.isSome(AST.getJSONSchemaAnnotation(ast))
        ? new AST.Refinement(documented(ast.from), ast.filter, plain(ast.annotations))
        : AST.annotations(documented(ast.from), plain(ast.annotations))
    default:
      return AST.annotations(ast, plain(ast.annotations))
  }
}

const plain = ({
  [AST.TitleAnnotationId]: _title,
  [AST.IdentifierAnnotationId]: _identifier,
  ...annotations
}: AST.Annotations): AST.Annotations => annotations

const struct = (ast: AST.TypeLiteral, properties: ReadonlyArray<AST.PropertySignature>) =>
  new AST.TypeLiteral(
    properties,
    ast.indexSignatures.map(
      (index) => new AST.IndexSignature(index.parameter, documented(index.type), index.isReadonly)
    ),
    plain(ast.annotations)
  )

const withType = (property: AST.PropertySignature, annotations: AST.Annotations = {}) =>
  new AST.PropertySignature(
    property.name,
    documented(property.type),
    property.isOptional,
    property.isReadonly,
    { ...property.annotations, ...annotations }
  )

/** A struct with defaults has the fields of its encoded side, and what `propertiesOf` knows of them. */
const fromTransformation = (ast: AST.Transformation): AST.AST => {
  const { from, to } = ast
  if (!AST.isTypeLiteral(from) || !AST.isTypeLiteral(to)) return documented(from)
  const properties = propertiesOf(ast)
  return struct(
    from,
    from.propertySignatures.map((property, i) =>
      withType(property, {
        ...properties[i]!.annotations,
        ...Option.match(properties[i]!.fallback, {
          onNone: () => ({}),
          onSome: (value) => ({ [AST.DefaultAnnotationId]: value })
        })
      })
    )
  )
}
