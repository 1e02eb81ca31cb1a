import type { Finite } from "../../Api.js"
import { sparkPath } from "../lib/sparkPath.js"

/** A curve without axes, as large as a word. */
export const Sparkline = ({ values }: { readonly values: ReadonlyArray<Finite> }) => (
  <svg class="spark" viewBox="0 0 96 24" preserveAspectRatio="none" aria-hidden="true">
    <path d={sparkPath(values, 96, 24)} />
  </svg>
)
