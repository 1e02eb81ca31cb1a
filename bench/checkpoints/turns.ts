import * as Effect from "effect/Effect"
import { median } from "../median.js"

/** What each of several programs took, in milliseconds, round by round. */
export type Times<Name extends string> = Readonly<Record<Name, ReadonlyArray<number>>>

/** How long an effect takes, in milliseconds. */
export const timed = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<number, E, R> =>
  Effect.suspend(() => {
    const started = performance.now()
    return Effect.map(effect, () => performance.now() - started)
  })

/**
 * Runs programs, which tell how long they took, in turn: once each in every round, the first of a
 * round being the second of the next, so that none always follows the same one. A round before the
 * first is not counted.
 */
export const inTurn = Effect.fnUntraced(function* <Name extends string, E, R>(
  rounds: number,
  programs: Readonly<Record<Name, Effect.Effect<number, E, R>>>
) {
  const names = Object.keys(programs) as Array<Name>
  const times = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    Array<number>
  >
  for (let round = -1; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + 1 + i) % names.length]!
      // What the one before it has left to the disk and the garbage collector is not this one's.
      yield* Effect.sleep(100)
      const milliseconds = yield* programs[name]
      if (round >= 0) times[name].push(milliseconds)
    }
  }
  return times as Times<Name>
})

/** The median over the rounds of one program's time as a part of another's. */
export const ratio = <Name extends string>(times: Times<Name>, of: Name, to: Name): number =>
  median(times[of].map((milliseconds, round) => milliseconds / times[to][round]!))
