import { AwsClient } from "aws4fetch"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { t } from "../../language/Text.js"
import { CheckpointError } from "../CheckpointError.js"
import type { Credentials } from "./aws/Credentials.js"
import { exchange, type HttpAnswer } from "./exchange.js"
import { urlOf } from "./S3Address.js"
import type { S3Settings } from "./S3Settings.js"
import { fields } from "./Xml.js"

/** One request about the object or bucket that an id names. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE"
  /** `s3://bucket/key`, or `s3://bucket`. */
  readonly id: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** The server may work for seconds before it answers: it copies a large object, or joins parts. */
  readonly isLong?: boolean
  /** The statuses that are answers; any other is an error. */
  readonly accepts: ReadonlyArray<number>
}

/** What the server answers. */
export interface S3Answer extends HttpAnswer {
  /** Whether an earlier try got no answer, or a fault, and may have done its work all the same. */
  readonly isRepeated: boolean
}

/** Sends requests to an S3 service: signs them, and repeats those that meet a passing fault. */
export interface S3Client {
  readonly send: (request: S3Request) => Effect.Effect<S3Answer, CheckpointError>
}

/** A fault that may be over by the next try. */
class Passing {
  readonly _tag = "Passing"
  constructor(readonly detail: string) {}
}

const passing = new Set([408, 429, 500, 502, 503, 504])

/** How often a request is repeated, and how long it waits; in milliseconds. */
export interface Patience {
  /** The pause before the second try, doubled before each further one. */
  readonly pause: number
  /** For how long a connection may be silent in the first try, twice as long in each further one. */
  readonly silence: number
}

// An answer to a small request takes 0.2 seconds at most, nearly always: one that takes two is lost,
// as the guidelines of S3 have it. A passing fault has some six seconds to end.
const usual: Patience = { pause: 100, silence: 2000 }

/** Seven tries. */
const tries = (pause: number) =>
  Schedule.intersect(Schedule.jittered(Schedule.exponential(pause)), Schedule.recurs(6))

// Milliseconds in which any server has answered.
const longest = 120_000

/** Milliseconds for which a connection may be silent in a try, the first of which is 0. */
const silenceOf = ({ body, isLong = false }: S3Request, first: number, attempt: number): number => {
  // Up to 4 MiB may be on their way in the buffers of a slow network.
  const buffered = Math.min(body?.length ?? 0, 4 * 1024 * 1024) / 1024
  return Math.min(((isLong ? 5 : 1) * first + buffered) * 2 ** attempt, longest)
}

const messageIn = (bytes: Uint8Array): string =>
  ["Code", "Message"].flatMap((name) => fields(bytes, name).slice(0, 1)).join(": ")

/** Whether the body of an answer with the status 200 reports an error all the same. */
export const isError = (bytes: Uint8Array): boolean =>
  new TextDecoder().decode(bytes).includes("<Error>")

/** The client for these settings. */
export const make = (settings: S3Settings, { pause, silence }: Patience = usual): S3Client => {
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
        Effect.gen(function* () {
          const signed = yield* Effect.tryPromise(() =>
            clientOf(credentials).sign(url, { method, ...(headers && { headers }) })
          )
          const attempt = attempts++
          const answer = yield* exchange(
            { method, url, headers: signed.headers, body: body ?? new Uint8Array() },
            { silence: silenceOf(request, silence, attempt), isFresh: attempt > 0 }
          )
          return { ...answer, isRepeated: attempt > 0 } satisfies S3Answer
        }).pipe(
          Effect.mapError(({ cause, message }) => new Passing(cause ? String(cause) : message))
        )
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
