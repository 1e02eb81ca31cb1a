import { t } from "../language/Text.js"
import { refuse } from "./FormatError.js"

/** Numbers in an HDF5 file, little-endian and row-major; `bytes` is a view of the file. */
export interface Hdf5Dataset {
  readonly shape: ReadonlyArray<number>
  readonly type: NumberType
  readonly bytes: Uint8Array
}

/** The element type of a dataset, as safetensors names it. */
export type NumberType =
  "F16" | "F32" | "F64" | "I8" | "I16" | "I32" | "I64" | "U8" | "U16" | "U32" | "U64"

/** A group of an HDF5 file, read with all that is in it. */
export interface Hdf5Group {
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly groups: ReadonlyMap<string, Hdf5Group>
  readonly datasets: ReadonlyMap<string, Hdf5Dataset>
}

/** The value of an attribute, where it is text. */
export type Attribute = string | ReadonlyArray<string>

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
const undefinedAddress = 0xffffffffffffffffn

/** Files with more objects, or deeper groups, are not read. */
const maxObjects = 100_000
const maxDepth = 64
const maxRank = 32

type Shape = ReadonlyArray<number>

/**
 * Reads an HDF5 file as h5py and Keras write it: groups in symbol tables or in their headers, numbers
 * without chunks or filters, text in attributes. Throws a `FormatError` at anything else, and where an
 * address or a length leads outside of the file, in a circle, or to more than there are bytes.
 *
 * The format is version 3.0 of the specification of the HDF Group.
 */
export const read = (file: Uint8Array): Hdf5Group => {
  const reader = new Reader(file)
  return reader.group(reader.root(), "/", 0)
}

interface Message {
  readonly type: number
  readonly at: number
  readonly size: number
}

interface Datatype {
  readonly kind: "number" | "text" | "variable"
  readonly type?: NumberType
  readonly size: number
}

class Reader {
  readonly #file: Uint8Array
  readonly #view: DataView
  /** The objects that are being read or have been: none is read twice. */
  readonly #seen = new Set<number>()

  constructor(file: Uint8Array) {
    this.#file = file
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  }

  /** The address of the object header of the root group. */
  root(): number {
    if (signature.some((byte, i) => this.#file[i] !== byte)) {
      return refuse("Damaged", this.#place(0), t`does not begin as an HDF5 file`)
    }
    const version = this.#u8(8)
    const sizes = version < 2 ? 13 : 9
    if (version > 3) return refuse("Unsupported", this.#place(8), t`has version ${version} of HDF5`)
    if (this.#u8(sizes) !== 8 || this.#u8(sizes + 1) !== 8) {
      return refuse("Unsupported", this.#place(sizes), t`has addresses of other than 8 bytes`)
    }
    return version < 2 ? this.#address(24 + (version === 1 ? 4 : 0) + 32 + 8) : this.#address(36)
  }

  group(address: number, path: string, depth: number): Hdf5Group {
    if (depth > maxDepth)
      return refuse("TooLarge", path, t`has groups more than ${maxDepth} levels deep`)
    const messages = this.#messages(address, path)
    const groups = new Map<string, Hdf5Group>()
    const datasets = new Map<string, Hdf5Dataset>()
    for (const [name, target] of this.#links(messages, path)) {
      const inner = `${path === "/" ? "" : path}/${name}`
      const own = this.#messages(target, inner, true)
      // Only a dataset has a dataspace.
      if (own.some(({ type }) => type === 0x01)) datasets.set(name, this.#dataset(own, inner))
      else groups.set(name, this.group(target, inner, depth + 1))
    }
    return { attributes: this.#attributes(messages, path), groups, datasets }
  }

  #place(at: number): string {
    return t`byte ${at}`
  }

  /** Fails unless the file has `length` bytes at `at`. */
  #check(at: number, length: number): number {
    if (at < 0 || length < 0 || at + length > this.#file.length) {
      return refuse(
        "Truncated",
        this.#place(at),
        t`${length} bytes are expected, and the file ends at ${this.#file.length}`
      )
    }
    return at
  }
  #u8(at: number): number {
    return this.#view.getUint8(this.#check(at, 1))
  }
  #u16(at: number): number {
    return this.#view.getUint16(this.#check(at, 2), true)
  }
  #u32(at: number): number {
    return this.#view.getUint32(this.#check(at, 4), true)
  }
  /** A length, or an address that is defined. */
  #address(at: number): number {
    const value = this.#view.getBigUint64(this.#check(at, 8), true)
    return value > BigInt(this.#file.length)
      ? refuse(
          "Truncated",
          this.#place(at),
          t`points to byte ${value}, and the file ends at ${this.#file.length}`
        )
      : Number(value)
  }
  #isDefined(at: number): boolean {
    return this.#view.getBigUint64(this.#check(at, 8), true) !== undefinedAddress
  }
  #expect(at: number, text: string): void {
    const found = this.#file.subarray(this.#check(at, text.length), at + text.length)
    if (!Buffer.from(found).equals(Buffer.from(text, "latin1"))) {
      refuse("Damaged", this.#place(at), t`${text} is expected`)
    }
  }
  #text(at: number, length: number): string {
    const bytes = this.#file.subarray(this.#check(at, length), at + length)
    const end = bytes.indexOf(0)
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end))
  }
  #visit(address: number, path: string): void {
    if (this.#seen.has(address))
      refuse("Damaged", path, t`leads to byte ${address} again, in a circle`)
    if (this.#seen.size === maxObjects) {
      refuse("TooLarge", path, t`is one of more than ${maxObjects} objects`)
    }
    this.#seen.add(address)
  }

  /** The messages of an object header; `isPeek` reads one that `group` will read again. */
  #messages(address: number, path: string, isPeek = false): ReadonlyArray<Message> {
    if (!isPeek) this.#visit(address, path)
    const isSecond = this.#u8(address) === 0x4f
    return isSecond ? this.#messages2(address, path) : this.#messages1(address, path)
  }

  #messages1(address: number, path: string): ReadonlyArray<Message> {
    if (this.#u8(address) !== 1)
      return refuse("Damaged", path, t`has no object header at byte ${address}`)
    const count = this.#u16(address + 2)
    const parts: Array<readonly [at: number, size: number]> = [
      [address + 16, this.#u32(address + 8)]
    ]
    const found: Array<Message> = []
    for (let part = 0; part < parts.length && found.length < count; part++) {
      let [at, size] = parts[part]!
      const end = this.#check(at, size) + size
      while (at + 8 <= end && found.length < count) {
        const message = { type: this.#u16(at), size: this.#u16(at + 2), at: at + 8 }
        if (message.at + message.size > end) {
          return refuse(
            "Damaged",
            path,
            t`has a message at byte ${at} that is longer than its header`
          )
        }
        found.push(message)
        if (message.type === 0x10)
          parts.push([this.#address(message.at), this.#address(message.at + 8)])
        at = message.at + message.size
      }
    }
    return found
  }

  #messages2(address: number, path: string): ReadonlyArray<Message> {
    this.#expect(address, "OHDR")
    const flags = this.#u8(address + 5)
    let at = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0)
    const width = 1 << (flags & 3)
    const first =
      width === 1
        ? this.#u8(at)
        : width === 2
          ? this.#u16(at)
          : width === 4
            ? this.#u32(at)
            : this.#address(at)
    const parts: Array<readonly [at: number, size: number]> = [[at + width, first]]
    const head = 4 + (flags & 4 ? 2 : 0)
    const found: Array<Message> = []
    for (let part = 0; part < parts.length; part++) {
      if (parts.length > 1000) return refuse("Damaged", path, t`has a header in too many parts`)
      const [begin, size] = parts[part]!
      at = begin
      const end = this.#check(begin, size) + size
      while (at + head <= end) {
        const message = { type: this.#u8(at), size: this.#u16(at + 1), at: at + head }
        if (message.at + message.size > end) {
          return refuse(
            "Damaged",
            path,
            t`has a message at byte ${at} that is longer than its header`
          )
        }
        found.push(message)
        if (message.type === 0x10) {
          const target = this.#address(message.at)
          this.#expect(target, "OCHK")
          // Without the signature and the checksum.
          parts.push([target + 4, this.#address(message.at + 8) - 8])
        }
        at = message.at + message.size
      }
    }
    return found
  }

  /** What a group links to: addresses by name. */
  #links(messages: ReadonlyArray<Message>, path: string): ReadonlyMap<string, number> {
    const links = new Map<string, number>()
    for (const { at, type } of messages) {
      if (type === 0x11) this.#symbolTable(this.#address(at), this.#address(at + 8), links, path)
      if (type === 0x06) this.#link(at, links, path)
      if (type === 0x02) {
        const heap = at + 2 + (this.#u8(at + 1) & 1 ? 8 : 0)
        if (this.#isDefined(heap)) {
          return refuse(
            "Unsupported",
            path,
            t`keeps its links in a fractal heap; save the file with Keras or h5py and its usual options`
          )
        }
      }
    }
    return links
  }

  #link(at: number, links: Map<string, number>, path: string): void {
    const flags = this.#u8(at + 1)
    let next = at + 2
    const kind = flags & 8 ? this.#u8(next++) : 0
    if (flags & 4) next += 8
    if (flags & 0x10) next += 1
    const width = 1 << (flags & 3)
    const length = width === 1 ? this.#u8(next) : width === 2 ? this.#u16(next) : this.#u32(next)
    const name = this.#text(next + width, length)
    if (kind !== 0) refuse("Forbidden", path, t`has a link to another file or path: ${name}`)
    this.#put(links, name, this.#address(next + width + length), path)
  }

  #put(links: Map<string, number>, name: string, target: number, path: string): void {
    if (name === "" || links.has(name)) refuse("Damaged", path, t`has the name ${name} twice`)
    links.set(name, target)
  }

  #symbolTable(tree: number, heap: number, links: Map<string, number>, path: string): void {
    this.#expect(heap, "HEAP")
    const length = this.#address(heap + 8)
    const names = this.#check(this.#address(heap + 24), length)
    const visit = (address: number): void => {
      this.#visit(address, path)
      if (this.#u32(address) === 0x45455254 /* TREE */) {
        const count = this.#u16(address + 6)
        for (let i = 0; i < count; i++) visit(this.#address(address + 24 + 8 + 16 * i))
        return
      }
      this.#expect(address, "SNOD")
      const count = this.#u16(address + 6)
      for (let i = 0; i < count; i++) {
        const entry = address + 8 + 40 * i
        const offset = this.#address(entry)
        if (offset >= length) refuse("Damaged", path, t`has a name outside of its names`)
        const name = this.#text(names + offset, length - offset)
        if (this.#u32(entry + 16) === 2)
          refuse("Forbidden", path, t`has a link to another file or path: ${name}`)
        this.#put(links, name, this.#address(entry + 8), path)
      }
    }
    visit(tree)
  }

  /** The shape in a dataspace message; null: there are no values. */
  #shape(at: number, path: string): Shape | null {
    const version = this.#u8(at)
    const rank = this.#u8(at + 1)
    if (version !== 1 && version !== 2)
      return refuse("Unsupported", path, t`has a dataspace of version ${version}`)
    if (version === 2 && this.#u8(at + 3) === 2) return null
    if (rank > maxRank)
      return refuse("TooLarge", path, t`has ${rank} dimensions of at most ${maxRank}`)
    const first = at + (version === 1 ? 8 : 4)
    return Array.from({ length: rank }, (_, i) => this.#address(first + 8 * i))
  }

  #datatype(at: number, path: string): Datatype {
    const head = this.#u8(at)
    const bits = this.#u8(at + 1)
    const size = this.#u32(at + 4)
    const unsupported = (what: string) => refuse("Unsupported", path, t`holds ${what}`)
    switch (head & 15) {
      case 0: {
        if (bits & 1) return unsupported(t`big-endian numbers`)
        const type = `${bits & 8 ? "I" : "U"}${8 * size}`
        return isNumberType(type)
          ? { kind: "number", type, size }
          : unsupported(t`integers of ${size} bytes`)
      }
      case 1: {
        if (bits & 1) return unsupported(t`big-endian numbers`)
        const type = `F${8 * size}`
        // IEEE 754: where the exponent begins, and its length.
        const exponent = `${this.#u8(at + 12)},${this.#u8(at + 13)}`
        return isNumberType(type) && exponent === exponents[type]
          ? { kind: "number", type, size }
          : unsupported(t`floating-point numbers of another kind`)
      }
      case 3:
        return { kind: "text", size }
      case 9:
        return (bits & 15) === 1
          ? { kind: "variable", size }
          : unsupported(t`lists of changing length`)
      default:
        return unsupported(t`values that are neither numbers nor text`)
    }
  }

  #dataset(messages: ReadonlyArray<Message>, path: string): Hdf5Dataset {
    const find = (type: number) =>
      messages.find((message) => message.type === type)?.at ??
      refuse("Damaged", path, t`lacks a message of type ${type}`)
    const shape = this.#shape(find(0x01), path) ?? [0]
    const { kind, size, type } = this.#datatype(find(0x03), path)
    if (kind !== "number" || type === undefined) return refuse("Unsupported", path, t`holds text`)
    if (messages.some((message) => message.type === 0x0b)) {
      return refuse("Unsupported", path, t`is compressed; save it without compression`)
    }
    const length = shape.reduce((product, one) => product * one, size)
    const layout = find(0x08)
    const version = this.#u8(layout)
    if (version < 3) return refuse("Unsupported", path, t`has a layout of version ${version}`)
    const wrong = (found: number) =>
      refuse("Damaged", path, t`takes ${found} bytes, where ${type} [${shape}] needs ${length}`)
    switch (this.#u8(layout + 1)) {
      case 0: {
        const stored = this.#u16(layout + 2)
        return stored === length
          ? { shape, type, bytes: this.#bytes(layout + 4, length) }
          : wrong(stored)
      }
      case 1: {
        if (!this.#isDefined(layout + 2)) {
          return length === 0 ? { shape, type, bytes: new Uint8Array() } : wrong(0)
        }
        const stored = this.#address(layout + 10)
        return stored === length
          ? { shape, type, bytes: this.#bytes(this.#address(layout + 2), length) }
          : wrong(stored)
      }
      default:
        return refuse("Unsupported", path, t`is in chunks; save it without compression`)
    }
  }

  #bytes(at: number, length: number): Uint8Array {
    return this.#file.subarray(this.#check(at, length), at + length)
  }

  #attributes(messages: ReadonlyArray<Message>, path: string): ReadonlyMap<string, Attribute> {
    const found = new Map<string, Attribute>()
    for (const { at, size, type } of messages) {
      if (type === 0x15) {
        const heap = at + 2 + (this.#u8(at + 1) & 1 ? 2 : 0)
        if (this.#isDefined(heap)) {
          return refuse(
            "Unsupported",
            path,
            t`keeps its attributes in a fractal heap; save the file with Keras or h5py and its usual options`
          )
        }
      }
      if (type !== 0x0c) continue
      const attribute = this.#attribute(at, size, path)
      if (attribute !== null) found.set(...attribute)
    }
    return found
  }

  /** An attribute that is text; null for any other. */
  #attribute(at: number, size: number, path: string): [string, Attribute] | null {
    const version = this.#u8(at)
    const [nameSize, typeSize, spaceSize] = [
      this.#u16(at + 2),
      this.#u16(at + 4),
      this.#u16(at + 6)
    ]
    const padded = (length: number) => (version === 1 ? Math.ceil(length / 8) * 8 : length)
    const nameAt = at + (version === 3 ? 9 : 8)
    const typeAt = nameAt + padded(nameSize)
    const spaceAt = typeAt + padded(typeSize)
    const dataAt = spaceAt + padded(spaceSize)
    if (dataAt > at + size)
      return refuse(
        "Damaged",
        path,
        t`has an attribute at byte ${at} that is longer than its message`
      )
    const name = this.#text(nameAt, nameSize)
    const kind = this.#u8(typeAt) & 15
    if (kind !== 3 && kind !== 9) return null
    const datatype = this.#datatype(typeAt, path)
    const shape = this.#shape(spaceAt, path) ?? [0]
    const count = shape.reduce((a, b) => a * b, 1)
    if (dataAt + count * datatype.size > at + size) {
      return refuse("Damaged", path, t`has an attribute ${name} that is longer than its message`)
    }
    const texts = Array.from({ length: count }, (_, i) => {
      const item = dataAt + i * datatype.size
      return datatype.kind === "text" ? this.#text(item, datatype.size) : this.#heapText(item, path)
    })
    return [name, shape.length === 0 ? (texts[0] ?? "") : texts]
  }

  /** A text of the global heap. */
  #heapText(at: number, path: string): string {
    const length = this.#u32(at)
    if (length === 0) return ""
    const collection = this.#address(at + 4)
    const wanted = this.#u32(at + 12)
    this.#expect(collection, "GCOL")
    const end =
      this.#check(collection, this.#address(collection + 8)) + this.#address(collection + 8)
    for (let object = collection + 16; object + 16 <= end;) {
      const index = this.#u16(object)
      const size = this.#address(object + 8)
      if (index === wanted) return this.#text(object + 16, Math.min(length, size))
      if (index === 0) break
      object += 16 + Math.ceil(size / 8) * 8
    }
    return refuse("Damaged", path, t`has a text that is not in the file`)
  }
}

const exponents: Partial<Record<NumberType, string>> = { F16: "10,5", F32: "23,8", F64: "52,11" }

const numberTypes = new Set([
  "F16",
  "F32",
  "F64",
  "I8",
  "I16",
  "I32",
  "I64",
  "U8",
  "U16",
  "U32",
  "U64"
])

const isNumberType = (name: string): name is NumberType => numberTypes.has(name)
