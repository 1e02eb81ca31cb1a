import * as HttpApp from "@effect/platform/HttpApp"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import type * as Access from "./Access.js"
import * as NodeServer from "./NodeServer.js"
import type { PageFiles } from "./PageFiles.js"
import * as Routes from "./Routes.js"
import type { RunViews } from "./RunViews.js"

/** Serves the page and the runs until the scope closes; gives where. */
export const serve = Effect.fn("ui.serve")(function* (options: {
  readonly host: string
  readonly port: number
  readonly pageFiles: PageFiles
  readonly version: string
}) {
  const { host, pageFiles, version } = options
  const token = randomBytes(18).toString("base64url")
  const toHandler = HttpApp.toWebHandlerRuntime(yield* Effect.runtime<RunViews>())
  const siteOf = (port: number): Access.Site => ({ host, port, token })
  const port = yield* NodeServer.serve((port) => {
    const handle = toHandler(Routes.app(siteOf(port), pageFiles, version))
    return (request) => handle(request)
  }, options)
  return siteOf(port)
})
