import * as Schema from "effect/Schema"
import * as Printable from "../../io/Printable.js"
import { t } from "../../language/Text.js"

/** The most names that an error lists. */
const most = 8

/** Why no project was made, of which nothing was left; or, `NotInstalled`, why its packages are not there. */
export class InitError extends Schema.TaggedError<InitError>()("InitError", {
  reason: Schema.Literal(
    "NotEmpty",
    "NotAFolder",
    "Unwritable",
    "NoTemplates",
    "NoPackage",
    "NotInstalled"
  ),
  path: Schema.String,
  /** What is in a folder that is not empty. */
  there: Schema.Array(Schema.String),
  /** What the system said, in its words. */
  detail: Schema.String
}) {
  override get message(): string {
    const path = Printable.value(this.path)
    switch (this.reason) {
      case "NotEmpty":
        return t`${path} is not empty: ${this.listed}; name a new folder, as in holdfast init my-project`
      case "NotAFolder":
        return t`${path} is a file; name a new folder, as in holdfast init my-project`
      case "Unwritable":
        return t`the project cannot be written to ${path}: ${Printable.value(this.detail)}`
      case "NoTemplates":
        return t`the templates are not built: ${path} is missing. Install Holdfast again or, in its repository, run npm run build`
      case "NoPackage":
        return t`--holdfast names ${path}, which is not there; give a version, or the path of a tarball that npm pack made`
      case "NotInstalled":
        return t`the project in ${path} is made, but npm install failed: ${Printable.value(this.detail)}. Run npm install there again; --holdfast names another Holdfast than the one that it asks for`
    }
  }

  private get listed(): string {
    const shown = this.there.slice(0, most).map((name) => Printable.value(name, 200))
    const left = this.there.length - shown.length
    return shown.join(", ") + (left === 0 ? "" : t` and ${left} more`)
  }
}
