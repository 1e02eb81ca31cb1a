import * as Effect from "effect/Effect"
import * as Observer from "../events/Observer.js"
import { t } from "../language/Text.js"

/** Reports what a loader left out of `count`: those named, each with its reason, and how many more. */
export const reportSkipped = Effect.fnUntraced(function* (
  named: ReadonlyArray<string>,
  count: number,
  andMore: (more: number) => string
) {
  const warn = (message: string) =>
    Observer.emit({ _tag: "Notice", level: "warning", code: "Data", message })
  yield* Effect.forEach(named, (one) => warn(t`skipped ${one}`), { discard: true })
  if (count > named.length) yield* warn(andMore(count - named.length))
})
