import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"

/** A text in the sources, its values numbered as in a catalogue. */
export interface Found {
  readonly file: string
  readonly text: string
  /** The tag of the template; null for text that is not translated. */
  readonly tag: string | null
}

const textOf = (node: ts.Node): string | null => {
  if (ts.isJsxText(node)) return node.text.trim()
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text
  if (!ts.isTemplateExpression(node)) return null
  return node.templateSpans.reduce(
    (text, span, i) => `${text}{${i}}${span.literal.text}`,
    node.head.text
  )
}

/** What is written for programs or for those who write Holdfast, not for those who use it. */
const isForNobody = (node: ts.Node): boolean => {
  const { parent } = node
  return (
    ts.isImportDeclaration(parent) ||
    ts.isExportDeclaration(parent) ||
    ts.isLiteralTypeNode(parent) ||
    (ts.isJsxAttribute(parent) && /^(class|d|viewBox|rel)$/.test(parent.name.getText())) ||
    (ts.isNewExpression(parent) && parent.expression.getText() === "Error") ||
    (ts.isCallExpression(parent) && /^Schema\.|fn$|withSpan$/.test(parent.expression.getText()))
  )
}

/** Every text in a source file. */
const textsIn = (file: string): ReadonlyArray<Found> => {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true)
  const found: Array<Found> = []
  const visit = (node: ts.Node): void => {
    const text = textOf(node)
    if (text !== null && !isForNobody(node)) {
      const tag = ts.isTaggedTemplateExpression(node.parent) ? node.parent.tag.getText() : null
      found.push({ file, text, tag })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Every text in the source files below `folder`. */
export const texts = (folder: string): ReadonlyArray<Found> =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name))
    .flatMap((name) => textsIn(join(folder, name)))
