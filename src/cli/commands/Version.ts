import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import * as Command from "../Command.js"
import { version as current } from "../../io/Version.js"

/** `holdfast version`. */
export const version = Command.make({
  name: "version",
  summary: t`Print the version`,
  examples: [["holdfast version", t`the same as holdfast --version`]],
  arguments: {},
  options: {},
  run: () => Effect.flatMap(Output, ({ out }) => out(`${current}\n`))
})
