/** Texts in another language by the English ones, in which `{0}` stands for the first value. */
export type Catalogue = Readonly<Record<string, string>>

/** The texts of a language: those of `t`, and those of `english`. */
export interface Texts {
  readonly texts: Catalogue
  readonly stored: Catalogue
}

let catalogue: Catalogue = {}
let storedTexts: Catalogue = {}

/** Has texts from now on be those of a language; what it lacks is English. */
export const speak = (language: Texts): void => {
  catalogue = language.texts
  storedTexts = language.stored
}

/**
 * A text that people read, in the language that the process speaks: a template that is written in
 * English, and looked up in the catalogue of another language. English where there is none.
 *
 * The language is that of the process, set once before other modules load, since what is translated
 * is made everywhere: an error far inside says what is wrong, the command line only shows it. What
 * is saved in a file or compared stays out of it.
 */
export const t = (template: TemplateStringsArray, ...values: ReadonlyArray<unknown>): string =>
  fill(catalogue[keyOf(template)] ?? keyOf(template), values.map(String))

/** A text that is saved in a file or compared: in English, until `stored` shows it to people. */
export const english = (
  template: TemplateStringsArray,
  ...values: ReadonlyArray<unknown>
): string => fill(keyOf(template), values.map(String))

/** The text's name in a catalogue: the English, its values numbered. */
const keyOf = (template: ReadonlyArray<string>): string =>
  template.reduce((key, part, i) => `${key}{${i - 1}}${part}`)

const fill = (text: string, values: ReadonlyArray<string>): string =>
  text.replaceAll(/\{(\d+)\}/g, (hole, index) => values[Number(index)] ?? hole)

/** What `english` has made, in the language that the process speaks; other text as it is. */
export const stored = (english: string): string => {
  for (const [key, text] of Object.entries(storedTexts)) {
    const values = patternOf(key).exec(english)?.slice(1)
    if (values !== undefined) return fill(text, values)
  }
  return english
}

const patternOf = (key: string): RegExp =>
  new RegExp(
    `^${key
      .split(/\{\d+\}/)
      .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
      .join("(.*?)")}$`,
    "s"
  )
