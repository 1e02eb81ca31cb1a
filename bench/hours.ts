/**
 * Makes hours of speech by synthetic voices, of µ-law at 8 kHz, 12 seconds a file, and no two alike:
 * npx tsx bench/hours.ts FOLDER HOURS
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Random from "../src/audio/SyntheticVoices/Random.js"
import { sampleRate, utterance } from "../src/audio/SyntheticVoices/Synthesis.js"
import * as Voice from "../src/audio/SyntheticVoices/Voice.js"

const speakers = 40
const utterances = 40
const seconds = 12

/** ITU-T G.711 µ-law of 16-bit samples. */
const codes = Uint8Array.from({ length: 65_536 }, (_, i) => {
  const value = i - 32_768
  const magnitude = Math.min(32_635, Math.abs(value)) + 132
  const exponent = 31 - Math.clz32(magnitude) - 7
  return ~((value < 0 ? 128 : 0) | (exponent << 4) | ((magnitude >> (exponent + 3)) & 15)) & 255
})

const header = (length: number): Uint8Array => {
  const view = new DataView(new ArrayBuffer(44))
  const text = (at: number, value: string) =>
    new Uint8Array(view.buffer).set(new TextEncoder().encode(value), at)
  text(0, "RIFF")
  view.setUint32(4, 36 + length, true)
  text(8, "WAVEfmt ")
  view.setUint32(16, 16, true)
  view.setUint16(20, 7, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, sampleRate, true)
  view.setUint32(28, sampleRate, true)
  view.setUint16(32, 1, true)
  view.setUint16(34, 8, true)
  text(36, "data")
  view.setUint32(40, length, true)
  return new Uint8Array(view.buffer)
}

const [folder = "", hours = "1"] = process.argv.slice(2)
const files = Math.ceil((Number(hours) * 3600) / seconds / speakers)
const length = seconds * sampleRate
const bytes = new Uint8Array(44 + length)
bytes.set(header(length))
for (let speaker = 0; speaker < speakers; speaker++) {
  const own = join(folder, `speaker${String(speaker).padStart(2, "0")}`)
  mkdirSync(own, { recursive: true })
  const voice = Voice.make(7, speaker)
  const said = Array.from({ length: utterances }, (_, i) =>
    utterance(voice, Random.make(7, speaker, i))
  )
  for (let file = 0; file < files; file++) {
    const random = Random.make(8, speaker, file)
    for (let at = 0; at < length;) {
      const part = random.pick(said)
      const gain = 32_768 * random.between(0.4, 1)
      for (let i = 0; i < part.length && at < length; i++, at++) {
        bytes[44 + at] = codes[Math.round(part[i]! * gain) + 32_768]!
      }
    }
    writeFileSync(join(own, `${String(file).padStart(5, "0")}.wav`), bytes)
  }
}
