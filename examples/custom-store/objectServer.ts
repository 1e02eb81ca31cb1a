/**
 * An object server in memory, with the part of the S3 protocol that `httpStorage` uses:
 *
 *   npx tsx examples/custom-store/objectServer.ts [port]
 */
import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import process from "node:process"
import { pathToFileURL } from "node:url"

interface StoredObject {
  readonly bytes: Buffer
  readonly etag: string
  readonly modified: string
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const pieces: Array<Buffer> = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

const stored = (bytes: Buffer): StoredObject => ({
  bytes,
  etag: `"${createHash("md5").update(bytes).digest("hex")}"`,
  modified: new Date().toUTCString()
})

/** A server that is not listening yet; what it holds ends with it. */
export const objectServer = (): Server => {
  const objects = new Map<string, StoredObject>()
  return createServer((request, response) => {
    const answer = (status: number, headers: Record<string, string> = {}, body?: Buffer | string) =>
      void response.writeHead(status, headers).end(body)
    const handle = async () => {
      const url = new URL(request.url ?? "/", "http://localhost")
      const key = decodeURIComponent(url.pathname.slice(1))
      const found = objects.get(key)
      switch (request.method) {
        case "GET": {
          const prefix = url.searchParams.get("prefix")
          if (prefix !== null) {
            const names = [...objects.keys()].filter((name) => name.startsWith(prefix))
            return answer(200, {}, JSON.stringify(names))
          }
          if (found === undefined) return answer(404)
          const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "")
          if (range === null) return answer(200, { etag: found.etag }, found.bytes)
          const begin = Number(range[1])
          return begin >= found.bytes.length
            ? answer(416)
            : answer(206, {}, found.bytes.subarray(begin, Number(range[2]) + 1))
        }
        case "HEAD": {
          if (found === undefined) return answer(404)
          const { bytes, etag, modified } = found
          const length = String(bytes.length)
          return answer(200, { etag, "last-modified": modified, "content-length": length })
        }
        case "PUT": {
          const body = await bodyOf(request)
          // Nothing is awaited from here on: the condition and the write are one step.
          const now = objects.get(key)
          const { "if-match": match, "if-none-match": noneMatch } = request.headers
          if (noneMatch === "*" && now !== undefined) return answer(412)
          if (match !== undefined && now?.etag !== match) return answer(412)
          const source = request.headers["x-amz-copy-source"]
          const object =
            typeof source === "string" ? objects.get(decodeURIComponent(source)) : stored(body)
          if (object === undefined) return answer(404)
          objects.set(key, object)
          return answer(200, { etag: object.etag })
        }
        case "DELETE":
          objects.delete(key)
          return answer(204)
        default:
          return answer(405)
      }
    }
    handle().catch(() => answer(500))
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const server = objectServer()
  server.listen(Number(process.argv[2] ?? 9000), "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    process.stdout.write(`http://127.0.0.1:${port}\n`)
  })
}
