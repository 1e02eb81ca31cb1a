import * as Either from "effect/Either"
import { FormatError, refuse } from "../../io/FormatError.js"
import { decodeHeader, headerLength } from "../../io/safetensors/decodeHeader.js"
import type { SafetensorsError } from "../../io/safetensors/Header.js"
import { t } from "../../language/Text.js"
import type { FileContents } from "../FileContents.js"
import { tensor, type SourceTensor } from "../SourceTensor.js"
import { modulesOf } from "./pytorch/Modules.js"

const own = "model_state_dict."

/**
 * Reads a safetensors file: of PyTorch, or with the names of Keras. Of a checkpoint of Holdfast, the weights
 * of its model.
 */
export const read = (file: Uint8Array): FileContents => {
  const length = opened(headerLength(file, file.length))
  const header = opened(decodeHeader(file.subarray(0, length), file.length))
  const isCheckpoint = header.metadata.get("format") === "holdfast"
  const all = [...header.tensors].filter(([name]) => !isCheckpoint || name.startsWith(own))
  const names = all.map(([name]) => (isCheckpoint ? name.slice(own.length) : name))
  // Only we write names of Keras to safetensors.
  const hasOurNames = names.some((name) => /\.(kernel|gamma|embeddings|moving_mean)$/.test(name))
  const place = hasOurNames ? placeOf : modulesOf(names)
  const tensors = all.map(([full, { begin, dtype, end, shape }], i): SourceTensor => {
    const name = names[i]!
    if (dtype === "F8_E4M3" || dtype === "F8_E5M2") {
      return refuse("Unsupported", full, t`has the element type ${dtype}`)
    }
    return tensor({ name, shape, ...place(name) }, dtype, () => file.subarray(begin, end))
  })
  // The reference writer sorts by name.
  return { isOrdered: false, hasOurNames, tensors, info: {}, optimizer: null }
}

/** `bidirectional_1.forward_lstm.kernel` is the parameter `forward.kernel`. */
const placeOf = (name: string): Pick<SourceTensor, "module" | "parameter"> => {
  const [, module = "", direction, parameter = name] =
    /^(.*?)(?:\.(forward|backward)_[^.]*)?\.([^.]+)$/.exec(name) ?? []
  return { module, parameter: direction === undefined ? parameter : `${direction}.${parameter}` }
}

const opened = <A>(result: Either.Either<A, SafetensorsError>): A =>
  Either.getOrThrowWith(
    result,
    ({ detail, reason, where }) =>
      new FormatError({ reason: reason === "Truncated" ? "Truncated" : "Damaged", where, detail })
  )
