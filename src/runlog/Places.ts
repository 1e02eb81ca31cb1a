/** Where many lines are: columns that grow. */
export class Places {
  count = 0
  globalStep = new Float64Array(64)
  offset = new Float64Array(64)
  length = new Float64Array(64)

  /** The same places; what is done to either from now on, the other does not see. */
  fork(): Places {
    return Object.assign(new Places(), this)
  }

  push(globalStep: number, offset: number, length: number): void {
    if (this.count === this.offset.length) this.#copy(this.count * 2)
    this.globalStep[this.count] = globalStep
    this.offset[this.count] = offset
    this.length[this.count++] = length
  }

  /** Takes back those after a step. */
  cut(back: number): void {
    this.#copy(this.offset.length)
    let kept = 0
    for (let i = 0; i < this.count; i++) {
      if (this.globalStep[i]! > back) continue
      this.globalStep[kept] = this.globalStep[i]!
      this.offset[kept] = this.offset[i]!
      this.length[kept++] = this.length[i]!
    }
    this.count = kept
  }

  #copy(capacity: number): void {
    for (const name of ["globalStep", "offset", "length"] as const) {
      const copy = new Float64Array(capacity)
      copy.set(this[name])
      this[name] = copy
    }
  }
}
