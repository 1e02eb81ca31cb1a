import type { TensorInfo } from "../../io/safetensors/Header.js"
import type { Opened } from "./OpenedFile.js"
import * as Finiteness from "./Finiteness.js"
import * as TensorDigest from "./TensorDigest.js"

/** Verifies tensors as their bytes come. */
export interface TensorChecking {
  /** Verifies the bytes that come next; the first are those behind the header. */
  readonly take: (bytes: Uint8Array) => void
  /** The tensors, of those that have come whole, that are not as they were saved. */
  readonly damaged: ReadonlyArray<readonly [name: string, info: TensorInfo]>
  /** Whether all weights that have come are finite. */
  readonly isFinite: () => boolean
}

/** Verifies what follows the header of an opened checkpoint. */
export const make = ({ digests, header, meta }: Opened): TensorChecking => {
  const tensors = [...header.tensors]
  const damaged: Array<(typeof tensors)[number]> = []
  let finite = true
  let nth = 0
  let at = header.length
  let digest = TensorDigest.make(meta.format_version)
  const take = (bytes: Uint8Array) => {
    const begin = at
    const end = begin + bytes.length
    for (; nth < tensors.length; nth++) {
      const [name, info] = tensors[nth]!
      const to = Math.min(info.end, end)
      const part = bytes.subarray(at - begin, to - begin)
      digest.update(part)
      finite &&= Finiteness.isFinite(name, info, part, at - info.begin)
      at = to
      if (info.end > end) return
      if (digest.finish() !== digests.get(name)) damaged.push([name, info])
      digest = TensorDigest.make(meta.format_version)
    }
  }
  // Those without bytes may be all that there are.
  take(new Uint8Array())
  return { damaged, isFinite: () => finite, take }
}
