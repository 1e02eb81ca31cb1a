import * as zlib from "node:zlib"
import { t } from "../language/Text.js"
import { refuse } from "./FormatError.js"

/** A file in a ZIP archive. */
export interface ZipEntry {
  readonly name: string
  /** Its length, unpacked. */
  readonly size: number
  /** Unpacks it, and compares it with its checksum. */
  readonly read: () => Uint8Array
}

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const locator64Signature = 0x07064b50
const entrySignature = 0x02014b50
const localSignature = 0x04034b50

/** Archives with more entries are not read. */
const maxEntries = 100_000

// What compresses better, and is larger, is made to fill memory: weights are noise.
const maxRatio = 100
const alwaysAllowed = 1 << 26

/**
 * The files in a ZIP archive by their names: stored or deflated, with 64-bit sizes if need be. Reads only
 * the directory; each entry is unpacked when it is read. Throws a `FormatError` at entries that overlap, lie
 * outside of the archive, have the same name or one that leads out of a folder, or are bombs.
 *
 * The format is APPNOTE.TXT 6.3.10 of PKWARE.
 */
export const entries = (archive: Uint8Array): ReadonlyMap<string, ZipEntry> => {
  const view = new DataView(archive.buffer, archive.byteOffset, archive.byteLength)
  const directory = directoryOf(view)
  const found = new Map<string, ZipEntry>()
  const ranges: Array<readonly [begin: number, end: number, name: string]> = []
  let at = directory.offset
  for (let i = 0; i < directory.count; i++) {
    const where = t`entry ${i + 1} of the directory`
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== entrySignature) {
      return refuse("Damaged", where, t`does not begin as an entry`)
    }
    const entry = entryAt(archive, view, at, where)
    at = entry.next
    if (entry.name.endsWith("/")) continue
    checkName(entry.name)
    if (found.has(entry.name)) return refuse("Damaged", entry.name, t`is there twice`)
    ranges.push([entry.local, entry.begin + entry.packed, entry.name])
    found.set(entry.name, {
      name: entry.name,
      size: entry.size,
      read: () => unpack(archive, entry)
    })
  }
  ranges.sort(([a], [b]) => a - b)
  const overlapping = ranges.find(([begin], i) => i > 0 && begin < ranges[i - 1]![1])
  if (overlapping !== undefined) {
    return refuse("Damaged", overlapping[2], t`overlaps with the entry before it`)
  }
  return found
}

interface Place {
  readonly name: string
  readonly method: number
  readonly checksum: number
  readonly packed: number
  readonly size: number
  readonly local: number
  readonly begin: number
  readonly next: number
}

const number64 = (view: DataView, at: number, where: string): number => {
  const value = view.getBigUint64(at, true)
  return value > BigInt(Number.MAX_SAFE_INTEGER)
    ? refuse("Damaged", where, t`declares ${value} bytes`)
    : Number(value)
}

const directoryOf = (view: DataView): { readonly offset: number; readonly count: number } => {
  const { byteLength } = view
  const where = t`the end of the archive`
  // Only a comment of at most 65,535 bytes may follow.
  for (let at = byteLength - 22; at >= Math.max(0, byteLength - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) !== endSignature) continue
    let count = view.getUint16(at + 10, true)
    let offset = view.getUint32(at + 16, true)
    if (at >= 20 && view.getUint32(at - 20, true) === locator64Signature) {
      const far = number64(view, at - 12, where)
      if (far + 56 > byteLength || view.getUint32(far, true) !== end64Signature) {
        return refuse("Damaged", where, t`points to no directory`)
      }
      count = number64(view, far + 32, where)
      offset = number64(view, far + 48, where)
    }
    if (count > maxEntries) {
      return refuse("TooLarge", where, t`declares ${count} entries of at most ${maxEntries}`)
    }
    return { offset, count }
  }
  return refuse("Truncated", where, t`is missing: the file is cut off, or no ZIP archive`)
}

const entryAt = (archive: Uint8Array, view: DataView, at: number, where: string): Place => {
  const nameLength = view.getUint16(at + 28, true)
  const extraLength = view.getUint16(at + 30, true)
  const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true)
  const name = new TextDecoder().decode(archive.subarray(at + 46, at + 46 + nameLength))
  let packed = view.getUint32(at + 20, true)
  let size = view.getUint32(at + 24, true)
  let local = view.getUint32(at + 42, true)
  // In the extra fields, the 64-bit numbers of those that do not fit.
  for (let extra = at + 46 + nameLength; extra + 4 <= at + 46 + nameLength + extraLength;) {
    const length = view.getUint16(extra + 2, true)
    if (view.getUint16(extra, true) === 1) {
      let field = extra + 4
      const wide = (value: number) => {
        if (value !== 0xffffffff) return value
        field += 8
        return number64(view, field - 8, where)
      }
      size = wide(size)
      packed = wide(packed)
      local = wide(local)
    }
    extra += 4 + length
  }
  if (local + 30 > view.byteLength || view.getUint32(local, true) !== localSignature) {
    return refuse("Truncated", name, t`does not lie in the archive`)
  }
  const begin = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
  if (begin + packed > view.byteLength) {
    return refuse(
      "Truncated",
      name,
      t`ends at byte ${begin + packed}, and the file at ${view.byteLength}`
    )
  }
  if ((view.getUint16(at + 8, true) & 1) !== 0) {
    return refuse("Unsupported", name, t`is encrypted`)
  }
  const method = view.getUint16(at + 10, true)
  if (method !== 0 && method !== 8) {
    return refuse("Unsupported", name, t`is compressed by method ${method}`)
  }
  if (method === 0 && size !== packed) {
    return refuse("Damaged", name, t`is stored in ${packed} bytes but declares ${size}`)
  }
  if (size > alwaysAllowed && size > maxRatio * packed) {
    return refuse("TooLarge", name, t`declares ${size} bytes, packed in ${packed}`)
  }
  return { name, method, checksum: view.getUint32(at + 16, true), packed, size, local, begin, next }
}

const checkName = (name: string): void => {
  const isOutside = name.split(/[/\\]/).includes("..") || /^([/\\]|[A-Za-z]:)/.test(name)
  if (isOutside || name.includes("\0")) {
    refuse("Forbidden", name, t`is a path that leads out of the archive`)
  }
}

const unpack = (archive: Uint8Array, { begin, checksum, method, name, packed, size }: Place) => {
  const bytes = archive.subarray(begin, begin + packed)
  const unpacked = method === 0 ? bytes : inflate(bytes, size, name)
  if (unpacked.length !== size) {
    return refuse("Damaged", name, t`has ${unpacked.length} bytes but declares ${size}`)
  }
  return zlib.crc32(unpacked) === checksum
    ? unpacked
    : refuse("Damaged", name, t`does not match its checksum`)
}

const inflate = (bytes: Uint8Array, size: number, name: string): Uint8Array => {
  try {
    return zlib.inflateRawSync(bytes, { maxOutputLength: Math.max(size, 1) })
  } catch {
    return refuse("Damaged", name, t`does not unpack to the ${size} bytes that it declares`)
  }
}
