import * as Schema from "effect/Schema"

/**
 * A union told apart by `name`, of which the name alone may be written: `"adam"` reads as
 * `{ "name": "adam" }`, and asks for the fields that have no default.
 */
export const byName = <
  const Names extends readonly [string, ...Array<string>],
  A extends { readonly name: Names[number] },
  I extends { readonly name: Names[number] }
>(
  names: Names,
  fields: Schema.Schema<A, I> & { readonly members: ReadonlyArray<Schema.Schema.All> }
): Schema.Schema<A, I | Names[number]> => {
  const alone = Schema.transform(Schema.Literal(...names), fields, {
    strict: false,
    decode: (name) => ({ name }),
    encode: ({ name }: I) => name
  })
  // The members one by one, since messages and editors show them as the choices that they are.
  return Schema.Union(...fields.members, alone) as Schema.Schema<A, I | Names[number]>
}
