import { concat } from "../../io/concat.js"

/**
 * Writes messages of Protocol Buffers, of the wire types that ONNX has: varints, 32-bit floats and
 * bytes. A message is the list of its parts, so that nested ones are not copied.
 */
export interface Message {
  readonly parts: ReadonlyArray<Uint8Array>
  readonly size: number
}

/** A message of these fields, in order. */
export const message = (...fields: ReadonlyArray<Message>): Message => ({
  parts: fields.flatMap(({ parts }) => parts),
  size: fields.reduce((sum, { size }) => sum + size, 0)
})

/** An integer of up to 53 bits, or a negative one in two's complement of 64. */
export const integer = (field: number, value: number): Message =>
  part([...varint(field << 3), ...varint(value)])

export const float = (field: number, value: number): Message => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setFloat32(0, value, true)
  return message(part(varint((field << 3) | 5)), part(bytes))
}

export const text = (field: number, value: string): Message =>
  bytes(field, new TextEncoder().encode(value))

export const bytes = (field: number, value: Uint8Array): Message =>
  nested(field, { parts: [value], size: value.length })

export const nested = (field: number, value: Message): Message =>
  message(part([...varint((field << 3) | 2), ...varint(value.size)]), value)

/** The same field once for each value. */
export const repeated = <A>(
  field: number,
  values: Iterable<A>,
  encode: (field: number, value: A) => Message
): Message => message(...Array.from(values, (value) => encode(field, value)))

/** The bytes of a message. */
export const encoded = ({ parts }: Message): Uint8Array => concat(parts)

const part = (bytes: ArrayLike<number>): Message => {
  const own = bytes instanceof Uint8Array ? bytes : Uint8Array.from(bytes)
  return { parts: [own], size: own.length }
}

const varint = (value: number): ReadonlyArray<number> => {
  const bytes: Array<number> = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return [...bytes, Number(rest)]
}
