import { t } from "../../language/Text.js"
import { refuse } from "../FormatError.js"

/** Files with more objects are not read. */
const maxObjects = 100_000

/** The objects that are being read or have been: none is read twice. */
export class Visited {
  readonly #addresses = new Set<number>()

  visit(address: number, path: string): void {
    if (this.#addresses.has(address))
      refuse("Damaged", path, t`leads to byte ${address} again, in a circle`)
    if (this.#addresses.size === maxObjects) {
      refuse("TooLarge", path, t`is one of more than ${maxObjects} objects`)
    }
    this.#addresses.add(address)
  }
}
