import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import * as Command from "../Command.js"
import * as Help from "../Help.js"
import { unknownCommand } from "../UsageError.js"

/** `holdfast help`, of `commands`. */
export const help = (commands: () => Command.Table): Command.Command =>
  Command.make({
    name: "help",
    summary: t`Show the help on a command`,
    examples: [["holdfast help run", t`the same as holdfast run --help`]],
    arguments: { command: Command.optionalArgument(t`the command; default: list all of them`) },
    options: {},
    run: ({ command }) =>
      Effect.gen(function* () {
        const { out } = yield* Output
        const name = Option.getOrNull(command)
        if (name === null) return yield* out(Help.ofProgram(commands()))
        const found = commands().get(name)
        if (found === undefined) return yield* unknownCommand(name, [...commands().keys()])
        yield* out(Help.ofCommand(found))
      })
  })
