import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { readFile } from "node:fs/promises"
import { t } from "../../language/Text.js"
import {
  CredentialsError,
  instanceOf,
  provider,
  regionOf,
  type Credentials
} from "./aws/Credentials.js"
import * as Profile from "./aws/Profile.js"
import type { Environment } from "./aws/Profile.js"

/** Where the service is, and who asks. */
export interface S3Settings {
  /** Null: that of AWS in the region. */
  readonly endpoint: string | null
  readonly region: string
  /** Asked for each request: temporary ones are replaced in time. */
  readonly credentials: Effect.Effect<Credentials, CredentialsError>
}

/** The settings in the environment and in the files of a profile, by the names that the tools of AWS use. */
export const from = (env: Environment): Effect.Effect<S3Settings> =>
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
