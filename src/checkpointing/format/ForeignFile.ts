import { t } from "../../language/Text.js"
import { format } from "../Checkpoint.js"
import * as HeaderDigest from "./HeaderDigest.js"
import * as Summary from "./Summary.js"

/** How every version begins a file, behind 8 bytes of length. */
const opening = Buffer.from(`{"__metadata__":{"format":"${format}"`)

/** What stands near the beginning of a checkpoint whose opening is damaged. */
const marks = [Summary.digestKey, HeaderDigest.key].map((key) => `"${key}":"`)

/** So many bytes tell whether a file is a checkpoint, and how it ranks. */
export const length = 8192

// What is often given the name of a safetensors file, by how it begins.
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
  ["\0".repeat(64), t`all zeros where it should begin`]
]

/**
 * What a file is that is no checkpoint, by its beginning alone, of which all that is there up to
 * `length` is looked at; undefined if it may be one, damaged or cut short perhaps. What is foreign is
 * never parsed: it can be as long and as deep as it likes.
 */
export const foreign = (beginning: Uint8Array): string | undefined => {
  const start = Buffer.from(beginning.buffer, beginning.byteOffset, beginning.byteLength)
  const begun = start.subarray(8, Math.min(8 + opening.length, start.length))
  if (begun.equals(opening.subarray(0, begun.length))) return undefined
  const looked = start.subarray(0, length)
  if (marks.some((mark) => looked.includes(mark, 0, "latin1"))) return undefined
  const text = start.toString("latin1", 0, 64)
  const known = formats.find(([beginning]) => text.startsWith(beginning))
  if (known !== undefined) return t`it is ${known[1]}`
  return text[8] === "{"
    ? t`it is a safetensors file of another program`
    : t`it does not begin as a safetensors file does`
}
