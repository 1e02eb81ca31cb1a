import * as Predicate from "effect/Predicate"

/** The cause of a failed import, as far as the error tells. */
export type ImportFailure =
  /** A syntax error. */
  | { readonly _tag: "Syntax"; readonly detail: string; readonly at: SourcePosition }
  /** `importer` imports something missing; `name` is what its source calls it, or the end of that. */
  | {
      readonly _tag: "Missing"
      readonly what: "module" | "package" | "export"
      readonly detail: string
      readonly name: string
      readonly importer: string
    }
  /** The file's own code failed, `at` the innermost frame. */
  | { readonly _tag: "Thrown"; readonly detail: string; readonly at: SourcePosition | null }

/** A location in a file: line and column count from 1, columns in `unit`s. */
export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly unit: "byte" | "character"
}

/** Reads the error of a failed import: from esbuild, from Node or from the module. */
export const read = (error: unknown): ImportFailure => {
  const message = text(error, "message") ?? String(error)
  const stack = text(error, "stack") ?? ""

  const [, file, line, column, problem] = /^(.+):(\d+):(\d+): ERROR: (.*)$/m.exec(message) ?? []
  if (message.startsWith("Transform failed") && file !== undefined) {
    const at = { file, line: Number(line), column: Number(column) + 1, unit: "byte" as const }
    return { _tag: "Syntax", detail: problem ?? message, at }
  }
  const [, kind, name = "", importer] =
    /^Cannot find (module|package) '(.+?)' imported from (.+)$/m.exec(message) ?? []
  if (importer !== undefined) {
    const what = kind === "package" ? kind : "module"
    const short = what === "package" ? name : name.replace(/^.*\/|\.\w+$/g, "")
    return { _tag: "Missing", what, detail: `cannot find ${name}`, name: short, importer }
  }
  const [, module = "", missing] =
    /^The requested module '(.+)' does not provide an export named '(.+)'$/.exec(message) ?? []
  if (missing !== undefined) {
    const [, at] = /^(?:file:\/\/)?(.+):\d+\n/.exec(stack) ?? []
    const detail = `${module} has no export ${missing}`
    if (at !== undefined) {
      return { _tag: "Missing", what: "export", detail, name: module, importer: at }
    }
  }
  // Node's own parser: location, line and caret come before the stack.
  const [, source, row, indent = ""] = /^(?:file:\/\/)?(.+):(\d+)\n.*\n(\s*)\^/.exec(stack) ?? []
  if (error instanceof SyntaxError && source !== undefined) {
    const at = {
      file: source,
      line: Number(row),
      column: indent.length + 1,
      unit: "character" as const
    }
    return { _tag: "Syntax", detail: message, at }
  }
  // The message of a tagged error says everything.
  const isForeseen = Predicate.hasProperty(error, "_tag")
  const detail = error instanceof Error && !isForeseen ? `${error.name}: ${message}` : message
  return { _tag: "Thrown", detail, at: innermost(stack) }
}

/** The first location on a stack outside node_modules. */
const innermost = (stack: string): SourcePosition | null => {
  const frame = /^ {4}at (?:.* \()?(?:file:\/\/)?(\/.*|[A-Za-z]:[\\/].*):(\d+):(\d+)\)?$/gm
  for (const [, file = "", line, column] of stack.matchAll(frame)) {
    if (!file.includes("node_modules")) {
      return { file, line: Number(line), column: Number(column), unit: "character" }
    }
  }
  return null
}

const text = (error: unknown, field: "message" | "stack"): string | undefined => {
  if (!Predicate.hasProperty(error, field)) return undefined
  const value = (error as Record<string, unknown>)[field]
  return typeof value === "string" ? value : undefined
}
