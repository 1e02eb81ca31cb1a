import { t } from "../language/Text.js"
import { refuse } from "./FormatError.js"
import { attributesOf, type Attribute } from "./hdf5/Attributes.js"
import { datasetOf, type Hdf5Dataset } from "./hdf5/Dataset.js"
import { FileBytes } from "./hdf5/FileBytes.js"
import { linksOf } from "./hdf5/Links.js"
import { messagesAt } from "./hdf5/ObjectHeader.js"
import { Visited } from "./hdf5/Visited.js"

/** A group of an HDF5 file, read with all that is in it. */
export interface Hdf5Group {
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly groups: ReadonlyMap<string, Hdf5Group>
  readonly datasets: ReadonlyMap<string, Hdf5Dataset>
}

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

/** Files with deeper groups are not read. */
const maxDepth = 64

/**
 * Reads an HDF5 file as h5py and Keras write it: groups in symbol tables or in their headers, numbers
 * without chunks or filters, text in attributes. Throws a `FormatError` at anything else, and where an
 * address or a length leads outside of the file, in a circle, or to more than there are bytes.
 *
 * The format is version 3.0 of the specification of the HDF Group.
 */
export const read = (bytes: Uint8Array): Hdf5Group => {
  const file = new FileBytes(bytes)
  if (signature.some((byte, i) => bytes[i] !== byte)) {
    return refuse("Damaged", file.place(0), t`does not begin as an HDF5 file`)
  }
  const visited = new Visited()
  const group = (address: number, path: string, depth: number): Hdf5Group => {
    if (depth > maxDepth)
      return refuse("TooLarge", path, t`has groups more than ${maxDepth} levels deep`)
    visited.visit(address, path)
    const messages = messagesAt(file, address, path)
    const groups = new Map<string, Hdf5Group>()
    const datasets = new Map<string, Hdf5Dataset>()
    for (const [name, target] of linksOf(file, messages, path, visited)) {
      const inner = `${path === "/" ? "" : path}/${name}`
      const own = messagesAt(file, target, inner)
      // Only a dataset has a dataspace.
      if (own.some(({ type }) => type === 0x01)) datasets.set(name, datasetOf(file, own, inner))
      else groups.set(name, group(target, inner, depth + 1))
    }
    return { attributes: attributesOf(file, messages, path), groups, datasets }
  }
  return group(rootOf(file), "/", 0)
}

/** The address of the object header of the root group, which the superblock says. */
const rootOf = (file: FileBytes): number => {
  const version = file.u8(8)
  const sizes = version < 2 ? 13 : 9
  if (version > 3) return refuse("Unsupported", file.place(8), t`has version ${version} of HDF5`)
  if (file.u8(sizes) !== 8 || file.u8(sizes + 1) !== 8) {
    return refuse("Unsupported", file.place(sizes), t`has addresses of other than 8 bytes`)
  }
  return version < 2 ? file.address(24 + (version === 1 ? 4 : 0) + 32 + 8) : file.address(36)
}
