import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Exit from "effect/Exit"
import * as Inspectable from "effect/Inspectable"
import * as Predicate from "effect/Predicate"
import * as Printable from "../io/Printable.js"
import { t } from "../language/Text.js"
import { exitCode, temporary, type Signal } from "../process/Signal.js"
import { UsageError } from "./UsageError.js"

const isTemporary = (failure: unknown): boolean =>
  Predicate.hasProperty(failure, "isTemporary") && failure.isTemporary === true

/** An error for its reader: the message, without a stack. */
const message = (error: unknown): string =>
  Predicate.hasProperty(error, "message") &&
  typeof error.message === "string" &&
  error.message !== ""
    ? error.message
    : Inspectable.toStringUnknown(error)

/** The frames of a defect's stack that may be in the reader's code. */
const stack = (defect: unknown): string =>
  defect instanceof Error && defect.stack !== undefined
    ? defect.stack
        .split("\n")
        .filter((line) => !/^\s+at .*(node_modules|node:internal)/.test(line))
        .join("\n")
    : message(defect)

/**
 * The exit code of a finished command, and what it prints on standard error.
 *
 * An expected error is a message; a defect comes with its stack. A command that a signal stopped
 * prints nothing more, and its code tells the signal, unless something failed while it stopped.
 */
export const fromExit = (
  exit: Exit.Exit<unknown, unknown>,
  signal: Signal | null,
  requeue = false
): { readonly code: number; readonly text: string } => {
  if (Exit.isSuccess(exit)) return { code: 0, text: "" }
  const failures = Chunk.toReadonlyArray(Cause.failures(exit.cause))
  const defects = Chunk.toReadonlyArray(Cause.defects(exit.cause))
  const lines = [
    ...failures.map((failure) => t`error: ${message(failure)}`),
    // An error with a tag is an expected one, raised where no error is typed: while flushing a run.
    ...defects.map((defect) =>
      Predicate.hasProperty(defect, "_tag")
        ? t`error: ${message(defect)}`
        : t`error: this is a bug in holdfast or in your pipeline\n${stack(defect)}`
    )
  ]
  const all = [...failures, ...defects]
  const usage = failures.every((failure) => failure instanceof UsageError)
  const code =
    all.length === 0
      ? exitCode(signal ?? "SIGINT", requeue)
      : all.every(isTemporary)
        ? temporary
        : usage && defects.length === 0
          ? 2
          : 1
  // The same error may have ended the run and failed its last save.
  return { code, text: Printable.lines([...new Set(lines)].join("\n")) }
}

/** The same for programs: each error by its tag, or its class, and its message. */
export const toJson = (
  cause: Cause.Cause<unknown>
): ReadonlyArray<{ readonly error: string; readonly message: string }> =>
  [...Cause.failures(cause), ...Cause.defects(cause)].map((error) => ({
    error: Predicate.hasProperty(error, "_tag")
      ? String(error._tag)
      : error instanceof Error
        ? error.name
        : "unknown",
    message: message(error)
  }))
