import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { parquetWriteBuffer } from "hyparquet-writer"
import { readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Limits } from "../../../src/data/table/load.js"
import { Dataset, Split, Table, type Batch } from "../../../src/index.js"
import { temporaryFolder } from "../../../src/testing/TemporaryFolder.js"
import { heard, loaded } from "../heard.js"

const write = (text: string | Uint8Array, name = "rows.csv") =>
  Effect.map(temporaryFolder, (folder) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  })

/** Ten rows to train on, one that validates and one that tests. */
const split = Split.ordered.make({ validation: 1, test: 1 })
const rows = (row: (i: number) => string, header: string) =>
  `${header}\n${Array.from({ length: 12 }, (_, i) => row(i)).join("\n")}\n`
const houses = rows(
  (i) =>
    `${i},${100 + i},"${["Rome", "Lima, PE"][i % 2]!}",${i % 3 === 0 ? "yes" : "no"},2026-01-0${1 + (i % 9)},${1000 * i}`,
  "id,area,city,garden,sold,price"
)
const columns = {
  area: "number",
  city: "category",
  garden: "boolean",
  sold: { name: "date", standardize: false },
  price: "number"
} as const
const everything = (examples: Dataset["train"]) =>
  examples.batch(Int32Array.from({ length: examples.size }, (_, i) => i))

describe("Dataset.fromCsv", () => {
  it.scoped("reads columns by their kinds, standardized by the training split", () =>
    Effect.gen(function* () {
      const path = yield* write(houses)
      const dataset: Dataset = yield* loaded(
        Dataset.fromCsv({ path, columns, label: "price", split })
      )
      expect(dataset).toMatchObject({ name: "rows.csv", inputShape: [5], classes: [] })
      const { inputs, labels }: Batch = yield* dataset.train.batch(Int32Array.of(3))
      // Of areas 100 to 109 the mean is 104.5 and the deviation √8.25; 4 January 2026 is day 20457.
      expect([...inputs]).toStrictEqual(
        [(103 - 104.5) / Math.sqrt(8.25), 1, 0, 1, 20457].map(Math.fround)
      )
      expect([...labels]).toStrictEqual([3000])
      expect(dataset.preprocessing).toStrictEqual({
        kind: "table",
        inputs: [
          {
            name: null,
            columns: [
              { column: "area", kind: "number", mean: 104.5, std: Math.sqrt(8.25) },
              {
                column: "city",
                kind: "category",
                encoding: "one_hot",
                values: ["Lima, PE", "Rome"]
              },
              { column: "garden", kind: "boolean" },
              { column: "sold", kind: "date" }
            ]
          }
        ],
        decimal: ".",
        missing_values: ["", "NA", "N/A", "NaN", "nan", "null", "NULL"],
        csv: { delimiter: ",", encoding: "utf-8" }
      })
    })
  )

  it.scoped("has classes of a category or a boolean, inputs and labels by name, and weights", () =>
    Effect.gen(function* () {
      const path = yield* write(houses)
      const byCity = yield* loaded(
        Dataset.fromCsv({ path, columns, label: "city", weight: "area", split })
      )
      expect(byCity).toMatchObject({ classes: ["Lima, PE", "Rome"], weighted: true })
      expect(yield* byCity.train.labels!).toStrictEqual(Int32Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1, 0))
      expect(byCity.test.describe!(0)).toStrictEqual({ name: "rows.csv #12", path })
      expect((yield* byCity.test.batch(Int32Array.of(0))).weights).toStrictEqual(
        Float32Array.of(111)
      )
      const named = yield* loaded(
        Dataset.fromCsv({
          path,
          columns: { ...columns, city: { name: "category", encoding: "index" } },
          label: ["price", "garden"],
          inputs: { numbers: ["area", "sold"], city: ["city"] },
          split
        })
      )
      expect(named.inputs).toStrictEqual({
        numbers: { shape: [2] },
        city: { shape: [1], dtype: "int32" }
      })
      expect(named.labels).toStrictEqual({
        price: { shape: [] },
        garden: { shape: [], classes: ["false", "true"] }
      })
      const { inputs, labels } = yield* named.test.batch(Int32Array.of(0))
      expect(inputs.city).toStrictEqual(Int32Array.of(0))
      expect(labels).toStrictEqual({ price: Float32Array.of(11000), garden: Int32Array.of(0) })
    })
  )

  it.scoped("fills in or leaves out what is missing, as the column says", () =>
    Effect.gen(function* () {
      const text = rows((i) => `${i === 2 ? "NA" : i},${i === 3 ? "" : "a"},${i}`, "x,c,y")
      const path = yield* write(text)
      const load = (x: unknown, c: unknown = { name: "category", missing: "category" }) =>
        loaded(
          Dataset.fromCsv({ path, columns: { x, c, y: "number" } as never, label: "y", split })
        )
      const mean = yield* load({ name: "number", missing: "mean", standardize: false })
      expect([...(yield* mean.train.batch(Int32Array.of(2, 3))).inputs]).toStrictEqual(
        [43 / 9, 0, 1, 3, 1, 0].map(Math.fround)
      )
      const zero = yield* load({ name: "number", missing: 0, standardize: false })
      expect((yield* zero.train.batch(Int32Array.of(2))).inputs[0]).toBe(0)
      const skipped = yield* load(
        { name: "number", missing: "skip" },
        { name: "category", missing: "skip" }
      )
      expect([...(yield* everything(skipped.train)).labels]).toStrictEqual([0, 1, 4, 5, 6, 7, 8, 9])
      expect((yield* Effect.flip(load("number"))).message).toContain(
        "rows.csv, line 4: column x is empty"
      )
    })
  )

  it.scoped("reads a byte order mark, CRLF, other delimiters, encodings and decimal marks", () =>
    Effect.gen(function* () {
      const text = rows((i) => `${i},5;Köln;${i}`, "x;city;y").replaceAll("\n", "\r\n")
      const load = (bytes: Uint8Array | string, options: object = {}) =>
        Effect.flatMap(write(bytes), (path) =>
          loaded(
            Dataset.fromCsv({
              path,
              columns: { x: { name: "number", standardize: false }, city: "category", y: "number" },
              label: "y",
              delimiter: ";",
              decimal: ",",
              split,
              ...options
            })
          )
        )
      const variants = yield* Effect.all([
        load(`\uFEFF${text}`),
        load(Buffer.from(`\uFEFF${text}`, "utf16le")),
        load(Buffer.from(text, "latin1"), { encoding: "latin1" }),
        load(text.slice(text.indexOf("\n") + 1), { header: ["x", "city", "y"] })
      ])
      for (const dataset of variants) {
        expect((yield* dataset.train.batch(Int32Array.of(4))).inputs).toStrictEqual(
          Float32Array.of(4.5, 1)
        )
        expect(dataset.fingerprint).toBe(variants[0].fingerprint)
      }
      const wrong = yield* Effect.flip(load(Buffer.from(text, "latin1")))
      expect(wrong.message).toContain("rows.csv, line 2: column city is not UTF-8")
    })
  )

  it.scoped("names file, line and column of what is damaged, or skips it and says so", () =>
    Effect.gen(function* () {
      const cell = (i: number, wrong: string) => (i === 5 ? wrong : `${i},a,${i}`)
      const load = (wrong: string, options: object = {}) =>
        Effect.flatMap(write(rows((i) => cell(i, wrong), "x,c,y")), (path) =>
          heard(
            Dataset.fromCsv({
              path,
              columns: { x: "number", c: { name: "category", values: ["a"] }, y: "number" },
              label: "y",
              split,
              ...options
            })
          )
        )
      const lines = [
        "1,a",
        "x,a,1",
        "0x10,a,1",
        "Infinity,a,1",
        "1,b,1",
        '1,"a,1',
        "1,a,1,",
        "1e999,a,2",
        "1\u0000,a,1"
      ]
      const messages = yield* Effect.forEach(lines, (wrong) =>
        Effect.map(Effect.flip(load(wrong)), ({ message }) =>
          message.replace(/^.*rows\.csv/, "rows.csv")
        )
      )
      expect(messages).toMatchInlineSnapshot(`
        [
          "rows.csv, line 7: has 2 cells, where the header has 3; correct it, or have damaged rows left out: damaged: "skip"",
          "rows.csv, line 7: column x is "x", no number; correct it, or have damaged rows left out: damaged: "skip"",
          "rows.csv, line 7: column x is "0x10", no number; correct it, or have damaged rows left out: damaged: "skip"",
          "rows.csv, line 7: column x is "Infinity", no number; correct it, or have damaged rows left out: damaged: "skip"",
          "rows.csv, line 7: column c is "b", which is none of a; correct it, or have damaged rows left out: damaged: "skip"",
          "rows.csv, line 7: has quotes that do not go together; correct it, or have damaged rows left out: damaged: "skip"",
          "rows.csv, line 7: has 4 cells, where the header has 3; correct it, or have damaged rows left out: damaged: "skip"",
          "rows.csv, line 7: column x is "1e999", no number; correct it, or have damaged rows left out: damaged: "skip"",
          "rows.csv, line 7: column x is "1\\u0000", no number; correct it, or have damaged rows left out: damaged: "skip"",
        ]
      `)
      for (const wrong of lines) {
        const { notices, result } = yield* load(wrong, { damaged: "skip" })
        expect(notices).toStrictEqual([expect.stringMatching(/^skipped .*rows\.csv, line 7: /)])
        expect(result.train.size).toBe(9)
      }
    })
  )

  it.scoped("refuses what is no table, and options that do not go together", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const noise = Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * 7919) % 251 || 1).map(
        (x) => (x === 10 || x === 34 ? 1 : x)
      )
      const load = (content: string | Uint8Array, options: object = {}) =>
        Effect.flatMap(write(content), (path) =>
          Effect.flip(
            loaded(Dataset.fromCsv({ path, columns, label: "price", split, ...options } as never))
          )
        )
      const errors = yield* Effect.all([
        load(""),
        load("id,area,city,garden,sold,price\n"),
        load(noise),
        load(houses.replace("area", "Area")),
        load(houses.replace("id,area", "area,area")),
        load(houses, { delimiter: ";" }),
        load(houses, { label: "cost" }),
        load(houses, { inputs: { a: ["price"] } }),
        load(houses, { columns: { price: "number" } }),
        load(houses, { columns: { ...columns, area: "float" } }),
        load(houses, { encoding: "klingon" }),
        load(houses, { path: join(folder, "none.csv") }),
        load(houses, { path: folder }),
        load(houses, { path: "/dev/null" }),
        load(houses, { split: Split.hash.make({ test: 0 }) })
      ])
      const shown = errors.map(({ message }) =>
        message.replaceAll(folder, "FOLDER").replace(/\/tmp\S*rows/, "rows")
      )
      expect(shown).toMatchInlineSnapshot(`
        [
          "rows.csv: holds no rows",
          "rows.csv: holds no rows",
          "rows.csv: its line 1 is longer than 1048576 characters: is it a CSV file, with lines that end in LF or CRLF?",
          "rows.csv: has no column "area"; it has "id", "Area", "city", "garden", "sold", "price"",
          "rows.csv: has several columns "area"",
          "rows.csv: has no column "area"; it has "id,area,city,garden,sold,price"",
          "label: cost is no column that columns declares; it declares area, city, garden, sold, price",
          "inputs.a: price is the label",
          "columns: names no column as an input",
          "columns.area: is "float"; allowed: "number", "category", "boolean" or "date"",
          "rows.csv: there is no encoding klingon; give one such as utf-8, latin1 or utf-16le",
          "FOLDER/none.csv: does not exist",
          "FOLDER: holds no file whose name ends in .csv, .tsv",
          "/dev/null: it is a device, not a regular file",
          "split: leaves no examples for test (train 10, validation 2, test 0); divide otherwise, or add examples",
        ]
      `)
    })
  )

  it.scoped("keeps the rows of large files in a cache that serves until the file changes", () =>
    Effect.gen(function* () {
      const path = yield* write(houses)
      const cache_dir = join(yield* temporaryFolder, "cache")
      const options = { path, columns, label: "price", key: "id", split, cache_dir } as const
      const inMemory = yield* loaded(Dataset.fromCsv(options))
      expect(() => readdirSync(cache_dir)).toThrow("ENOENT")
      const large = Effect.provide(
        Effect.suspend(() => heard(Dataset.fromCsv(options))),
        Layer.succeed(Limits, { fileBytes: 0, recordBytes: 0 })
      )
      const first = yield* large
      expect(first.notices).toStrictEqual([expect.stringContaining("once, to be kept in")])
      expect(first.result.fingerprint).toBe(inMemory.fingerprint)
      const second = yield* large
      expect(second.notices).toStrictEqual([])
      expect(second.result).toMatchObject({
        fingerprint: inMemory.fingerprint,
        preprocessing: inMemory.preprocessing
      })
      const scattered = Int32Array.of(9, 0, 4, 4, 1)
      for (const { result } of [first, second]) {
        expect(yield* result.train.batch(scattered)).toStrictEqual(
          yield* inMemory.train.batch(scattered)
        )
      }
      // What follows from all rows is kept, too, and computed again where it is damaged.
      for (const file of readdirSync(cache_dir).filter((name) => /statistics|column/.test(name))) {
        const bytes = readFileSync(join(cache_dir, file))
        bytes[bytes.length - 1]! ^= 1
        writeFileSync(join(cache_dir, file), bytes)
      }
      expect((yield* large).result).toMatchObject({
        fingerprint: inMemory.fingerprint,
        preprocessing: inMemory.preprocessing
      })
      utimesSync(path, 1, 1)
      expect((yield* large).notices.length).toBe(1)
      // A byte of the cache that has changed is found by whoever reads its row.
      const [file] = readdirSync(cache_dir).filter((name) => name.endsWith(".rows"))
      const bytes = readFileSync(join(cache_dir, file!))
      bytes[bytes.length - 20]! ^= 1
      writeFileSync(join(cache_dir, file!), bytes)
      const { train, validation, test } = (yield* large).result
      const { message } = yield* Effect.flip(
        Effect.forEach([train, validation, test], ({ batch, size }) =>
          batch(Int32Array.from({ length: size }, (_, i) => i))
        )
      )
      expect(message).toContain("is damaged at row 12; remove it, and it is made again")
      writeFileSync(join(cache_dir, file!), bytes.subarray(1))
      expect((yield* large).notices.length).toBe(1)
    })
  )

  it.scoped("notices a change that keeps size and time, as far as fingerprint says", () =>
    Effect.gen(function* () {
      const path = yield* write(houses)
      const cache_dir = join(yield* temporaryFolder, "cache")
      const notices = (fingerprint: "content" | "sampled" | "size") =>
        Effect.provide(
          Effect.suspend(() =>
            heard(Dataset.fromCsv({ path, columns, label: "price", split, cache_dir, fingerprint }))
          ),
          Layer.succeed(Limits, { fileBytes: 0, recordBytes: 0 })
        ).pipe(Effect.map(({ notices }) => notices.length))
      const seen: Array<number> = []
      for (const mode of ["size", "sampled", "content"] as const) {
        utimesSync(path, 1, 1)
        seen.push(yield* notices(mode), yield* notices(mode))
        writeFileSync(path, readFileSync(path, "utf8").replace(/1/, "2"))
        utimesSync(path, 1, 1)
        seen.push(yield* notices(mode))
      }
      // Of a small file the samples are all of it.
      expect(seen).toEqual([1, 0, 0, 1, 0, 1, 0, 0, 1])
    })
  )

  it.scoped("reads a folder of files, and splits by their names", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      for (const name of ["train", "val", "test"])
        writeFileSync(join(folder, `${name}.csv`), houses)
      writeFileSync(join(folder, "notes.txt"), "x")
      const byFile = yield* loaded(
        Dataset.fromCsv({
          path: folder,
          columns,
          label: "price",
          split: Split.byName.make({ test: "test", validation: "val" })
        })
      )
      expect([byFile.train.size, byFile.validation.size, byFile.test.size]).toStrictEqual([
        12, 12, 12
      ])
    })
  )

  it.scoped("keeps groups together, and goes by keys whatever rows are added", () =>
    Effect.gen(function* () {
      const text = (size: number, from: number) =>
        `id,who,y\n${Array.from({ length: size }, (_, i) => `r${i + from},p${(i + from) % 50},${i + from}\n`).join("")}`
      const load = (csv: string, options: object) =>
        Effect.flatMap(write(csv), (path) =>
          loaded(
            Dataset.fromCsv({
              path,
              columns: { y: "number", y2: "number" } as never,
              label: "y",
              split: Split.hash.make({ validation: 0.2, test: 0.2 }),
              ...options
            })
          )
        )
      const csv = (size: number, from: number) =>
        text(size, from)
          .replace(/(\d+)\n/g, "$1,1\n")
          .replace("y\n", "y,y2\n")
      const testOf = (dataset: Dataset) =>
        Effect.map(everything(dataset.test), ({ labels }) => new Set(labels))
      const before = yield* testOf(yield* load(csv(200, 0), { key: "id" }))
      const after = yield* testOf(yield* load(csv(150, 50), { key: "id" }))
      expect([...after].every((one) => before.has(one))).toBe(true)
      const grouped = yield* load(csv(400, 0), { group: "who" })
      const people = yield* Effect.forEach(
        [grouped.train, grouped.validation, grouped.test],
        (some) =>
          Effect.map(everything(some), ({ labels }) => new Set([...labels].map((y) => y % 50)).size)
      )
      expect(people.reduce((sum, size) => sum + size, 0)).toBe(50)
    })
  )

  it("takes its columns from a schema of rows, and its options from a config", () => {
    const Row = Schema.Struct({
      area: Schema.NumberFromString.pipe(Schema.positive()),
      rooms: Schema.NullOr(Schema.Int),
      city: Schema.Literal("Rome", "Lima"),
      heating: Schema.NullOr(Schema.Literal("gas", "oil")),
      garden: Schema.Boolean,
      note: Schema.optional(Schema.String),
      sold: Schema.Date
    })
    expect(Table.columnsOf(Row)).toStrictEqual({
      area: { name: "number" },
      rooms: { name: "number", missing: "mean" },
      city: { name: "category", values: ["Rome", "Lima"] },
      heating: { name: "category", values: ["gas", "oil"], missing: "category" },
      garden: { name: "boolean" },
      note: { name: "category", missing: "category" },
      sold: { name: "date" }
    })
    expect(() => Table.columnsOf(Schema.Struct({ x: Schema.Array(Schema.Int) }))).toThrow("x is")
    const data = Schema.decodeUnknownSync(Table.CsvData)({
      path: "houses.csv",
      columns: { area: "number", price: { name: "number" } },
      label: "price",
      split: "hash"
    })
    const load: Effect.Effect<Dataset, unknown, unknown> = Dataset.fromCsv(data)
    expect(Effect.isEffect(load)).toBe(true)
  })
})

describe("Dataset.fromParquet", () => {
  const bytes = () =>
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: "area", data: Array.from({ length: 12 }, (_, i) => 100 + i), type: "DOUBLE" },
          {
            name: "city",
            data: Array.from({ length: 12 }, (_, i) => ["Rome", "Lima"][i % 2]!),
            type: "STRING"
          },
          {
            name: "garden",
            data: Array.from({ length: 12 }, (_, i) => i % 3 === 0),
            type: "BOOLEAN"
          },
          {
            name: "price",
            data: Array.from({ length: 12 }, (_, i) => BigInt(1000 * i)),
            type: "INT64"
          }
        ],
        rowGroupSize: 5
      })
    )
  const load = (content: Uint8Array, options: object = {}) =>
    Effect.flatMap(write(content, "rows.parquet"), (path) =>
      loaded(
        Dataset.fromParquet({
          path,
          columns: { area: "number", city: "category", garden: "boolean", price: "number" },
          label: "price",
          split,
          ...options
        })
      )
    )

  it.scoped("reads what the same table in CSV holds", () =>
    Effect.gen(function* () {
      const dataset = yield* load(bytes())
      const csv = yield* write(
        rows(
          (i) => `${1000 * i},${100 + i},${["Rome", "Lima"][i % 2]!},${i % 3 === 0}`,
          "price,area,city,garden"
        )
      )
      const other = yield* loaded(
        Dataset.fromCsv({
          path: csv,
          columns: { area: "number", city: "category", garden: "boolean", price: "number" },
          label: "price",
          split
        })
      )
      expect(dataset.fingerprint).toBe(other.fingerprint)
      expect(yield* everything(dataset.train)).toStrictEqual(yield* everything(other.train))
    })
  )

  it.scoped("refuses damaged, truncated and hostile files", () =>
    Effect.gen(function* () {
      const good = bytes()
      const footer = new Uint8Array(good)
      new DataView(footer.buffer).setUint32(footer.length - 8, 0xfffffff0, true)
      const messages = yield* Effect.forEach(
        [new Uint8Array(0), Uint8Array.of(1, 2, 3), good.subarray(0, 200), footer],
        (content) => Effect.map(Effect.flip(load(content)), ({ message }) => message)
      )
      for (const message of messages) {
        expect(message).toMatch(/rows\.parquet: is no Parquet file that can be read: /)
      }
      const { message } = yield* Effect.flip(
        load(good, { columns: { price: "number", rooms: "number" } })
      )
      expect(message).toContain('has no column "rooms"; it has "area", "city", "garden", "price"')
      // The header of the first page does not say its size: its field is that of the checksum.
      const endless = new Uint8Array(good)
      expect(endless[8]).toBe(0x15)
      endless[8] = 0x25
      expect((yield* Effect.flip(load(endless))).message).toMatch(
        /rows\.parquet: .* its column "area": a page declares undefined bytes/
      )
      // Whatever byte changes: an error of data or a dataset, and nothing else.
      for (let at = 0; at < good.length; at += 31) {
        const flipped = new Uint8Array(good)
        flipped[at]! ^= 0xff
        const exit = yield* Effect.either(load(flipped))
        if (exit._tag === "Left") expect(exit.left._tag).toBe("DataError")
      }
    })
  )
})

describe("Table.readNumbers", () => {
  it.scoped("reads columns in the order named, NaN where a cell is missing", () =>
    Effect.gen(function* () {
      const path = yield* write("b,a,name\n1,2,x\n,4,y\n5,-6.5,z\n")
      const { data, shape } = yield* loaded(Table.readNumbers({ path, columns: ["a", "b"] }))
      expect(shape).toEqual([3, 2])
      expect(data).toStrictEqual(Float32Array.of(2, 1, 4, NaN, -6.5, 5))
      const parquet = new Uint8Array(
        parquetWriteBuffer({ columnData: [{ name: "a", data: [2, 4, -6.5], type: "DOUBLE" }] })
      )
      const other = yield* write(parquet, "rows.parquet")
      expect(
        (yield* loaded(Table.readNumbers({ path: other, columns: ["a"] }))).data
      ).toStrictEqual(Float32Array.of(2, 4, -6.5))
    })
  )

  it.scoped("names the line and the column of what is no number", () =>
    Effect.gen(function* () {
      const path = yield* write("a\n1\nx\n")
      const error = yield* loaded(Effect.flip(Table.readNumbers({ path, columns: ["a"] })))
      expect(error.message).toMatch(/rows\.csv, line 3: column a .*"x"/)
    })
  )
})
