import { isDeepStrictEqual } from "node:util"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { DependsOnId, OnResumeId, type OnResume } from "./Field.js"
import { propertiesOf } from "./Properties.js"
import { schemaField, trainingFields } from "./TrainingConfig.js"

/** A field in which two configurations differ; `undefined` where one of them lacks it. */
export interface Difference {
  /** Where: "training.learning_rate". */
  readonly path: string
  readonly before: unknown
  readonly after: unknown
  /** Whose value a resumed run uses. */
  readonly wins: "config" | "checkpoint"
}

const schemas = new WeakMap<object, Schema.Schema.AnyNoContext>()

/** Remembers by which schema `config` was decoded, for `differences`. */
export const rememberSchema = <A>(config: A, schema: Schema.Schema.AnyNoContext): A => {
  if (Predicate.isObject(config)) schemas.set(config, schema)
  return config
}

/** The schema that a config was decoded by; undefined: it was written in code. */
export const schemaOf = (config: object): Schema.Schema.AnyNoContext | undefined =>
  schemas.get(config)

/** For a config that was written in code. */
const fallback = Schema.Struct({
  $schema: schemaField,
  training: Schema.Struct(trainingFields)
})

/**
 * Every field in which a checkpoint's configuration (`before`) and today's (`after`) differ, but for
 * those that may change (see `mayChange`) by the schema that `after` was decoded by. A field that the
 * checkpoint's lacks counts as its default, as an earlier release may not have had it. Lists are
 * compared as a unit.
 */
export const differences = (before: unknown, after: unknown): ReadonlyArray<Difference> => {
  const schema = (Predicate.isObject(after) && schemas.get(after)) || fallback
  const decoded = Schema.decodeUnknownEither(schema)(before, { onExcessProperty: "preserve" })
  const rules = rulesOf(schema.ast, after, [])
  const paths = (kind: Rule["kind"]) =>
    rules.filter((rule) => rule.kind === kind).map(({ path }) => path)
  const [silent, dependent, kept] = [paths("silent"), paths("dependent"), paths("checkpoint")]
  return compare(
    Either.getOrElse(decoded, () => before),
    after,
    []
  )
    .filter(({ path }) => !isWithin(path, silent) || dependent.includes(path))
    .map((found) => (isWithin(found.path, kept) ? { ...found, wins: "checkpoint" } : found))
}

const isWithin = (path: string, outer: ReadonlyArray<string>): boolean =>
  outer.some((prefix) => path === prefix || path.startsWith(`${prefix}.`))

/** What the schema says of a change at a path; "dependent": reported although it may change. */
interface Rule {
  readonly path: string
  readonly kind: OnResume | "dependent"
}

/** The rules for `value`, whose unions take the variant that it is. */
const rulesOf = (
  ast: AST.AST,
  value: unknown,
  path: ReadonlyArray<string>
): ReadonlyArray<Rule> => {
  const own = annotation<OnResume>(ast, OnResumeId)
  if (own !== undefined) return [{ path: path.join("."), kind: own }]
  if (AST.isUnion(ast)) return ast.types.flatMap((type) => rulesOf(type, value, path))
  if (AST.isRefinement(ast)) return rulesOf(ast.from, value, path)
  if (AST.isTransformation(ast) && !AST.isTypeLiteral(ast.to)) return rulesOf(ast.from, value, path)
  const properties = propertiesOf(ast)
  const isOther = properties.some(
    ({ name, type }) => AST.isLiteral(type) && type.literal !== valueOf(value, name)
  )
  if (isOther) return []
  // A section that is switched off depends on nothing.
  const dependsOn = Predicate.isRecord(value)
    ? (annotation<ReadonlyArray<string>>(ast, DependsOnId) ?? [])
    : []
  const rules = properties.flatMap(({ annotations, name, type }): ReadonlyArray<Rule> => {
    const inner = [...path, name]
    const kind = annotation<OnResume>({ annotations }, OnResumeId)
    return kind === undefined
      ? rulesOf(type, valueOf(value, name), inner)
      : [{ path: inner.join("."), kind }]
  })
  return [...rules, ...dependsOn.map((path): Rule => ({ path, kind: "dependent" }))]
}

const annotation = <A>(annotated: AST.Annotated, id: symbol): A | undefined =>
  Option.getOrUndefined(AST.getAnnotation<A>(annotated, id))

const compare = (
  before: unknown,
  after: unknown,
  path: ReadonlyArray<string>
): ReadonlyArray<Difference> => {
  if (isDeepStrictEqual(before, after)) return []
  const names = [...new Set([...fieldsOf(before), ...fieldsOf(after)])]
  if (names.length > 0 && [before, after].every(isObjectOrNothing)) {
    return names.flatMap((name) =>
      compare(valueOf(before, name), valueOf(after, name), [...path, name])
    )
  }
  return [{ path: path.join("."), before, after, wins: "config" }]
}

const isObjectOrNothing = (value: unknown): boolean =>
  value === undefined || Predicate.isRecord(value)

const fieldsOf = (value: unknown): ReadonlyArray<string> =>
  Predicate.isRecord(value) ? Object.keys(value) : []

const valueOf = (value: unknown, name: string): unknown =>
  Predicate.isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
