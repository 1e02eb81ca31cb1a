/** What runs have in a field; `differs`: they do not all have the same. */
export interface DiffRow<A> {
  readonly name: string
  readonly values: ReadonlyArray<A | undefined>
  readonly differs: boolean
}

/** What each of several records has under each name, by name. */
export const diff = <A>(
  records: ReadonlyArray<Readonly<Record<string, A>>>
): ReadonlyArray<DiffRow<A>> =>
  [...new Set(records.flatMap((record) => Object.keys(record)))]
    .sort((one, other) => one.localeCompare(other, "en"))
    .map((name) => {
      const values = records.map((record) =>
        Object.hasOwn(record, name) ? record[name] : undefined
      )
      const texts = values.map((value) => JSON.stringify(value))
      return { name, values, differs: texts.some((text) => text !== texts[0]) }
    })
