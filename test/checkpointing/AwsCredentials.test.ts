import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { instanceOf, provider, regionOf } from "../../src/checkpointing/objects/aws/Credentials.js"
import * as Profile from "../../src/checkpointing/objects/aws/Profile.js"
import * as Settings from "../../src/checkpointing/objects/S3Settings.js"

const config = `
# comment
[default]
region = eu-west-1   ; Ireland
[profile spot]
region=ap-east-1
s3 =
  region = nested
credential_process = echo {}
`
const credentials = `
[default]
aws_access_key_id = AKIA
aws_secret_access_key = a/b+c=#d
[ spot ]
aws_access_key_id=SPOT
aws_secret_access_key=s
aws_session_token=t
`

describe("Profile.find", () => {
  it("joins the files of AWS, and leaves out comments and nested settings", () => {
    const found = (name: string) => Object.fromEntries(Profile.find({ config, credentials }, name)!)
    expect(found("default")).toEqual({
      region: "eu-west-1",
      aws_access_key_id: "AKIA",
      aws_secret_access_key: "a/b+c=#d"
    })
    expect(found("spot")).toMatchObject({ region: "ap-east-1", aws_session_token: "t" })
    expect(Profile.find({ config, credentials }, "other")).toBeUndefined()
    expect(Profile.find({ config: "", credentials: "" }, "default")).toBeUndefined()
  })
})

/** A server that answers by `answer`: a status and a body. */
const serverOf = (answer: (request: IncomingMessage) => readonly [number, string]) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly close: () => void }>((resume) => {
      const server = createServer((request, response) => {
        const [status, body] = answer(request)
        request.resume()
        response.writeHead(status, { connection: "close" }).end(body)
      })
      server.listen(0, "127.0.0.1", () => {
        const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
        resume(Effect.succeed({ url, close: () => server.close() }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )

const answerOf = (key: string, expires: number) =>
  JSON.stringify({
    Code: "Success",
    AccessKeyId: key,
    SecretAccessKey: "secret",
    Token: "token",
    Expiration: new Date(expires).toISOString()
  })

const nowhere = { AWS_EC2_METADATA_DISABLED: "true", HOME: "/nowhere" }
const keyOf = (env: Profile.Environment, profile?: Profile.Profile) =>
  Effect.map(provider(env, profile, "eu-west-1"), ({ accessKeyId }) => accessKeyId)

describe("credentials", () => {
  it.scopedLive(
    "of an instance come from the second version of its metadata, and are renewed",
    () =>
      Effect.gen(function* () {
        let asked = 0
        const { url } = yield* serverOf(({ headers, method, url }) => {
          if (method === "PUT") return [200, "TOKEN"]
          if (headers["x-aws-ec2-metadata-token"] !== "TOKEN") return [401, ""]
          if (url!.endsWith("/placement/region")) return [200, "eu-north-1"]
          if (url!.endsWith("/security-credentials/")) return [200, "role"]
          asked++
          // The first are about to expire.
          return [200, answerOf(`KEY${asked}`, Date.now() + (asked === 1 ? 60_000 : 3_600_000))]
        })
        const env = { HOME: "/nowhere", AWS_EC2_METADATA_SERVICE_ENDPOINT: url }
        const found = provider(env, undefined, "eu-west-1")
        expect(yield* found).toMatchObject({ accessKeyId: "KEY1", sessionToken: "token" })
        expect(yield* found).toMatchObject({ accessKeyId: "KEY2" })
        expect(yield* found).toMatchObject({ accessKeyId: "KEY2" })
        expect(yield* regionOf(instanceOf(env))).toMatchObject({ value: "eu-north-1" })
        expect((yield* Settings.from(env)).region).toBe("eu-north-1")
      })
  )

  it.scopedLive("that cannot be renewed are used while they last", () =>
    Effect.gen(function* () {
      let asked = 0
      const { url } = yield* serverOf(() =>
        asked++ === 0 ? [200, answerOf("KEY", Date.now() + 60_000)] : [500, ""]
      )
      const found = provider({ ...nowhere, AWS_CONTAINER_CREDENTIALS_FULL_URI: url }, undefined, "")
      expect(yield* found).toMatchObject({ accessKeyId: "KEY" })
      expect(yield* found).toMatchObject({ accessKeyId: "KEY" })
      expect(asked).toBe(2)
    })
  )

  it.scopedLive("of a container come from its address, with its token", () =>
    Effect.gen(function* () {
      const { url } = yield* serverOf(({ headers }) =>
        headers.authorization === "secret"
          ? [200, answerOf("KEY", Date.now() + 3_600_000)]
          : [403, ""]
      )
      const env = { ...nowhere, AWS_CONTAINER_CREDENTIALS_FULL_URI: url }
      expect(yield* keyOf({ ...env, AWS_CONTAINER_AUTHORIZATION_TOKEN: "secret" })).toBe("KEY")
      expect((yield* Effect.flip(keyOf(env))).detail).toContain("403")
      const elsewhere = { ...nowhere, AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://example.com/" }
      expect((yield* Effect.flip(keyOf(elsewhere))).detail).toContain("nor of this machine")
    })
  )

  it.scopedLive("of a web identity come from STS, for the token in the file", () =>
    Effect.gen(function* () {
      const folder = mkdtempSync(join(tmpdir(), "holdfast-aws-"))
      yield* Effect.addFinalizer(() => Effect.sync(() => rmSync(folder, { recursive: true })))
      const file = join(folder, "token")
      writeFileSync(file, "jwt\n")
      const { url } = yield* serverOf(({ method }) => [
        method === "POST" ? 200 : 400,
        `<R><Credentials><AccessKeyId>WEB</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
        <SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></R>`
      ])
      const env = {
        ...nowhere,
        AWS_WEB_IDENTITY_TOKEN_FILE: file,
        AWS_ROLE_ARN: "arn:aws:iam::1:role/r",
        AWS_ENDPOINT_URL_STS: url
      }
      expect(yield* keyOf(env)).toBe("WEB")
      expect(
        (yield* Effect.flip(keyOf({ ...env, AWS_WEB_IDENTITY_TOKEN_FILE: "/none" }))).detail
      ).toContain("AWS_WEB_IDENTITY_TOKEN_FILE")
    })
  )

  it.effect("of the environment come before those of a profile", () =>
    Effect.gen(function* () {
      const profile = Profile.find({ config, credentials }, "spot")
      expect(yield* keyOf(nowhere, profile)).toBe("SPOT")
      const env = { ...nowhere, AWS_ACCESS_KEY_ID: "ENV", AWS_SECRET_ACCESS_KEY: "s" }
      expect(yield* keyOf(env, profile)).toBe("ENV")
    })
  )
})
