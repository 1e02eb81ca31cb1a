import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

interface StoredObject {
  readonly bytes: Buffer
  readonly etag: string
  readonly modified: string
  readonly meta: Readonly<Record<string, string>>
}

/** What happens to a request instead of its answer, or before it. */
export type Fault = "error" | "cut" | "lost" | "silent" | null

/** A service in memory with the part of S3 that checkpoints need, whose faults a test chooses. */
export interface S3Server {
  readonly endpoint: string
  readonly objects: Map<string, StoredObject>
  /** Uploads in parts that are neither completed nor aborted. */
  readonly uploads: Map<string, Map<number, Buffer>>
  /** How many names, or uploads, a listing has at once. */
  pageSize: number
  /**
   * Called with each request: "error" answers 503 and does nothing, "cut" closes the connection and does
   * nothing, "lost" does what was asked and then closes the connection, "silent" does nothing and leaves the
   * connection open.
   */
  fault: (method: string, url: URL) => Fault
}

const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest()

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const pieces: Array<Buffer> = []
  for await (const piece of request) pieces.push(piece as Buffer)
  return Buffer.concat(pieces)
}

const metaOf = (request: IncomingMessage) =>
  Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => name.startsWith("x-amz-meta-"))
  ) as Record<string, string>

interface Answer {
  readonly status: number
  readonly headers?: Record<string, string>
  readonly body?: Buffer | string
}

const listing = (server: S3Server, bucket: string, query: URLSearchParams): Answer => {
  const { pageSize } = server
  const prefix = query.get("prefix") ?? ""
  const keys = [...server.objects.keys()]
    .filter((id) => id.startsWith(`${bucket}/${prefix}`))
    .map((id) => id.slice(bucket.length + 1))
    .filter((key) => !key.slice(prefix.length).includes("/"))
    .toSorted()
  const from = Number(query.get("continuation-token") ?? 0)
  const page = keys.slice(from, from + pageSize)
  const next = from + pageSize < keys.length ? String(from + pageSize) : null
  const contents = page.map((key) => `<Contents><Key>${encodeURIComponent(key)}</Key></Contents>`)
  const token = next === null ? "" : `<NextContinuationToken>${next}</NextContinuationToken>`
  return { status: 200, body: `<ListBucketResult>${contents.join("")}${token}</ListBucketResult>` }
}

const uploadsOf = (server: S3Server, bucket: string, query: URLSearchParams): Answer => {
  const prefix = query.get("prefix") ?? ""
  const marker = query.get("upload-id-marker") ?? ""
  const found = [...server.uploads.keys()]
    .filter((upload) => upload.startsWith(`${bucket}/${prefix}`) && upload > marker)
    .toSorted()
  const page = found.slice(0, server.pageSize)
  const keyOf = (upload: string) =>
    encodeURIComponent(upload.slice(bucket.length + 1).replace(/-\d+-[\d.]+$/, ""))
  const uploads = page.map(
    (upload) => `<Upload><Key>${keyOf(upload)}</Key><UploadId>${upload}</UploadId></Upload>`
  )
  const last = page.at(-1)
  const next =
    last === undefined || page.length === found.length
      ? "<IsTruncated>false</IsTruncated>"
      : `<NextKeyMarker>${keyOf(last)}</NextKeyMarker><NextUploadIdMarker>${last}</NextUploadIdMarker><IsTruncated>true</IsTruncated>`
  return {
    status: 200,
    body: `<ListMultipartUploadsResult>${next}${uploads.join("")}</ListMultipartUploadsResult>`
  }
}

const read = (found: StoredObject | undefined, request: IncomingMessage): Answer => {
  if (found === undefined) return { status: 404, body: "<Error><Code>NoSuchKey</Code></Error>" }
  const { bytes, etag, meta, modified } = found
  const headers = { etag, "last-modified": modified, ...meta }
  if (request.method === "HEAD") {
    return { status: 200, headers: { ...headers, "content-length": String(bytes.length) } }
  }
  const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "")
  if (range === null) return { status: 200, headers, body: bytes }
  const begin = Number(range[1])
  return begin >= bytes.length
    ? { status: 416 }
    : { status: 206, headers, body: bytes.subarray(begin, Number(range[2]) + 1) }
}

const write = (
  server: S3Server,
  id: string,
  body: Buffer,
  request: IncomingMessage,
  query: URLSearchParams
): Answer => {
  const { "content-md5": sent, "if-match": match, "if-none-match": none } = request.headers
  if (sent !== undefined && sent !== md5(body).toString("base64")) return { status: 400 }
  const upload = query.get("uploadId")
  const modified = new Date().toUTCString()
  if (upload !== null) {
    server.uploads.get(upload)?.set(Number(query.get("partNumber")), body)
    return { status: 200, headers: { etag: `"${md5(body).toString("hex")}"` } }
  }
  const now = server.objects.get(id)
  if (none === "*" && now !== undefined) return { status: 412 }
  if (match !== undefined && now?.etag !== match) return { status: now === undefined ? 404 : 412 }
  const source = request.headers["x-amz-copy-source"]
  const etag = `"${md5(body).toString("hex")}"`
  const object =
    typeof source === "string"
      ? server.objects.get(decodeURIComponent(source.slice(1)))
      : { bytes: body, etag, modified, meta: metaOf(request) }
  if (object === undefined) return { status: 404 }
  server.objects.set(id, { ...object, modified })
  return { status: 200, headers: { etag: object.etag }, body: "<CopyObjectResult/>" }
}

const uploadOf = (
  server: S3Server,
  id: string,
  request: IncomingMessage,
  query: URLSearchParams
): Answer => {
  const upload = query.get("uploadId")
  if (upload === null) {
    const made = `${id}-${server.uploads.size}-${Math.random()}`
    server.uploads.set(made, Object.assign(new Map<number, Buffer>(), { meta: metaOf(request) }))
    return { status: 200, body: `<X><UploadId>${made}</UploadId></X>` }
  }
  const parts = server.uploads.get(upload) as
    (Map<number, Buffer> & { meta?: Record<string, string> }) | undefined
  if (parts === undefined) return { status: 404, body: "<Error><Code>NoSuchUpload</Code></Error>" }
  const sorted = [...parts].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes)
  const etag = `"${md5(Buffer.concat(sorted.map(md5))).toString("hex")}-${sorted.length}"`
  const modified = new Date().toUTCString()
  server.objects.set(id, { bytes: Buffer.concat(sorted), etag, modified, meta: parts.meta ?? {} })
  server.uploads.delete(upload)
  return { status: 200, body: "<CompleteMultipartUploadResult/>" }
}

const handle = async (server: S3Server, request: IncomingMessage, response: ServerResponse) => {
  const url = new URL(request.url ?? "/", "http://localhost")
  const body = await bodyOf(request)
  const fault = server.fault(request.method ?? "", url)
  if (fault === "error")
    return void response.writeHead(503).end("<Error><Code>SlowDown</Code></Error>")
  if (fault === "cut") return void request.socket.destroy()
  if (fault === "silent") return
  const id = decodeURIComponent(url.pathname.slice(1))
  const [bucket = ""] = id.split("/")
  const answer = (): Answer => {
    switch (request.method) {
      case "GET":
        if (url.searchParams.has("uploads")) return uploadsOf(server, bucket, url.searchParams)
        return url.searchParams.has("list-type")
          ? listing(server, bucket, url.searchParams)
          : read(server.objects.get(id), request)
      case "HEAD":
        return read(server.objects.get(id), request)
      case "PUT":
        return write(server, id, body, request, url.searchParams)
      case "POST":
        return uploadOf(server, id, request, url.searchParams)
      default: {
        const upload = url.searchParams.get("uploadId")
        if (upload === null) server.objects.delete(id)
        else server.uploads.delete(upload)
        return { status: 204 }
      }
    }
  }
  const made = request.headers.authorization === undefined ? { status: 403 } : answer()
  if (fault === "lost") return void request.socket.destroy()
  response.writeHead(made.status, made.headers).end((made as Answer).body)
}

/** A service with nothing in it, which ends with the scope. */
export const s3Server = Effect.acquireRelease(
  Effect.async<{ readonly server: S3Server; readonly stop: () => void }>((resume) => {
    const state = {
      objects: new Map(),
      uploads: new Map(),
      fault: () => null,
      endpoint: "",
      pageSize: 1000
    }
    const server: { -readonly [K in keyof S3Server]: S3Server[K] } = state
    const http = createServer((request, response) => {
      handle(server, request, response).catch(() => response.writeHead(500).end())
    })
    http.listen(0, "127.0.0.1", () => {
      server.endpoint = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
      const stop = () => {
        http.closeAllConnections()
        http.close()
      }
      resume(Effect.succeed({ server, stop }))
    })
  }),
  ({ stop }) => Effect.sync(stop)
).pipe(Effect.map(({ server }) => server as S3Server))
