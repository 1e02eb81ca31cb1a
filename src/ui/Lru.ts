/** Values by name, as long as all together weigh no more than `limit`: the least recently used go first. */
export class Lru<A> {
  readonly #entries = new Map<string, { readonly value: A; readonly weight: number }>()
  #weight = 0

  constructor(readonly limit: number) {}

  get(name: string): A | undefined {
    const entry = this.#entries.get(name)
    if (entry === undefined) return undefined
    // A map keeps the order in which names were added.
    this.#entries.delete(name)
    this.#entries.set(name, entry)
    return entry.value
  }

  /** The last that was set stays, however much it weighs: somebody is looking at it. */
  set(name: string, value: A, weight: number): void {
    this.delete(name)
    this.#entries.set(name, { value, weight })
    this.#weight += weight
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.limit || oldest === name) return
      this.delete(oldest)
    }
  }

  delete(name: string): void {
    this.#weight -= this.#entries.get(name)?.weight ?? 0
    this.#entries.delete(name)
  }
}
