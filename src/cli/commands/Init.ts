import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { nearest } from "../../config/Nearest.js"
import { stringify } from "../../events/JsonLines.js"
import { version } from "../../io/Version.js"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import { padEnd } from "../../terminal/Table.js"
import * as Command from "../Command.js"
import { standard, type TemplateName, templateNames, templates } from "../init/Templates.js"
import { onPlatform } from "../Platform.js"

const template: Command.Parameter<TemplateName> = {
  ...Command.value("NAME", t`what to start from; default: ${standard}; --list shows all`),
  read: ([given = standard]) => {
    const found = templateNames.find((name) => name === given)
    if (found !== undefined) return Either.right(found)
    const near = nearest(given, templateNames)
    const suggestion = near === undefined ? "" : t`; did you mean ${near}?`
    return Either.left(
      t`there is no template ${given}${suggestion}\nthe templates are ${templateNames.join(", ")}`
    )
  }
}

/** `holdfast init`. */
export const init = Command.make({
  name: "init",
  summary: t`Make a new project: a pipeline that runs at once, its config and its tests`,
  examples: [
    ["holdfast init my-project", t`a project in a new folder, to tell speakers apart`],
    ["holdfast init my-project --template regression", t`from a CSV file`],
    ["holdfast init --list", t`list the templates`],
    [
      `holdfast init my-project --holdfast ./holdfast-${version}.tgz`,
      t`with Holdfast from a tarball of npm pack`
    ]
  ],
  arguments: {
    folder: Command.optionalArgument(t`a new or empty folder; default: this one`)
  },
  options: {
    template,
    holdfast: Command.value(
      "SPEC",
      t`the version of Holdfast in package.json, or the path of a tarball; default: the one that runs this`
    ),
    "no-install": Command.flag(t`do not run npm install, which needs the network`),
    list: Command.flag(t`list the templates, and make nothing`),
    json: Command.flag(t`print what was made as JSON`)
  },
  notes: t`A folder that is not empty is refused, and no file is replaced. Exit code 1: no project was made, or npm install failed in it.`,
  listing: {
    title: t`Templates`,
    entries: templateNames.map((name) => [name, templates[name].summary])
  },
  run: ({ list, "no-install": withoutInstall, ...given }) =>
    list
      ? listTemplates(given.json)
      : onPlatform(
          Effect.flatMap(
            Effect.promise(() => import("../init/MakeProject.js")),
            ({ makeProject }) => makeProject({ ...given, install: !withoutInstall })
          )
        )
})

const listTemplates = (json: boolean) =>
  Effect.flatMap(Output, ({ out }) => {
    const width = Math.max(...templateNames.map((name) => name.length))
    const lines = templateNames.map((name) =>
      json
        ? { name, summary: templates[name].summary }
        : `${padEnd(name, width)}  ${templates[name].summary}`
    )
    return out(json ? `${stringify(lines)}\n` : `${lines.join("\n")}\n`)
  })
