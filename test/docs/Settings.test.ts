import { readdirSync, readFileSync } from "node:fs"
import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import { SpeakerConfig } from "../../pipelines/speaker/SpeakerConfig.js"
import { commands } from "../../src/cli/Commands.js"
import * as Config from "../../src/Config.js"
import * as Overrides from "../../src/config/Overrides.js"

const json = JSON.parse(readFileSync("config.json", "utf8")) as unknown
const schema = JSON.parse(readFileSync("config.schema.json", "utf8")) as Field
const documents = [
  "README.md",
  "README.zh-CN.md",
  ...readdirSync("docs", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`)
]

interface Field {
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Field>>
  readonly anyOf?: ReadonlyArray<Field>
  readonly enum?: ReadonlyArray<unknown>
  readonly required?: ReadonlyArray<string>
}

/** What is wrong with config.json once `settings` are set in it, as after `--set`; "" if nothing. */
const wrong = (...settings: ReadonlyArray<string>): string =>
  Either.all(settings.map(Overrides.parse)).pipe(
    Either.flatMap((overrides) =>
      Config.decode(SpeakerConfig, json, { path: "config.json", overrides })
    ),
    Either.match({ onLeft: ({ message }) => message, onRight: () => "" })
  )

/** Every field under `path` that has a default, as a setting. */
const defaults = (path: string, field: Field): ReadonlyArray<string> => [
  ...(field.default === undefined ? [] : [`${path}=${JSON.stringify(field.default)}`]),
  ...Object.entries(field.properties ?? {}).flatMap(([name, inner]) =>
    defaults(path === "" ? name : `${path}.${name}`, inner)
  )
]

/** The settings that a text shows: `--set a.b=c`, quoted or not. */
const settings = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/--set (?:'([^']+)'|([a-z_]+\.[\w.]+=[^\s`，。；]+))/g)].map(
    ([, quoted, bare]) => (quoted ?? bare)!
  )

describe("what the documents say of the configuration", () => {
  it.each(defaults("", schema))("is true of the default %s", (setting) => {
    expect(wrong(setting)).toBe("")
  })

  it.each(["optimizer", "scheduler"])("is true of each %s by its name alone", (part) => {
    const { anyOf = [] } = schema.properties!["training"]!.properties![part]!
    for (const { properties, required } of anyOf) {
      const name = String(properties?.["name"]?.enum?.[0])
      const missing = required?.filter((field) => field !== "name") ?? []
      if (properties === undefined) continue
      expect([name, wrong(`training.${part}=${name}`)]).toEqual([
        name,
        missing.length === 0
          ? ""
          : expect.stringContaining(`training.${part}.${missing[0]}: missing`)
      ])
    }
  })

  it.each([...documents, "--help"])("is true of the settings in %s", (document) => {
    const text =
      document === "--help"
        ? [...commands.values()]
            .flatMap(({ examples }) => examples.map(([line]) => line))
            .join("\n")
        : readFileSync(document, "utf8")
    for (const setting of settings(text)) expect([setting, wrong(setting)]).toEqual([setting, ""])
  })

  it("shows settings to look at", () => {
    expect(
      settings(documents.map((name) => readFileSync(name, "utf8")).join("\n")).length
    ).toBeGreaterThan(5)
    expect(defaults("", schema).length).toBeGreaterThan(15)
  })
})
