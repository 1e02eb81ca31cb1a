import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Wav from "../../src/audio/Wav.js"
import { data, fmt, riff, samples } from "./WavBytes.js"

const decoded = (bytes: Uint8Array) => Either.getOrThrow(Wav.decode(bytes))
const values = (bytes: Uint8Array) => [...decoded(bytes).samples]
const reason = (bytes: Uint8Array) => Either.getOrThrow(Either.flip(Wav.decode(bytes))).reason
const detail = (bytes: Uint8Array) => Either.getOrThrow(Either.flip(Wav.decode(bytes))).message

const pcm16 = samples([0, 16384, -32768, 32767], "setInt16", 2)
const expected16 = [0, 0.5, -1, 32767 / 32768].map(Math.fround)

describe("sample formats", () => {
  it("16-bit PCM", () => {
    const wav = decoded(riff([fmt({ rate: 44100 }), data(pcm16)]))
    expect(wav.sampleRate).toBe(44100)
    expect([...wav.samples]).toEqual(expected16)
  })
  it("8-bit PCM, which is unsigned", () => {
    expect(values(riff([fmt({ bits: 8 }), data([0, 128, 192, 255])]))).toEqual([
      -1,
      0,
      0.5,
      127 / 128
    ])
  })
  it("24-bit PCM", () => {
    const bytes = [0, 0, 0x40, 0xff, 0xff, 0xff, 0, 0, 0x80]
    expect(values(riff([fmt({ bits: 24 }), data(bytes)]))).toEqual([
      0.5,
      Math.fround(-1 / 2 ** 23),
      -1
    ])
  })
  it("32-bit PCM", () => {
    const body = samples([2 ** 30, -(2 ** 31)], "setInt32", 4)
    expect(values(riff([fmt({ bits: 32 }), data(body)]))).toEqual([0.5, -1])
  })
  it("12-bit PCM, left-justified in two bytes", () => {
    expect(values(riff([fmt({ bits: 12 }), data(samples([0x4000], "setInt16", 2))]))).toEqual([0.5])
  })
  it("32 and 64-bit float", () => {
    const single = samples([0.25, -1.5], "setFloat32", 4)
    const double = samples([0.25, -1.5], "setFloat64", 8)
    expect(values(riff([fmt({ tag: 3, bits: 32 }), data(single)]))).toEqual([0.25, -1.5])
    expect(values(riff([fmt({ tag: 3, bits: 64 }), data(double)]))).toEqual([0.25, -1.5])
  })
  it("µ-law, by the table of G.711", () => {
    const codes = [0xff, 0x7f, 0x80, 0x00, 0xf0]
    expect(values(riff([fmt({ tag: 7, bits: 8 }), data(codes)])).map((x) => x * 32768 + 0)).toEqual(
      [0, 0, 32124, -32124, 120]
    )
  })
  it("A-law, by the table of G.711", () => {
    const codes = [0xd5, 0x55, 0xaa, 0x2a, 0x80]
    expect(values(riff([fmt({ tag: 6, bits: 8 }), data(codes)])).map((x) => x * 32768)).toEqual([
      8, -8, 32256, -32256, 5504
    ])
  })
  it("extensible, by its sub-format", () => {
    const body = samples([0.25], "setFloat32", 4)
    expect(values(riff([fmt({ tag: 0xfffe, subTag: 3, bits: 32 }), data(body)]))).toEqual([0.25])
  })
  it("PCM in wider containers, left-justified", () => {
    const wide = (bits: number, bytes: number) => (extensible: boolean) =>
      values(
        riff([
          fmt({ bits, block: bytes, ...(extensible ? { tag: 0xfffe, subTag: 1 } : {}) }),
          data([0x40, 0xc0].flatMap((top) => [...Array<number>(bytes - 1).fill(0), top]))
        ])
      )
    for (const file of [wide(24, 4), wide(20, 4), wide(16, 3), wide(8, 2)]) {
      expect([file(false), file(true)]).toEqual([
        [0.5, -0.5],
        [0.5, -0.5]
      ])
    }
    const stereo = fmt({ bits: 24, channels: 2, block: 8 })
    expect(values(riff([stereo, data([0, 0, 0, 0x40, 0, 0, 0, 0x20])]))).toEqual([0.375])
  })
  it("packed PCM whose writer got the block size wrong", () => {
    const body = data(samples([0x4000, -0x4000], "setInt16", 2))
    const headers = [
      fmt({ block: 4, bytesPerSecond: 16_000 }),
      fmt({ block: 0 }),
      fmt({ block: 1 }),
      fmt({ channels: 1, block: 0, bytesPerSecond: 7 })
    ]
    for (const header of headers) expect(values(riff([header, body]))).toEqual([0.5, -0.5])
  })
  it("averages channels, and leaves out an unfinished sample", () => {
    const body = samples([8192, 16384, -16384, 0, 99], "setInt16", 2)
    expect(values(riff([fmt({ channels: 2 }), data(body)]))).toEqual([0.375, -0.25])
  })
})

describe("containers", () => {
  const unknown = 0xffffffff
  it("skips other chunks, odd ones with or without their padding", () => {
    const chunks = [["LIST", Uint8Array.of(1, 2, 3)], fmt({}), data(pcm16)] as const
    expect(values(riff(chunks))).toEqual(expected16)
    expect(values(riff(chunks, "RIFF", false))).toEqual(expected16)
  })
  it("stops at the end of the data chunk", () => {
    expect(values(riff([fmt({}), data(pcm16), ["LIST", new Uint8Array(40)]]))).toEqual(expected16)
  })
  it("reads on to the end where a stream's writer left 0 or the largest size", () => {
    expect(values(riff([fmt({}), data(pcm16, 0)]))).toEqual(expected16)
    expect(values(riff([fmt({}), data(pcm16, unknown)]))).toEqual(expected16)
  })
  it("reads on to the end where a pipe left the sizes of ds64 empty", () => {
    const ds64 = (sizes: number) => ["ds64", new Uint8Array(28).fill(sizes)] as const
    for (const size of [0, unknown]) {
      for (const chunk of [ds64(0), ds64(0xff)]) {
        const file = riff([chunk, fmt({}), data(pcm16, size)], "RF64")
        file.fill(0xff, 4, 8)
        expect(values(file)).toEqual(expected16)
      }
    }
  })
  it("takes for samples what looks like a chunk, where a stream's writer knew no size at all", () => {
    const body = new Uint8Array([...new TextEncoder().encode("LIST"), 4, 0, 0, 0, ...pcm16])
    for (const size of [0, 0xff]) {
      const file = riff([fmt({}), data(body, 0)])
      file.fill(size, 4, 8)
      expect(values(file).slice(4)).toEqual(expected16)
    }
  })
  it("takes the size of RF64 and BW64 from ds64", () => {
    const ds64 = new Uint8Array(28)
    ds64[0] = 80
    ds64[8] = pcm16.length
    const chunks = [
      ["ds64", ds64],
      fmt({}),
      data(pcm16, unknown),
      ["LIST", new Uint8Array(8)]
    ] as const
    expect(values(riff(chunks, "RF64"))).toEqual(expected16)
    expect(values(riff(chunks, "BW64"))).toEqual(expected16)
  })
  it("reads a truncated file as far as it goes", () => {
    const full = riff([fmt({}), data(pcm16)])
    expect(values(full.subarray(0, -3))).toEqual(expected16.slice(0, 2))
  })
  it("reads from the middle of a larger buffer", () => {
    const full = riff([fmt({}), data(pcm16)])
    const larger = new Uint8Array(full.length + 10)
    larger.set(full, 7)
    expect(values(larger.subarray(7, 7 + full.length))).toEqual(expected16)
  })
  it("believes no size that the file has no room for", () => {
    const lies = [
      riff([fmt({}), data(pcm16, 0xfffffff0)]),
      riff([["LIST", new Uint8Array(4), 0xfffffffe], fmt({}), data(pcm16)])
    ]
    expect(values(lies[0]!)).toEqual(expected16)
    expect(reason(lies[1]!)).toBe("BadHeader")
  })
})

describe("what is not usable", () => {
  it("names what a file is instead", () => {
    expect(detail(new Uint8Array(0))).toBe("is empty")
    expect(detail(new TextEncoder().encode("fLaC and so on"))).toContain("FLAC")
    expect(detail(new TextEncoder().encode("riff.\x11......"))).toContain("Wave64")
    expect(reason(new TextEncoder().encode("ID3 and so on......"))).toBe("NotWav")
    expect(reason(new TextEncoder().encode("RIFF....AVI LIST"))).toBe("NotWav")
  })
  it("a missing or incomplete fmt chunk, or no data chunk", () => {
    expect(detail(riff([data(pcm16)]))).toBe("has no fmt chunk")
    expect(detail(riff([["fmt ", new Uint8Array(15)], data(pcm16)]))).toBe(
      "has an incomplete fmt chunk"
    )
    expect(detail(riff([fmt({ tag: 0xfffe }), data(pcm16)]))).toBe("has an incomplete fmt chunk")
    expect(detail(riff([fmt({})]))).toBe("has no data chunk")
  })
  it("a header that can be read in more than one way, naming what it declares", () => {
    const stereo = samples([1000, 2000], "setInt16", 2)
    const padded = detail(riff([fmt({ block: 4 }), data(stereo)]))
    expect(padded).toBe(
      "declares 1 channel of 16 bits, 4 bytes a block and 32000 a second, but what would be padding is not zero: convert it to 16-bit PCM"
    )
    const body = new Uint8Array(24)
    const others = [
      fmt({ block: 4, bytesPerSecond: 0 }),
      fmt({ bits: 24, block: 4, bytesPerSecond: 4000 }),
      fmt({ bits: 24, channels: 2, block: 7 }),
      fmt({ bits: 24, block: 8 }),
      fmt({ tag: 3, bits: 32, block: 8 }),
      fmt({ tag: 7, bits: 8, block: 2 })
    ]
    for (const header of others) {
      expect(detail(riff([header, data(body)]))).toMatch(
        /^declares \d channels? of \d+ bits, \d bytes a block and \d+ a second, which do not go together/
      )
    }
  })
  it("more chunks than anybody writes", () => {
    const many = Array.from({ length: 10_001 }, () => ["JUNK", new Uint8Array(0)] as const)
    expect(detail(riff([...many, fmt({}), data(pcm16)]))).toContain("has 10000 chunks")
  })
  it("impossible channels and rates", () => {
    expect(detail(riff([fmt({ channels: 0 }), data(pcm16)]))).toBe("declares no channels")
    expect(reason(riff([fmt({ rate: 0 }), data(pcm16)]))).toBe("BadHeader")
    expect(reason(riff([fmt({ rate: 4e9 }), data(pcm16)]))).toBe("BadHeader")
  })
  it("other encodings, by name", () => {
    expect(detail(riff([fmt({ tag: 85 }), data(pcm16)]))).toContain("MP3")
    expect(reason(riff([fmt({ tag: 3, bits: 16 }), data(pcm16)]))).toBe("Unsupported")
    expect(reason(riff([fmt({ bits: 0 }), data(pcm16)]))).toBe("Unsupported")
    expect(reason(riff([fmt({ bits: 40 }), data(pcm16)]))).toBe("Unsupported")
  })
  it("no samples, also before another chunk", () => {
    expect(reason(riff([fmt({}), data([])]))).toBe("NoSamples")
    expect(reason(riff([fmt({}), data([]), ["LIST", new Uint8Array(8)]]))).toBe("NoSamples")
  })
  it("never throws, wherever a file is cut or hurt", () => {
    const full = riff([["LIST", Uint8Array.of(1, 2, 3)], fmt({ channels: 2 }), data(pcm16)])
    for (let i = 0; i < full.length; i++) {
      Wav.decode(full.subarray(0, i))
      for (const byte of [0, 0x7f, 0xff]) {
        const hurt = full.slice()
        hurt[i] = byte
        const wav = Wav.decode(hurt)
        if (Either.isRight(wav)) expect(wav.right.samples.length).toBeLessThanOrEqual(full.length)
      }
    }
  })
})

describe("encode", () => {
  it("is what decode reads, to 16 bits", () => {
    const tone = Float32Array.from({ length: 500 }, (_, i) => 0.9 * Math.sin(i / 7))
    const wav = decoded(Wav.encode(tone, 8000))
    expect(wav.sampleRate).toBe(8000)
    expect(wav.samples.length).toBe(500)
    tone.forEach((x, i) =>
      expect(Math.abs(wav.samples[i]! - x)).toBeLessThanOrEqual(0.5 / 32768 + 1e-9)
    )
  })
  it("clips", () => {
    expect(values(Wav.encode(Float32Array.of(2, -2), 8000))).toEqual(
      [32767 / 32768, -1].map(Math.fround)
    )
  })
  it("writes the header that everybody writes", () => {
    expect(Wav.encode(Float32Array.of(0.5), 8000)).toEqual(
      riff([fmt({}), data(samples([16384], "setInt16", 2))])
    )
  })
})
