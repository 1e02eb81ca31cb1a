import { safetensors } from "@jax-js/loaders"
import { createCipheriv } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** A checkpoint as somebody else's reader of safetensors sees it. */
export interface Foreign {
  readonly tensors: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The digest of a tensor, as the format has it: GMAC under a key and a nonce of zeros. */
export const digestOf = (bytes: Uint8Array): string => {
  const cipher = createCipheriv("aes-128-gcm", Buffer.alloc(16), Buffer.alloc(12)).setAAD(bytes)
  cipher.final()
  return cipher.getAuthTag().toString("hex")
}

// What is not JSON.
const texts = new Set(["format", "summary_digest", "header_digest"])

/** Reads a checkpoint with none of our code: each tensor's type, shape and digest, and the JSON. */
export const read = (path: string): Foreign => {
  // A copy: views of tensors must be aligned, which a pooled buffer is not.
  const file = safetensors.parse(new Uint8Array(readFileSync(path)))
  const tensors = Object.entries(file.tensors).map(([name, { data, dtype, shape }]) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    return [name, `${dtype} [${shape}] ${digestOf(bytes)}`]
  })
  const metadata = Object.entries(file.metadata ?? {}).map(([key, text]) => [
    key,
    texts.has(key) ? text : (JSON.parse(text) as unknown)
  ])
  return {
    tensors: Object.fromEntries(tensors) as Record<string, string>,
    metadata: Object.fromEntries(metadata) as Record<string, unknown>
  }
}

const names = { latest: "latest_checkpoint.safetensors", best: "best_model.safetensors" }

/** All that exactness covers in the newest and the best checkpoint of `folder`. */
export const essence = (folder: string) => ({
  latest: withoutTimes(read(join(folder, names.latest))),
  best: withoutTimes(read(join(folder, names.best)))
})
export type Essence = ReturnType<typeof essence>

const withoutTimes = ({ metadata, tensors }: Foreign) => {
  const {
    summary: _summary,
    summary_digest: _of,
    header_digest: _digest,
    run_id: _id,
    saved_at: _at,
    ...rest
  } = metadata
  const timeless = JSON.stringify(rest, (key, value: unknown) => (key === "seconds" ? 0 : value))
  return { tensors, metadata: JSON.parse(timeless) as Record<string, unknown> }
}

/** Where two ends of one run differ; empty if they are the same to the bit. */
export const differences = (a: Essence, b: Essence): ReadonlyArray<string> =>
  (["latest", "best"] as const).flatMap((name) =>
    (["tensors", "metadata"] as const).flatMap((part) => {
      const [one, other]: [Record<string, unknown>, Record<string, unknown>] = [
        a[name][part],
        b[name][part]
      ]
      return [...new Set([...Object.keys(one), ...Object.keys(other)])]
        .filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]))
        .map((key) => `${name}: ${key} is ${brief(one[key])}, not ${brief(other[key])}`)
    })
  )

const brief = (value: unknown): string => (JSON.stringify(value) ?? "missing").slice(0, 300)

/**
 * What is wrong in a folder of checkpoints: each file with the name of a checkpoint must open, hold
 * each tensor as its digest says, and end where its last tensor ends.
 */
export const damage = (folder: string): ReadonlyArray<string> =>
  list(folder).flatMap((name) => {
    try {
      const path = join(folder, name)
      const { metadata, tensors } = read(path)
      const digests = metadata["tensor_digests"] as Record<string, string>
      const wrong = Object.entries(tensors).flatMap(([tensor, found]) =>
        found.endsWith(` ${digests[tensor]}`) ? [] : [`${name}: ${tensor} is not as it was saved`]
      )
      const length = lengthOf(readFileSync(path))
      return length.there === length.due
        ? wrong
        : [...wrong, `${name}: it has ${length.there} bytes of ${length.due}`]
    } catch (error) {
      return [`${name}: ${String(error)}`]
    }
  })

/** The names of the checkpoints in a folder, which may be missing. */
export const list = (folder: string): ReadonlyArray<string> =>
  existsSync(folder)
    ? readdirSync(folder).filter((name) => name.endsWith(".safetensors") && !name.startsWith("."))
    : []

const lengthOf = (bytes: Buffer) => {
  const header = Number(bytes.readBigUInt64LE(0))
  const { __metadata__: _, ...tensors } = JSON.parse(
    bytes.toString("utf8", 8, 8 + header)
  ) as Record<string, { readonly data_offsets: readonly [number, number] }>
  const ends = Object.values(tensors).map(({ data_offsets: [, end] }) => end)
  return { there: bytes.length, due: 8 + header + Math.max(0, ...ends) }
}
