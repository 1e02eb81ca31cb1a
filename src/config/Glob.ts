/**
 * Whether a name matches a pattern in which `*` stands for any characters, also none. Takes time in
 * proportion to the lengths, since each part is looked for once.
 */
export const matches = (pattern: string, name: string): boolean => {
  const [first = "", ...parts] = pattern.split("*")
  const last = parts.pop()
  if (last === undefined) return name === pattern
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const part of parts) {
    const found = name.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return name.length - last.length >= at && name.endsWith(last)
}
