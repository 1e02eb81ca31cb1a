/**
 * Damages images and tables at random, and loads them: npm run fuzz:data -- --cases 300
 *
 * The damaged file is skipped by name, or refused by an error that names it, or its batches hold numbers.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { parquetWriteBuffer, type ParquetWriteOptions } from "hyparquet-writer"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import { Limits } from "../../src/data/table/load.js"
import { Dataset, Split, type Batch, type DatasetType, type Observer } from "../../src/index.js"
import { temporaryFolder } from "../../src/testing/TemporaryFolder.js"
import * as Fuzz from "../support/Fuzz.js"
import { heard } from "./heard.js"

/** All that was loaded of a dataset with a damaged file, and what was said of it. */
interface Loaded {
  readonly result: ReadonlyArray<Batch>
  readonly notices: ReadonlyArray<string>
}

const everything = (dataset: DatasetType) =>
  Effect.forEach([dataset.train, dataset.validation, dataset.test], ({ batch, size }) =>
    batch(Int32Array.from({ length: size }, (_, i) => i))
  )

const loaded = <E extends Error>(
  load: Effect.Effect<DatasetType, E, FileSystem.FileSystem | Observer | Scope.Scope>
) => heard(Effect.flatMap(load, everything))

/** The process with its heap, and the largest image of a file of this size. */
const mostBytes = 2 ** 30

/** A number that is none would spoil the weights of a model. */
const numbersProblem = ({ result }: Loaded): string | null => {
  const isFinite = result.every(({ inputs }) =>
    (inputs as Float32Array).every((value) => Number.isFinite(value))
  )
  return isFinite ? null : "gave an input that is no number"
}

/** The error of a damaged file says which it is. */
const unnamed = (name: string) => (error: string) =>
  error.includes(name) ? null : "does not name the file"

const references = JSON.parse(
  readFileSync(new URL("image/references.json", import.meta.url), "utf8")
) as Record<"png" | "jpeg", Record<string, { readonly file: string }>>

/** Gives the chunks of a PNG file their right checksums. */
const repaired = (bytes: Uint8Array): Uint8Array => {
  const view = new DataView(bytes.buffer)
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 8 + view.getUint32(at)
    if (end + 4 > bytes.length) break
    view.setUint32(end, crc32(bytes.subarray(at + 4, end)))
    at = end + 4
  }
  return bytes
}

const image = (kind: "png" | "jpeg", one: string): Fuzz.Subject<Loaded> => {
  const bytes = new Uint8Array(Buffer.from(references[kind][one]!.file, "base64"))
  const file = `damaged.${kind}`
  const count = 6
  const load = (damaged: Uint8Array, at: number) =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      mkdirSync(join(root, "class"))
      for (let i = 0; i < count; i++) writeFileSync(join(root, "class", `${i}.${kind}`), bytes)
      writeFileSync(join(root, "class", file), damaged)
      return yield* loaded(
        Dataset.fromImages({
          root,
          height: 8,
          width: 8,
          decoder: "javascript",
          workers: 0,
          // Every second time the damage is found at the start, else by the batch that meets it.
          verify: Math.floor(at / 2) % 2 === 0,
          split: Split.ordered.make({ validation: 1, test: 1 })
        })
      )
    }).pipe(Effect.scoped)
  return {
    bytes,
    load,
    mostBytes,
    ...(kind === "png" && { repaired }),
    problem: ({ notices, result }) => {
      const size = result.reduce((sum, batch) => sum + batch.size, 0)
      const isNamed = notices.some((notice) => notice.includes(file))
      return size + (isNamed ? 1 : 0) === count + 1
        ? null
        : `${size} images of ${count + 1} are there, and ${notices.length} notices`
    },
    errorProblem: unnamed(file)
  }
}

const columns = { area: "number", city: "category", sold: "date", rooms: "number" } as const
const size = 300
const cells = {
  area: Array.from({ length: size }, (_, i) => 20 + ((i * 37) % 101) / 4),
  city: Array.from({ length: size }, (_, i) => ["Rome", "Lima, PE", 'Mont "X"'][i % 3]!),
  sold: Array.from({ length: size }, (_, i) => `2026-0${1 + (i % 9)}-1${i % 10}`),
  rooms: Array.from({ length: size }, (_, i) => 1 + (i % 5))
}
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
const rowAt = (i: number) =>
  `${cells.area[i]},${quoted(cells.city[i]!)},${cells.sold[i]},${cells.rooms[i]}\n`
const csv = () =>
  new TextEncoder().encode(
    "area,city,sold,rooms\n" + Array.from({ length: size }, (_, i) => rowAt(i)).join("")
  )
const parquet = (codec: NonNullable<ParquetWriteOptions["codec"]>) =>
  new Uint8Array(
    parquetWriteBuffer({
      codec,
      rowGroupSize: 100,
      columnData: [
        { name: "area", data: cells.area, type: "DOUBLE" },
        { name: "city", data: cells.city, type: "STRING" },
        { name: "sold", data: cells.sold, type: "STRING" },
        { name: "rooms", data: cells.rooms, type: "INT32" }
      ]
    })
  )

const table = (kind: "csv" | "parquet", bytes: Uint8Array): Fuzz.Subject<Loaded> => ({
  bytes,
  mostBytes,
  load: (damaged, at) =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const path = join(folder, `damaged.${kind}`)
      writeFileSync(path, damaged)
      const options = {
        path,
        columns,
        label: "rooms",
        split: Split.ordered.make({ validation: 0.1, test: 0.1 }),
        damaged: at % 4 < 2 ? "error" : "skip",
        cache_dir: join(folder, "cache")
      } as const
      const load = kind === "csv" ? Dataset.fromCsv(options) : Dataset.fromParquet(options)
      // In memory, and by records in a file as of large tables.
      const limits = { fileBytes: at % 8 < 4 ? 1 << 24 : 0, recordBytes: 1 << 24 }
      return yield* loaded(Effect.provideService(load, Limits, limits))
    }).pipe(Effect.scoped),
  problem: numbersProblem,
  errorProblem: unnamed(`damaged.${kind}`)
})

await Fuzz.main<Loaded>(import.meta.url, {
  ...Object.fromEntries(
    (["png", "jpeg"] as const).flatMap((kind) =>
      Object.keys(references[kind]).map((one) => [`${one}.${kind}`, () => image(kind, one)])
    )
  ),
  "rows.csv": () => table("csv", csv()),
  "plain.parquet": () => table("parquet", parquet("UNCOMPRESSED")),
  "snappy.parquet": () => table("parquet", parquet("SNAPPY"))
})
