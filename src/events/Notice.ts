import type * as Effect from "effect/Effect"
import type { NoticeCode } from "./Event.js"
import { emit, type Observer } from "./Observer.js"

/** Emits a warning. */
export const warn = (code: NoticeCode, message: string): Effect.Effect<void, never, Observer> =>
  emit({ _tag: "Notice", level: "warning", code, message })

/** Emits a notice of what has been done. */
export const inform = (code: NoticeCode, message: string): Effect.Effect<void, never, Observer> =>
  emit({ _tag: "Notice", level: "info", code, message })
