/**
 * Checkpoints in buckets of a real service that enforces conditional writes, moto: `npm run test:s3`.
 *
 *   HOLDFAST_PYTHON   a Python with moto[server] (default: python3)
 *   --kills N         how often a run is killed before it may end (default: 12)
 *   --only bucket,mirror
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { storeContract, type StorageSubject } from "holdfast/testing"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as Client from "../../src/checkpointing/objects/S3Client.js"
import * as Settings from "../../src/checkpointing/objects/S3Settings.js"
import { fields } from "../../src/checkpointing/objects/Xml.js"
import * as S3Storage from "../../src/checkpointing/objects/S3Storage.js"
import * as FaultyProxy from "./FaultyProxy.js"
import * as Moto from "./Moto.js"
import * as Weights from "./Weights.js"

const { values: options } = parseArgs({
  options: {
    kills: { type: "string", default: "12" },
    only: { type: "string", default: "bucket,mirror" }
  }
})
const folder = mkdtempSync(join(tmpdir(), "holdfast-s3-"))
let passed = 0
let failed = 0

const check = (what: string, right: boolean, found: unknown = ""): void => {
  if (right) passed++
  else failed++
  console.log(`  ${right ? "right" : "WRONG"}  ${what}${right ? "" : `: ${String(found)}`}`)
}

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo
      server.close(() => done(port))
    })
  })

const port = await freePort()
const moto = Moto.start(port)
await moto.ready()

const proxy = await FaultyProxy.start(port)
// Through the proxy, which passes everything on until it is to fail.
Object.assign(process.env, {
  AWS_ENDPOINT_URL_S3: proxy.endpoint,
  AWS_ACCESS_KEY_ID: "key",
  AWS_SECRET_ACCESS_KEY: "secret"
})
const { env } = process
const client = Client.make(await Effect.runPromise(Settings.from(env)))
const storage = S3Storage.make(client)

let cases = 0
/** Tries the cases of the contract, those that `isTried` selects. */
const contract = async (
  what: string,
  subject: StorageSubject,
  isTried: (name: string) => boolean = () => true
): Promise<void> => {
  console.log(what)
  for (const { name, run } of storeContract(subject).filter((one) => isTried(one.name))) {
    const error = await Effect.runPromise(
      Effect.match(run, { onFailure: String, onSuccess: () => null })
    ).catch(String)
    check(name, error === null, error)
  }
}

/** Takes the lock of a folder away as another process does. */
const takeLock: StorageSubject["takeLock"] = (at, of) =>
  of.startsWith("s3:")
    ? at.remove(`${of}/.lock`)
    : Effect.gen(function* () {
        const fs = yield* FileSystem.FileSystem
        yield* fs.remove(`${of}/.lock`, { recursive: true })
        yield* fs.makeDirectory(`${of}/.lock`)
        yield* fs.writeFileString(`${of}/.lock/owner-other.0.json`, "{}")
      }).pipe(Effect.provide(NodeFileSystem.layer))

/** Folders of this machine with mirrors under an address. */
const mirrored = (under: string): StorageSubject => ({
  make: Effect.succeed(Weights.storage),
  folder: Effect.sync(() => join(folder, "contract", String(cases++))),
  mirror: (of) => `${under}${of}`,
  takeLock
})

/** Where the checkpoints of a run are, and a change of its config. */
interface Trained {
  readonly checkpoints: string
  readonly mirror?: string
  /** Milliseconds that a batch takes. */
  readonly batch?: number
}

/** Trains until it ends, or is killed after so many milliseconds; gives the exit code. */
const train = (
  { batch = 40, checkpoints, mirror }: Trained,
  killAfter: number
): Promise<number | null> =>
  new Promise((done) => {
    const config = join(folder, "config.json")
    const training = {
      checkpoint_dir: checkpoints,
      checkpoint_mirror: mirror ?? null,
      save_interval: "3 steps",
      num_epochs: 8,
      batch_size: 16,
      learning_rate: 0.01,
      seed: 3
    }
    writeFileSync(config, JSON.stringify({ training, model: {}, data: {} }))
    const bin = resolve("dist/cli/bin.js")
    const pipeline = resolve("test/support/pipelines/blobs.ts")
    const args = [bin, "run", pipeline, `batch=${batch}`, "--config", config, "--quiet"]
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env,
      stdio: ["ignore", "ignore", "inherit"]
    })
    const timer = setTimeout(() => child.kill("SIGKILL"), killAfter)
    child.on("exit", (code) => {
      clearTimeout(timer)
      done(code)
    })
  })

const never = 2 ** 31 - 1
const undisturbed = join(folder, "undisturbed")
console.log("a run in files")
check("it ends", (await train({ checkpoints: undisturbed }, never)) === 0)
const wanted = await Weights.digestAt(undisturbed)

/** Kills a run until it ends; `between` is done after each kill. Then checks the weights it ends with. */
const killed = async (
  what: string,
  run: Trained,
  between: () => void = () => {}
): Promise<void> => {
  console.log(what)
  let kills = 0
  let code: number | null = null
  const started = Date.now()
  while (kills < Number(options.kills)) {
    code = await train(run, randomInt(1500, 6000))
    if (code !== null) break
    kills++
    between()
  }
  check(`it ends after ${kills} kills`, (code ?? (await train(run, never))) === 0, code)
  for (const one of [run.checkpoints, ...(run.mirror === undefined ? [] : [run.mirror])]) {
    const found = await Weights.digestAt(one).catch(String)
    check(`${one} has the weights of the run in files`, found === wanted, found)
  }
  console.log(`${kills} kills in ${Math.round((Date.now() - started) / 1000)} s`)
}

/** Uploads in parts that nobody has completed. */
const unfinished = async (): Promise<number> => {
  const answer = await Effect.runPromise(
    client.send({
      method: "GET",
      id: "s3://bucket",
      query: { uploads: "" },
      accepts: [200]
    })
  )
  return fields(answer.bytes, "UploadId").length
}

if (options.only.includes("bucket")) {
  await contract("the contract of a store in a bucket", {
    make: Effect.succeed(storage),
    folder: Effect.sync(() => `s3://bucket/contract/${cases++}`)
  })
  await killed("a run in a bucket that is killed again and again", {
    checkpoints: "s3://bucket/runs/killed"
  })
}

if (options.only.includes("mirror")) {
  await contract(
    "the contract of a folder with another as its mirror",
    mirrored(`${folder}/mirror`)
  )
  await contract(
    "the contract of a folder with a bucket as its mirror",
    mirrored("s3://bucket/mirror")
  )

  proxy.rate = 0.05
  await contract(
    "the same where requests fail, are slow, are cut off, and answers are lost",
    mirrored("s3://bucket/faults"),
    (name) => !name.includes("any operation")
  )
  console.log(`faults: ${JSON.stringify(proxy.counts)}`)

  console.log("an upload in parts that is killed")
  const begun = await Effect.runPromise(
    client.send({
      method: "POST",
      id: "s3://bucket/parts/a b",
      query: { uploads: "" },
      accepts: [200]
    })
  )
  check("it has begun", fields(begun.bytes, "UploadId").length === 1 && (await unfinished()) > 0)
  await Effect.runPromise(Effect.scoped(storage.lock("s3://bucket/parts", { force: false })))
  check("the next lock of the folder removes it", (await unfinished()) === 0, await unfinished())

  const machine = join(folder, "machine")
  const mirror = "s3://bucket/runs/mirrored"
  let losses = 0
  await killed(
    "a run with a bucket as its mirror that is killed again and again, and loses its disk every other time",
    { checkpoints: machine, mirror },
    () => {
      if (losses++ % 2 === 0) rmSync(machine, { recursive: true, force: true })
    }
  )
  proxy.rate = 0
  check("no upload is left unfinished", (await unfinished()) === 0)
  const shared = join(folder, "shared")
  const disk = join(folder, "disk")
  mkdirSync(disk, { recursive: true })
  await killed(
    "the same with a folder as the mirror, at every kill",
    { checkpoints: join(disk, "run"), mirror: shared },
    () => rmSync(join(disk, "run"), { recursive: true, force: true })
  )
  check("nothing temporary is left", !existsSync(join(shared, ".lock")))

  console.log("two runs with one mirror")
  const first = train(
    { checkpoints: join(folder, "a"), mirror: "s3://bucket/runs/two", batch: 200 },
    never
  )
  await sleep(4000)
  const second = await train(
    { checkpoints: join(folder, "b"), mirror: "s3://bucket/runs/two" },
    never
  )
  check("the second ends with 75", second === 75, second)
  check("the first ends", (await first) === 0)
}

proxy.stop()
moto.stop()
rmSync(folder, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
