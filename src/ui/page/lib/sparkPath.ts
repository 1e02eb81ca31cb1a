import type { Finite } from "../../Api.js"

/** The path of a curve in a box, from edge to edge; a gap where a value is missing. */
export const sparkPath = (values: ReadonlyArray<Finite>, width: number, height: number): string => {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return ""
  const low = Math.min(...known)
  const high = Math.max(...known)
  const room = 2
  let isDown = false
  return values
    .map((value, i) => {
      if (value === null) {
        isDown = false
        return ""
      }
      const x = (i / (values.length - 1)) * width
      const share = high === low ? 0.5 : (value - low) / (high - low)
      const y = height - room - share * (height - 2 * room)
      const command = isDown ? "L" : "M"
      isDown = true
      return `${command}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join("")
}
