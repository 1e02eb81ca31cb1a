import type { PlatformError, SystemErrorReason } from "@effect/platform/Error"
import { SystemError } from "@effect/platform/Error"
import * as Predicate from "effect/Predicate"
import { constants } from "node:os"

const names = new Map(Object.entries(constants.errno).map(([name, number]) => [-number, name]))

const codeOf = (cause: unknown): string => {
  if (!Predicate.hasProperty(cause, "code") || !Predicate.isString(cause.code)) return ""
  // Node has no name for some that Linux has (EDQUOT, ESTALE): it says "Unknown system error -122".
  const number = Predicate.hasProperty(cause, "errno") ? Number(cause.errno) : NaN
  return cause.code.startsWith("Unknown system error") ? (names.get(number) ?? "") : cause.code
}

/** The operating system's name of an error ("ENOSPC"), or "" where it gave none. */
export const code = (error: PlatformError): string => codeOf(error.cause)

const reasons: Partial<Record<string, SystemErrorReason>> = {
  EACCES: "PermissionDenied",
  EBUSY: "Busy",
  EEXIST: "AlreadyExists",
  EISDIR: "BadResource",
  ELOOP: "BadResource",
  ENOENT: "NotFound",
  ENOTDIR: "BadResource"
}

/** An error thrown by a function of Node, as the file system service would report it. */
export const toError =
  (method: string, path: string) =>
  (cause: unknown): SystemError =>
    new SystemError({
      module: "FileSystem",
      method,
      reason: reasons[codeOf(cause)] ?? "Unknown",
      pathOrDescriptor: path,
      description: cause instanceof Error ? cause.message : String(cause),
      cause
    })
