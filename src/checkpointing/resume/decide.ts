import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { nearest } from "../../config/Nearest.js"
import { parse, ResumeError, rules, sourceOf, type ResumeFrom } from "./Resumption.js"

/** The rule that a path was probably meant to be, where no file has that name. */
export const meant = (path: string): string | undefined =>
  /[\\/.]/.test(path) ? undefined : nearest(path, rules)

/** What to do about weights that are not finite, in a checkpoint that is about to be resumed from. */
export const aboutNonFinite = (given: {
  /** Whether the user has named this very file. */
  readonly named: boolean
  readonly terminal: boolean
}): "warn" | "ask" | "refuse" => (given.named ? "warn" : given.terminal ? "ask" : "refuse")

/** What to do about an earlier run, and why. */
export type Decision =
  /** Start from scratch: there is nothing to resume from, or the user wants none of it. */
  | { readonly action: "fresh"; readonly reason: "NothingFound" | "Explicit" }
  /** Ask whether to resume from the latest checkpoint. */
  | { readonly action: "ask"; readonly path: string; readonly reason: "EarlierRunFound" }
  /** Resume from `path`, which the store has yet to find if the user named it. */
  | {
      readonly action: "load"
      readonly path: string
      readonly reason: "Explicit" | "NonInteractive"
    }

/**
 * Decides how to start. The flag beats the config; without either, an earlier run is asked about
 * on a terminal, and resumed where there is none. What was asked for and is missing is an
 * error, never a silent fresh start.
 */
export const decide = (options: {
  readonly flag: Option.Option<ResumeFrom>
  /** `training.resume_from`. */
  readonly configured: string | null
  /** The folder of checkpoints, for the error. */
  readonly folder: string
  /** The path of the folder's newest intact checkpoint. */
  readonly latest: Option.Option<string>
  /** The path of its best model. */
  readonly best: Option.Option<string>
  readonly terminal: boolean
}): Either.Either<Decision, ResumeError> => {
  const source = sourceOf(options.flag)
  const from = Option.getOrElse(options.flag, (): ResumeFrom =>
    options.configured === null ? "ask" : parse(options.configured)
  )
  if (typeof from !== "string") {
    return Either.right({ action: "load", path: from.path, reason: "Explicit" })
  }
  switch (from) {
    case "never":
      return Either.right({ action: "fresh", reason: "Explicit" })
    case "latest":
    case "best":
      return Option.match(options[from], {
        onNone: () =>
          Either.left(
            new ResumeError({
              reason: { _tag: "Missing", wanted: from, folder: options.folder },
              source
            })
          ),
        onSome: (path) => Either.right<Decision>({ action: "load", path, reason: "Explicit" })
      })
    case "auto":
    case "ask":
      return Either.right(
        Option.match(options.latest, {
          onNone: (): Decision => ({ action: "fresh", reason: "NothingFound" }),
          onSome: (path): Decision =>
            from === "auto"
              ? { action: "load", path, reason: "Explicit" }
              : options.terminal
                ? { action: "ask", path, reason: "EarlierRunFound" }
                : { action: "load", path, reason: "NonInteractive" }
        })
      )
  }
}
