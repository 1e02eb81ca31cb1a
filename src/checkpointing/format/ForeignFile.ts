import { t } from "../../language/Text.js"
import { format } from "../Checkpoint.js"
import * as Digest from "./Digest.js"
import * as Summary from "./Summary.js"

/** How a file of every version begins, behind 8 bytes of length. */
const opening = Buffer.from(`{"__metadata__":{"format":"${format}"`)

/** Found near the beginning of a checkpoint whose opening is damaged. */
const marks = [Summary.digestKey, Digest.headerKey].map((key) => `"${key}":"`)

/** So many bytes usually show whether a file is a checkpoint, and how it ranks. */
export const prefixLength = 8192

// Formats that are often named .safetensors, by how they begin.
const formats: ReadonlyArray<readonly [beginning: string, what: string]> = [
  ["PK\x03\x04", t`a ZIP archive, as PyTorch, Keras and NumPy write`],
  ["\x89HDF", t`an HDF5 file, as Keras writes`],
  ["\x93NUMPY", t`a NumPy array`],
  ["GGUF", t`a GGUF file`],
  ["\x1f\x8b", t`compressed by gzip`],
  ["\x80\x02", t`a pickle of Python`],
  ["\x80\x03", t`a pickle of Python`],
  ["\x80\x04", t`a pickle of Python`],
  ["\x80\x05", t`a pickle of Python`],
  ["\0".repeat(64), t`all zeros at its beginning`]
]

/**
 * What a file is that is not a checkpoint, from at most its first `prefixLength` bytes; undefined if it
 * may be a checkpoint, perhaps damaged or truncated. A foreign file is never parsed, however long and
 * deeply nested it is.
 */
export const foreign = (beginning: Uint8Array): string | undefined => {
  const start = Buffer.from(beginning.buffer, beginning.byteOffset, beginning.byteLength)
  const begun = start.subarray(8, Math.min(8 + opening.length, start.length))
  if (begun.equals(opening.subarray(0, begun.length))) return undefined
  const searched = start.subarray(0, prefixLength)
  if (marks.some((mark) => searched.includes(mark, 0, "latin1"))) return undefined
  const text = start.toString("latin1", 0, 64)
  const known = formats.find(([beginning]) => text.startsWith(beginning))
  if (known !== undefined) return t`it is ${known[1]}`
  return text[8] === "{"
    ? t`it is a safetensors file of another program`
    : t`it does not begin like a safetensors file`
}
