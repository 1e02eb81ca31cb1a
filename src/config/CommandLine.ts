import * as Context from "effect/Context"

/** What the user typed, as far as it concerns a pipeline. */
export class CommandLine extends Context.Tag("holdfast/CommandLine")<
  CommandLine,
  {
    /** The arguments after the pipeline's file, for the pipeline itself: files to identify, say. */
    readonly args: ReadonlyArray<string>
    /** The command that resumes this run, ready to be copied into a shell. */
    readonly command: string
  }
>() {}
