import { median } from "../median.js"
import type { Taken } from "./Player.js"

/** What each took, round by round; what failed is missing. */
export interface Rounds<Name extends string> {
  readonly taken: Readonly<Partial<Record<Name, ReadonlyArray<Taken>>>>
  /** Why those that are missing failed. */
  readonly failed: Readonly<Partial<Record<Name, string>>>
}

const sleep = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds))

/**
 * Has each done once in every round, another one first each time, so that none always follows the same
 * one. A round before the first, in which code is compiled, does not count.
 */
export const inTurn = async <Name extends string>(
  rounds: number,
  turns: Readonly<Partial<Record<Name, () => Promise<Taken>>>>
): Promise<Rounds<Name>> => {
  const names = Object.keys(turns) as Array<Name>
  const taken: Partial<Record<Name, Array<Taken>>> = {}
  const failed: Partial<Record<Name, string>> = {}
  for (let round = -1; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + 1 + i) % names.length]!
      if (failed[name] !== undefined) continue
      try {
        // What the one before has left to the disk and to the garbage collector is not this one's.
        await sleep(20)
        const one = await turns[name]!()
        if (round >= 0) (taken[name] ??= []).push(one)
      } catch (error) {
        failed[name] = (error as Error).message
        delete taken[name]
      }
    }
  }
  return { taken, failed }
}

/** The median time of one, in milliseconds. */
export const time = <Name extends string>(
  { taken }: Rounds<Name>,
  name: Name
): number | undefined => taken[name] && median(taken[name].map(({ ms }) => ms))

/** The median over the rounds of one's time as a part of another's. */
export const ratio = <Name extends string>(
  { taken }: Rounds<Name>,
  of: Name,
  to: Name
): number | undefined => {
  const [a, b] = [taken[of], taken[to]]
  return a && b && median(a.map(({ ms }, round) => ms / b[round]!.ms))
}

/** The geometric mean; undefined where one is missing. */
export const geometricMean = (values: ReadonlyArray<number | undefined>): number | undefined =>
  values.includes(undefined)
    ? undefined
    : Math.exp(values.reduce<number>((sum, value) => sum + Math.log(value!), 0) / values.length)
