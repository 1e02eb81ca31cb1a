/**
 * Composes what `holdfast init` copies, in dist/templates: a folder for each template, from the pipelines and
 * examples that the tests run, and from templates/, which all have in common. Nothing is written twice.
 *
 * Usage: tsx scripts/templates.ts
 */
import type * as Schema from "effect/Schema"
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { CircleConfig } from "../examples/arrays/pipeline.js"
import { CensusConfig } from "../examples/classification/pipeline.js"
import { ShapesConfig } from "../examples/images/pipeline.js"
import { CarsConfig } from "../examples/regression/pipeline.js"
import { SpeakerConfig } from "../pipelines/speaker/SpeakerConfig.js"
import type { ProjectFiles } from "../src/cli/init/MakeProject.js"
import { builtTemplates, type TemplateName } from "../src/cli/init/Templates.js"
import { jsonSchemaText } from "../src/config/JsonSchema.js"

const root = fileURLToPath(new URL("..", import.meta.url))
const bytesOf = (path: string): Buffer => readFileSync(join(root, path))
const textOf = (path: string): string => bytesOf(path).toString()

interface Template {
  readonly schema: Schema.Schema.AnyNoContext
  readonly config: string
  /** The files of the project, by their paths in it. */
  readonly files: Readonly<Record<string, string | Buffer>>
  /** The section `data` of the config in a test, for less to train on. */
  readonly testData?: string
}

/** The files in a folder of this repository, as `prefix` of a project. */
const filesIn = (folder: string, prefix: string): Record<string, Buffer> =>
  Object.fromEntries(
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((name) => name.replaceAll("\\", "/"))
      .filter((name) => statSync(join(root, folder, name)).isFile())
      .map((name) => [`${prefix}${name}`, bytesOf(`${folder}/${name}`)])
  )

/** Files of an example, as a project has them in its root. */
const dataOf = (example: string, ...names: ReadonlyArray<string>): Record<string, Buffer> =>
  Object.fromEntries(names.map((name) => [name, bytesOf(`examples/${example}/${name}`)]))

/** Replaces text that must be there, so that no change elsewhere is missed. */
const replaced = (text: string, from: string, to: string): string => {
  if (!text.includes(from)) throw new Error(`a template has lost its "${from}"`)
  return text.replaceAll(from, to)
}

/** An example as a project: its pipeline where projects have theirs, its data where it was. */
const example = (
  name: string,
  schema: Schema.Schema.AnyNoContext,
  data: Template["files"] = {}
): Template => {
  const folder = `examples/${name}`
  const pipeline = replaced(textOf(`${folder}/pipeline.ts`), `cd ${folder} && npx`, "npx")
  return {
    schema,
    config: `${folder}/config.json`,
    files: {
      [`pipelines/${name}.ts`]: replaced(pipeline, "run pipeline.ts", `run pipelines/${name}.ts`),
      ...data
    }
  }
}

const templates: Readonly<Record<TemplateName, Template>> = {
  speaker: {
    schema: SpeakerConfig,
    config: "config.json",
    files: {
      "pipelines/speaker.ts": replaced(
        textOf("pipelines/speaker.ts"),
        "   holdfast run",
        "   npx holdfast run"
      ),
      "pipelines/speaker/SpeakerConfig.ts": bytesOf("pipelines/speaker/SpeakerConfig.ts"),
      "pipelines/speaker/speakerNet.ts": bytesOf("pipelines/speaker/speakerNet.ts")
    },
    testData: "{ ...config.data, synthetic: { speakers: 4, utterances: 30 } }"
  },
  regression: example("regression", CarsConfig, dataOf("regression", "cars.csv", "new.csv")),
  classification: example(
    "classification",
    CensusConfig,
    dataOf("classification", "census.csv", "new.csv")
  ),
  images: example("images", ShapesConfig, filesIn("examples/images/shapes", "shapes/")),
  arrays: example("arrays", CircleConfig)
}

/** The files of a template, but for its package.json. */
export const compose = (name: TemplateName): ProjectFiles => {
  const { config, files, schema, testData = "config.data" } = templates[name]
  const { $schema: _, ...fields } = JSON.parse(textOf(config)) as Record<string, unknown>
  const test = replaced(
    textOf("templates/pipeline.test.ts"),
    "../examples/regression/config",
    "../config"
  )
  const readme = (file: string) =>
    replaced(textOf(`templates/${file}`), "PIPELINE", `pipelines/${name}.ts`)
  return new Map(
    Object.entries({
      ...files,
      "config.json": `${JSON.stringify({ $schema: "./config.schema.json", ...fields }, null, 2)}\n`,
      "config.schema.json": jsonSchemaText(schema),
      "test/pipeline.test.ts": replaced(
        replaced(test, "../examples/regression/pipeline.js", `../pipelines/${name}.js`),
        "data: config.data",
        `data: ${testData}`
      ),
      "tsconfig.json": textOf("templates/tsconfig.project.json"),
      gitignore: textOf("templates/gitignore"),
      "README.md": readme("README.md"),
      "README.zh-CN.md": readme("README.zh-CN.md")
    })
  )
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  rmSync(builtTemplates, { recursive: true, force: true })
  for (const name of Object.keys(templates) as ReadonlyArray<TemplateName>) {
    for (const [path, content] of compose(name)) {
      const file = join(builtTemplates, name, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, content)
    }
  }
}
