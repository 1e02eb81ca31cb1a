import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { format } from "prettier"
import { table } from "../checkpoints/figures.js"

/** The languages of the documentation. */
export const languages = ["en", "zh"] as const
export type Language = (typeof languages)[number]

/** A text in each language; a plain one is the same in all. */
export type Words = string | Readonly<Record<Language, string>>

export const inLanguage = (words: Words, language: Language): string =>
  typeof words === "string" ? words : words[language]

/** What a part has measured: tables, and lines below them. */
export interface Section {
  readonly part: string
  readonly tables: ReadonlyArray<{
    readonly head: ReadonlyArray<Words>
    readonly rows: ReadonlyArray<ReadonlyArray<Words>>
  }>
  readonly notes: ReadonlyArray<Words>
}

/** A section as Markdown. */
export const render = ({ notes, tables }: Section, language: Language): string =>
  [
    ...tables.map(({ head, rows }) => {
      const say = (words: Words) => inLanguage(words, language)
      return table(
        head.map(say),
        rows.map((row) => row.map(say))
      )
    }),
    ...(notes.length === 0
      ? []
      : [notes.map((note) => `- ${inLanguage(note, language)}`).join("\n")])
  ].join("\n\n")

const documents: Readonly<Record<Language, string>> = {
  en: fileURLToPath(new URL("../../docs/peers.md", import.meta.url)),
  zh: fileURLToPath(new URL("../../docs/zh/peers.md", import.meta.url))
}

/** `text` with `content` between the marks of a part. Fails where it has no such marks. */
export const between = (text: string, part: string, content: string): string => {
  const [begin, end] = [`<!-- bench:peers ${part} -->`, `<!-- /bench:peers ${part} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`the document has no ${begin} … ${end}`)
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
}

/** Writes the sections into the documentation, in each language. */
export const writeDocuments = async (sections: ReadonlyArray<Section>): Promise<void> => {
  for (const language of languages) {
    const path = documents[language]
    const text = sections.reduce(
      (text, section) => between(text, section.part, render(section, language)),
      readFileSync(path, "utf8")
    )
    writeFileSync(path, await format(text, { parser: "markdown" }))
  }
}
