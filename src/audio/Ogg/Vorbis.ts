import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { t } from "../../language/Text.js"
import type { Unusable } from "../Sound.js"
import * as WasmDecoder from "../WasmDecoder.js"
import type { Codec } from "./Codec.js"

const library = "@wasm-audio-decoders/ogg-vorbis"
const libraryVersion = "0.1.20"

export const version = `${library} ${libraryVersion}`

export const isOne = (packet: Uint8Array): boolean =>
  packet[0] === 1 && String.fromCharCode(...packet.subarray(1, 7)) === "vorbis"

/** As much of the library as is used: what decodes packets, without its own reader of pages, which checks nothing. */
interface Library {
  readonly OggVorbisDecoder: new () => WasmDecoder.WasmDecoder & {
    readonly _decoder?: {
      readonly sendSetupHeader: (packet: Uint8Array) => void
      readonly initDsp: () => void
      readonly decodePackets: (packets: ReadonlyArray<Uint8Array>) => WasmDecoder.Decoded
    }
  }
}

/** Reads the first packet (Vorbis I, section 4.2.2); says what is wrong with it. */
export const codecOf = (head: Uint8Array): Codec | Unusable => {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (head.length < 30 || view.getUint32(7, true) !== 0 || (head[29]! & 1) === 0) {
    return t`has a damaged Vorbis header`
  }
  const channels = head[11]!
  return {
    headers: 3,
    sampleRate: view.getUint32(12, true),
    channels,
    skipped: 0,
    gain: 1,
    start: ([first, , setup]) =>
      Effect.gen(function* () {
        const { OggVorbisDecoder } = yield* Effect.tryPromise({
          try: () => import(library) as Promise<Library>,
          catch: () =>
            t`holds Vorbis, which ${library} decodes, and that is not installed: npm install ${`${library}@${libraryVersion}`}`
        })
        const { _decoder: decoder } = yield* WasmDecoder.make(() => new OggVorbisDecoder())
        if (typeof decoder?.decodePackets !== "function") {
          return yield* Effect.fail(
            t`holds Vorbis, and the version of ${library} that is installed is not the one needed: npm install ${`${library}@${libraryVersion}`}`
          )
        }
        yield* Effect.try({
          try: () => {
            decoder.sendSetupHeader(first!)
            decoder.sendSetupHeader(setup!)
            decoder.initDsp()
          },
          catch: () => t`has a damaged Vorbis setup header`
        })
        return (packet) =>
          Either.map(
            WasmDecoder.attempt(() => decoder.decodePackets([packet])),
            ({ channelData, samplesDecoded }) => ({
              channels: channelData,
              samples: samplesDecoded
            })
          )
      })
  }
}
