import type { TensorInfo } from "../../file/safetensors/Header.js"
import type { Opened } from "./Opened.js"
import * as TensorDigest from "./TensorDigest.js"

/** Verifies tensors as their bytes come. */
export interface TensorChecking {
  /** Verifies what has come by now: all before `end`, counted from the start of the file. */
  readonly until: (end: number) => void
  /** The tensors, of those that have come whole, that are not as they were saved. */
  readonly damaged: ReadonlyArray<readonly [name: string, info: TensorInfo]>
}

/** `data` is what follows the header, as far as it has come. */
export const make = (data: Uint8Array, { digests, header, meta }: Opened): TensorChecking => {
  const tensors = [...header.tensors]
  const damaged: Array<(typeof tensors)[number]> = []
  let nth = 0
  let at = header.length
  let digest = TensorDigest.make(meta.format_version)
  return {
    damaged,
    until: (end) => {
      for (; nth < tensors.length; nth++) {
        const [name, info] = tensors[nth]!
        const to = Math.min(info.end, end)
        digest.update(data.subarray(at - header.length, to - header.length))
        at = to
        if (info.end > end) return
        if (digest.finish() !== digests.get(name)) damaged.push([name, info])
        digest = TensorDigest.make(meta.format_version)
      }
    }
  }
}
