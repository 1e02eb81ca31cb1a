import { describe, expect, it } from "@effect/vitest"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { jsonSchema, jsonSchemaText } from "../../src/config/JsonSchema.js"
import { Training } from "../../src/Config.js"
import { ExampleConfig } from "./ExampleConfig.js"

/** Every object in a JSON value, itself included. */
const objectsIn = (value: unknown): ReadonlyArray<Record<PropertyKey, unknown>> => [
  ...(Predicate.isRecord(value) ? [value] : []),
  ...(Predicate.isObject(value) ? Object.values(value).flatMap(objectsIn) : [])
]

const structsIn = (value: unknown) =>
  objectsIn(value).filter((object) => object["type"] === "object" && "properties" in object)

describe("jsonSchema", () => {
  it("describes each field with its limits and default", () => {
    expect(jsonSchema(ExampleConfig)).toMatchObject({
      $schema: "http://json-schema.org/draft-07/schema#",
      required: ["training", "model", "data"],
      properties: {
        $schema: { type: "string" },
        training: {
          required: ["num_epochs", "batch_size", "learning_rate", "seed"],
          properties: {
            keep_last: { type: "integer", minimum: 1, default: 2 },
            save_interval: {
              anyOf: [{ type: "integer", minimum: 1 }, { type: "string" }, { type: "array" }],
              default: 10
            },
            resume_from: { anyOf: [{ type: "string" }, { type: "null" }], default: null },
            learning_rate: { type: "number", exclusiveMinimum: 0 }
          }
        },
        data: {
          required: ["root"],
          properties: {
            split: {
              required: ["test_pattern"],
              properties: {
                fraction: {
                  type: "number",
                  exclusiveMinimum: 0,
                  exclusiveMaximum: 1,
                  default: 0.1
                }
              },
              default: { test_pattern: null, fraction: 0.1 }
            }
          }
        }
      }
    })
    expect(jsonSchema(ExampleConfig).$defs).toBeUndefined()
  })

  it("gives a model's fields in full", () => {
    expect(
      structsIn(jsonSchema(ExampleConfig)).find((s) => "num_classes" in (s["properties"] as object))
    ).toMatchInlineSnapshot(`
      {
        "additionalProperties": false,
        "properties": {
          "channels": {
            "items": {
              "description": "a positive number",
              "exclusiveMinimum": 0,
              "type": "integer",
            },
            "type": "array",
          },
          "dropout": {
            "default": 0.2,
            "description": "The share of inputs that dropout zeroes.",
            "maximum": 0.9,
            "minimum": 0,
            "type": "number",
          },
          "num_classes": {
            "description": "How many classes the model tells apart.",
            "minimum": 2,
            "type": "integer",
          },
        },
        "required": [
          "num_classes",
          "channels",
        ],
        "type": "object",
      }
    `)
  })

  it("offers optimizers, clips, schedules, metrics and policies by their names", () => {
    const variants = structsIn(jsonSchema(Training)).flatMap(({ description, properties }) => {
      const name = (properties as Record<string, { enum?: ReadonlyArray<string> }>)["name"]
      return name === undefined ? [] : [[name.enum?.join(), typeof description]]
    })
    // Metrics twice: in a list, and in lists by the names of outputs.
    const unique = [...new Map(variants.map((variant) => [variant.join(), variant])).values()]
    expect(unique).toEqual(
      [
        "stop",
        "skip",
        "restore",
        "ignore",
        "adam",
        "adamw",
        "sgd",
        "rmsprop",
        "nadam",
        "adamax",
        "adagrad",
        "adadelta",
        "lion",
        "lamb",
        "global_norm",
        "norm",
        "value",
        "constant",
        "cosine",
        "step",
        "exponential",
        "plateau",
        "one_cycle",
        "linear",
        "polynomial",
        "cosine_restarts",
        "piecewise",
        "table",
        "accuracy",
        "top_k",
        "precision",
        "recall",
        "f1",
        "confusion",
        "auc",
        "perplexity",
        "mae",
        "r2",
        "eer",
        "eer_threshold",
        "min_dcf",
        "shuffle",
        "class_balanced",
        "tensorboard",
        "mlflow"
      ].map((name) => [name, "string"])
    )
  })

  it("allows no unknown field at any depth", () => {
    // Those without fields of their own hold entries by names that only the data or the model knows.
    const structs = structsIn(jsonSchema(ExampleConfig)).filter(
      ({ properties }) => Object.keys(properties as object).length > 0
    )
    expect(structs.length).toBeGreaterThan(12)
    for (const struct of structs) expect(struct["additionalProperties"]).toBe(false)
  })

  it("documents every field of training but the names of its unions", () => {
    const undocumented = structsIn(jsonSchema(Training)).flatMap(({ properties }) =>
      Object.entries(properties as Record<string, object>)
        .filter(([name, field]) => name !== "name" && !("description" in field))
        .map(([name]) => name)
    )
    expect(undocumented).toEqual([])
  })

  it("keeps records open", () => {
    const record = Schema.Struct({
      weights: Schema.Record({ key: Schema.String, value: Schema.Number })
    })
    expect(jsonSchema(record)).toMatchObject({
      properties: { weights: { additionalProperties: { type: "number" } } }
    })
  })

  it("is written as indented text that ends its last line", () => {
    const text = jsonSchemaText(ExampleConfig)
    expect(JSON.parse(text)).toEqual(jsonSchema(ExampleConfig))
    expect(text).toMatch(/^\{\n {2}"\$schema": .*\n\}\n$/s)
  })
})
