import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as path from "node:path"
import { fileURLToPath } from "node:url"

/** A file of the page. */
export interface PageFile {
  readonly bytes: Uint8Array
  readonly type: string
  /** Whether its name changes with its content. */
  readonly isImmutable: boolean
}

/** The files of the page by the paths of their URLs. No other file can be asked for. */
export type PageFiles = ReadonlyMap<string, PageFile>

/** Where `npm run build` puts the page. */
export const builtPage = fileURLToPath(new URL("../../dist/ui/page/", import.meta.url))

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2"
}

/** Reads the files of the page in `folder`; none if it is not built. */
export const read = Effect.fn("PageFiles.read")(function* (folder: string) {
  const fileSystem = yield* FileSystem.FileSystem
  const names = yield* Effect.orElseSucceed(
    fileSystem.readDirectory(folder, { recursive: true }),
    () => []
  )
  const files = new Map<string, PageFile>()
  for (const name of names) {
    const type = types[path.extname(name)]
    if (type === undefined) continue
    const url = name.split(path.sep).join("/")
    files.set(`/${url}`, {
      bytes: yield* fileSystem.readFile(path.join(folder, name)),
      type,
      isImmutable: url.startsWith("assets/")
    })
  }
  const index = files.get("/index.html")
  if (index !== undefined) files.set("/", index)
  return files
})
