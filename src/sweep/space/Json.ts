import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"

/** A value that JSON can hold. */
export type Json =
  string | number | boolean | null | ReadonlyArray<Json> | { readonly [name: string]: Json }

/** Whether JSON holds `value` as it is: NaN and infinite numbers it would write as null. */
const isJson = (value: unknown): value is Json =>
  typeof value === "number"
    ? Number.isFinite(value)
    : value === null ||
      typeof value === "string" ||
      typeof value === "boolean" ||
      (Array.isArray(value)
        ? value.every(isJson)
        : Predicate.isRecord(value) && Object.values(value).every(isJson))

export const Json: Schema.Schema<Json> = Schema.declare(isJson, {
  identifier: "Json",
  description: t`a value that JSON can hold`,
  jsonSchema: {}
})
