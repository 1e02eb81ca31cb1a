import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Printable from "../../io/Printable.js"
import { version } from "../../io/Version.js"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import * as Command from "../Command.js"
import { onCheckpoints } from "../Platform.js"

/** HOLD on the keys of a telephone. */
const defaultPort = 4653

const port: Command.Parameter<number> = {
  ...Command.value(
    "<port>",
    t`the port to listen on, or the next free one; default: ${defaultPort}; 0: any`
  ),
  read: ([word]) => {
    if (word === undefined) return Either.right(defaultPort)
    const number = Number(word)
    return /^\d+$/.test(word) && number <= 65_535
      ? Either.right(number)
      : Either.left(t`--port takes a number from 0 to 65535, not ${word}`)
  }
}

/** `holdfast ui`. */
export const ui = Command.make({
  name: "ui",
  summary: t`Watch and compare runs in a browser`,
  examples: [
    ["holdfast ui", t`show every run in this folder and the folders in it`],
    ["holdfast ui experiments --open", t`show the runs in experiments/, and open the browser`],
    ["holdfast ui --host 0.0.0.0", t`let other machines look, without buttons that act`]
  ],
  arguments: { folder: Command.optionalArgument(t`the folder of runs; default: this one`) },
  options: {
    port,
    host: Command.value(
      "<address>",
      t`the address to listen on; default: 127.0.0.1, which only this machine reaches`
    ),
    open: Command.flag(t`open the page in the browser`)
  },
  signals: [["Ctrl+C", t`end the server; runs train on`]],
  notes: t`The address that it prints has a token: whoever has it may look. On 127.0.0.1 the page can also save, stop, pin and annotate runs. Nothing is loaded from other servers, and nothing is sent to any.`,
  run: ({ folder, host, open, port }) =>
    onCheckpoints(
      serve({
        folder: Option.getOrElse(folder, () => "."),
        host: Option.getOrElse(host, () => "127.0.0.1"),
        port,
        open
      })
    )
})

const serve = Effect.fn("Ui.serve")(function* (options: {
  readonly folder: string
  readonly host: string
  readonly port: number
  readonly open: boolean
}) {
  const { folder, host, open, port } = options
  const { err, out } = yield* Output
  const [Access, FolderViews, PageFiles, Server, { FileSystem }, { whileReading }, path] =
    yield* Effect.promise(() =>
      Promise.all([
        import("../../ui/Access.js"),
        import("../../ui/FolderViews.js"),
        import("../../ui/PageFiles.js"),
        import("../../ui/Server.js"),
        import("@effect/platform/FileSystem"),
        import("../../checkpointing/store/FileErrors.js"),
        import("node:path")
      ])
    )
  const fileSystem = yield* FileSystem
  const root = path.resolve(folder)
  yield* Effect.mapError(fileSystem.readDirectory(root), whileReading(folder))
  const pageFiles = yield* PageFiles.read(PageFiles.builtPage)
  const views = FolderViews.layer(root)
  yield* Effect.gen(function* () {
    const site = yield* Server.serve({ host, port, pageFiles, version })
    const url = Access.urlOf(site)
    if (site.port !== port && port !== 0) {
      yield* err(t`port ${port} is in use; listening on ${site.port}\n`)
    }
    yield* out(t`showing the runs in ${Printable.value(root)}:\n  ${url}\n`)
    if (!Access.isLocal(site)) {
      yield* err(
        t`other machines that reach this one can look with this address; the page cannot act on runs\n`
      )
    }
    if (open) yield* openBrowser(url)
    return yield* Effect.never
  }).pipe(Effect.provide(views))
})

/** Opens the browser, if this machine has one that can be started. */
const openBrowser = Effect.fn("Ui.openBrowser")(function* (url: string) {
  const { err } = yield* Output
  const { spawn } = yield* Effect.promise(() => import("node:child_process"))
  const [program, args]: [string, Array<string>] =
    process.platform === "darwin"
      ? ["open", [url]]
      : process.platform === "win32"
        ? ["rundll32", ["url.dll,FileProtocolHandler", url]]
        : ["xdg-open", [url]]
  const isStarted = yield* Effect.async<boolean>((resume) => {
    const child = spawn(program, args, { detached: true, stdio: "ignore" })
    child.once("error", () => resume(Effect.succeed(false)))
    child.once("spawn", () => {
      child.unref()
      resume(Effect.succeed(true))
    })
  })
  if (!isStarted) yield* err(t`${program} cannot be started: open the address yourself\n`)
})
