import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { t } from "../../language/Text.js"
import type { Unusable } from "../Sound.js"
import * as WasmDecoder from "../WasmDecoder.js"
import type { Codec } from "./Codec.js"

/** Opus decodes at this rate, whatever was recorded. */
const sampleRate = 48_000

export const version = "opus-decoder 0.7.12"

export const isOne = (packet: Uint8Array): boolean =>
  String.fromCharCode(...packet.subarray(0, 8)) === "OpusHead"

/** Reads the first packet (RFC 7845, section 5.1); says what is wrong with it. */
export const codecOf = (head: Uint8Array): Codec | Unusable => {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (head.length < 19 || head[8]! >>> 4 !== 0) return t`has a damaged Opus header`
  const channels = head[9]!
  const family = head[18]!
  if (channels === 0) return t`declares no channels`
  if (family > 1 || channels > (family === 0 ? 2 : 8))
    return t`holds ${channels} channels of Opus in mapping family ${family}: convert it`
  if (family === 1 && head.length < 21 + channels) return t`has a damaged Opus header`
  const mapping =
    family === 0
      ? {
          streamCount: 1,
          coupledStreamCount: channels - 1,
          channelMappingTable: [0, 1].slice(0, channels)
        }
      : {
          streamCount: head[19]!,
          coupledStreamCount: head[20]!,
          channelMappingTable: [...head.subarray(21, 21 + channels)]
        }
  return {
    headers: 2,
    sampleRate,
    channels,
    skipped: view.getUint16(10, true),
    gain: 10 ** (view.getInt16(16, true) / (20 * 256)),
    start: () =>
      Effect.gen(function* () {
        const { OpusDecoder } = yield* Effect.promise(() => import("opus-decoder"))
        const decoder = yield* WasmDecoder.make(
          () => new OpusDecoder({ sampleRate, channels, preSkip: 0, ...mapping })
        )
        return (packet) =>
          Either.map(
            WasmDecoder.attempt(() => decoder.decodeFrame(packet)),
            ({ channelData, samplesDecoded }) => ({
              channels: channelData,
              samples: samplesDecoded
            })
          )
      })
  }
}
