/**
 * Damages recordings of every format at random, and decodes them: npm run fuzz:audio -- --cases 300
 *
 * What is decoded has all of the samples, where the format would have shown that something is missing.
 */
import { readFileSync } from "node:fs"
import * as Crc from "../../src/audio/Crc.js"
import * as Parts from "../../src/audio/Parts.js"
import * as SoundFile from "../../src/audio/SoundFile.js"
import * as Fuzz from "../support/Fuzz.js"

const folder = new URL("fixtures/", import.meta.url)
const names = Object.keys(
  JSON.parse(readFileSync(new URL("reference.json", folder), "utf8")) as object
)
/** Formats whose checksums cover all samples, or, of a file cut off, say that it is. */
const isCovered = (name: string) => !["piped.flac", "cbr.mp3", "crc.mp3"].includes(name)

/** Gives the pages of an Ogg file their right checksums. */
const repaired = (bytes: Uint8Array): Uint8Array => {
  const crc32 = Crc.make(32, 0x04c11db7)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at + 27 < bytes.length && bytes[at] === 0x4f;) {
    const lacing = bytes.subarray(at + 27, at + 27 + bytes[at + 26]!)
    const end = at + 27 + lacing.length + lacing.reduce((sum, length) => sum + length, 0)
    view.setUint32(at + 22, 0)
    view.setUint32(at + 22, crc32(bytes, 0, at, Math.min(end, bytes.length)), true)
    at = end
  }
  return bytes
}

interface Decoded {
  readonly samples: Float32Array
}

const subject = (name: string) => (): Fuzz.Subject<Decoded> => ({
  bytes: new Uint8Array(readFileSync(new URL(name, folder))),
  load: (bytes: Uint8Array) => SoundFile.excerpt(Parts.ofMemory(bytes), 0, Infinity),
  ...(/\.(ogg|opus|oga)$/.test(name) && { repaired }),
  problem: ({ samples }, intact, isRepaired) =>
    isCovered(name) && !isRepaired && samples.length < intact.samples.length
      ? `gave ${samples.length} samples, and no error`
      : null
})

await Fuzz.main(import.meta.url, Object.fromEntries(names.map((name) => [name, subject(name)])))
