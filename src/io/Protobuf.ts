import { concat } from "./concat.js"

/**
 * A message of Protocol Buffers: varints, floats, doubles and bytes. It is the list of its parts, so that
 * nested ones are not copied.
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

export const double = (field: number, value: number): Message =>
  doubles(varint((field << 3) | 1), [value])

/** Several doubles as one packed field. */
export const packedDoubles = (field: number, values: ReadonlyArray<number>): Message =>
  doubles([...varint((field << 3) | 2), ...varint(8 * values.length)], values)

const doubles = (header: ReadonlyArray<number>, values: ReadonlyArray<number>): Message => {
  const bytes = new DataView(new ArrayBuffer(8 * values.length))
  values.forEach((value, i) => bytes.setFloat64(8 * i, value, true))
  return message(part(header), part(new Uint8Array(bytes.buffer)))
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

/** A field of a message as it was read: a varint, the bits of a number, or bytes. */
export interface ReadField {
  readonly field: number
  /** Of a varint, its lower 53 bits. */
  readonly integer: number
  /** Of anything else, its bytes. */
  readonly bytes: Uint8Array
}

const none = new Uint8Array(0)

/** The fields of a message, in order; undefined where the bytes are no message. */
export const read = (bytes: Uint8Array): ReadonlyArray<ReadField> | undefined => {
  const fields: Array<ReadField> = []
  let at = 0
  const next = (): number => {
    let value = 0
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
    return NaN
  }
  while (at < bytes.length) {
    const key = next()
    const field = Math.floor(key / 8)
    const wire = key % 8
    if (wire === 0) {
      const integer = next()
      if (Number.isNaN(integer)) return undefined
      fields.push({ field, integer, bytes: none })
      continue
    }
    const length = wire === 1 ? 8 : wire === 5 ? 4 : wire === 2 ? next() : NaN
    if (!(at + length <= bytes.length)) return undefined
    fields.push({ field, integer: 0, bytes: bytes.subarray(at, at + length) })
    at += length
  }
  return fields
}
