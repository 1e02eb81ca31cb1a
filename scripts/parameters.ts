import { readFileSync } from "node:fs"
import * as Either from "effect/Either"
import { chinese } from "./parameters.zh.js"

/** The page of parameters in each language. */
export const pages = { en: "docs/parameters.md", zh: "docs/zh/parameters.md" } as const
export type Language = keyof typeof pages

/** The part of JSON Schema that config.schema.json uses. */
interface Schema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: ReadonlyArray<unknown>
  readonly anyOf?: ReadonlyArray<Schema>
  readonly required?: ReadonlyArray<string>
  readonly properties?: Readonly<Record<string, Schema>>
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly pattern?: string
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
}

/** A field of the configuration. `ours`: what the project's config.json says. */
interface Row {
  readonly path: string
  readonly schema: Schema
  readonly required: boolean
  readonly ours: unknown
}

const words = {
  en: {
    head: ["field", "value", "default", "meaning"],
    text: "text",
    integer: "integer",
    number: "number",
    boolean: "true or false",
    interval: 'text such as `"500 steps"`',
    list: "list of these",
    numbers: "list of numbers",
    listOf: "list of: ",
    byName: "numbers by name",
    textByName: "text by name",
    required: "required",
    or: " or ",
    file: "; ",
    translate: (text: string) => text
  },
  zh: {
    head: ["字段", "取值", "默认值", "含义"],
    text: "文本",
    integer: "整数",
    number: "数",
    boolean: "true 或 false",
    interval: '形如 `"500 steps"` 的文本',
    list: "由以上取值组成的列表",
    numbers: "由数组成的列表",
    listOf: "列表，可含：",
    byName: "按名称给出的数",
    textByName: "按名称给出的文本",
    required: "必填",
    or: " 或 ",
    file: "；",
    translate: (text: string) => chinese[text] ?? `missing in scripts/parameters.zh.ts: ${text}`
  }
} as const

const json = (value: unknown): string =>
  typeof value === "number" && value >= 1e15
    ? `\`${value.toExponential().replace("+", "")}\``
    : `\`${JSON.stringify(value)}\``

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The list that a field may hold, if its entries have variants. */
const listIn = (schema: Schema): Schema | undefined =>
  [schema, ...(schema.anyOf ?? [])].find(
    ({ items }) => items !== undefined && variantsOf(items).length > 1
  )?.items

/**
 * The variants of a section, or of the entries of a list, told apart by `name`, each with fields of its
 * own; not the bare names.
 */
const variantsOf = (schema: Schema): ReadonlyArray<Schema> => {
  const { anyOf = [] } = listIn(schema) ?? schema
  return anyOf.filter(({ properties }) => properties?.["name"] !== undefined)
}

const isVariants = (schema: Schema): boolean => variantsOf(schema).length > 1

/** What a field may hold. */
const allowed = (schema: Schema, language: Language): string => {
  const word = words[language]
  if (isVariants(schema)) {
    const isOptional = schema.anyOf?.some(({ type }) => type === "null")
    const names = [...variantsOf(schema).map(nameOf), ...(isOptional ? [null] : [])]
    return `${listIn(schema) ? word.listOf : ""}${names.map(json).join(word.or)}`
  }
  if (schema.anyOf) return schema.anyOf.map((one) => allowed(one, language)).join(word.or)
  if (schema.enum) return schema.enum.map(json).join(word.or)
  if (Object.keys(schema.properties ?? {}).length > 0) {
    const fields = Object.entries(schema.properties ?? {}).map(([name]) => `\`${name}\``)
    return `{ ${fields.join(", ")} }`
  }
  const limits = [
    schema.minimum === undefined ? "" : `≥ ${schema.minimum}`,
    schema.exclusiveMinimum === undefined ? "" : `> ${schema.exclusiveMinimum}`,
    schema.maximum === undefined || schema.maximum >= 2 ** 31 - 1 ? "" : `≤ ${schema.maximum}`,
    schema.exclusiveMaximum === undefined ? "" : `< ${schema.exclusiveMaximum}`
  ].filter((limit) => limit !== "")
  const type =
    schema.type === "integer"
      ? word.integer
      : schema.type === "number"
        ? word.number
        : schema.type === "boolean"
          ? word.boolean
          : schema.type === "null"
            ? "`null`"
            : schema.type === "array"
              ? schema.items?.type === "number"
                ? word.numbers
                : word.list
              : schema.type === "object"
                ? isObject(schema.additionalProperties) && "anyOf" in schema.additionalProperties
                  ? word.textByName
                  : word.byName
                : schema.pattern === saveInterval
                  ? word.interval
                  : word.text
  return [type, limits.join(", ")].filter((part) => part !== "").join(" ")
}

/** The texts that `training.save_interval` takes. */
const saveInterval = "^[1-9][0-9]* (epoch|step|second|minute|hour)s?$"

const nameOf = (variant: Schema): unknown => variant.properties?.["name"]?.enum?.[0]

/** The object that a field may hold, where it holds that or null, or a list of such; its path ends so. */
const inside = ({
  anyOf = [],
  items
}: Schema): readonly [end: string, schema: Schema] | undefined => {
  const objects = anyOf.filter(({ properties }) => properties !== undefined)
  if (objects.length === 1) return ["", objects[0]!]
  return items?.properties === undefined ? undefined : ["[]", items]
}

/** The fields under `path`, sections opened, variants left for separate tables. */
const rowsOf = (path: string, schema: Schema, ours: unknown): ReadonlyArray<Row> =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const inner = isObject(ours) ? ours[name] : undefined
    const at = path === "" ? name : `${path}.${name}`
    if (Object.keys(field.properties ?? {}).length > 0) return rowsOf(at, field, inner)
    const required = schema.required?.includes(name) ?? false
    const [end, object] = inside(field) ?? []
    return [
      { path: at, schema: field, required, ours: inner },
      ...(object === undefined ? [] : rowsOf(`${at}${end}`, object, undefined))
    ]
  })

const defaultOf = ({ ours, required, schema }: Row, language: Language): string => {
  const word = words[language]
  const value = schema.default
  const usual = required
    ? word.required
    : json(isObject(value) && "name" in value ? value["name"] : value)
  const here = isObject(ours) ? ours["name"] : ours
  return here === undefined || json(here) === usual
    ? usual
    : `${usual}${word.file}config.json: ${json(here)}`
}

const table = (rows: ReadonlyArray<ReadonlyArray<string>>, head: ReadonlyArray<string>): string =>
  [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`)
    .join("\n")

const fieldTable = (rows: ReadonlyArray<Row>, language: Language): string =>
  table(
    rows.map((row) => [
      `\`${row.path}\``,
      allowed(row.schema, language),
      defaultOf(row, language),
      words[language].translate(row.schema.description ?? "")
    ]),
    words[language].head
  )

/** Every field of config.json, as Markdown. */
export const parameters = (language: Language): string => {
  const { properties } = JSON.parse(readFileSync("config.schema.json", "utf8")) as Schema
  const ours = JSON.parse(readFileSync("config.json", "utf8")) as Record<string, unknown>
  const { translate } = words[language]
  return ["training", "model", "data"]
    .flatMap((section) => {
      const schema = properties![section]!
      const rows = rowsOf(section, schema, ours[section])
      const variants = rows
        .filter((row) => isVariants(row.schema))
        .flatMap(({ path, schema }) =>
          variantsOf(schema).map((variant) => {
            const fields = rowsOf("", variant, undefined).filter(
              ({ path: name }) => name !== "name"
            )
            const title = `\`${path}\` = ${json(nameOf(variant))} — ${translate(variant.description ?? "")}`
            return fields.length === 0 ? title : `${title}\n\n${fieldTable(fields, language)}`
          })
        )
      return [
        `### \`${section}\``,
        translate(schema.description ?? ""),
        fieldTable(rows, language),
        ...variants
      ]
    })
    .join("\n\n")
}

const begin = "<!-- parameters: written by npm run docs -->\n<!-- prettier-ignore-start -->\n\n"
const end = "\n\n<!-- prettier-ignore-end -->\n<!-- /parameters -->"

/** The text of a page with the current tables of parameters; Left: it has no marks for them. */
export const withParameters = (text: string, language: Language): Either.Either<string, string> => {
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  return from === -1 || to === -1
    ? Either.left(`${pages[language]} has no marks for the parameters`)
    : Either.right(text.slice(0, from + begin.length) + parameters(language) + text.slice(to))
}
