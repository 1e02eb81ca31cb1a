import { t } from "../../language/Text.js"
import { refuse, type FormatErrorReason } from "../FormatError.js"

/** The bytes of a pickle, read one after another; none is read outside of the file. */
export class PickleBytes {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #file: string
  #at: number
  /** Where the instruction begins that is being read. */
  #started: number

  constructor(bytes: Uint8Array, begin: number, file: string) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#file = file
    this.#at = begin
    this.#started = begin
  }

  /** The byte that is read next. */
  get at(): number {
    return this.#at
  }

  /** The code of the next instruction; errors name its byte. */
  instruction(): number {
    this.#started = this.#at
    return this.u8()
  }

  refuse(reason: FormatErrorReason, detail: string): never {
    return refuse(reason, t`${this.#file}, byte ${this.#started}`, detail)
  }

  /** Skips the next `length` bytes, which the file must have, and gives their position. */
  take(length: number): number {
    if (length < 0 || this.#at + length > this.#bytes.length) {
      return this.refuse(
        "Truncated",
        t`needs ${length} bytes, and the file has ${this.#bytes.length - this.#at} more`
      )
    }
    this.#at += length
    return this.#at - length
  }
  u8(): number {
    return this.#view.getUint8(this.take(1))
  }
  u16(): number {
    return this.#view.getUint16(this.take(2), true)
  }
  u32(): number {
    return this.#view.getUint32(this.take(4), true)
  }
  i32(): number {
    return this.#view.getInt32(this.take(4), true)
  }
  /** A length. */
  u64(): number {
    const value = this.#view.getBigUint64(this.take(8), true)
    return value > BigInt(this.#bytes.length)
      ? this.refuse("Truncated", t`declares ${value} bytes`)
      : Number(value)
  }
  /** A double, big-endian. */
  f64(): number {
    return this.#view.getFloat64(this.take(8), false)
  }
  raw(length: number): Uint8Array {
    const from = this.take(length)
    return this.#bytes.subarray(from, from + length)
  }
  text(length: number): string {
    return new TextDecoder().decode(this.raw(length))
  }
  line(): string {
    const stop = this.#bytes.indexOf(0x0a, this.#at)
    if (stop < 0) return this.refuse("Truncated", t`has a line without an end`)
    const found = this.text(stop - this.#at)
    this.#at += 1
    return found
  }
  /** An integer of any length, little-endian, in two's complement. */
  integer(length: number): number | bigint {
    if (length > 256) return this.refuse("TooLarge", t`has an integer of ${length} bytes`)
    const digits = this.raw(length)
    let value = 0n
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(digits[i]!)
    if (length > 0 && digits[length - 1]! > 127) value -= 1n << BigInt(8 * length)
    return asNumber(value)
  }
  /** An integer in decimal digits. */
  decimal(digits: string): number | bigint {
    return /^[-+]?\d{1,600}$/.test(digits)
      ? asNumber(BigInt(digits))
      : this.refuse("Damaged", t`has no integer`)
  }
}

const asNumber = (value: bigint): number | bigint =>
  value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : value
