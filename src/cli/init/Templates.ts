import { fileURLToPath } from "node:url"
import { t } from "../../language/Text.js"

/** What a new project starts from, by name: what its pipeline trains on. */
export const templates = {
  speaker: t`who is talking, from recordings in folders named after their speakers; makes synthetic voices until you have some`,
  regression: t`a number from the columns of a CSV file: categories and missing cells`,
  classification: t`the class of the rows of a CSV file`,
  images: t`the class of images in folders, with augmentation`,
  arrays: t`classes of points in arrays in memory: the shortest start for your data`
} as const

export type TemplateName = keyof typeof templates

/** The template of a project for which none is named. */
export const standard: TemplateName = "speaker"

export const templateNames = Object.keys(templates) as ReadonlyArray<TemplateName>

/** Where `npm run build` puts the files of each template, in a folder of its name. */
export const builtTemplates = fileURLToPath(new URL("../../../dist/templates/", import.meta.url))
