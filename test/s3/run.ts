/**
 * Checkpoints in buckets of a real service that enforces conditional writes, moto: `npm run test:s3`.
 *
 *   HOLDFAST_PYTHON   a Python with moto[server] (default: python3)
 *   --kills N         how often a run is killed before it may end (default: 12)
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { createHash, randomInt } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { storeContract } from "holdfast/testing"
import * as Client from "../../src/checkpointing/objects/S3Client.js"
import * as S3Storage from "../../src/checkpointing/objects/S3Storage.js"

const { values: options } = parseArgs({ options: { kills: { type: "string", default: "12" } } })
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
const endpoint = `http://127.0.0.1:${port}`
const python = process.env["HOLDFAST_PYTHON"] ?? "python3"
const moto = spawn(python, ["-c", "from moto.server import main; main()", "-p", String(port)], {
  stdio: "ignore"
})
for (;;) {
  const isUp = await fetch(`${endpoint}/bucket`, { method: "PUT" }).then(
    ({ ok }) => ok,
    () => false
  )
  if (isUp) break
  if (moto.exitCode !== null) throw new Error(`${python} has no moto[server]`)
  await sleep(200)
}

const env = {
  ...process.env,
  AWS_ENDPOINT_URL_S3: endpoint,
  AWS_ACCESS_KEY_ID: "key",
  AWS_SECRET_ACCESS_KEY: "secret"
}
const storage = S3Storage.make(Client.make(Client.settingsFrom(env)))

console.log("the contract of a store")
let cases = 0
const contract = storeContract({
  make: Effect.succeed(storage),
  folder: Effect.sync(() => `s3://bucket/contract/${cases++}`)
})
for (const { name, run } of contract) {
  const error = await Effect.runPromise(
    Effect.match(run, { onFailure: String, onSuccess: () => null })
  ).catch(String)
  check(name, error === null, error)
}

/** Trains until it ends, or is killed after so many milliseconds; gives the exit code. */
const train = (checkpoints: string, killAfter: number): Promise<number | null> =>
  new Promise((done) => {
    const config = join(folder, "config.json")
    const training = {
      checkpoint_dir: checkpoints,
      save_interval: "3 steps",
      num_epochs: 8,
      batch_size: 16,
      learning_rate: 0.01,
      seed: 3
    }
    writeFileSync(config, JSON.stringify({ training, model: {}, data: {} }))
    const bin = resolve("dist/cli/bin.js")
    const pipeline = resolve("test/support/pipelines/blobs.ts")
    const args = [bin, "run", pipeline, "batch=40", "--config", config, "--quiet"]
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

/** All tensors of a checkpoint, which follow its header. */
const digestOf = (bytes: Uint8Array): string => {
  const from = 8 + Number(Buffer.from(bytes).readBigUInt64LE(0))
  return createHash("sha256").update(bytes.subarray(from)).digest("hex")
}

console.log("a run in a bucket that is killed again and again")
const local = join(folder, "local")
const never = 2 ** 31 - 1
check("a run in files ends", (await train(local, never)) === 0)
const wanted = digestOf(readFileSync(join(local, "latest_checkpoint.safetensors")))
const remote = "s3://bucket/runs/killed"
let kills = 0
const started = Date.now()
while (kills < Number(options.kills)) {
  const code = await train(remote, randomInt(1500, 6000))
  if (code !== null) break
  kills++
}
check(`it ends after ${kills} kills`, (await train(remote, never)) === 0)
const name = `${remote}/latest_checkpoint.safetensors`
const last = await Effect.runPromise(
  storage.open(name, ({ bytes, read }) => {
    const buffer = new Uint8Array(bytes)
    return Effect.as(read(0, buffer), buffer)
  })
)
check("with the weights of the run in files", digestOf(last) === wanted)
console.log(`${kills} kills in ${Math.round((Date.now() - started) / 1000)} s`)

moto.kill()
rmSync(folder, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed > 0 ? 1 : 0)
