import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { t } from "../../../language/Text.js"
import { fields } from "../Xml.js"
import type { Environment, Profile } from "./Profile.js"

/** What signs requests. */
export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | null
  /** When they expire, in milliseconds since 1970; null: never. */
  readonly expires: number | null
}

/** Why there are no credentials from a source that was asked. */
export class CredentialsError {
  readonly _tag = "CredentialsError"
  constructor(readonly detail: string) {}
}

/** Where credentials may come from: none where this source is not there. */
type Source = Effect.Effect<Option.Option<Credentials>, CredentialsError>

const failed = (source: string) => (cause: unknown) =>
  new CredentialsError(
    t`${source}: ${cause instanceof Error ? String(cause.cause ?? cause.message) : String(cause)}`
  )

/** The text of the file that a variable of the environment names. */
const textOf = (variable: string, file: string) =>
  Effect.tryPromise({ try: () => readFile(file, "utf8"), catch: failed(variable) })

/** As containers, instances and programs give them. */
const Answer = Schema.parseJson(
  Schema.Struct({
    AccessKeyId: Schema.NonEmptyString,
    SecretAccessKey: Schema.NonEmptyString,
    Token: Schema.optional(Schema.String),
    SessionToken: Schema.optional(Schema.String),
    Expiration: Schema.optional(Schema.NullOr(Schema.String))
  })
)

const decode = (source: string, text: string) =>
  Either.mapBoth(Schema.decodeEither(Answer)(text), {
    onLeft: () => new CredentialsError(t`${source} gives no credentials`),
    onRight: (answer): Credentials => ({
      accessKeyId: answer.AccessKeyId,
      secretAccessKey: answer.SecretAccessKey,
      sessionToken: answer.Token ?? answer.SessionToken ?? null,
      expires: answer.Expiration ? Date.parse(answer.Expiration) || null : null
    })
  })

const request = (source: string, url: string, init: RequestInit = {}, patience = 2000) =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(url, {
        ...init,
        signal: AbortSignal.any([signal, AbortSignal.timeout(patience)])
      })
      const text = await response.text()
      if (!response.ok)
        throw new Error(t`the server answers ${response.status} ${text.slice(0, 200)}`)
      return text
    },
    catch: failed(source)
  })

const ofKeys = (
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  sessionToken: string | undefined
): Option.Option<Credentials> =>
  accessKeyId && secretAccessKey
    ? Option.some({
        accessKeyId,
        secretAccessKey,
        sessionToken: sessionToken || null,
        expires: null
      })
    : Option.none()

const ofEnvironment = (env: Environment): Source =>
  Effect.succeed(
    ofKeys(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], env["AWS_SESSION_TOKEN"])
  )

const ofProfile = (profile: Profile | undefined): Source => {
  const keys = ofKeys(
    profile?.get("aws_access_key_id"),
    profile?.get("aws_secret_access_key"),
    profile?.get("aws_session_token")
  )
  const program = profile?.get("credential_process")
  if (Option.isSome(keys) || program === undefined) return Effect.succeed(keys)
  const run = Effect.tryPromise({
    try: () =>
      new Promise<string>((resolve, reject) => {
        // Through a shell, as AWS' own tools run it.
        execFile(program, { shell: true, timeout: 60_000 }, (error, stdout) =>
          error === null ? resolve(stdout) : reject(error)
        )
      }),
    catch: failed("credential_process")
  })
  return Effect.asSome(Effect.flatMap(run, (text) => decode("credential_process", text)))
}

/** The role of a pod of EKS, by the token that Kubernetes keeps in a file. */
const ofWebIdentity = (env: Environment, region: string): Source => {
  const file = env["AWS_WEB_IDENTITY_TOKEN_FILE"]
  const role = env["AWS_ROLE_ARN"]
  if (!file || !role) return Effect.succeedNone
  const endpoint = env["AWS_ENDPOINT_URL_STS"] || `https://sts.${region}.amazonaws.com`
  return Effect.gen(function* () {
    const token = yield* textOf("AWS_WEB_IDENTITY_TOKEN_FILE", file)
    const query = new URLSearchParams({
      Action: "AssumeRoleWithWebIdentity",
      Version: "2011-06-15",
      RoleArn: role,
      RoleSessionName: env["AWS_ROLE_SESSION_NAME"] || "holdfast",
      WebIdentityToken: token.trim()
    })
    const text = yield* request("STS", endpoint, { method: "POST", body: query }, 10_000)
    const field = (name: string) => fields(new TextEncoder().encode(text), name)[0]
    const found = ofKeys(field("AccessKeyId"), field("SecretAccessKey"), field("SessionToken"))
    return Option.map(found, (one) => ({
      ...one,
      expires: Date.parse(field("Expiration") ?? "") || null
    }))
  })
}

const trusted = new Set([
  "localhost",
  "127.0.0.1",
  "[::1]",
  "169.254.170.2",
  "169.254.170.23",
  "[fd00:ec2::23]"
])

/** The role of a container of ECS, or of a pod of EKS. */
const ofContainer = (env: Environment): Source => {
  const relative = env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]
  const full = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
  const url = relative ? `http://169.254.170.2${relative}` : full
  if (!url) return Effect.succeedNone
  return Effect.gen(function* () {
    const { hostname, protocol } = yield* Effect.try({
      try: () => new URL(url),
      catch: failed("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    })
    if (protocol !== "https:" && !trusted.has(hostname)) {
      return yield* Effect.fail(
        new CredentialsError(
          t`AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor of this machine`
        )
      )
    }
    const file = env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
    const token = file
      ? yield* textOf("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file)
      : env["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
    const headers = token ? { authorization: token.trim() } : {}
    return Option.some(yield* decode(url, yield* request(url, url, { headers })))
  })
}

/** What asks the metadata service of EC2 for a path, in its second version; none where there is no service. */
export type Instance = Effect.Effect<
  Option.Option<(path: string) => Effect.Effect<string, CredentialsError>>
>

export const instanceOf = (env: Environment): Instance => {
  const endpoint = env["AWS_EC2_METADATA_SERVICE_ENDPOINT"] || "http://169.254.169.254"
  const base = `${endpoint.replace(/\/+$/, "")}/latest`
  if (env["AWS_EC2_METADATA_DISABLED"]?.toLowerCase() === "true") return Effect.succeedNone
  return request(
    base,
    `${base}/api/token`,
    {
      method: "PUT",
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": "300" }
    },
    1000
  ).pipe(
    Effect.retry({ times: 1 }),
    Effect.map(
      (token) => (path: string) =>
        request(base, `${base}/meta-data/${path}`, {
          headers: { "x-aws-ec2-metadata-token": token }
        })
    ),
    Effect.option
  )
}

/** The role of an instance of EC2. */
const ofInstance = (instance: Instance): Source =>
  Effect.flatMap(
    instance,
    Effect.transposeMapOption((get) =>
      Effect.gen(function* () {
        const roles = yield* get("iam/security-credentials/")
        const role = roles.trim().split("\n")[0]!
        return yield* decode(role, yield* get(`iam/security-credentials/${role}`))
      })
    )
  )

/** The region of an instance of EC2. */
export const regionOf = (instance: Instance): Effect.Effect<Option.Option<string>> =>
  instance.pipe(
    Effect.flatMap(Effect.transposeMapOption((get) => get("placement/region"))),
    Effect.map(Option.map((text) => text.trim())),
    Effect.orElseSucceed(Option.none)
  )

// Milliseconds before they expire that credentials are replaced.
const margin = 5 * 60_000

/**
 * Looks for credentials where the tools of AWS do, in their order: the environment, the profile, a web
 * identity, the container, the instance. Temporary ones are replaced before they expire; where that fails,
 * the old ones do while they last.
 */
export const provider = (
  env: Environment,
  profile: Profile | undefined,
  region: string,
  instance: Instance = instanceOf(env)
): Effect.Effect<Credentials, CredentialsError> => {
  const sources = [
    ofEnvironment(env),
    ofProfile(profile),
    ofWebIdentity(env, region),
    ofContainer(env),
    ofInstance(instance)
  ]
  const find = Effect.gen(function* () {
    for (const source of sources) {
      const found = yield* source
      if (Option.isSome(found)) return found.value
    }
    return yield* Effect.fail(
      new CredentialsError(
        t`there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE for a profile in ~/.aws/credentials, or give the container or the instance a role`
      )
    )
  })
  let known: Credentials | undefined
  const oneAtATime = Effect.unsafeMakeSemaphore(1).withPermits(1)
  return Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const left = known === undefined ? 0 : (known.expires ?? Infinity) - now
    if (known !== undefined && left > margin) return Effect.succeed(known)
    const old = known
    return Effect.map(
      old !== undefined && left > 0 ? Effect.orElseSucceed(find, () => old) : find,
      (found) => (known = found)
    )
  }).pipe(oneAtATime)
}
