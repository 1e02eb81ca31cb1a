/** What worker threads do with images: look at files, decode, change and scale them. Imports little. */
import { createHash } from "node:crypto"
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  type Stats
} from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { t } from "../../language/Text.js"
import type { FingerprintMode } from "../FingerprintMode.js"
import type { Transfer } from "../workers/Call.js"
import { decoderOf, headBytes, ImageProblem, limits, problemOf, tooLong } from "./decode.js"
import type { ImageInput } from "./ImageInput.js"
import type { Pixels } from "./Pixels.js"
import { batchOf, render, type Plan } from "./render.js"

/** Files of images to be looked at, of a folder. */
export interface Files {
  readonly root: string
  readonly files: ReadonlyArray<string>
  readonly fingerprint: FingerprintMode
}

/** What was found of each file: why it cannot be used, or null, and a hash of 48 bits. */
export interface Inspected {
  readonly problems: ReadonlyArray<string | null>
  readonly hashes: Float64Array
}

/** Looks at the heads of files, and hashes what the fingerprint goes by. */
export const inspect = ({ files, fingerprint, root }: Files, transfer: Transfer): Inspected => {
  const hashes = new Float64Array(files.length)
  const problems = files.map((file, i) => {
    try {
      hashes[i] = inspectFile(join(root, file), fingerprint)
      return null
    } catch (error) {
      return whyNot(error)
    }
  })
  transfer(hashes.buffer)
  return { problems, hashes }
}

/** Of longer files than two of these, "sampled" hashes the first and the last. */
const sampledBytes = 4096

const inspectFile = (path: string, fingerprint: FingerprintMode): number => {
  const size = sizeOf(statSync(path))
  const hash = createHash("sha256").update(`${size} `)
  if (fingerprint === "size") {
    refuse(size === 0 ? t`is empty` : null)
    refuse(tooLong(size))
    return numberOf(hash.digest())
  }
  return withFile(path, (file) => {
    sizeOf(fstatSync(file))
    const read = (at: number, length: number) => {
      const bytes = new Uint8Array(Math.min(length, size - at))
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, at))
    }
    const first = read(0, fingerprint === "content" && size <= limits.bytes ? size : sampledBytes)
    const problem = problemOf(first, size)
    // Only a longer head says how large some images are.
    refuse(
      problem !== null || first.length === size ? problem : problemOf(read(0, headBytes), size)
    )
    hash.update(first)
    if (size > first.length)
      hash.update(read(Math.max(first.length, size - sampledBytes), sampledBytes))
    return numberOf(hash.digest())
  })
}

const refuse = (problem: string | null) => {
  if (problem !== null) throw new ImageProblem(problem)
}

const sizeOf = (stats: Stats): number => {
  refuse(stats.isFile() ? null : t`is not a file`)
  return stats.size
}

/** A named pipe that has taken the place of a file would have opening wait for a writer. */
const opening = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

const withFile = <A>(path: string, use: (file: number) => A): A => {
  const file = openSync(path, opening)
  try {
    return use(file)
  } finally {
    closeSync(file)
  }
}

const numberOf = (digest: Buffer): number => digest.readUIntBE(0, 6)

const whyNot = (error: unknown): string => {
  if (error instanceof ImageProblem) return error.message
  const { code, message } = error as NodeJS.ErrnoException
  return code === "ENOENT"
    ? t`is a link that leads nowhere, or is not there`
    : t`cannot be read: ${message}`
}

/** One image of a batch, and what is done to it. */
export interface Picture {
  readonly path: string
  readonly plan?: Plan
  /** Its pixels, where they are held already. */
  readonly pixels?: Pixels
}

/** Images that become the part of a batch. */
export interface Pictures {
  readonly input: ImageInput
  readonly pictures: ReadonlyArray<Picture>
  /** Whether decoded pixels are given back, in memory that threads share. */
  readonly keep: boolean
}

/** Inputs, image after image, or the first image that cannot be used; and pixels that were decoded. */
export interface RenderedPictures {
  readonly values: Uint8Array | Float32Array
  readonly problems: ReadonlyArray<string | null>
  readonly decoded: ReadonlyArray<Pixels | null>
}

/** So many files are read at a time from a disk that has others wait, which is one that takes so long. */
const readAtOnce = 8
const slowRead = 0.5

/**
 * Reads files one after the other: those in memory at once, which takes a tenth of the time of waiting for each;
 * after the first that took long several ahead.
 */
const reader = (paths: ReadonlyArray<string | null>) => {
  const ahead = new Map<number, Promise<Uint8Array>>()
  let isSlow = false
  const start = (i: number) => {
    const path = paths[i]
    if (path === undefined || path === null || ahead.has(i)) return
    const bytes = readFile(path, { flag: opening })
    // Awaited later, in the order of the images.
    bytes.catch(() => {})
    ahead.set(i, bytes)
  }
  return (i: number): Uint8Array | Promise<Uint8Array> => {
    if (isSlow) {
      for (let k = i; k < i + readAtOnce; k++) start(k)
      const bytes = ahead.get(i)!
      ahead.delete(i)
      return bytes
    }
    const started = performance.now()
    const bytes = withFile(paths[i]!, (file) => {
      refuse(tooLong(sizeOf(fstatSync(file))))
      return readFileSync(file)
    })
    isSlow = performance.now() - started > slowRead
    return bytes
  }
}

/** Decodes images, changes them as planned, and scales them; a broken one leaves zeros. */
export const renderAll = async (
  { input, keep, pictures }: Pictures,
  transfer: Transfer
): Promise<RenderedPictures> => {
  const decode = await decoderOf(input.decoder)
  const read = reader(pictures.map(({ path, pixels }) => (pixels === undefined ? path : null)))
  const problems: Array<string | null> = []
  const decoded: Array<Pixels | null> = []
  const rendered: Array<Uint8Array> = []
  for (const [i, { pixels: held, plan }] of pictures.entries()) {
    try {
      const pixels = held ?? (await decode(await read(i)))
      rendered.push(render(pixels, input, plan))
      decoded.push(keep && held === undefined ? shared(pixels) : null)
      problems.push(null)
    } catch (error) {
      rendered.push(new Uint8Array(0))
      decoded.push(null)
      problems.push(whyNot(error))
    }
  }
  const values = batchOf(rendered, input)
  transfer(values.buffer as ArrayBuffer)
  return { values, problems, decoded }
}

const shared = ({ data, height, width }: Pixels): Pixels => {
  const own = new Uint8Array(new SharedArrayBuffer(data.length))
  own.set(data)
  return { width, height, data: own }
}
