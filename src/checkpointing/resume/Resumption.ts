import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { t } from "../../language/Text.js"

/** How a run treats an earlier one: by a rule, or from a given file. */
export type ResumeFrom = Rule | { readonly path: string }

/** `auto` is `latest` where there is an earlier run, else `never`; `ask` asks, where someone can be asked. */
export const rules = ["ask", "auto", "latest", "best", "never"] as const

export type Rule = (typeof rules)[number]

/** Reads `--resume` or `training.resume_from`: a rule's name, else the path of a checkpoint. */
export const parse = (text: string): ResumeFrom =>
  rules.find((rule) => rule === text) ?? { path: text }

/** A checkpoint of an earlier run, as the question whether to resume describes it. */
export interface Candidate {
  readonly path: string
  /** Epochs finished. */
  readonly epoch: number
  /** Steps done in the current epoch; 0 between epochs. */
  readonly step: number
  readonly bestValLoss: number | null
  /** ISO 8601. */
  readonly savedAt: string
  /** Whether its weights are finite, as they are where this is left out. */
  readonly finite?: boolean
}

/** How to treat an earlier run: what the command line asks for, and whether someone can be asked. */
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
    /** Asks whether to resume from `candidate`. Stopping at the question interrupts the run. */
    readonly ask: (candidate: Candidate) => Effect.Effect<boolean>
  }
>() {}

/** Why a run cannot be resumed as was asked for. */
export const ResumeErrorReason = Schema.Union(
  /** The folder has none. */
  Schema.TaggedStruct("Missing", {
    wanted: Schema.Literal("latest", "best"),
    folder: Schema.String
  }),
  /** No file has that name, which is close to that of a rule. */
  Schema.TaggedStruct("Mistyped", { text: Schema.String, meant: Schema.String }),
  /** Its weights are NaN or infinite, and nobody is there to be asked. */
  Schema.TaggedStruct("NonFinite", { path: Schema.String })
)

/** A checkpoint that was asked for, by `source`, and is not there, or of no use. */
export class ResumeError extends Schema.TaggedError<ResumeError>()("ResumeError", {
  reason: ResumeErrorReason,
  source: Schema.Literal("--resume", "training.resume_from")
}) {
  override get message(): string {
    const { reason, source } = this
    switch (reason._tag) {
      case "Missing":
        return t`${source} asks for the ${reason.wanted} checkpoint, but ${reason.folder} has no intact one; name a checkpoint's path, or start from scratch with --resume never`
      case "Mistyped":
        return t`${source} is ${reason.text}, and there is no such file; did you mean ${reason.meant}?`
      case "NonFinite":
        return t`${reason.path} has weights that are NaN or infinite, as does every other that could be resumed from; resume from a checkpoint before training diverged (holdfast list shows them, --resume PATH takes one, this one too), or start from scratch with --resume never`
    }
  }
}

/** Where it was said what to resume from. */
export const sourceOf = (flag: Option.Option<unknown>): ResumeError["source"] =>
  Option.isSome(flag) ? "--resume" : "training.resume_from"
