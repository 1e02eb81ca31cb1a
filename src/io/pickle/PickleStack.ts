import { t } from "../../language/Text.js"
import type { PickleBytes } from "./PickleBytes.js"

const mark = Symbol("mark")

/** The values that a pickle makes: its stack, on which marks begin lists of any length, and its memo. */
export class PickleStack {
  readonly #bytes: PickleBytes
  readonly #values: Array<unknown> = []
  readonly #memo = new Map<number, unknown>()

  constructor(bytes: PickleBytes) {
    this.#bytes = bytes
  }

  push(value: unknown): void {
    this.#values.push(value)
  }
  mark(): void {
    this.#values.push(mark)
  }
  pop(): unknown {
    return this.#value(this.#values.pop())
  }
  top(): unknown {
    return this.#value(this.#values.at(-1))
  }
  /** Takes off a value or a mark. */
  drop(): void {
    if (this.#values.pop() === undefined) this.#damaged(t`takes a value where there is none`)
  }
  /** The values since the last mark, and without it. */
  popMarked(): Array<unknown> {
    const from = this.#values.lastIndexOf(mark)
    if (from < 0) return this.#damaged(t`takes values where there are none`)
    const values = this.#values.splice(from)
    values.shift()
    return values
  }

  /** Appends to the list on top. */
  append(values: ReadonlyArray<unknown>): void {
    const target = this.top()
    if (!Array.isArray(target)) return this.#damaged(t`appends to what is no list`)
    for (const value of values) target.push(value)
  }
  /** Sets items of the dict on top: keys and values in turn. */
  setItems(values: ReadonlyArray<unknown>): void {
    const target = this.top()
    if (!(target instanceof Map) || values.length % 2 !== 0) {
      return this.#damaged(t`sets items of what is no dict`)
    }
    for (let i = 0; i < values.length; i += 2) target.set(values[i], values[i + 1])
  }

  /** Remembers the value on top. */
  memoize(index = this.#memo.size): void {
    this.#memo.set(index, this.top())
  }
  recall(index: number): void {
    this.push(
      this.#memo.has(index)
        ? this.#memo.get(index)
        : this.#damaged(t`recalls value ${index}, which there is not`)
    )
  }

  #value(value: unknown): unknown {
    return value === undefined || value === mark
      ? this.#damaged(t`takes a value where there is none`)
      : value
  }
  #damaged(detail: string): never {
    return this.#bytes.refuse("Damaged", detail)
  }
}
