import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import { once } from "node:events"
import { Worker } from "node:worker_threads"
import { provider } from "../../src/checkpointing/objects/aws/Credentials.js"
import { exchange } from "../../src/checkpointing/objects/exchange.js"
import * as Address from "../../src/checkpointing/objects/S3Address.js"
import * as Client from "../../src/checkpointing/objects/S3Client.js"
import * as Settings from "../../src/checkpointing/objects/S3Settings.js"
import * as S3Storage from "../../src/checkpointing/objects/S3Storage.js"
import { upload } from "../../src/checkpointing/objects/S3Upload.js"
import { type Fault, type S3Server, s3Server } from "../support/s3Server.js"
import { storeContract } from "holdfast/testing"

const settings = {
  region: "eu-central-1",
  credentials: Effect.succeed({
    accessKeyId: "key",
    secretAccessKey: "secret",
    sessionToken: null,
    expires: null
  })
}

const clientOf = ({ endpoint }: S3Server, silence = 2000) =>
  Client.make({ ...settings, endpoint }, { pause: 2, silence })

const cases = storeContract({
  make: Effect.map(s3Server, (server) => S3Storage.make(clientOf(server))),
  folder: Effect.succeed("s3://bucket/run")
})

describe("CheckpointStore on S3", () => {
  // Those that let every operation fail in turn are slow here; `npm run test:s3` has them.
  for (const one of cases.filter(({ name }) => !name.includes("any operation fails"))) {
    it.live(one.name, () => one.run)
  }
})

/** Faults for the requests of a method: the first of them, one each. */
const faults = (server: S3Server, method: string, ...list: ReadonlyArray<Fault>) => {
  const left = [...list]
  server.fault = (found) => (found === method ? (left.shift() ?? null) : null)
}

const bytes = Uint8Array.from({ length: 100 }, (_, i) => i)
const id = "s3://bucket/runs/a b/ä+1.safetensors"

const put = (server: S3Server, content = bytes) =>
  S3Storage.make(clientOf(server)).put(id, { bytes: content.length }, ({ write }) =>
    write(0, content)
  )

const contentOf = (server: S3Server) =>
  S3Storage.make(clientOf(server)).open(id, ({ bytes: length, read }) => {
    const buffer = new Uint8Array(length)
    return Effect.as(read(0, buffer), buffer)
  })

describe("S3Storage", () => {
  it.scopedLive("repeats what meets a passing fault, or whose answer is lost", () =>
    Effect.gen(function* () {
      const server = yield* s3Server
      for (const fault of ["error", "cut", "lost"] as const) {
        server.objects.clear()
        faults(server, "PUT", fault, fault)
        yield* put(server)
        faults(server, "GET", fault)
        expect(yield* contentOf(server)).toEqual(bytes)
      }
    })
  )

  it.scopedLive("lists every page, with any names", () =>
    Effect.gen(function* () {
      const server = yield* s3Server
      server.pageSize = 3
      const storage = S3Storage.make(clientOf(server))
      const names = ["a", "b c", "d+e", "ä&<f>", "g%20h", "i", "j"]
      for (const name of names) {
        yield* storage.put(`s3://bucket/x/${name}`, { bytes: 1 }, ({ write }) =>
          write(0, new Uint8Array(1))
        )
      }
      yield* storage.put("s3://bucket/x/deeper/k", { bytes: 0 }, () => Effect.void)
      expect((yield* storage.list("s3://bucket/x")).toSorted()).toEqual(names.toSorted())
    })
  )

  it.scopedLive("uploads large objects in parts, leaving none behind when it fails", () =>
    Effect.gen(function* () {
      const server = yield* s3Server
      const client = clientOf(server)
      faults(server, "POST", null, "lost")
      yield* upload(client, id, bytes, { "x-amz-meta-holdfast-content": "c" }, 30)
      expect(yield* contentOf(server)).toEqual(bytes)
      expect(server.uploads.size).toBe(0)

      server.objects.clear()
      let parts = 0
      server.fault = (method, url) =>
        method === "PUT" && url.searchParams.get("partNumber") === "2" && parts++ < 99
          ? "cut"
          : null
      const failed = yield* Effect.flip(upload(client, id, bytes, {}, 30))
      expect(failed).toMatchObject({ reason: "Unwritable", path: id })
      expect(server.uploads.size).toBe(0)
      expect(server.objects.size).toBe(0)
    })
  )

  it.scopedLive("removes with the lock what interrupted uploads left in the folder", () =>
    Effect.gen(function* () {
      const server = yield* s3Server
      server.fault = (method, url) =>
        method === "DELETE" || url.searchParams.get("partNumber") === "2" ? "error" : null
      server.pageSize = 1
      for (const name of ["run/a b", "run/c", "run/archive/a b", "run/d", "other/a b"]) {
        yield* Effect.flip(upload(clientOf(server), `s3://bucket/${name}`, bytes, {}, 30))
      }
      expect(server.uploads.size).toBe(5)
      server.fault = () => null
      yield* S3Storage.make(clientOf(server)).lock("s3://bucket/run", { force: false })
      expect([...server.uploads.keys()].map((id) => id.split("-")[0])).toEqual([
        "bucket/run/archive/a b",
        "bucket/other/a b"
      ])
    })
  )

  it.scopedLive("gives up a connection that is silent, and takes another", () =>
    Effect.gen(function* () {
      const server = yield* s3Server
      const storage = S3Storage.make(clientOf(server, 20))
      yield* put(server)
      faults(server, "PUT", "silent")
      yield* storage.link(id, `${id}.copy`)
      faults(server, "HEAD", "silent", "silent")
      expect((yield* storage.stat(`${id}.copy`)).bytes).toBe(bytes.length)
      server.fault = () => "silent"
      const began = Date.now()
      const failed = yield* Effect.flip(S3Storage.make(clientOf(server, 1)).list("s3://bucket/x"))
      expect(failed.message).toContain("silent")
      expect(Date.now() - began).toBeGreaterThan(127)
    })
  )

  it.scopedLive("holds its lock where the answer to taking or renewing it is lost", () =>
    Effect.gen(function* () {
      const server = yield* s3Server
      const storage = S3Storage.make(clientOf(server))
      faults(server, "PUT", "lost", null, "lost")
      const { check } = yield* storage.lock("s3://bucket/run", { force: false })
      yield* check
      const second = yield* Effect.either(
        Effect.scoped(storage.lock("s3://bucket/run", { force: false }))
      )
      expect(Either.getLeft(second)).toMatchObject({ value: { reason: "InUse" } })
      yield* check
    })
  )

  it.scopedLive("says what is wrong with the credentials", () =>
    Effect.gen(function* () {
      const env = {
        AWS_EC2_METADATA_DISABLED: "true",
        HOME: "/nowhere",
        AWS_REGION: "eu-central-1"
      }
      const listed = (more: Record<string, string> = {}) =>
        Effect.flatMap(Settings.from({ ...env, ...more }), (found) =>
          Effect.flip(S3Storage.make(Client.make(found)).list("s3://bucket/x"))
        )
      expect((yield* listed()).message).toContain("AWS_ACCESS_KEY_ID")
      expect((yield* listed({ AWS_PROFILE: "nobody" })).message).toContain("no profile nobody")
    })
  )
})

describe("credentials", () => {
  it.live("of a profile may be what its program prints", () =>
    Effect.gen(function* () {
      const found = (program: string) =>
        provider(
          { AWS_EC2_METADATA_DISABLED: "true" },
          new Map([["credential_process", program]]),
          "eu-west-1"
        )
      const printed = `echo '{"AccessKeyId":"P","SecretAccessKey":"s"}'`
      expect(yield* found(printed)).toMatchObject({ accessKeyId: "P", sessionToken: null })
      expect((yield* Effect.flip(found("exit 3"))).detail).toContain("credential_process")
    })
  )
})

describe("exchange", () => {
  it.live("waits for an answer that arrived while a step kept the thread busy", () =>
    Effect.gen(function* () {
      const code = `
        const server = require("node:http").createServer((_, answer) => answer.end("answer"))
        const { parentPort } = require("node:worker_threads")
        server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port))`
      const worker = new Worker(code, { eval: true })
      const [port] = (yield* Effect.promise(() => once(worker, "message"))) as [number]
      const asked = exchange(
        {
          method: "GET",
          url: new URL(`http://127.0.0.1:${port}/`),
          headers: new Headers(),
          body: new Uint8Array()
        },
        { silence: 40, isFresh: true }
      )
      const fiber = yield* Effect.fork(asked)
      for (let turns = 0; turns < 5; turns++) {
        yield* Effect.promise(() => new Promise((done) => setImmediate(done)))
        const end = Date.now() + 80
        while (Date.now() < end);
      }
      const { bytes, status } = yield* Fiber.join(fiber)
      yield* Effect.promise(() => worker.terminate())
      expect([status, Buffer.from(bytes).toString()]).toEqual([200, "answer"])
    })
  )
})

describe("S3Client", () => {
  it.effect("addresses buckets as the service has them", () =>
    Effect.gen(function* () {
      const aws = yield* Settings.from({
        AWS_ACCESS_KEY_ID: "k",
        AWS_SECRET_ACCESS_KEY: "s",
        HOME: "/nowhere"
      })
      expect(Address.urlOf(aws, "s3://b/a b/c")).toBe(
        "https://b.s3.us-east-1.amazonaws.com/a%20b/c"
      )
      const own = { ...aws, endpoint: "http://localhost:9000/" }
      expect(Address.urlOf(own, "s3://b/c")).toBe("http://localhost:9000/b/c")
    })
  )
})
