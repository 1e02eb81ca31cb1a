import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { open } from "node:fs/promises"
import { t } from "../language/Text.js"
import { SweepError } from "./SweepError.js"

/** The lines of JSON in a file that only grows, as far as they were read. */
export interface Lines<A> {
  readonly values: ReadonlyArray<A>
  /** How far: to the end of the last complete line. */
  readonly bytes: number
  readonly inode: number
  /** The number, from 1, of the first line that is damaged, and left out. */
  readonly damaged: number | null
  /** Lines read, damaged ones too. */
  readonly count: number
}

const none = { values: [], bytes: 0, inode: -1, damaged: null, count: 0 }

const unreadable = (path: string) => (cause: unknown) =>
  new SweepError({
    reason: {
      _tag: "Unreadable",
      path,
      detail: cause instanceof Error ? cause.message : String(cause)
    }
  })

/**
 * Reads the file at `path`; one that is missing is empty. With `before`, which an earlier call gave, only
 * what was appended since. A last line that is not ended, as a kill leaves it, is not read.
 */
export const read = <A, I>(
  schema: Schema.Schema<A, I>,
  path: string,
  before: Lines<A> | null = null
): Effect.Effect<Lines<A>, SweepError> =>
  Effect.tryPromise({
    try: async (): Promise<Lines<A>> => {
      const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === "ENOENT") return null
        throw cause
      })
      if (file === null) return none
      try {
        const { ino, size } = await file.stat()
        const known: Lines<A> =
          before !== null && before.inode === ino && before.bytes <= size ? before : none
        const buffer = Buffer.alloc(size - known.bytes)
        const { bytesRead } = await file.read(buffer, 0, buffer.length, known.bytes)
        const end = buffer.subarray(0, bytesRead).lastIndexOf(10) + 1
        if (end === 0) return { ...known, inode: ino }
        const texts = buffer.toString("utf8", 0, end - 1).split("\n")
        const decode = Schema.decodeUnknownEither(Schema.parseJson(schema))
        const decoded = texts.map((text) => decode(text))
        const damaged = decoded.findIndex(Either.isLeft)
        return {
          values: [
            ...known.values,
            ...decoded.flatMap((one) => (Either.isRight(one) ? [one.right] : []))
          ],
          bytes: known.bytes + end,
          inode: ino,
          damaged: known.damaged ?? (damaged < 0 ? null : known.count + damaged + 1),
          count: known.count + texts.length
        }
      } finally {
        await file.close()
      }
    },
    catch: unreadable(path)
  })

/** Fails where a line is damaged: what follows from the lines would not be what followed before. */
export const intact = <A>(path: string, lines: Lines<A>): Effect.Effect<Lines<A>, SweepError> =>
  lines.damaged === null
    ? Effect.succeed(lines)
    : new SweepError({
        reason: {
          _tag: "Unreadable",
          path,
          line: lines.damaged,
          detail: t`damaged; remove the line, and what it recorded is computed again from the trials' checkpoints`
        }
      })

/** Values as lines. */
export const textOf = <A, I>(schema: Schema.Schema<A, I>, values: ReadonlyArray<A>): string =>
  values.map((value) => `${JSON.stringify(Schema.encodeSync(schema)(value))}\n`).join("")

/** Appends values as lines; they are durable then. What a kill left of a line at the end is cut off first. */
export const append = <A, I>(
  schema: Schema.Schema<A, I>,
  path: string,
  values: ReadonlyArray<A>,
  lines: Lines<A>
): Effect.Effect<Lines<A>, SweepError> =>
  Effect.tryPromise({
    try: async () => {
      const bytes = Buffer.from(textOf(schema, values))
      const file = await open(path, "a", 0o644)
      try {
        const { ino, size } = await file.stat()
        if (size > lines.bytes) await file.truncate(lines.bytes)
        await file.writeFile(bytes)
        await file.datasync()
        return {
          ...lines,
          values: [...lines.values, ...values],
          bytes: lines.bytes + bytes.length,
          inode: ino,
          count: lines.count + values.length
        }
      } finally {
        await file.close()
      }
    },
    catch: unreadable(path)
  }).pipe(Effect.uninterruptible)
