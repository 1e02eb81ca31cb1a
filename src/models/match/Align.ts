/** Two things that belong together. */
export interface Pair<L, R> {
  readonly left: L
  readonly right: R
}

/** What belongs together in two lists. */
export interface Alignment<L, R> {
  readonly pairs: ReadonlyArray<Pair<L, R>>
  /** What fits several, so that neither is certain. */
  readonly ambiguous: ReadonlyArray<{ readonly left: L; readonly rights: ReadonlyArray<R> }>
  /** Where exactly one of each list is left between two pairs. */
  readonly gaps: ReadonlyArray<Pair<L, R>>
}

/** Longer lists are compared pair by pair only: their alignment takes the product of their lengths. */
const maxProduct = 4_000_000

/**
 * Aligns two lists so that as many as possible fit, in the order of both. A pair is certain if the first
 * and the last such alignment have it; else it is ambiguous. Lists without an order pair what fits only
 * each other.
 */
export const align = <L, R>(
  lefts: ReadonlyArray<L>,
  rights: ReadonlyArray<R>,
  fits: (left: L, right: R) => boolean,
  isOrdered: boolean
): Alignment<L, R> => {
  const table = lefts.map((left) => rights.map((right) => fits(left, right)))
  if (!isOrdered || lefts.length * rights.length > maxProduct)
    return unordered(lefts, rights, table)
  const first = longest(table, rights.length)
  const last = longest(table.map((row) => [...row].reverse()).reverse(), rights.length).map(
    ([i, j]): Indices => [lefts.length - 1 - i, rights.length - 1 - j]
  )
  const certain = first.filter(([i, j]) => last.some(([k, l]) => i === k && j === l))
  const sure = new Set(certain.map(([i]) => i))
  const used = new Set(certain.map(([, j]) => j))
  const open = [...new Set([...first, ...last].map(([i]) => i))].filter((i) => !sure.has(i))
  return {
    pairs: pairsOf(lefts, rights, certain),
    ambiguous: open.map((i) => ({
      left: lefts[i]!,
      rights: rights.filter((_, j) => table[i]![j]! && !used.has(j))
    })),
    gaps: gapsOf(lefts, rights, certain).filter(({ left }) => !open.includes(lefts.indexOf(left)))
  }
}

type Indices = readonly [left: number, right: number]

const pairsOf = <L, R>(
  lefts: ReadonlyArray<L>,
  rights: ReadonlyArray<R>,
  all: ReadonlyArray<Indices>
) => all.map(([i, j]): Pair<L, R> => ({ left: lefts[i]!, right: rights[j]! }))

/** The longest common subsequence, each pair as early as possible. */
const longest = (
  table: ReadonlyArray<ReadonlyArray<boolean>>,
  width: number
): ReadonlyArray<Indices> => {
  const lengths = Array.from({ length: table.length + 1 }, () => new Uint32Array(width + 1))
  for (let i = table.length - 1; i >= 0; i--) {
    for (let j = width - 1; j >= 0; j--) {
      lengths[i]![j] = Math.max(
        table[i]![j]! ? 1 + lengths[i + 1]![j + 1]! : 0,
        lengths[i + 1]![j]!,
        lengths[i]![j + 1]!
      )
    }
  }
  const found: Array<Indices> = []
  let [i, j] = [0, 0]
  while (i < table.length && j < width) {
    if (table[i]![j]! && lengths[i]![j] === 1 + lengths[i + 1]![j + 1]!) found.push([i++, j++])
    else if (lengths[i]![j] === lengths[i]![j + 1]!) j++
    else i++
  }
  return found
}

const gapsOf = <L, R>(
  lefts: ReadonlyArray<L>,
  rights: ReadonlyArray<R>,
  pairs: ReadonlyArray<Indices>
) => {
  const ends: ReadonlyArray<Indices> = [[-1, -1], ...pairs, [lefts.length, rights.length]]
  const gaps = ends.slice(1).flatMap(([i, j], at): ReadonlyArray<Indices> => {
    const [k, l] = ends[at]!
    return i - k === 2 && j - l === 2 ? [[k + 1, l + 1]] : []
  })
  return pairsOf(lefts, rights, gaps)
}

const unordered = <L, R>(
  lefts: ReadonlyArray<L>,
  rights: ReadonlyArray<R>,
  table: ReadonlyArray<ReadonlyArray<boolean>>
): Alignment<L, R> => {
  const fitting = (i: number) => rights.flatMap((_, j) => (table[i]![j]! ? [j] : []))
  const isOnly = (i: number, j: number) => lefts.every((_, k) => k === i || !table[k]![j]!)
  const all = lefts.map((_, i) => fitting(i))
  const pairs = all.flatMap((found, i): ReadonlyArray<Indices> =>
    found.length === 1 && isOnly(i, found[0]!) ? [[i, found[0]!]] : []
  )
  return {
    pairs: pairsOf(lefts, rights, pairs),
    ambiguous: all.flatMap((found, i) =>
      found.length === 0 || pairs.some(([k]) => k === i)
        ? []
        : [{ left: lefts[i]!, rights: found.map((j) => rights[j]!) }]
    ),
    gaps: []
  }
}
