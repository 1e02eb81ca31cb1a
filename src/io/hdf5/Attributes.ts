import { t } from "../../language/Text.js"
import { refuse } from "../FormatError.js"
import { shapeAt } from "./Dataspace.js"
import { datatypeAt } from "./Datatype.js"
import type { FileBytes } from "./FileBytes.js"
import type { Message } from "./ObjectHeader.js"

/** The value of an attribute, where it is text. */
export type Attribute = string | ReadonlyArray<string>

/** The attributes of an object that are text. */
export const attributesOf = (
  file: FileBytes,
  messages: ReadonlyArray<Message>,
  path: string
): ReadonlyMap<string, Attribute> => {
  const found = new Map<string, Attribute>()
  for (const { at, size, type } of messages) {
    if (type === 0x15) {
      const heap = at + 2 + (file.u8(at + 1) & 1 ? 2 : 0)
      if (file.isDefined(heap)) {
        return refuse(
          "Unsupported",
          path,
          t`keeps its attributes in a fractal heap; save the file with Keras or h5py and its usual options`
        )
      }
    }
    if (type !== 0x0c) continue
    const attribute = attributeAt(file, at, size, path)
    if (attribute !== null) found.set(...attribute)
  }
  return found
}

/** An attribute that is text; null for any other. */
const attributeAt = (
  file: FileBytes,
  at: number,
  size: number,
  path: string
): [string, Attribute] | null => {
  const version = file.u8(at)
  const [nameSize, typeSize, spaceSize] = [file.u16(at + 2), file.u16(at + 4), file.u16(at + 6)]
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
  const name = file.text(nameAt, nameSize)
  const kind = file.u8(typeAt) & 15
  if (kind !== 3 && kind !== 9) return null
  const datatype = datatypeAt(file, typeAt, path)
  const shape = shapeAt(file, spaceAt, path) ?? [0]
  const count = shape.reduce((a, b) => a * b, 1)
  if (dataAt + count * datatype.size > at + size) {
    return refuse("Damaged", path, t`has an attribute ${name} that is longer than its message`)
  }
  const texts = Array.from({ length: count }, (_, i) => {
    const item = dataAt + i * datatype.size
    return datatype.kind === "text" ? file.text(item, datatype.size) : heapText(file, item, path)
  })
  return [name, shape.length === 0 ? (texts[0] ?? "") : texts]
}

/** A text of the global heap. */
const heapText = (file: FileBytes, at: number, path: string): string => {
  const length = file.u32(at)
  if (length === 0) return ""
  const collection = file.address(at + 4)
  const wanted = file.u32(at + 12)
  file.expect(collection, "GCOL")
  const end = file.check(collection, file.address(collection + 8)) + file.address(collection + 8)
  for (let object = collection + 16; object + 16 <= end;) {
    const index = file.u16(object)
    const size = file.address(object + 8)
    if (index === wanted) return file.text(object + 16, Math.min(length, size))
    if (index === 0) break
    object += 16 + Math.ceil(size / 8) * 8
  }
  return refuse("Damaged", path, t`has a text that is not in the file`)
}
