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
import { AutoencoderConfig } from "../examples/autoencoder/pipeline.js"
import { CharacterConfig } from "../examples/character-model/pipeline.js"
import { CensusConfig } from "../examples/classification/pipeline.js"
import { FineTuningConfig } from "../examples/fine-tuning/pipeline.js"
import { ShapesConfig } from "../examples/images/pipeline.js"
import { MnistConfig } from "../examples/mnist/pipeline.js"
import { CarsConfig } from "../examples/regression/pipeline.js"
import { TextConfig } from "../examples/text-classification/pipeline.js"
import { BikesConfig } from "../examples/time-series/pipeline.js"
import { VerificationConfig } from "../examples/verification/pipeline.js"
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
  readonly test: Test
}

/** The test of a project: sections of the config in it, for less to train and to train on. */
interface Test {
  readonly data?: string
  readonly model?: string
  readonly sample?: string
  /** Where it is not the one that the others have: in templates/. */
  readonly file?: string
}

/** The files in a folder of this repository, by their paths in it. */
const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => statSync(join(root, folder, name)).isFile())
    .filter((name) => !/^(checkpoints|\.cache)\//.test(name))

/** Replaces text that must be there, so that no change elsewhere is missed. */
const replaced = (text: string, from: string, to: string): string => {
  if (!text.includes(from)) throw new Error(`a template has lost its "${from}"`)
  return text.replaceAll(from, to)
}

/**
 * An example as a project: its code in pipelines/, with that of other examples that it imports, its data and
 * further configs where they were.
 */
const example = (name: string, schema: Schema.Schema.AnyNoContext, test: Test = {}): Template => {
  const folder = `examples/${name}`
  const files: Record<string, string | Buffer> = {}
  const addCode = (path: string, target: string): void => {
    const others = /"\.\.\/([\w-]+\/([\w-]+))\.js"/g
    const text = textOf(path)
    for (const [, other, file] of text.matchAll(others)) {
      addCode(`examples/${other}.ts`, `${file}.ts`)
    }
    files[`pipelines/${target}`] = text
      .replaceAll(others, '"./$2.js"')
      .replaceAll('"./pipeline.js"', `"./${name}.js"`)
      .replaceAll(`cd ${folder} && npx`, "npx")
      .replaceAll(/\b(run|tsx|sweep) ([\w-]+\.ts)/g, "$1 pipelines/$2")
      .replaceAll("pipeline.ts", `${name}.ts`)
  }
  for (const file of filesIn(folder)) {
    if (file === "config.json") continue
    if (file.endsWith(".ts")) addCode(`${folder}/${file}`, replacedName(file, name))
    else files[file] = bytesOf(`${folder}/${file}`)
  }
  return { schema, config: `${folder}/config.json`, files, test }
}

const replacedName = (file: string, name: string) => (file === "pipeline.ts" ? `${name}.ts` : file)

/** Digits are read in an instant, but a test trains on few. */
const fewDigits = { data: "{ ...config.data, train: 192, validation: 32, test: 32 }" }

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
    test: { data: "{ ...config.data, synthetic: { speakers: 4, utterances: 30 } }" }
  },
  verification: example("verification", VerificationConfig, {
    data: "{ ...config.data, synthetic: { speakers: 12, utterances: 4 } }"
  }),
  mnist: example("mnist", MnistConfig, fewDigits),
  images: example("images", ShapesConfig),
  regression: example("regression", CarsConfig),
  classification: example("classification", CensusConfig),
  "time-series": example("time-series", BikesConfig, { data: "{ ...config.data, stride: 6 }" }),
  "text-classification": example("text-classification", TextConfig, {
    data: '{ ...config.data, languages: ["fin", "fra"], file: ".cache/test-languages.jsonl" }'
  }),
  "character-model": example("character-model", CharacterConfig, {
    data: "{ ...config.data, length: 16, stride: 8000 }",
    model: "{ ...config.model, layers: 1, heads: 2, width: 16 }",
    sample: "{ ...config.sample, length: 8 }"
  }),
  autoencoder: example("autoencoder", AutoencoderConfig, fewDigits),
  "fine-tuning": example("fine-tuning", FineTuningConfig, { file: "fine-tuning.test.ts" }),
  arrays: example("arrays", CircleConfig)
}

/** The files of a template, but for its package.json. */
export const compose = (name: TemplateName): ProjectFiles => {
  const { config, files, schema, test } = templates[name]
  const { $schema: _, ...fields } = JSON.parse(textOf(config)) as Record<string, unknown>
  const readme = (file: string) =>
    replaced(textOf(`templates/${file}`), "PIPELINE", `pipelines/${name}.ts`)
  return new Map(
    Object.entries({
      ...files,
      "config.json": `${JSON.stringify({ $schema: "./config.schema.json", ...fields }, null, 2)}\n`,
      "config.schema.json": jsonSchemaText(schema),
      "test/pipeline.test.ts": testOf(name, test),
      "tsconfig.json": textOf("templates/tsconfig.project.json"),
      gitignore: textOf("templates/gitignore"),
      "README.md": readme("README.md"),
      "README.zh-CN.md": readme("README.zh-CN.md")
    })
  )
}

const testOf = (name: TemplateName, { file, ...sections }: Test): string => {
  const others = Object.entries(sections).map(([section, value]) => `  ${section}: ${value},\n`)
  const text =
    file === undefined
      ? replaced(
          textOf("templates/pipeline.test.ts"),
          "  ...config,\n",
          `  ...config,\n${others.join("")}`
        )
      : textOf(`templates/${file}`)
  return text
    .replaceAll(/\.\.\/examples\/[\w-]+\/pipeline\.js/g, `../pipelines/${name}.js`)
    .replaceAll(/\.\.\/examples\/[\w-]+\/([\w-]+)\.js(?!on)/g, "../pipelines/$1.js")
    .replaceAll(/\.\.\/examples\/[\w-]+\/([\w-]+)\.json/g, "../$1.json")
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
