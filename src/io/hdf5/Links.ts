import { t } from "../../language/Text.js"
import { refuse } from "../FormatError.js"
import type { FileBytes } from "./FileBytes.js"
import type { Message } from "./ObjectHeader.js"
import type { Visited } from "./Visited.js"

/** What a group links to: addresses by name. */
export const linksOf = (
  file: FileBytes,
  messages: ReadonlyArray<Message>,
  path: string,
  visited: Visited
): ReadonlyMap<string, number> => {
  const links = new Map<string, number>()
  for (const { at, type } of messages) {
    if (type === 0x11)
      symbolTable(file, file.address(at), file.address(at + 8), links, path, visited)
    if (type === 0x06) linkAt(file, at, links, path)
    if (type === 0x02) {
      const heap = at + 2 + (file.u8(at + 1) & 1 ? 8 : 0)
      if (file.isDefined(heap)) {
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

const linkAt = (file: FileBytes, at: number, links: Map<string, number>, path: string): void => {
  const flags = file.u8(at + 1)
  let next = at + 2
  const kind = flags & 8 ? file.u8(next++) : 0
  if (flags & 4) next += 8
  if (flags & 0x10) next += 1
  const width = 1 << (flags & 3)
  const length = file.length(next, width)
  const name = file.text(next + width, length)
  if (kind !== 0) refuse("Forbidden", path, t`has a link to another file or path: ${name}`)
  put(links, name, file.address(next + width + length), path)
}

const put = (links: Map<string, number>, name: string, target: number, path: string): void => {
  if (name === "" || links.has(name)) refuse("Damaged", path, t`has the name ${name} twice`)
  links.set(name, target)
}

const symbolTable = (
  file: FileBytes,
  tree: number,
  heap: number,
  links: Map<string, number>,
  path: string,
  visited: Visited
): void => {
  file.expect(heap, "HEAP")
  const length = file.address(heap + 8)
  const names = file.check(file.address(heap + 24), length)
  const visit = (address: number): void => {
    visited.visit(address, path)
    if (file.u32(address) === 0x45455254 /* TREE */) {
      const count = file.u16(address + 6)
      for (let i = 0; i < count; i++) visit(file.address(address + 24 + 8 + 16 * i))
      return
    }
    file.expect(address, "SNOD")
    const count = file.u16(address + 6)
    for (let i = 0; i < count; i++) {
      const entry = address + 8 + 40 * i
      const offset = file.address(entry)
      if (offset >= length) refuse("Damaged", path, t`has a name outside of its names`)
      const name = file.text(names + offset, length - offset)
      if (file.u32(entry + 16) === 2)
        refuse("Forbidden", path, t`has a link to another file or path: ${name}`)
      put(links, name, file.address(entry + 8), path)
    }
  }
  visit(tree)
}
