import * as Data from "effect/Data"
import { nearest } from "../../config/Nearest.js"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"

/** The most names that an error lists. */
const most = 12

/** Something that a command line names about recorded runs, and that they do not have. */
export class RunsError extends Data.TaggedError("RunsError")<{
  readonly reason:
    | "NoRuns"
    | "NoSuchRun"
    | "SeveralRuns"
    | "NoMetrics"
    | "NoSuchMetric"
    | "NoSuchField"
    | "NotAFolder"
    | "NoPage"
    | "TooLarge"
    | "FileExists"
  /** What was named. */
  readonly name: string
  /** Where it was looked for: a folder, or a run. */
  readonly where: string
  /** The names that there are. */
  readonly known: ReadonlyArray<string>
}> {
  override get message(): string {
    const [name, where] = [this.name, this.where].map((text) => Printable.value(text))
    switch (this.reason) {
      case "NoRuns":
        return t`there are no runs in ${where}: no folder there has events.ndjson or checkpoints. Train one with holdfast run, or name another folder`
      case "NoSuchRun":
        return t`there is no run ${name} in ${where}${this.suggestion}\nname a folder of checkpoints, or a run by its name: holdfast runs lists them`
      case "SeveralRuns":
        return t`${name} is more than one run; name one of these folders: ${this.listed}`
      case "NoMetrics":
        return t`nothing is recorded of ${where} yet: its folder has no events.ndjson, or no step in it`
      case "NoSuchMetric":
        return t`${where} has no metric ${name}${this.suggestion}\nit has ${this.listed}`
      case "NoSuchField":
        return t`no run has a field ${name}${this.suggestion}\nthe fields are ${this.listed}`
      case "NotAFolder":
        return t`${name} is a file; name the folder of the run`
      case "NoPage":
        return t`the page is not built: ${name} is missing. Install Holdfast again or, in its repository, run npm run build`
      case "TooLarge":
        return t`the report takes ${name} even with coarse curves and without recordings, more than the ${where} of --max-size; raise it, or compare fewer runs`
      case "FileExists":
        return t`${name} exists; name another file with -o, or replace it with --force`
    }
  }

  private get suggestion(): string {
    const near = nearest(this.name, this.known)
    return near === undefined ? "" : t`; did you mean ${Printable.value(near)}?`
  }

  private get listed(): string {
    const shown = this.known.slice(0, most).map((name) => Printable.value(name, 200))
    const left = this.known.length - shown.length
    return shown.join(", ") + (left === 0 ? "" : t` and ${left} more`)
  }
}
