/** A nested record by the paths of its fields: `git.commit`. A list stays one value. */
export const flatten = (
  record: Readonly<Record<string, unknown>>,
  path = ""
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(record).flatMap(([name, value]) =>
      typeof value === "object" && value !== null && !Array.isArray(value)
        ? Object.entries(flatten(value as Record<string, unknown>, `${path}${name}.`))
        : [[`${path}${name}`, value]]
    )
  )
