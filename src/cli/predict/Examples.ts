import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import type { Arrays, Values } from "../../data/Batch.js"
import { lengthOf, type Layout } from "../../data/Layout.js"
import { standardized } from "../../data/Standardization.js"
import type * as TableInput from "../../data/table/TableInput.js"
import type { reader as textReader, TextInput } from "../../data/text/TextInput.js"
import { t } from "../../language/Text.js"

type Fields = Layout["inputs"]

/** An example: the numbers of each input, in the order of the fields. */
export type Example = ReadonlyArray<ReadonlyArray<number>>

/** Reads the examples in a value of JSON; left: why there are none. */
export type Read = (value: unknown) => Either.Either<ReadonlyArray<Example>, string>

/**
 * The examples in a value of JSON: one, if it has the numbers of an input (nested or not) or is an object of
 * inputs by name; else each element is one. Left: why it is none.
 */
export const examplesOf = (
  value: unknown,
  fields: Fields
): Either.Either<ReadonlyArray<Example>, string> => {
  const one = exampleOf(value, fields)
  if (Either.isRight(one)) return Either.right([one.right])
  if (!Array.isArray(value) || value.length === 0) return Either.left(one.left)
  const each = value.map((element: unknown) => exampleOf(element, fields))
  const wrong = each.findIndex(Either.isLeft)
  if (wrong === -1) return Either.right(each.map(Either.getOrThrow))
  // Of a list of lists each is meant as an example.
  const isList = value.some((element) => typeof element === "object")
  const { left } = each[wrong] as Either.Left<string, Example>
  return Either.left(isList ? t`example ${wrong + 1} ${left}` : one.left)
}

const exampleOf = (value: unknown, fields: Fields): Either.Either<Example, string> => {
  const [field] = fields
  if (fields.length === 1 && field!.name === null) {
    return Either.map(numbersOf(value, field!), (numbers) => [numbers])
  }
  if (!Predicate.isReadonlyRecord(value)) {
    const names = fields.map(({ name }) => name).join(", ")
    return Either.left(t`is no object with the inputs ${names}`)
  }
  return Either.all(
    fields.map((field) =>
      Either.mapLeft(numbersOf(value[field.name!], field), (why) => t`${field.name}: ${why}`)
    )
  )
}

const numbersOf = (
  value: unknown,
  { dtype = "float32", shape }: Fields[number]
): Either.Either<ReadonlyArray<number>, string> => {
  const numbers: ReadonlyArray<unknown> = Array.isArray(value)
    ? (value as Array<unknown>).flat(Infinity)
    : [value]
  const length = lengthOf(shape)
  if (!numbers.every(Predicate.isNumber)) return Either.left(t`holds something that is no number`)
  if (numbers.length !== length) {
    return Either.left(
      t`holds ${numbers.length} numbers, where an input of shape [${shape.join(", ")}] has ${length}`
    )
  }
  const isWhole = dtype === "float32" || numbers.every(Number.isInteger)
  const inRange = dtype !== "uint8" || numbers.every((number) => number >= 0 && number <= 255)
  return isWhole && inRange
    ? Either.right(numbers)
    : Either.left(t`holds a number that is not of the type ${dtype}`)
}

/**
 * The examples in a value of JSON for a model of tables: an object of cells by column, or a list of such.
 * Left: why it is none.
 */
export const tableExamplesOf = (
  value: unknown,
  read: ReturnType<typeof TableInput.reader>
): Either.Either<ReadonlyArray<Example>, string> => {
  const rows: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  return Either.all(
    rows.map((row, i) => {
      if (!Predicate.isReadonlyRecord(row)) return Either.left(t`is no object of cells by column`)
      return Either.mapLeft(
        read((column) => row[column]),
        (why) => (Array.isArray(value) ? t`example ${i + 1} ${why}` : why)
      )
    })
  )
}

/**
 * The examples in a value for a model of texts: a text, an object with a text in its `column`, or a list of such. Left:
 * why there are none.
 */
export const textExamplesOf = (
  value: unknown,
  { column = "text", mask }: TextInput,
  read: Effect.Effect.Success<ReturnType<typeof textReader>>
): Either.Either<ReadonlyArray<Example>, string> => {
  const texts: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  return Either.all(
    texts.map((text, i) =>
      Either.mapBoth(read(Predicate.isReadonlyRecord(text) ? text[column] : text), {
        onLeft: (why) => (Array.isArray(value) ? t`example ${i + 1} ${why}` : why),
        onRight: (found) => (mask ? [[...found.ids], [...found.mask]] : [[...found.ids]])
      })
    )
  )
}

/** Of what a language model says of each token of a text, that of the last: what follows the text. */
export const nextToken =
  ({ length, padding_id }: TextInput) =>
  (numbers: Float32Array, [ids]: Example): Float32Array => {
    const width = numbers.length / length
    const last = Math.max(
      0,
      ids!.findLastIndex((id) => id !== padding_id)
    )
    return numbers.subarray(last * width, (last + 1) * width)
  }

/** Examples side by side, as a model takes them; `prepare` is applied to the numbers of a single input. */
export const batchOf = (
  examples: ReadonlyArray<Example>,
  fields: Fields,
  prepare: (numbers: ReadonlyArray<number>) => ReadonlyArray<number>
): Arrays => {
  const arrays = fields.map(({ dtype = "float32" }, i): Values => {
    const numbers = examples.flatMap((example) => prepare(example[i]!))
    return dtype === "float32"
      ? Float32Array.from(numbers)
      : dtype === "int32"
        ? Int32Array.from(numbers)
        : Uint8Array.from(numbers)
  })
  return fields.length === 1 && fields[0]!.name === null
    ? arrays[0]!
    : Object.fromEntries(fields.map(({ name }, i) => [name!, arrays[i]!]))
}

/**
 * What `preprocessing` of kind "standardize" does to the numbers of an input: `(x - mean) / std`, by the
 * numbers of its last axis. Null for another kind.
 */
export const standardizer = (
  preprocessing: Readonly<Record<string, unknown>> | undefined
): ((numbers: ReadonlyArray<number>) => ReadonlyArray<number>) | null => {
  if (preprocessing?.["kind"] !== "standardize") return null
  const mean = [preprocessing["mean"]].flat().map(Number)
  const std = [preprocessing["std"]].flat().map(Number)
  return (numbers) => numbers.map((x, i) => standardized(x, { mean, std }, i % mean.length))
}
