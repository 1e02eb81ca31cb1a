import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as OpenFile from "../../file/OpenFile.js"
import type { Header, TensorInfo } from "../../file/safetensors/Header.js"
import * as Sha256 from "../../file/Sha256.js"
import { CheckpointError } from "../CheckpointError.js"
import type { Opened } from "./Opened.js"
import { pieces } from "./Pieces.js"

// Short tensors are read together.
const batch = 1 << 20

// Each tensor is copied to be hashed beside the reading, so not too many at once.
const hashing = 2

/** Tensors that lie one after another in a file, and where. */
interface Stretch {
  readonly begin: number
  readonly end: number
  readonly tensors: ReadonlyArray<[string, TensorInfo]>
}

const stretches = ({ tensors, length }: Header): ReadonlyArray<Stretch> => {
  const result: Array<Stretch> = []
  for (const tensor of tensors) {
    const last = result.at(-1)
    const { end } = tensor[1]
    if (last === undefined || last.end - last.begin >= batch) {
      result.push({ begin: last?.end ?? length, end, tensors: [tensor] })
    } else {
      result[result.length - 1] = { ...last, end, tensors: [...last.tensors, tensor] }
    }
  }
  return result
}

const name = (damaged: ReadonlyArray<[string, TensorInfo]>): string => {
  const places = damaged
    .slice(0, 3)
    .map(([name, { begin, end }]) => `${name} (bytes ${begin} to ${end})`)
  const more = damaged.length > places.length ? ` and ${damaged.length - places.length} more` : ""
  return `not as they were saved: ${places.join(", ")}${more}`
}

/** Reads the data behind a header, and verifies each tensor while the next are read. */
export const readData = Effect.fnUntraced(function* (
  path: string,
  file: FileSystem.File,
  { header, digests }: Opened
) {
  const data = new Uint8Array(header.fileLength - header.length)
  const slots = yield* Effect.makeSemaphore(hashing)
  const isDamaged = ([name, { begin, end }]: [string, TensorInfo]) =>
    Effect.map(
      Sha256.of(data.subarray(begin - header.length, end - header.length)),
      (digest) => digest !== digests.get(name)
    )
  const checks: Array<Fiber.Fiber<ReadonlyArray<[string, TensorInfo]>>> = []
  for (const { begin, end, tensors } of stretches(header)) {
    for (const piece of pieces(data.subarray(begin - header.length, end - header.length))) {
      if ((yield* OpenFile.fill(file, piece)) < piece.length) {
        const detail = "the file became shorter while it was read"
        return yield* new CheckpointError({ reason: "Truncated", path, detail })
      }
    }
    checks.push(yield* Effect.fork(slots.withPermits(1)(Effect.filter(tensors, isDamaged))))
  }
  const damaged = (yield* Effect.forEach(checks, Fiber.join)).flat()
  if (damaged.length === 0) return data
  return yield* new CheckpointError({ reason: "Damaged", path, detail: name(damaged) })
})
