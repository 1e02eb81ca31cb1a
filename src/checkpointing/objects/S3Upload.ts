import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import { t } from "../../language/Text.js"
import { CheckpointError } from "../CheckpointError.js"
import * as Address from "./S3Address.js"
import type { S3Answer, S3Client } from "./S3Client.js"
import * as Client from "./S3Client.js"
import { fields } from "./Xml.js"

/** The bytes of a part; larger objects are sent in several, of which a fault repeats one only. */
export const partBytes = 32 * 1024 * 1024

const concurrency = 4

const md5 = (bytes: Uint8Array) => createHash("md5").update(bytes).digest()

/** Has the server compare what arrives with what was sent. */
const digest = (bytes: Uint8Array) => ({ "content-md5": md5(bytes).toString("base64") })

/** The ETag that S3 gives to an object of these parts. */
const etagOfParts = (parts: ReadonlyArray<Uint8Array>) =>
  `"${md5(Buffer.concat(parts.map(md5))).toString("hex")}-${parts.length}"`

/** Stores an object, with these headers. It appears when all of it is there. */
export const upload = (
  client: S3Client,
  id: string,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>>,
  size = partBytes
): Effect.Effect<void, CheckpointError> =>
  bytes.length <= size
    ? Effect.asVoid(
        client.send({
          method: "PUT",
          id,
          headers: { ...headers, ...digest(bytes) },
          body: bytes,
          accepts: [200]
        })
      )
    : inParts(client, id, bytes, headers, size)

const inParts = (
  client: S3Client,
  id: string,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>>,
  size: number
) =>
  Effect.gen(function* () {
    const parts = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size)
    )
    const created = yield* client.send({
      method: "POST",
      id,
      query: { uploads: "" },
      headers,
      accepts: [200]
    })
    const [uploadId = ""] = fields(created.bytes, "UploadId")
    if (uploadId === "") {
      const detail = t`the server does not say which upload it has begun`
      return yield* new CheckpointError({ reason: "Unwritable", path: id, detail })
    }
    const abort = client.send({ method: "DELETE", id, query: { uploadId }, accepts: [204, 404] })
    yield* Effect.forEach(
      parts,
      (body, i) =>
        client.send({
          method: "PUT",
          id,
          query: { partNumber: String(i + 1), uploadId },
          headers: digest(body),
          body,
          accepts: [200]
        }),
      { concurrency }
    ).pipe(
      Effect.flatMap((answers) =>
        complete(
          client,
          id,
          uploadId,
          answers.map(({ headers }) => headers.get("etag") ?? ""),
          etagOfParts(parts)
        )
      ),
      // Parts that nobody completes cost money until they are removed.
      Effect.onError(() => Effect.ignore(abort))
    )
  })

/**
 * Gives up the uploads in parts to objects of a folder that nobody has completed: a process that is killed
 * leaves its own. Only for the process that has the lock of the folder.
 */
export const abortUploads = (
  client: S3Client,
  folder: string
): Effect.Effect<void, CheckpointError> =>
  Effect.gen(function* () {
    const { bucket, key } = Address.split(folder)
    const prefix = Address.prefixOf(key)
    let marker: Record<string, string> | null = {}
    while (marker !== null) {
      const { bytes }: S3Answer = yield* client.send({
        method: "GET",
        id: `s3://${bucket}`,
        query: { uploads: "", "encoding-type": "url", prefix, ...marker },
        accepts: [200]
      })
      const keys = fields(bytes, "Key").map(Address.decoded)
      for (const [i, uploadId] of fields(bytes, "UploadId").entries()) {
        const key = keys[i]
        // Deeper folders have locks of their own.
        if (key === undefined || key.slice(prefix.length).includes("/")) continue
        yield* client.send({
          method: "DELETE",
          id: `s3://${bucket}/${key}`,
          query: { uploadId },
          accepts: [204, 404]
        })
      }
      const [nextKey] = fields(bytes, "NextKeyMarker")
      const [nextUpload] = fields(bytes, "NextUploadIdMarker")
      marker =
        fields(bytes, "IsTruncated")[0] === "true" && nextKey !== undefined
          ? {
              "key-marker": Address.decoded(nextKey),
              ...(nextUpload && { "upload-id-marker": nextUpload })
            }
          : null
    }
  })

/** Makes one object of the parts; where the answer was lost, looks whether it was made. */
const complete = (
  client: S3Client,
  id: string,
  uploadId: string,
  etags: ReadonlyArray<string>,
  expected: string
) =>
  Effect.gen(function* () {
    const list = etags.map(
      (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`
    )
    const body = `<CompleteMultipartUpload>${list.join("")}</CompleteMultipartUpload>`
    const answer = yield* client.send({
      method: "POST",
      id,
      query: { uploadId },
      body: new TextEncoder().encode(body),
      isLong: true,
      accepts: [200, 404]
    })
    if (answer.status === 200 && !Client.isError(answer.bytes)) return
    const found = yield* Effect.option(client.send({ method: "HEAD", id, accepts: [200] }))
    if (found._tag === "Some" && found.value.headers.get("etag") === expected) return
    const detail = t`the server could not complete the upload`
    return yield* new CheckpointError({ reason: "Unwritable", path: id, detail })
  })
