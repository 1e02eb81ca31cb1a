import type { PlatformError } from "@effect/platform/Error"
import * as Predicate from "effect/Predicate"

/** The operating system's name for what went wrong ("ENOSPC"), or "" where it gave none. */
export const code = (error: PlatformError): string =>
  Predicate.hasProperty(error.cause, "code") && Predicate.isString(error.cause.code)
    ? error.cause.code
    : ""
