/**
 * The frame of the programs that damage files at random and load them.
 *
 * Each file has a process of its own, which is killed if it hangs. A case fails if it takes longer than two
 * seconds or keeps more than 64 MiB, if it ends by anything but an error that the loader declares, or if what
 * is loaded is not what the format promises.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { fork } from "node:child_process"

type Next = (below: number) => number

/** A file that is damaged, and how it is loaded. */
export interface Subject<A> {
  readonly bytes: Uint8Array
  readonly load: (bytes: Uint8Array, at: number) => Effect.Effect<A, Error | string>
  /** Gives a file its right checksums, so that damage reaches the decoder; every second case. */
  readonly repaired?: (bytes: Uint8Array) => Uint8Array
  /** What is wrong with what was loaded. */
  readonly problem?: (loaded: A, intact: A, isRepaired: boolean) => string | null
  /** What is wrong with an error. */
  readonly errorProblem?: (error: string) => string | null
  /** So many bytes the process may hold at its most. */
  readonly mostBytes?: number
}

const numbers = (seed: number): Next => {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** The ways to damage a file. */
const damages: ReadonlyArray<(bytes: Uint8Array, next: Next, other: Uint8Array) => Uint8Array> = [
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
  (bytes, next, other) => {
    const at = next(bytes.length)
    return new Uint8Array([...bytes.subarray(0, at), ...other.subarray(next(other.length))])
  },
  (bytes, next) => {
    // Declared numbers are the largest that there are.
    const copy = bytes.slice()
    copy.fill(0xff, 4 + next(60)).set(bytes.subarray(68), 68)
    return copy
  },
  (bytes, next) => {
    // A declared number anywhere is large.
    const copy = bytes.slice()
    const at = next(copy.length)
    return copy.fill([0xff, 0x7f, 0x20][next(3)]!, at, at + 1 + next(4))
  }
]

const fuzz = async <A>(name: string, cases: number, subject: Subject<A>, other: Uint8Array) => {
  const { bytes, errorProblem, load, mostBytes, problem, repaired } = subject
  const run = (bytes: Uint8Array, at: number) => Effect.runPromiseExit(load(bytes, at))
  const intact = await run(bytes, 0)
  if (Exit.isFailure(intact)) return [`${name} cannot be loaded: ${Cause.pretty(intact.cause)}`]
  const next = numbers(cases + bytes.length)
  const problems: Array<string> = []
  const said = new Map<string, number>()
  for (let i = 0; i < cases; i++) {
    const hurt = damages[i % damages.length]!(bytes, next, other)
    const isRepaired = i % 2 === 1 && repaired !== undefined
    const damaged = isRepaired ? repaired(hurt) : hurt
    const [began, before] = [performance.now(), process.memoryUsage()]
    const exit = await run(damaged, i)
    const took = performance.now() - began
    const after = process.memoryUsage()
    const more = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed
    const error = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : null
    const what =
      error === null ? "loaded" : error._tag === "Some" ? String(error.value) : "a defect"
    const found = [
      took > 2000 ? `took ${took} ms` : null,
      more > 2 ** 26 ? `took ${more} bytes` : null,
      Exit.isSuccess(exit) ? problem?.(exit.value, intact.value, isRepaired) : null,
      error?._tag === "Some" ? errorProblem?.(String(error.value)) : null,
      Exit.isFailure(exit) && error?._tag === "None" ? Cause.pretty(exit.cause) : null
    ]
    for (const one of found) if (one) problems.push(`case ${i} of ${name}: ${one}; ${what}`)
    const kind = what.replaceAll(/[\d.]+/g, "N")
    said.set(kind, (said.get(kind) ?? 0) + 1)
  }
  const again = await run(bytes, 0)
  if (JSON.stringify(again) !== JSON.stringify(intact)) problems.push(`${name} loads otherwise now`)
  const most = process.resourceUsage().maxRSS * 1024
  if (mostBytes !== undefined && most > mostBytes) problems.push(`${name} took ${most} bytes`)
  const [oftenest] = [...said].sort((a, b) => b[1] - a[1])
  console.log(
    `${name}: ${cases} cases, ${said.get("loaded") ?? 0} loaded, at most ${Math.round(most / 2 ** 20)} MiB; ` +
      `most often: ${oftenest![0]}`
  )
  return problems
}

/** Fuzzes each file, as the command line says: `--cases 300`. */
export const main = async <A>(
  program: string,
  subjects: Readonly<Record<string, () => Subject<A>>>
) => {
  const names = Object.keys(subjects)
  const [own, count] = process.argv.slice(2)
  const cases = Number(count ?? 100)
  if (own !== undefined && own !== "--cases") {
    const other = subjects[names[(names.indexOf(own) + 1) % names.length]!]!().bytes
    const problems = await fuzz(own, cases, subjects[own]!(), other)
    for (const problem of problems) console.log(problem)
    process.exit(problems.length === 0 ? 0 : 1)
  }
  let failed = 0
  for (const name of names) {
    const child = fork(new URL(program), [name, String(cases)])
    const killed = setTimeout(() => child.kill("SIGKILL"), 20_000 + 500 * cases)
    const code = await new Promise((resolve) => child.once("exit", resolve))
    clearTimeout(killed)
    if (code !== 0) failed++
    if (code === null) console.log(`${name}: hangs`)
  }
  console.log(failed === 0 ? `${names.length * cases} cases` : `${failed} files with problems`)
  process.exitCode = failed === 0 ? 0 : 1
}
