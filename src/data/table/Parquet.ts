import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { t } from "../../language/Text.js"
import * as RandomAccessFile from "../../io/RandomAccessFile.js"
import { DataError } from "../DataError.js"
import * as ParquetPages from "./ParquetPages.js"
import type { Rows, RowSource } from "./Row.js"

/** So many rows are decoded at a time, or a row group where that has fewer. */
const atOnce = 1 << 18

/** The longest footer that is read: that of a file with a million columns. */
const mostFooter = 1 << 28

/** The rows of Parquet files, of which only the columns named are read. */
export const source = (wanted: ReadonlyArray<string>): RowSource => ({
  unit: "row",
  endings: [".parquet"],
  read: (path) => Stream.unwrapScoped(open(path, wanted))
})

const open = Effect.fnUntraced(function* (path: string, wanted: ReadonlyArray<string>) {
  const fail = (error: unknown) =>
    new DataError({
      reason: "Unreadable",
      path,
      detail: t`is no Parquet file that can be read: ${messageOf(error)}`
    })
  const attempt = <A>(run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: fail })
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema, snappyUncompress } =
    yield* Effect.promise(() => import("hyparquet"))
  const file = yield* Effect.mapError(RandomAccessFile.open(path), fail)
  const slice = async (start: number, end = file.size) => {
    const [from, to] = [start < 0 ? file.size + start : start, end < 0 ? file.size + end : end]
    // From the bytes that are there, never from a size that the file declares.
    if (!(from >= 0 && to <= file.size && from <= to)) {
      throw new Error(t`bytes ${from} to ${to} are asked for, of ${file.size}`)
    }
    const bytes = new Uint8Array(to - from)
    await Effect.runPromise(file.read(from, bytes))
    return bytes.buffer
  }
  const buffer = {
    byteLength: file.size,
    slice: (start: number, end?: number) => {
      const bytes = slice(start, end)
      // hyparquet asks for several at once, and waits for none of them if one fails.
      bytes.catch(() => {})
      return bytes
    }
  }
  const tail = new DataView(new ArrayBuffer(8))
  yield* Effect.mapError(file.read(Math.max(0, file.size - 8), new Uint8Array(tail.buffer)), fail)
  if (tail.getUint32(0, true) > Math.min(mostFooter, file.size)) {
    return yield* fail(new Error(t`its footer would have ${tail.getUint32(0, true)} bytes`))
  }
  const metadata = yield* attempt(() => parquetMetadataAsync(buffer))
  const size = Number(metadata.num_rows)
  const schema = yield* Effect.try({ try: () => parquetSchema(metadata).children, catch: fail })
  const columns = schema.map(({ element }) => element.name)
  const groupEnds: Array<number> = []
  for (const { num_rows } of metadata.row_groups) {
    if (num_rows < 0) return yield* fail(new Error(t`a row group has ${Number(num_rows)} rows`))
    groupEnds.push((groupEnds.at(-1) ?? 0) + Number(num_rows))
  }
  const inGroups = groupEnds.at(-1) ?? 0
  if (!(size >= 0 && size === inGroups)) {
    return yield* fail(new Error(t`it declares ${size} rows, and row groups of ${inGroups}`))
  }
  const chosen = columns.filter((column) => wanted.includes(column))
  /** The decoder believes what pages say of themselves. */
  const checkPages = async (group: (typeof metadata.row_groups)[number]) => {
    for (const { meta_data } of group.columns) {
      if (meta_data === undefined) throw new Error(t`a column has no metadata`)
      const { codec, data_page_offset, path_in_schema, total_compressed_size, type } = meta_data
      const column = schema.find(({ element }) => element.name === path_in_schema[0])
      if (column === undefined || !chosen.includes(column.element.name)) continue
      const { name, repetition_type } = column.element
      if (column.children.length > 0 || repetition_type === "REPEATED")
        throw new Error(t`its column ${JSON.stringify(name)} holds lists or records`)
      const from = Number(meta_data.dictionary_page_offset || data_page_offset)
      const bytes = await slice(from, from + Number(total_compressed_size))
      const chunk = {
        codec,
        isBoolean: type === "BOOLEAN",
        isOptional: repetition_type === "OPTIONAL",
        rows: Number(group.num_rows)
      }
      try {
        ParquetPages.check(new Uint8Array(bytes), chunk, snappyUncompress)
      } catch (error) {
        throw new Error(t`its column ${JSON.stringify(name)}: ${messageOf(error)}`, {
          cause: error
        })
      }
    }
  }
  return Stream.paginateEffect(0, (start) =>
    Effect.gen(function* () {
      const index = groupEnds.findIndex((end) => end > start)
      if (index !== -1 && start === (groupEnds[index - 1] ?? 0))
        yield* attempt(() => checkPages(metadata.row_groups[index]!))
      const end = Math.min(groupEnds[index] ?? size, start + atOnce)
      const objects =
        start === end || chosen.length === 0
          ? []
          : yield* attempt(() =>
              parquetReadObjects({
                file: buffer,
                metadata,
                columns: chosen,
                rowStart: start,
                rowEnd: end
              })
            )
      if (chosen.length > 0 && objects.length !== end - start) {
        return yield* fail(new Error(t`rows ${start + 1} to ${end} are ${objects.length} only`))
      }
      const rows: Rows = {
        columns: chosen,
        available: columns,
        rows: objects.map((object, i) => ({
          at: start + i + 1,
          cells: chosen.map((column) => object[column] as unknown)
        }))
      }
      return [rows, end === size || chosen.length === 0 ? Option.none() : Option.some(end)] as const
    })
  ) satisfies Stream.Stream<Rows, DataError>
})

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))
