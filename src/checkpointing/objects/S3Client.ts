import { AwsClient } from "aws4fetch"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { readFile } from "node:fs/promises"
import { t } from "../../language/Text.js"
import { CheckpointError } from "../CheckpointError.js"
import {
  CredentialsError,
  instanceOf,
  provider,
  regionOf,
  type Credentials
} from "./aws/Credentials.js"
import * as Profile from "./aws/Profile.js"
import type { Environment } from "./aws/Profile.js"
import { fields } from "./Xml.js"

/** One request about the object or bucket that an id names. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE"
  /** `s3://bucket/key`, or `s3://bucket`. */
  readonly id: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** The statuses that are answers; any other is an error. */
  readonly accepts: ReadonlyArray<number>
}

/** What the server answers. */
export interface S3Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Uint8Array
  /** Whether an earlier try got no answer, or a fault, and may have done its work all the same. */
  readonly isRepeated: boolean
}

/** Sends requests to an S3 service: signs them, and repeats those that meet a passing fault. */
export interface S3Client {
  readonly send: (request: S3Request) => Effect.Effect<S3Answer, CheckpointError>
}

/** Where the service is, and who asks. */
export interface S3Settings {
  /** Null: that of AWS in the region. */
  readonly endpoint: string | null
  readonly region: string
  /** Asked for each request: temporary ones are replaced in time. */
  readonly credentials: Effect.Effect<Credentials, CredentialsError>
}

/** The settings in the environment and in the files of a profile, by the names that the tools of AWS use. */
export const settingsFrom = (env: Environment): Effect.Effect<S3Settings> =>
  Effect.gen(function* () {
    const files = Profile.filesOf(env)
    const read = (file: string) =>
      Effect.orElseSucceed(
        Effect.tryPromise(() => readFile(file, "utf8")),
        () => ""
      )
    const texts = yield* Effect.all({
      credentials: read(files.credentials),
      config: read(files.config)
    })
    const name = Profile.nameOf(env)
    const profile = Profile.find(texts, name)
    const endpoint =
      env["AWS_ENDPOINT_URL_S3"] || env["AWS_ENDPOINT_URL"] || profile?.get("endpoint_url") || null
    const named = env["AWS_REGION"] || env["AWS_DEFAULT_REGION"] || profile?.get("region")
    // Elsewhere nobody would answer, for seconds.
    const isOnInstance = endpoint === null && profile === undefined && !env["AWS_ACCESS_KEY_ID"]
    // Asked once for the region and the credentials; its token lasts five minutes.
    const instance = yield* Effect.cachedWithTTL(instanceOf(env), "4 minutes")
    const region =
      named ??
      (isOnInstance ? Option.getOrUndefined(yield* regionOf(instance)) : undefined) ??
      "us-east-1"
    const isNamed = name !== "default" && profile === undefined
    return {
      endpoint,
      region,
      credentials: isNamed
        ? Effect.fail(
            new CredentialsError(
              t`there is no profile ${name}, which AWS_PROFILE names, in ${files.credentials} or ${files.config}`
            )
          )
        : provider(env, profile, region, instance)
    }
  })

/** The bucket and the key of an id. */
export const split = (id: string): { readonly bucket: string; readonly key: string } => {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(id) ?? []
  return { bucket, key }
}

/** How the keys of the objects in a folder, and in those inside it, begin. */
export const prefixOf = (key: string): string => (key === "" ? "" : `${key}/`)

/** A key as it stands in an address. */
export const encoded = (key: string): string => key.split("/").map(encodeURIComponent).join("/")

/** The address of an id, with the bucket in the path where the endpoint is not that of AWS. */
export const urlOf = (
  { endpoint, region }: Pick<S3Settings, "endpoint" | "region">,
  id: string
): string => {
  const { bucket, key } = split(id)
  return endpoint === null
    ? `https://${bucket}.s3.${region}.amazonaws.com/${encoded(key)}`
    : `${endpoint.replace(/\/+$/, "")}/${bucket}/${encoded(key)}`
}

/** A fault that may be over by the next try. */
class Passing {
  readonly _tag = "Passing"
  constructor(readonly detail: string) {}
}

const passing = new Set([408, 429, 500, 502, 503, 504])

/** Seven tries, the pauses between them doubled each time from this number of milliseconds on. */
const tries = (pause: number) =>
  Schedule.intersect(Schedule.jittered(Schedule.exponential(pause)), Schedule.recurs(6))

/** Milliseconds for one try, in which even a slow network moves the largest part. */
const patience = 120_000

/** A key of a listing, which is percent-encoded as it was asked for. */
export const decoded = (text: string): string => decodeURIComponent(text.replaceAll("+", " "))

const messageIn = (bytes: Uint8Array): string =>
  ["Code", "Message"].flatMap((name) => fields(bytes, name).slice(0, 1)).join(": ")

/** Whether the body of an answer with the status 200 reports an error all the same. */
export const isError = (bytes: Uint8Array): boolean =>
  new TextDecoder().decode(bytes).includes("<Error>")

/** The client for these settings. A passing fault has some six seconds to end, with the usual first `pause`. */
export const make = (settings: S3Settings, pause = 100): S3Client => {
  let made: readonly [Credentials, AwsClient] | undefined
  /** What signs with these credentials. */
  const clientOf = (credentials: Credentials) => {
    if (made?.[0] === credentials) return made[1]
    const { accessKeyId, secretAccessKey, sessionToken } = credentials
    const client = new AwsClient({
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== null && { sessionToken }),
      region: settings.region,
      service: "s3",
      retries: 0
    })
    made = [credentials, client]
    return client
  }

  const send = (request: S3Request) =>
    Effect.suspend(() => {
      const { accepts, body, headers, id, method, query } = request
      const isRead = method === "GET" || method === "HEAD"
      const failed = (detail: string) =>
        new CheckpointError({ reason: isRead ? "Unreadable" : "Unwritable", path: id, detail })
      const url = new URL(urlOf(settings, id))
      for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
      let attempts = 0
      const sendBy = (credentials: Credentials) =>
        Effect.tryPromise({
          try: async (signal) => {
            attempts++
            const signed = await clientOf(credentials).sign(url, {
              method,
              ...(headers && { headers }),
              ...(body && { body: body.slice() })
            })
            const response = await fetch(signed, {
              signal: AbortSignal.any([signal, AbortSignal.timeout(patience)])
            })
            const { headers: answered, status } = response
            const bytes = new Uint8Array(await response.arrayBuffer())
            return { status, headers: answered, bytes, isRepeated: attempts > 1 } satisfies S3Answer
          },
          catch: (error) => new Passing(String((error as Error).cause ?? error))
        })
      return Effect.flatMap(settings.credentials, sendBy).pipe(
        Effect.filterOrFail(
          ({ status }) => accepts.includes(status) || !passing.has(status),
          ({ bytes, status }) => new Passing(t`the server answers ${status} ${messageIn(bytes)}`)
        ),
        Effect.retry({ schedule: tries(pause), while: ({ _tag }) => _tag === "Passing" }),
        Effect.mapError(({ detail }) => failed(detail)),
        Effect.filterOrFail(
          ({ status }) => accepts.includes(status),
          ({ bytes, status }) =>
            status === 404
              ? new CheckpointError({ reason: "NotFound", path: id, detail: "" })
              : failed(t`the server answers ${status} ${messageIn(bytes)}`)
        )
      )
    })

  return { send }
}
