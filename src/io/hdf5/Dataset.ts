import { t } from "../../language/Text.js"
import { refuse } from "../FormatError.js"
import { shapeAt } from "./Dataspace.js"
import { datatypeAt, type NumberType } from "./Datatype.js"
import type { FileBytes } from "./FileBytes.js"
import type { Message } from "./ObjectHeader.js"

/** Numbers in an HDF5 file, little-endian and row-major; `bytes` is a view of the file. */
export interface Hdf5Dataset {
  readonly shape: ReadonlyArray<number>
  readonly type: NumberType
  readonly bytes: Uint8Array
}

/** The dataset that an object header describes. */
export const datasetOf = (
  file: FileBytes,
  messages: ReadonlyArray<Message>,
  path: string
): Hdf5Dataset => {
  const find = (type: number) =>
    messages.find((message) => message.type === type)?.at ??
    refuse("Damaged", path, t`lacks a message of type ${type}`)
  const shape = shapeAt(file, find(0x01), path) ?? [0]
  const { kind, size, type } = datatypeAt(file, find(0x03), path)
  if (kind !== "number" || type === undefined) return refuse("Unsupported", path, t`holds text`)
  if (messages.some((message) => message.type === 0x0b)) {
    return refuse("Unsupported", path, t`is compressed; save it without compression`)
  }
  const length = shape.reduce((product, one) => product * one, size)
  const layout = find(0x08)
  const version = file.u8(layout)
  if (version < 3) return refuse("Unsupported", path, t`has a layout of version ${version}`)
  const wrong = (found: number) =>
    refuse("Damaged", path, t`takes ${found} bytes, where ${type} [${shape}] needs ${length}`)
  switch (file.u8(layout + 1)) {
    case 0: {
      const stored = file.u16(layout + 2)
      return stored === length
        ? { shape, type, bytes: file.bytes(layout + 4, length) }
        : wrong(stored)
    }
    case 1: {
      if (!file.isDefined(layout + 2)) {
        return length === 0 ? { shape, type, bytes: new Uint8Array() } : wrong(0)
      }
      const stored = file.address(layout + 10)
      return stored === length
        ? { shape, type, bytes: file.bytes(file.address(layout + 2), length) }
        : wrong(stored)
    }
    default:
      return refuse("Unsupported", path, t`is in chunks; save it without compression`)
  }
}
