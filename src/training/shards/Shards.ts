import type { Sized } from "../../data/Batch.js"
import { t } from "../../language/Text.js"

/** A part of a batch: its examples `from` up to, but not including, `to`. */
export interface Shard {
  readonly index: number
  readonly from: number
  readonly to: number
  /** Its part of the examples, by which its mean loss counts. */
  readonly share: number
}

/** The batch that a shard is cut from, and which part of its examples the shard has. */
export interface ShardOf<out B extends Sized> {
  readonly batch: B
  readonly share: number
}

/** Cuts so many examples into shards, as even as can be; one with no examples is left out. */
export const shardsOf = (examples: number, shards: number): ReadonlyArray<Shard> => {
  const all: Array<Shard> = []
  for (let index = 0; index < shards; index++) {
    const from = Math.floor((index * examples) / shards)
    const to = Math.floor(((index + 1) * examples) / shards)
    if (to > from) all.push({ index, from, to, share: (to - from) / examples })
  }
  return all
}

/**
 * The examples of a shard, as views of the same memory. Each typed array and each list of the batch,
 * also those in records, holds its examples side by side; what is neither belongs to every shard.
 */
export const cut = <B extends Sized>(batch: B, { from, to }: Pick<Shard, "from" | "to">): B => ({
  ...(cutFields(batch, batch.size, from, to) as B),
  size: to - from
})

const cutFields = (fields: object, size: number, from: number, to: number): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, cutValue(value, size, from, to)])
  )

const cutValue = (value: unknown, size: number, from: number, to: number): unknown => {
  if (ArrayBuffer.isView(value)) {
    const array = value as Uint8Array
    const each = array.length / size
    return array.subarray(from * each, to * each)
  }
  if (Array.isArray(value)) return value.slice(from, to)
  return isRecord(value) ? cutFields(value, size, from, to) : value
}

/** Why a batch cannot be cut; null: it can. */
export const problemOf = (batch: Sized): string | null => problemIn(batch, batch.size, "")

const problemIn = (fields: object, size: number, path: string): string | null => {
  for (const [name, value] of Object.entries(fields)) {
    const problem = problemWith(value, size, path + name)
    if (problem !== null) return problem
  }
  return null
}

const problemWith = (value: unknown, size: number, path: string): string | null => {
  if (ArrayBuffer.isView(value)) {
    const { length } = value as Uint8Array
    return length % size === 0
      ? null
      : t`${path} of the batch holds ${length} numbers for ${size} examples; training.shards cuts batches, whose arrays need as many numbers for each example`
  }
  if (Array.isArray(value)) {
    return value.length === size
      ? null
      : t`${path} of the batch is a list of ${value.length} for ${size} examples; training.shards cuts batches, whose lists need an entry for each example`
  }
  if (isRecord(value)) return problemIn(value, size, `${path}.`)
  return typeof value === "object" && value !== null
    ? t`${path} of the batch is a ${value.constructor.name}, which training.shards cannot cut; use typed arrays, lists, or records of them`
    : null
}

const isRecord = (value: unknown): value is object =>
  typeof value === "object" &&
  value !== null &&
  [Object.prototype, null].includes(Object.getPrototypeOf(value))
