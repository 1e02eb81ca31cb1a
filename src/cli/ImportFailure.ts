import * as Predicate from "effect/Predicate"

/** What an error at the import of a file says of its cause, as far as it can be read from it. */
export type ImportFailure =
  /** A file that is not TypeScript. */
  | { readonly _tag: "Syntax"; readonly detail: string; readonly at: Place }
  /** `importer` imports what is not there; `name` is how its source names it, or the end of that. */
  | {
      readonly _tag: "Missing"
      readonly what: "module" | "package" | "export"
      readonly detail: string
      readonly name: string
      readonly importer: string
    }
  /** The file's own code failed, `at` the innermost of its places on the stack. */
  | { readonly _tag: "Thrown"; readonly detail: string; readonly at: Place | null }

/** A place in a file: line and column count from 1, columns in `unit`s of the line. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly unit: "byte" | "character"
}

/** Reads the error that importing a module has failed with: of esbuild, of Node or of the module. */
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
  // Node's own parser: the place, the line and a caret come before the stack.
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
  // What has a tag was foreseen, and its message says all.
  const isForeseen = Predicate.hasProperty(error, "_tag")
  const detail = error instanceof Error && !isForeseen ? `${error.name}: ${message}` : message
  return { _tag: "Thrown", detail, at: innermost(stack) }
}

/** The first place on a stack that belongs to nobody's package. */
const innermost = (stack: string): Place | null => {
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
