import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { createHash } from "node:crypto"
import { t } from "../../language/Text.js"
import { CheckpointError } from "../CheckpointError.js"
import { leaseLock } from "../leaseLock.js"
import { fromObjects, type StorageOperations } from "../Storage.js"
import * as Address from "./S3Address.js"
import type { S3Client } from "./S3Client.js"
import * as Client from "./S3Client.js"
import { fields } from "./Xml.js"
import { abortUploads, upload } from "./S3Upload.js"

const etagOf = (headers: Headers): string => headers.get("etag") ?? ""

/** Names with a prefix that no slash follows, all pages of them. */
const list = (client: S3Client, folder: string) =>
  Effect.gen(function* () {
    const { bucket, key } = Address.split(folder)
    const prefix = Address.prefixOf(key)
    const names: Array<string> = []
    let token: string | undefined
    do {
      const { bytes } = yield* client.send({
        method: "GET",
        id: `s3://${bucket}`,
        query: {
          "list-type": "2",
          "encoding-type": "url",
          delimiter: "/",
          prefix,
          ...(token !== undefined && { "continuation-token": token })
        },
        accepts: [200]
      })
      names.push(
        ...fields(bytes, "Key").map((found) => Address.decoded(found).slice(prefix.length))
      )
      token = fields(bytes, "NextContinuationToken")[0]
    } while (token !== undefined)
    return names.filter((name) => name !== "")
  })

/** Copies, keeping what tells copies apart from other objects; a failed copy may be answered by 200. */
const copy = (client: S3Client, from: string, to: string) => {
  const { bucket, key } = Address.split(from)
  const source = `/${bucket}/${Address.encoded(key)}`
  return client
    .send({
      method: "PUT",
      id: to,
      headers: { "x-amz-copy-source": source },
      isLong: true,
      accepts: [200]
    })
    .pipe(
      Effect.filterOrFail(
        ({ bytes }) => !Client.isError(bytes),
        ({ bytes }) =>
          new CheckpointError({
            reason: "Unwritable",
            path: to,
            detail: t`the server answers ${fields(bytes, "Code").join("")}`
          })
      ),
      Effect.asVoid
    )
}

const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0

/** The objects that a lock is made of, by `If-Match` and `If-None-Match`. */
const conditional = (client: S3Client): Parameters<typeof leaseLock>[0] => {
  const get = (id: string) =>
    client.send({ method: "GET", id, accepts: [200] }).pipe(
      Effect.map(({ bytes, headers }) => Option.some({ bytes, version: etagOf(headers) })),
      Effect.catchIf(
        ({ reason }) => reason === "NotFound",
        () => Effect.succeedNone
      )
    )
  return {
    get,
    putIf: (id, body, expected) =>
      Effect.gen(function* () {
        const headers: Record<string, string> =
          expected === null ? { "if-none-match": "*" } : { "if-match": expected }
        const answer = yield* client.send({
          method: "PUT",
          id,
          headers,
          body,
          // 404: there is nothing any more that could match; 409: another write is running.
          accepts: [200, 404, 409, 412]
        })
        if (answer.status === 200) return Option.some(etagOf(answer.headers))
        if (!answer.isRepeated) return Option.none()
        // The answer to a try that succeeded may have been lost: what it wrote is unlike any other's.
        const now = yield* get(id)
        return Option.isSome(now) && equal(now.value.bytes, body)
          ? Option.some(now.value.version)
          : Option.none()
      }),
    remove: (id) => remove(client, id)
  }
}

const remove = (client: S3Client, id: string) =>
  Effect.asVoid(client.send({ method: "DELETE", id, accepts: [200, 204, 404] }))

/** The header with what is the same for an object and its copies, and for no other content. */
const contentHeader = "x-amz-meta-holdfast-content"

/**
 * Checkpoints in buckets of S3, or of a service that speaks its protocol with conditional writes:
 * `s3://bucket/prefix` is a folder. A lock is an object that is replaced only if it is unchanged.
 */
export const make = (client: S3Client): StorageOperations =>
  fromObjects({
    list: (folder) => list(client, folder),
    stat: (id) =>
      Effect.map(client.send({ method: "HEAD", id, accepts: [200] }), ({ headers }) => ({
        bytes: Number(headers.get("content-length")),
        modified: new Date(headers.get("last-modified") ?? 0),
        identity: headers.get(contentHeader) ?? etagOf(headers)
      })),
    read: (id, offset, length) =>
      length === 0
        ? Effect.succeed(new Uint8Array())
        : Effect.map(
            client.send({
              method: "GET",
              id,
              headers: { range: `bytes=${offset}-${offset + length - 1}` },
              accepts: [200, 206, 416]
            }),
            ({ bytes, status }) =>
              status === 416
                ? new Uint8Array()
                : status === 206
                  ? bytes
                  : bytes.subarray(offset, offset + length)
          ),
    put: (id, bytes) => {
      const content = createHash("sha256").update(bytes).digest("hex")
      return upload(client, id, bytes, { [contentHeader]: content })
    },
    copy: (id, other) => copy(client, id, other),
    remove: (id) => remove(client, id),
    lock: (folder, options) =>
      Effect.tap(leaseLock(conditional(client))(folder, options), () =>
        Effect.catchAll(abortUploads(client, folder), ({ message }) =>
          Effect.logWarning(t`unfinished uploads are left in ${folder}: ${message}`)
        )
      )
  })
