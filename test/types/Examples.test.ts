import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import ts from "typescript"
import { expect, it } from "vitest"

const root = new URL("../../", import.meta.url).pathname

const files = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|md)$/.test(name))
    .map((name) => join(folder, name))

interface Example {
  readonly file: string
  readonly line: number
  readonly code: string
}

/** The examples in docstrings and guides: each fenced block of TypeScript that imports something. */
const examples = (file: string): ReadonlyArray<Example> => {
  const text = readFileSync(join(root, file), "utf8")
  return [...text.matchAll(/^( \* )?```ts\n([\s\S]*?)^( \* )?```/gm)].flatMap((match) => {
    const code = match[2]!.replaceAll(/^ \* ?/gm, "")
    const line = text.slice(0, match.index).split("\n").length
    return code.includes("import ") ? [{ file, line, code }] : []
  })
}

it("the examples in docstrings and guides compile", () => {
  const all = [
    ...[...files("src"), ...files("docs")].flatMap(examples),
    ...["README.md", "README.zh-CN.md"].flatMap(examples)
  ]
  expect(all.length).toBeGreaterThanOrEqual(3)

  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const sources = new Map(
    all.map((example, i) => [join(root, "pipelines", `example-${i}.ts`), example])
  )
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (name) => sources.has(name) || fileExists(name)
  host.readFile = (name) => sources.get(name)?.code ?? readFile(name)
  const unused = { noUnusedLocals: false, noUnusedParameters: false }
  const program = ts.createProgram([...sources.keys()], { ...options, ...unused }, host)
  const errors = [...sources].flatMap(([name, { file, line }]) =>
    ts.getPreEmitDiagnostics(program, program.getSourceFile(name)).map((error) => {
      const at = error.file?.getLineAndCharacterOfPosition(error.start ?? 0).line ?? 0
      return `${file}:${line + 1 + at}: ${ts.flattenDiagnosticMessageText(error.messageText, "\n")}`
    })
  )
  expect(errors).toStrictEqual([])
}, 60_000)
