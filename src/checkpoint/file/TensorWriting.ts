import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { createHash } from "node:crypto"
import type { AtomicFile } from "../../file/AtomicFile.js"
import * as EventLoop from "../../file/EventLoop.js"
import type * as Header from "../../file/safetensors/Header.js"
import type { Checkpoint } from "../Checkpoint.js"
import { CheckpointError } from "../CheckpointError.js"

/** Tensors side by side in the file that are written together; `begin` is where, in the file. */
interface Group {
  readonly begin: number
  readonly length: number
  readonly tensors: ReadonlyArray<readonly [name: string, Header.TensorInfo]>
}

// Larger tensors are written from where they lie, smaller ones gathered: each write has its price.
const groupLength = 1 << 22

// After each the disk can begin with it, but the next waits for this thread.
const pieceLength = 1 << 23

// Hashing takes this thread for a millisecond at a time; in between, writing goes on.
const partLength = 1 << 21

const groupsOf = (tensors: Header.Header["tensors"]): ReadonlyArray<Group> => {
  const groups: Array<Array<Group["tensors"][number]>> = []
  for (const entry of tensors) {
    const last = groups.at(-1)
    if (last !== undefined && entry[1].end - last[0]![1].begin <= groupLength) last.push(entry)
    else groups.push([entry])
  }
  return groups.map((tensors) => {
    const { begin } = tensors[0]![1]
    return { begin, length: tensors.at(-1)![1].end - begin, tensors }
  })
}

/** Bytes that may move: they are to be asked for again after each turn of the event loop. */
type Bytes = () => Uint8Array

const bytesOf = Effect.fnUntraced(function* (
  path: string,
  checkpoint: Checkpoint,
  [name, { begin, end }]: Group["tensors"][number]
) {
  const tensor = checkpoint.tensors.get(name)
  const bytes = tensor?.view?.() ?? (yield* tensor?.bytes ?? Effect.succeed(new Uint8Array()))
  if (bytes.length !== end - begin) {
    const detail = `${name} has ${bytes.length} bytes of ${end - begin}`
    return yield* new CheckpointError({ reason: "Unencodable", path, detail })
  }
  return tensor?.view ?? (() => bytes)
})

/** The bytes of a group: of one tensor where they lie, of several gathered in `memory`. */
const gather = Effect.fnUntraced(function* (
  path: string,
  checkpoint: Checkpoint,
  { begin, length, tensors }: Group,
  memory: Uint8Array
) {
  if (tensors.length === 1) return yield* bytesOf(path, checkpoint, tensors[0]!)
  for (const tensor of tensors) {
    const bytes = yield* bytesOf(path, checkpoint, tensor)
    memory.set(bytes(), tensor[1].begin - begin)
  }
  const gathered = memory.subarray(0, length)
  return () => gathered
})

const writeFrom = Effect.fnUntraced(function* (file: AtomicFile, offset: number, bytes: Bytes) {
  const { length } = bytes()
  for (let at = 0; at < length; at += pieceLength) {
    let piece: Uint8Array
    do {
      piece = bytes().subarray(at, at + pieceLength)
      yield* file.writeAt(offset + at, piece)
      // Where memory has grown meanwhile, what was written may have been what lay there no longer.
    } while (piece.buffer !== bytes().buffer)
  }
})

const digestOf = Effect.fnUntraced(function* (bytes: Bytes, begin: number, end: number) {
  const hash = createHash("sha256")
  for (let at = begin; at < end; at += partLength) {
    hash.update(bytes().subarray(at, Math.min(end, at + partLength)))
    if (at + partLength < end) yield* EventLoop.breathe
  }
  return hash.digest("hex")
})

/**
 * Writes the tensors of `checkpoint` to where the header says, in its order, and gives the sha256
 * of each. They are hashed while they are written, from where they lie.
 */
export const writeTensors = Effect.fn("CheckpointFile.writeTensors")(function* (
  path: string,
  file: AtomicFile,
  checkpoint: Checkpoint,
  header: Header.Header
) {
  const digests = new Map<string, string>()
  const groups = groupsOf(header.tensors)
  const longest = groups.reduce(
    (most, { length, tensors }) => (tensors.length > 1 ? Math.max(most, length) : most),
    0
  )
  const memory = [Buffer.allocUnsafeSlow(longest), Buffer.allocUnsafeSlow(longest)] as const
  const writing: Array<Fiber.Fiber<void, PlatformError>> = []
  const written = (nth: number) =>
    writing[nth] === undefined ? Effect.void : Fiber.join(writing[nth])
  for (const [nth, group] of groups.entries()) {
    // Hashing may be a group ahead of writing, but no more: its memory is used again.
    yield* written(nth - 2)
    const bytes = yield* gather(path, checkpoint, group, memory[nth % 2]!)
    const write = Effect.zipRight(written(nth - 1), writeFrom(file, group.begin, bytes))
    writing.push(yield* Effect.forkScoped(write))
    for (const [name, { begin, end }] of group.tensors) {
      digests.set(name, yield* digestOf(bytes, begin - group.begin, end - group.begin))
    }
  }
  yield* written(groups.length - 1)
  return digests
}, Effect.scoped)
