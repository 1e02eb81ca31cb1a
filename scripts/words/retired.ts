/** A wording that the project no longer uses. */
export interface Retired {
  /** The source of a regular expression; a space stands for any gap between words, line ends included. */
  readonly wording: string
  /** What to write. */
  readonly instead: string
}

/** English wordings, found as whole words in any case. */
export const english: ReadonlyArray<Retired> = [
  { wording: "mend(s|ed|ing)?", instead: "fix, patch" },
  { wording: "(go|goes|going|went|gone) on", instead: "resume, continue" },
  // As of numbers, and of all of a thing ("the whole run"), it is ordinary English.
  {
    wording: "(?<!\\b(a|the|its|their|this|that|one) )(whole)(?! (number|config|file))",
    instead: "intact"
  },
  { wording: "for ever", instead: "permanently; keep" },
  { wording: "anew|again from the start", instead: "again; from scratch" },
  { wording: "(can|cannot|could|could not|may|to|not) be had", instead: "available" },
  { wording: "(told|tell|tells|telling) (of|those)", instead: "reported, reports" },
  { wording: "(is|are|be|was|were|been|being) told", instead: "reported; given; receives" },
  { wording: "one's own|of your own", instead: "custom" },
  { wording: "(give|gives|giving|gave) way", instead: "yields (to the event loop)" },
  { wording: "breathe(s|d)?", instead: "yield" },
  { wording: "(stand|stands|stood|standing) still", instead: "is paused, pauses" },
  { wording: "stall(s|ed|ing)?", instead: "pause; stops improving" },
  { wording: "judge(s|d)?|judging", instead: "check; rank; decide" },
  { wording: "torn(?! (write|page)s?)", instead: "inconsistent; half-written" },
  { wording: "(worth|good for) (nothing|none)", instead: "invalid; unusable" },
  { wording: "under way", instead: "current; in progress; running" },
  { wording: "(passed|passing|passes) over", instead: "skip" },
  { wording: "cut short", instead: "truncated; interrupted" },
  { wording: "and the like", instead: "name them, or 'and others'" },
  { wording: "(see|sees|saw|seeing) to it", instead: "makes sure, ensures" },
  { wording: "(know|knows|known) (it|them|that one) to be", instead: "know that it is" },
  { wording: "what there is", instead: "what is available" },
  {
    wording:
      "(there|where|here)(of|after|in|by|upon|to|fore(?= ,))(?<!wherein|therefore|hereby)|hitherto|forthwith",
    instead: "plain words: of it, after that, in it, by that"
  },
  { wording: "besides", instead: "also, except, other than" },
  { wording: "secured", instead: "flushed; saved" },
  { wording: "the way of the data", instead: "data flow" },
  { wording: "what exactly means", instead: 'what "exact" guarantees' },
  { wording: "the same breath", instead: "together" },
  { wording: "at fault", instead: "that caused it" },
  { wording: "(comes|came|come) to (its|an) end", instead: "ends, finishes" },
  { wording: "so many (after|times|epochs|steps)", instead: "that many; a number" },
  { wording: "once more", instead: "again" },
  { wording: "sign of life", instead: "heartbeat" },
  { wording: "the least of them", instead: "the least important" },
  { wording: "shelf|shelves", instead: "reader, folder" },
  { wording: "unclaimed", instead: "pending" },
  { wording: "looked through", instead: "scanned" },
  { wording: "a run that was stopped", instead: "an interrupted run" },
  { wording: "half-way", instead: "halfway; inside an epoch; in the middle" }
]

/** Names in code, found as they are written. */
export const names: ReadonlyArray<Retired> = [
  { wording: "goOn|goingOn", instead: "resume, resuming" },
  { wording: "Mends?", instead: "tfjsPatches" },
  { wording: "FitError", instead: "IncompatibleCheckpoint" },
  { wording: "Obstacle", instead: "BackendUnavailable" },
  { wording: "Examination|ExamineMachine|examineMachine", instead: "BackendProbe, doctor" },
  { wording: "CheckpointShelf", instead: "CheckpointReader" },
  { wording: "CheckpointFolder", instead: "CheckpointWriter, RunStore" },
  { wording: "TakeOver|takeOver", instead: "importCheckpoint" },
  { wording: "Beginnings", instead: "readPrefixes" },
  { wording: "PageMemory", instead: "alignedBuffer" },
  { wording: "NodeFiles", instead: "isNodeFileSystem" },
  { wording: "lastOrder", instead: "lastQueued" }
]

/** Chinese wordings, which are translated English. */
export const chinese: ReadonlyArray<Retired> = [
  { wording: "守此约定|遵守此约定", instead: "同样满足这一保证" },
  { wording: "由之", instead: "由此；从该检查点" },
  { wording: "写半", instead: "原子写入" },
  { wording: "以之|使之(?!间|前|后)", instead: "用它；使其" },
  { wording: "移到一旁", instead: "移入 archive" },
  { wording: "跑步|跑一遍", instead: "运行" },
  { wording: "活着的迹象", instead: "心跳" }
]
