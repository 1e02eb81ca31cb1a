/** The name among `known` that `name` was probably meant to be, if one is near enough. */
export const nearest = (name: string, known: ReadonlyArray<string>): string | undefined => {
  const meant = bare(name)
  const [best] = known
    .map((candidate) => ({ candidate, steps: distance(meant, bare(candidate)) }))
    .filter(
      ({ candidate, steps }) =>
        steps <= Math.max(1, Math.floor(meant.length / 3)) ||
        (meant.length > 2 && bare(candidate).includes(meant))
    )
    .sort((one, other) => one.steps - other.steps)
  return best?.candidate
}

const bare = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "")

/** How many letters must be added, dropped, changed or swapped with the next to make `b` of `a`. */
const distance = (a: string, b: string): number => {
  let before: ReadonlyArray<number> = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (const [j, other] of [...b].entries()) {
      const change = row[j]! + (letter === other ? 0 : 1)
      const swap =
        letter === b[j - 1] && other === a[i - 1] ? before[j - 1]! + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(change, swap, row[j + 1]! + 1, next[j]! + 1))
    }
    before = row
    row = next
  }
  return row.at(-1)!
}
