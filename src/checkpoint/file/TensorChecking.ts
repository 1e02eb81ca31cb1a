import { hash } from "node:crypto"
import type { TensorInfo } from "../../file/safetensors/Header.js"
import type { Opened } from "./Opened.js"
import * as TensorDigest from "./TensorDigest.js"

/** Hashes tensors as their bytes come, and tells those that are not as they were saved. */
export interface TensorChecking {
  /**
   * Hashes the leaves that end before `until`, counted from the start of the file: on this thread,
   * or half of them on others.
   */
  readonly hashUntil: (until: number, where: "here" | "everywhere") => Promise<void>
  /** Once all are hashed. */
  readonly damaged: () => ReadonlyArray<readonly [name: string, info: TensorInfo]>
}

/** `data` is what follows the header, as far as it has come. */
export const make = (data: Uint8Array, { digests, header, meta }: Opened): TensorChecking => {
  const tensors = [...header.tensors].map(([name, info]) => {
    const bytes = data.subarray(info.begin - header.length, info.end - header.length)
    return { name, info, bytes, sums: TensorDigest.make(bytes.length) }
  })
  // The first version of the format has the sha256 of the whole tensor.
  const isOfLeaves = meta.format_version > 1
  let nth = 0
  let at = 0

  /** The leaf that is due, if it ends before `until`. */
  const next = (until: number) => {
    for (; nth < tensors.length; nth++, at = 0) {
      const { bytes, info, sums } = tensors[nth]!
      if (at >= bytes.length) continue
      const end = Math.min(info.begin + at + TensorDigest.leafLength, info.end)
      if (end > until) return undefined
      const leaf = { sums, bytes, at }
      at += TensorDigest.leafLength
      return leaf
    }
    return undefined
  }

  return {
    hashUntil: async (until, where) => {
      if (!isOfLeaves) return
      const elsewhere: Array<Promise<void>> = []
      for (let leaf = next(until); leaf !== undefined; leaf = next(until)) {
        if (where === "everywhere") {
          elsewhere.push(TensorDigest.hashElsewhere(leaf.sums, leaf.bytes, leaf.at))
          leaf = next(until)
        }
        if (leaf !== undefined) TensorDigest.hashHere(leaf.sums, leaf.bytes, leaf.at)
      }
      await Promise.all(elsewhere)
    },
    damaged: () =>
      tensors
        .filter(({ bytes, name, sums }) => {
          const digest = isOfLeaves ? TensorDigest.ofLeaves(sums) : hash("sha256", bytes, "hex")
          return digest !== digests.get(name)
        })
        .map(({ info, name }) => [name, info])
  }
}
