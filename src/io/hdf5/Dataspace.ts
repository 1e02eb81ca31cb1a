import { t } from "../../language/Text.js"
import { refuse } from "../FormatError.js"
import type { FileBytes } from "./FileBytes.js"

/** Arrays with more dimensions are not read. */
const maxRank = 32

/** The shape in a dataspace message; null: there are no values. */
export const shapeAt = (
  file: FileBytes,
  at: number,
  path: string
): ReadonlyArray<number> | null => {
  const version = file.u8(at)
  const rank = file.u8(at + 1)
  if (version !== 1 && version !== 2)
    return refuse("Unsupported", path, t`has a dataspace of version ${version}`)
  if (version === 2 && file.u8(at + 3) === 2) return null
  if (rank > maxRank)
    return refuse("TooLarge", path, t`has ${rank} dimensions of at most ${maxRank}`)
  const first = at + (version === 1 ? 8 : 4)
  return Array.from({ length: rank }, (_, i) => file.address(first + 8 * i))
}
