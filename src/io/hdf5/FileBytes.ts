import { t } from "../../language/Text.js"
import { refuse } from "../FormatError.js"

/** The bytes of an HDF5 file: each number is little-endian, and none is read outside of the file. */
export class FileBytes {
  readonly #file: Uint8Array
  readonly #view: DataView

  constructor(file: Uint8Array) {
    this.#file = file
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  }

  place(at: number): string {
    return t`byte ${at}`
  }

  /** Fails unless the file has `length` bytes at `at`. */
  check(at: number, length: number): number {
    if (at < 0 || length < 0 || at + length > this.#file.length) {
      return refuse(
        "Truncated",
        this.place(at),
        t`${length} bytes are expected, and the file ends at ${this.#file.length}`
      )
    }
    return at
  }
  u8(at: number): number {
    return this.#view.getUint8(this.check(at, 1))
  }
  u16(at: number): number {
    return this.#view.getUint16(this.check(at, 2), true)
  }
  u32(at: number): number {
    return this.#view.getUint32(this.check(at, 4), true)
  }
  /** A length of 1, 2, 4 or 8 bytes. */
  length(at: number, width: number): number {
    return width === 1
      ? this.u8(at)
      : width === 2
        ? this.u16(at)
        : width === 4
          ? this.u32(at)
          : this.address(at)
  }
  /** A length, or an address that is defined. */
  address(at: number): number {
    const value = this.#view.getBigUint64(this.check(at, 8), true)
    return value > BigInt(this.#file.length)
      ? refuse(
          "Truncated",
          this.place(at),
          t`points to byte ${value}, and the file ends at ${this.#file.length}`
        )
      : Number(value)
  }
  isDefined(at: number): boolean {
    return this.#view.getBigUint64(this.check(at, 8), true) !== undefinedAddress
  }
  expect(at: number, text: string): void {
    const found = this.#file.subarray(this.check(at, text.length), at + text.length)
    if (!Buffer.from(found).equals(Buffer.from(text, "latin1"))) {
      refuse("Damaged", this.place(at), t`${text} is expected`)
    }
  }
  text(at: number, length: number): string {
    const bytes = this.#file.subarray(this.check(at, length), at + length)
    const end = bytes.indexOf(0)
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
  }
  bytes(at: number, length: number): Uint8Array {
    return this.#file.subarray(this.check(at, length), at + length)
  }
}

const undefinedAddress = 0xffffffffffffffffn
