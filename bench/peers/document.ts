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

/** `text` with `content` between the marks `<!-- mark -->` and `<!-- /mark -->`. Fails where it has none. */
export const between = (text: string, mark: string, content: string): string => {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`]
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`the document has no ${begin} … ${end}`)
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`
}

/** The pages of the documentation, in each language. */
const pages: Readonly<Record<Language, string>> = {
  en: fileURLToPath(new URL("../../docs/", import.meta.url)),
  zh: fileURLToPath(new URL("../../docs/zh/", import.meta.url))
}

/** Writes sections into a page of the documentation, in each language, between marks of their parts. */
export const writeDocuments = async (
  page: "peers" | "examples",
  sections: ReadonlyArray<Section>
): Promise<void> => {
  for (const language of languages) {
    const path = `${pages[language]}${page}.md`
    const text = sections.reduce(
      (text, section) => between(text, `bench:${page} ${section.part}`, render(section, language)),
      readFileSync(path, "utf8")
    )
    writeFileSync(path, await format(text, { parser: "markdown" }))
  }
}
