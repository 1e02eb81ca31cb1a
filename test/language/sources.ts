import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseSync, type ESTree } from "vite"

/** A text in the sources, its values numbered as in a catalogue. */
export interface Found {
  readonly file: string
  readonly text: string
  /** The tag of the template; null for text that is not translated. */
  readonly tag: string | null
}

const textOf = (node: ESTree.Node): string | null => {
  if (node.type === "JSXText") return node.value.trim()
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null
  if (node.type !== "TemplateLiteral") return null
  return node.quasis
    .map(({ value }) => value.cooked ?? value.raw)
    .reduce((text, quasi, i) => `${text}{${i - 1}}${quasi}`)
}

/** What is written for programs or for those who write Holdfast, not for those who use it. */
const isForNobody = (parent: ESTree.Node, source: string): boolean => {
  const written = ({ start, end }: ESTree.Span) => source.slice(start, end)
  switch (parent.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
    case "TSLiteralType":
      return true
    case "JSXAttribute":
      return /^(class|d|viewBox|rel)$/.test(written(parent.name))
    case "NewExpression":
      return written(parent.callee) === "Error"
    case "CallExpression":
      return /^Schema\.|fn$|withSpan$/.test(written(parent.callee))
    default:
      return false
  }
}

const isNode = (value: unknown): value is ESTree.Node =>
  typeof value === "object" && value !== null && "type" in value && typeof value.type === "string"

/** Every text in a source file. */
const textsIn = (file: string): ReadonlyArray<Found> => {
  const source = readFileSync(file, "utf8")
  const found: Array<Found> = []
  const visit = (node: ESTree.Node, parent: ESTree.Node): void => {
    const text = textOf(node)
    if (text !== null && !isForNobody(parent, source)) {
      const tagged = parent.type === "TaggedTemplateExpression"
      const tag = tagged ? source.slice(parent.tag.start, parent.tag.end) : null
      found.push({ file, text, tag })
    }
    for (const child of Object.values(node).flat()) if (isNode(child)) visit(child, node)
  }
  const { program } = parseSync(file, source)
  visit(program, program)
  return found
}

/** Every text in the source files below `folder`. */
export const texts = (folder: string): ReadonlyArray<Found> =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) => textsIn(join(folder, name)))
