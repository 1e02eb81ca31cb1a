import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as AST from "effect/SchemaAST"
import { t } from "../language/Text.js"
import * as Allowed from "./Allowed.js"
import type { ConfigProblem } from "./ConfigError.js"
import { nearest } from "./Nearest.js"

type Path = ReadonlyArray<PropertyKey>
/** What is wrong with a field. */
export type Problem = Omit<ConfigProblem, "overridden">

/** Turns what a schema found wrong into one problem a field. */
export const fromIssue = (
  issue: ParseResult.ParseIssue,
  path: Path = []
): ReadonlyArray<Problem> => {
  switch (issue._tag) {
    case "Pointer":
      return fromIssue(pointedAt(issue), [...path, ...[issue.path].flat()])
    case "Missing":
      return [
        {
          kind: "Missing",
          path: path.join("."),
          found: null,
          allowed: Allowed.describe(issue.ast.type),
          meant: null
        }
      ]
    case "Composite":
      return AST.isUnion(issue.ast) ? fromUnion(issue, path) : fromParts(issue, path)
    case "Refinement":
    case "Transformation":
      return isLeaf(issue) ? [notAllowed(issue, path)] : fromIssue(issue.issue, path)
    default:
      return [notAllowed(issue, path)]
  }
}

/** A filter that points at a field reports the whole object as found; this reports the field. */
const pointedAt = ({ actual, issue, path }: ParseResult.Pointer): ParseResult.ParseIssue =>
  issue._tag === "Type" && issue.actual === actual
    ? new ParseResult.Type(issue.ast, [path].flat().reduce(valueOf, actual), issue.message)
    : issue

const valueOf = (value: unknown, name: PropertyKey): unknown =>
  Predicate.isObject(value) ? Reflect.get(value, name) : undefined

/** Whether the value itself is wrong, instead of something within it. */
const isLeaf = (issue: ParseResult.ParseIssue): boolean =>
  issue._tag === "Refinement" || issue._tag === "Transformation"
    ? isLeaf(issue.issue)
    : issue._tag === "Type"

const parts = (issue: ParseResult.Composite): ReadonlyArray<ParseResult.ParseIssue> =>
  [issue.issues].flat()

/**
 * A union speaks of the member that the value was meant to be: the one with the fewest faults; of two the
 * one whose faults lie deeper, and not the one that misses a field, such as the name of a choice.
 */
const fromUnion = (issue: ParseResult.Composite, path: Path): ReadonlyArray<Problem> => {
  const within = parts(issue).filter((part) => !isLeaf(part))
  const [best] = within
    .map((part) => fromIssue(part, path))
    .sort(
      (one, other) =>
        one.length - other.length || depth(other) - depth(one) || missing(one) - missing(other)
    )
  return best ?? [notAllowed(issue, path)]
}

const depth = (problems: ReadonlyArray<Problem>): number =>
  Math.max(0, ...problems.map(({ path }) => path.split(".").length))

const missing = (problems: ReadonlyArray<Problem>): number =>
  problems.filter(({ kind }) => kind === "Missing").length

const fromParts = (issue: ParseResult.Composite, path: Path): ReadonlyArray<Problem> =>
  parts(issue).flatMap((part) =>
    part._tag === "Pointer" && part.issue._tag === "Unexpected"
      ? [unknown(issue.ast, [...path, ...[part.path].flat()], part.issue.actual)]
      : fromIssue(part, path)
  )

const unknown = (ast: AST.AST, path: Path, actual: unknown): Problem => {
  const known = AST.isTypeLiteral(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []
  const tag = Allowed.discriminator(ast)
  return {
    kind: "Unknown",
    path: path.join("."),
    found: shown(actual),
    allowed: known.join(", ") + (tag === undefined ? "" : t` (where ${tag.name} is ${tag.value})`),
    meant: nearest(String(path.at(-1)), known) ?? null
  }
}

type Leaf = Exclude<ParseResult.ParseIssue, ParseResult.Pointer | ParseResult.Missing>

const notAllowed = (issue: Leaf, path: Path): Problem => ({
  kind: "NotAllowed",
  path: path.join("."),
  found: shown(issue.actual),
  allowed: messageOf(issue) ?? ("ast" in issue ? Allowed.describe(issue.ast) : t`nothing`),
  meant:
    typeof issue.actual === "string" && "ast" in issue
      ? (nearest(issue.actual, Allowed.words(issue.ast)) ?? null)
      : null
})

/** What a filter of its own words said, where one did. */
const messageOf = (issue: ParseResult.ParseIssue): string | undefined => {
  if (issue._tag === "Refinement" || issue._tag === "Transformation") return messageOf(issue.issue)
  return issue._tag === "Type" ? issue.message : undefined
}

const shown = (value: unknown): string => {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? t`nothing`)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
