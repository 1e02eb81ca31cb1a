/** A token that stands for all that are none of the vocabulary. */
export const unknown = 0

/** So many different tokens have a number of their own while texts are read; later ones are unknown. */
export const mostTokens = 1 << 20
/** A longer token, in UTF-16 units, is unknown: what holds it is no text of words. */
const longest = 64

/** The tokens that were met, each with a number from 1 on: what is later ranked into a vocabulary. */
export class Dictionary {
  /** By number; the first stands for what is unknown. */
  readonly values: Array<string> = [""]
  private readonly numbers = new Map<string, number>()

  numberOf(token: string): number {
    const known = this.numbers.get(token)
    if (known !== undefined) return known
    if (this.values.length > mostTokens || token.length > longest) return unknown
    const number = this.values.push(token) - 1
    this.numbers.set(token, number)
    return number
  }

  /** Has the tokens be these, as they were when texts were read before. */
  restore(values: ReadonlyArray<string>): void {
    this.values.length = 0
    this.numbers.clear()
    for (const value of values) this.values.push(value)
    for (let i = 1; i < values.length; i++) this.numbers.set(values[i]!, i)
  }

  clear(): void {
    this.restore([""])
  }
}
