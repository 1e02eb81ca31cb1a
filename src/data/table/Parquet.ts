import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { t } from "../../language/Text.js"
import * as RandomAccessFile from "../../io/RandomAccessFile.js"
import { DataError } from "../DataError.js"
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
  const { parquetMetadataAsync, parquetReadObjects, parquetSchema } = yield* Effect.promise(
    () => import("hyparquet")
  )
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
  const columns = yield* Effect.try({
    try: () => parquetSchema(metadata).children.map(({ element }) => element.name),
    catch: fail
  })
  const groupEnds: Array<number> = []
  for (const group of metadata.row_groups) {
    groupEnds.push((groupEnds.at(-1) ?? 0) + Number(group.num_rows))
  }
  const inGroups = groupEnds.at(-1) ?? 0
  if (!(size >= 0 && size === inGroups)) {
    return yield* fail(new Error(t`it declares ${size} rows, and row groups of ${inGroups}`))
  }
  const chosen = columns.filter((column) => wanted.includes(column))
  return Stream.paginateEffect(0, (start) =>
    Effect.gen(function* () {
      const end = Math.min(groupEnds.find((end) => end > start) ?? size, start + atOnce)
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
