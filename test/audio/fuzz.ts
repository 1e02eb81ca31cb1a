/**
 * Damages recordings of every format at random, and decodes them: npm run fuzz:audio -- --cases 300
 *
 * Each file of fixtures/ has a process of its own, which is killed if it hangs. A case fails if it takes longer
 * than two seconds or more than 64 MiB, or gives less than all of the samples where the format would have
 * shown that something is missing.
 */
import * as Effect from "effect/Effect"
import { fork } from "node:child_process"
import { readFileSync } from "node:fs"
import * as Crc from "../../src/audio/Crc.js"
import * as Parts from "../../src/audio/Parts.js"
import * as SoundFile from "../../src/audio/SoundFile.js"

const folder = new URL("fixtures/", import.meta.url)
const names = Object.keys(
  JSON.parse(readFileSync(new URL("reference.json", folder), "utf8")) as object
)
/** Formats whose checksums cover all samples, or, of a file cut off, say that it is. */
const isCovered = (name: string) => !["piped.flac", "cbr.mp3", "crc.mp3"].includes(name)

const numbers = (seed: number) => {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const decode = (bytes: Uint8Array) =>
  Effect.runPromise(Effect.either(SoundFile.excerpt(Parts.ofMemory(bytes), 0, Infinity)))

const load = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)))

/** Gives the pages of an Ogg file their right checksums, so that damage reaches the decoder. */
const repaired = (bytes: Uint8Array): Uint8Array => {
  const crc32 = Crc.make(32, 0x04c11db7)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at + 27 < bytes.length && bytes[at] === 0x4f;) {
    const lacing = bytes.subarray(at + 27, at + 27 + bytes[at + 26]!)
    const end = at + 27 + lacing.length + lacing.reduce((sum, length) => sum + length, 0)
    view.setUint32(at + 22, 0)
    view.setUint32(at + 22, crc32(bytes, 0, at, Math.min(end, bytes.length)), true)
    at = end
  }
  return bytes
}

/** The ways to damage a file. */
const damages: ReadonlyArray<(bytes: Uint8Array, next: (below: number) => number) => Uint8Array> = [
  (bytes, next) => {
    const copy = bytes.slice()
    for (let i = 1 + next(8); i > 0; i--) copy[next(copy.length)]! ^= 1 << next(8)
    return copy
  },
  (bytes, next) => bytes.slice(0, next(bytes.length)),
  (bytes, next) => {
    const copy = bytes.slice()
    const at = next(copy.length)
    for (let i = at; i < Math.min(copy.length, at + 300); i++) copy[i] = next(256)
    return copy
  },
  (bytes, next) => {
    const [from, to] = [next(bytes.length), next(bytes.length)].sort((a, b) => a - b) as [
      number,
      number
    ]
    return new Uint8Array([...bytes.subarray(0, from), ...bytes.subarray(to)])
  },
  (bytes, next) => {
    // The head stays, and nothing of the rest.
    const head = Math.min(bytes.length, 4 + next(120))
    return Uint8Array.from({ length: bytes.length }, (_, i) => (i < head ? bytes[i]! : next(256)))
  },
  (bytes, next) => {
    const other = load(names[next(names.length)]!)
    const at = next(bytes.length)
    return new Uint8Array([...bytes.subarray(0, at), ...other.subarray(next(other.length))])
  },
  (bytes, next) => {
    // Declared numbers are the largest that there are.
    const copy = bytes.slice()
    copy.fill(0xff, 4 + next(60)).set(bytes.subarray(68), 68)
    return copy
  }
]

const fuzz = async (name: string, cases: number) => {
  const bytes = load(name)
  const intact = await decode(bytes)
  if (intact._tag === "Left") return [`${name} cannot be decoded: ${String(intact.left)}`]
  const next = numbers(cases + bytes.length)
  const problems: Array<string> = []
  const said = new Map<string, number>()
  for (let i = 0; i < cases; i++) {
    const hurt = damages[i % damages.length]!(bytes, next)
    const isRepaired = i % 2 === 1 && hurt[0] === 0x4f
    const damaged = isRepaired ? repaired(hurt) : hurt
    const [began, before] = [performance.now(), process.memoryUsage()]
    const result = await decode(damaged)
    const took = performance.now() - began
    const after = process.memoryUsage()
    const more = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed
    const what = result._tag === "Left" ? String(result.left) : "decoded"
    said.set(what.replaceAll(/[\d.]+/g, "N"), (said.get(what.replaceAll(/[\d.]+/g, "N")) ?? 0) + 1)
    if (took > 2000) problems.push(`case ${i} of ${name} took ${took} ms: ${what}`)
    if (more > 2 ** 26) problems.push(`case ${i} of ${name} took ${more} bytes: ${what}`)
    if (result._tag === "Right" && isCovered(name) && !isRepaired) {
      const { length } = result.right.samples
      if (length < intact.right.samples.length) {
        problems.push(`case ${i} of ${name} gave ${length} samples, and no error`)
      }
    }
  }
  const again = await decode(bytes)
  if (JSON.stringify(again) !== JSON.stringify(intact))
    problems.push(`${name} decodes otherwise now`)
  const [most] = [...said].sort((a, b) => b[1] - a[1])
  console.log(
    `${name}: ${cases} cases, ${said.get("decoded") ?? 0} decoded; most often: ${most![0]}`
  )
  return problems
}

const [own, count] = process.argv.slice(2)
if (own !== undefined && own !== "--cases") {
  const problems = await fuzz(own, Number(count))
  for (const problem of problems) console.log(problem)
  process.exit(problems.length === 0 ? 0 : 1)
}
const cases = Number(count ?? 100)
let failed = 0
for (const name of names) {
  const child = fork(new URL(import.meta.url), [name, String(cases)])
  const killed = setTimeout(() => child.kill("SIGKILL"), 20_000 + 500 * cases)
  const code = await new Promise((resolve) => child.once("exit", resolve))
  clearTimeout(killed)
  if (code !== 0) failed++
  if (code === null) console.log(`${name}: hangs`)
}
console.log(failed === 0 ? `${names.length * cases} cases` : `${failed} files with problems`)
process.exitCode = failed === 0 ? 0 : 1
