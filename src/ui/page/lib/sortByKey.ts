/** Rows in the order of their keys; those without one come last either way. */
export const sortByKey = <A>(
  rows: ReadonlyArray<A>,
  keyOf: (row: A) => string | number | null,
  descending: boolean
): ReadonlyArray<A> =>
  rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((one, other) => {
      if (one.key === null || other.key === null) {
        return Number(one.key === null) - Number(other.key === null)
      }
      const order =
        typeof one.key === "number" && typeof other.key === "number"
          ? one.key - other.key
          : String(one.key).localeCompare(String(other.key), "en", { numeric: true })
      return descending ? -order : order
    })
    .map(({ row }) => row)
