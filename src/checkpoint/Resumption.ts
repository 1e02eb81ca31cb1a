import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** How a run treats an earlier one: by a rule, or from a given file. */
export type ResumeFrom = "ask" | "latest" | "best" | "never" | { readonly path: string }

/** Reads `--resume` or `training.resume_from`: a rule's name, else the path of a checkpoint. */
export const parse = (text: string): ResumeFrom =>
  text === "ask" || text === "latest" || text === "best" || text === "never" ? text : { path: text }

/** A checkpoint of an earlier run, as the question whether to go on describes it. */
export interface Candidate {
  readonly path: string
  /** Epochs finished. */
  readonly epoch: number
  /** Steps done in the epoch under way; 0 between epochs. */
  readonly step: number
  readonly bestValLoss: number | null
  /** ISO 8601. */
  readonly savedAt: string
}

/** How this run was told, or can be asked, to treat an earlier one. */
export class Resumption extends Context.Tag("holdfast/Resumption")<
  Resumption,
  {
    /** What `--resume` said. */
    readonly flag: Option.Option<ResumeFrom>
    readonly allowDatasetChange: boolean
    /** Whether to take the folder over from another host's process without waiting for its lease. */
    readonly force: boolean
    /** Whether someone is there to be asked. */
    readonly terminal: boolean
    /** Asks whether to go on from `candidate`. Stopping at the question interrupts the run. */
    readonly ask: (candidate: Candidate) => Effect.Effect<boolean>
  }
>() {}

/** A checkpoint that was asked for, by `source`, and is not there. */
export class ResumeError extends Schema.TaggedError<ResumeError>()("ResumeError", {
  reason: Schema.Literal("Missing"),
  wanted: Schema.Literal("latest", "best"),
  source: Schema.Literal("--resume", "training.resume_from"),
  folder: Schema.String
}) {
  override get message(): string {
    return (
      `${this.source} asks for the ${this.wanted} checkpoint, but ${this.folder} has none that is ` +
      `whole; name a checkpoint's path, or start from scratch with --resume never`
    )
  }
}

/** What to do about an earlier run, and why. */
export type Decision =
  /** Start from scratch: there is nothing to go on from, or the user wants none of it. */
  | { readonly action: "fresh"; readonly reason: "nothing found" | "told to" }
  /** Ask whether to go on from the latest checkpoint. */
  | { readonly action: "ask"; readonly path: string; readonly reason: "earlier run found" }
  /** Go on from `path`, which the store has yet to find if the user named it. */
  | {
      readonly action: "load"
      readonly path: string
      readonly reason: "told to" | "no terminal"
    }

/**
 * Decides how to start. The flag beats the config; without either, an earlier run is asked about
 * on a terminal and gone on with where there is none. What was asked for and is missing is an
 * error, never a silent fresh start.
 */
export const decide = (options: {
  readonly flag: Option.Option<ResumeFrom>
  /** `training.resume_from`. */
  readonly configured: string | null
  /** The folder of checkpoints, for the error. */
  readonly folder: string
  /** The path of the folder's newest whole checkpoint. */
  readonly latest: Option.Option<string>
  /** The path of its best model. */
  readonly best: Option.Option<string>
  readonly terminal: boolean
}): Either.Either<Decision, ResumeError> => {
  const source = Option.isSome(options.flag) ? "--resume" : "training.resume_from"
  const from = Option.getOrElse(options.flag, (): ResumeFrom =>
    options.configured === null ? "ask" : parse(options.configured)
  )
  if (typeof from !== "string") {
    return Either.right({ action: "load", path: from.path, reason: "told to" })
  }
  switch (from) {
    case "never":
      return Either.right({ action: "fresh", reason: "told to" })
    case "latest":
    case "best":
      return Option.match(options[from], {
        onNone: () =>
          Either.left(
            new ResumeError({ reason: "Missing", wanted: from, source, folder: options.folder })
          ),
        onSome: (path) => Either.right<Decision>({ action: "load", path, reason: "told to" })
      })
    case "ask":
      return Either.right(
        Option.match(options.latest, {
          onNone: (): Decision => ({ action: "fresh", reason: "nothing found" }),
          onSome: (path): Decision =>
            options.terminal
              ? { action: "ask", path, reason: "earlier run found" }
              : { action: "load", path, reason: "no terminal" }
        })
      )
  }
}
