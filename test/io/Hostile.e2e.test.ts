import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { readFileSync } from "node:fs"
import { deflateRawSync } from "node:zlib"
import { attempt } from "../../src/io/FormatError.js"
import * as Hdf5 from "../../src/io/Hdf5.js"
import * as Zip from "../../src/io/Zip.js"
import * as Keras from "../../src/models/files/Keras.js"
import * as Pytorch from "../../src/models/files/Pytorch.js"
import * as Safetensors from "../../src/models/files/Safetensors.js"
import * as Tfjs from "../../src/models/files/Tfjs.js"
import type { FileContents } from "../../src/models/FileContents.js"
import { fixture } from "../models/fixtures.js"

/** The refusal of a file: its reason and message. */
const refusal = (read: () => unknown) => {
  const error = Either.getOrThrow(Either.flip(attempt("the file", read)))
  return { reason: error.reason, message: error.message }
}

/** A pickle of protocol 2 that holds `instructions`, and stops. */
const pickle = (...instructions: ReadonlyArray<number | string>) =>
  Buffer.concat([
    Buffer.from([0x80, 2]),
    ...instructions.map((one) => Buffer.from(typeof one === "string" ? one : [one])),
    Buffer.from(".")
  ])

/** Reads every tensor. */
const readAll = ({ tensors }: FileContents) => {
  for (const tensor of tensors) tensor.read()
  return tensors.length
}

interface Entry {
  readonly name: string
  readonly bytes: Buffer
  readonly size?: number
  readonly method?: number
}

const u16 = (value: number) => Buffer.from([value & 255, value >> 8])
const u32 = (value: number) => Buffer.concat([u16(value & 0xffff), u16(value >>> 16)])

/** A ZIP archive whose entries may lie about themselves. */
const zip = (entries: ReadonlyArray<Entry>, overlapping = false) => {
  const locals: Array<Buffer> = []
  const directory = entries.map(({ bytes, method = 0, name, size = bytes.length }, i) => {
    const offset = overlapping && i > 0 ? 0 : Buffer.concat(locals).length
    const fields = [u16(20), u16(0), u16(method), u32(0), u32(0), u32(bytes.length), u32(size)]
    const lengths = [u16(name.length), u16(0)]
    locals.push(Buffer.concat([u32(0x04034b50), ...fields, ...lengths, Buffer.from(name), bytes]))
    return Buffer.concat([
      u32(0x02014b50), u16(20), ...fields, ...lengths,
      u16(0), u16(0), u16(0), u32(0), u32(offset), Buffer.from(name)
    ]) // prettier-ignore
  })
  const [body, central] = [Buffer.concat(locals), Buffer.concat(directory)]
  const count = u16(entries.length)
  const end = [u32(0x06054b50), u16(0), u16(0), count, count, u32(central.length), u32(body.length)]
  return Buffer.concat([body, central, ...end, u16(0)])
}

describe("Pytorch.read", () => {
  it.each([
    ["os.system", pickle("cos\nsystem\n", "X\x02\0\0\0ls", 0x85, "R")],
    ["builtins.eval", pickle("cbuiltins\neval\n", "X\x01\0\0\x001", 0x85, "R")],
    ["posix.system", pickle("X\x05\0\0\0posix", "X\x06\0\0\0system", 0x93)],
    ["builtins.getattr", pickle("cbuiltins\ngetattr\n)", "R")],
    ["torch.load", pickle("ctorch\nload\n)", "R")],
    ["__main__.Net", pickle("c__main__\nNet\n)", 0x81)]
  ])("refuses a pickle that names %s, and runs nothing", (name, bytes) => {
    const { message, reason } = refusal(() => Pytorch.read(bytes))
    expect(reason).toBe("Forbidden")
    expect(message).toContain(name)
    expect(message).toMatch(/byte \d+/)
  })

  it("refuses a complete model, which needs its classes", () => {
    const { message } = refusal(() => Pytorch.read(readFileSync(fixture("complete-model.pth"))))
    expect(message).toMatch(/data\.pkl, byte \d+: names __main__\.Signals/)
  })

  it.each([
    ["an instruction that no state dict needs", pickle("i__main__\nNet\n"), "Unsupported"],
    ["a text longer than the file", pickle("X\xff\xff\xff\x7f"), "Truncated"],
    ["an integer of many bytes", pickle(0x8b, "\xff\xff\xff\x7f"), "TooLarge"],
    ["values where there are none", pickle("R"), "Damaged"],
    ["a value that was not remembered", pickle("h\x07"), "Damaged"],
    ["a protocol of the future", Buffer.from([0x80, 9, 0x2e]), "Unsupported"],
    ["no end", Buffer.from([0x80, 2, 0x5d]), "Truncated"]
  ])("refuses %s", (_, bytes, reason) => {
    expect(refusal(() => Pytorch.read(bytes)).reason).toBe(reason)
  })

  it("refuses more instructions than any checkpoint has", () => {
    const lists = Buffer.concat([Buffer.from([0x80, 2]), Buffer.alloc(4_100_000, "N")])
    expect(refusal(() => Pytorch.read(lists)).reason).toBe("TooLarge")
  })

  it("has nothing of the prototype of objects among what it allows", () => {
    expect(refusal(() => Pytorch.read(pickle("c\nconstructor\n)", "R"))).reason).toBe("Forbidden")
  })
})

describe("Zip.entries", () => {
  const bytes = Buffer.from("data")
  it.each([
    ["a bomb", zip([{ name: "a", bytes: deflateRawSync(Buffer.alloc(1 << 20)), method: 8, size: 2 ** 31 }]), "TooLarge"], // prettier-ignore
    [
      "entries that overlap",
      zip(
        [
          { name: "a", bytes },
          { name: "b", bytes }
        ],
        true
      ),
      "Damaged"
    ],
    ["a path out of the folder", zip([{ name: "../a", bytes }]), "Forbidden"],
    ["an absolute path", zip([{ name: "/etc/passwd", bytes }]), "Forbidden"],
    [
      "a name twice",
      zip([
        { name: "a", bytes },
        { name: "a", bytes }
      ]),
      "Damaged"
    ],
    ["a size that is not that of the bytes", zip([{ name: "a", bytes, size: 9 }]), "Damaged"],
    ["another compression", zip([{ name: "a", bytes, method: 12 }]), "Unsupported"],
    ["no archive", Buffer.from("PK\x03\x04"), "Truncated"]
  ])("refuses %s", (_, archive, reason) => {
    expect(refusal(() => Zip.entries(archive)).reason).toBe(reason)
  })

  it("takes no more memory for an entry than it declares", () => {
    const entry = { name: "a", bytes: deflateRawSync(Buffer.alloc(1 << 24)), method: 8, size: 10 }
    const read = Zip.entries(zip([entry])).get("a")!.read
    expect(refusal(read).message).toContain("does not unpack to the 10 bytes")
  })
})

describe("Tfjs.manifest", () => {
  const model = (path: string) =>
    Buffer.from(JSON.stringify({ weightsManifest: [{ paths: [path], weights: [] }] }))
  it.each(["../weights.bin", "/etc/passwd", "https://example.com/w.bin", "a/../../b", "C:\\w.bin"])(
    "refuses the path %s",
    (path) => {
      expect(refusal(() => Tfjs.manifest(model(path))).reason).toBe("Forbidden")
    }
  )
})

/** Bytes that are the same in every run of the tests. */
const draws = (seed: number) => () => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
  return seed / 0x7fffffff
}

/** Flips, cuts and repeats parts of a file, and has `read` answer quickly: with tensors, or a refusal. */
const fuzz = (file: string, read: (bytes: Uint8Array) => FileContents, rounds: number) => {
  const good = readFileSync(fixture(file))
  const draw = draws(7)
  let slowest = 0
  let refused = 0
  for (let round = 0; round < rounds; round++) {
    const bytes = Buffer.from(good)
    for (let i = 0; i < 1 + draw() * 4; i++) {
      bytes[Math.floor(draw() * bytes.length)] = draw() < 0.5 ? 255 : Math.floor(draw() * 256)
    }
    const cut = draw() < 0.2 ? bytes.subarray(0, Math.floor(draw() * bytes.length)) : bytes
    const begun = performance.now()
    const result = attempt(file, () => readAll(read(cut)))
    slowest = Math.max(slowest, performance.now() - begun)
    if (Either.isLeft(result)) refused += 1
  }
  return { slowest, refused }
}

describe("damaged files", () => {
  it.each([
    ["images.h5", Keras.readHdf5],
    ["images.keras", Keras.readArchive],
    ["images.pth", Pytorch.read],
    ["legacy.pth", Pytorch.read],
    ["signals.safetensors", Safetensors.read]
  ] as const)("are refused or read, quickly: %s", (file, read) => {
    const { refused, slowest } = fuzz(file, read, 150)
    expect(refused).toBeGreaterThan(20)
    // The good file takes some milliseconds; a loop or a bomb would take much longer.
    expect(slowest).toBeLessThan(2000)
  })

  it("leads HDF5 in no circle", () => {
    const good = readFileSync(fixture("images.h5"))
    // Every address of a group, turned into that of the root.
    const root = good.readBigUInt64LE(64)
    for (let at = 96; at < 6000; at += 8) {
      const bytes = Buffer.from(good)
      bytes.writeBigUInt64LE(root, at)
      attempt("circle", () => Hdf5.read(bytes))
    }
  })
})
