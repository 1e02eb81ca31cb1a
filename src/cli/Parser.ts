import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as ValidationError from "@effect/cli/ValidationError"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as NodePath from "@effect/platform-node/NodePath"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { stripVTControlCharacters } from "node:util"
import { stored } from "../language/Text.js"
import { doctor } from "./commands/Doctor.js"
import { inspect } from "./commands/Inspect.js"
import { list } from "./commands/List.js"
import { pin, unpin } from "./commands/Pin.js"
import { run } from "./commands/Run.js"
import { show } from "./commands/Show.js"
import { UsageError } from "./UsageError.js"
import { verify } from "./commands/Verify.js"

/** The commands as @effect/cli parses them. */
export const holdfast = Command.withSubcommands(Command.make("holdfast"), [
  run,
  show,
  list,
  inspect,
  verify,
  pin,
  unpin,
  doctor
])

const platform = Layer.mergeAll(
  NodeFileSystem.layer,
  NodePath.layer,
  NodeTerminal.layer,
  CliConfig.layer({ showBuiltIns: false })
)

/** Parses the command line and does what it says. */
export const parse = (argv: ReadonlyArray<string>) =>
  Command.run(holdfast, { name: "holdfast", version: "", executable: "holdfast" })(argv).pipe(
    Effect.mapError((error) =>
      ValidationError.isValidationError(error)
        ? new UsageError({
            reason: "Invalid",
            found: stored(stripVTControlCharacters(HelpDoc.toAnsiText(error.error)).trim()),
            nearest: null,
            help: `holdfast ${argv[2]} --help`
          })
        : error
    ),
    withoutItsErrors,
    Effect.provide(platform)
  )

/** The parser prints its errors in colours before it fails with them: once is enough. */
const withoutItsErrors = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Console.consoleWith((console) =>
    Effect.withConsole(effect, { ...console, error: () => Effect.void })
  )
