import { t } from "../../language/Text.js"
import { refuse } from "../FormatError.js"
import type { FileBytes } from "./FileBytes.js"

/** One entry of an object header: what kind it is of, and where its contents are. */
export interface Message {
  readonly type: number
  readonly at: number
  readonly size: number
}

/** The messages of the object header at an address. */
export const messagesAt = (
  file: FileBytes,
  address: number,
  path: string
): ReadonlyArray<Message> => {
  const isSecond = file.u8(address) === 0x4f
  return isSecond ? secondVersion(file, address, path) : firstVersion(file, address, path)
}

const firstVersion = (file: FileBytes, address: number, path: string): ReadonlyArray<Message> => {
  if (file.u8(address) !== 1)
    return refuse("Damaged", path, t`has no object header at byte ${address}`)
  const count = file.u16(address + 2)
  const parts: Array<readonly [at: number, size: number]> = [[address + 16, file.u32(address + 8)]]
  const found: Array<Message> = []
  for (let part = 0; part < parts.length && found.length < count; part++) {
    let [at, size] = parts[part]!
    const end = file.check(at, size) + size
    while (at + 8 <= end && found.length < count) {
      const message = { type: file.u16(at), size: file.u16(at + 2), at: at + 8 }
      checkEnd(message, at, end, path)
      found.push(message)
      if (message.type === 0x10)
        parts.push([file.address(message.at), file.address(message.at + 8)])
      at = message.at + message.size
    }
  }
  return found
}

const secondVersion = (file: FileBytes, address: number, path: string): ReadonlyArray<Message> => {
  file.expect(address, "OHDR")
  const flags = file.u8(address + 5)
  let at = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0)
  const width = 1 << (flags & 3)
  const parts: Array<readonly [at: number, size: number]> = [[at + width, file.length(at, width)]]
  const head = 4 + (flags & 4 ? 2 : 0)
  const found: Array<Message> = []
  for (let part = 0; part < parts.length; part++) {
    if (parts.length > 1000) return refuse("Damaged", path, t`has a header in too many parts`)
    const [begin, size] = parts[part]!
    at = begin
    const end = file.check(begin, size) + size
    while (at + head <= end) {
      const message = { type: file.u8(at), size: file.u16(at + 1), at: at + head }
      checkEnd(message, at, end, path)
      found.push(message)
      if (message.type === 0x10) {
        const target = file.address(message.at)
        file.expect(target, "OCHK")
        // Without the signature and the checksum.
        parts.push([target + 4, file.address(message.at + 8) - 8])
      }
      at = message.at + message.size
    }
  }
  return found
}

/** Fails where the message that begins at `at` is longer than the part of the header that holds it. */
const checkEnd = (message: Message, at: number, end: number, path: string): void => {
  if (message.at + message.size > end) {
    refuse("Damaged", path, t`has a message at byte ${at} that is longer than its header`)
  }
}
