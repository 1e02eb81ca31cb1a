// `npx tsx test/ui/serveFixtures.ts [runs] [port]` serves the built page with invented runs.
import * as Effect from "effect/Effect"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import * as Access from "../../src/ui/Access.js"
import * as PageFiles from "../../src/ui/PageFiles.js"
import { serve } from "../../src/ui/Server.js"
import { fixtures } from "./fixtures.js"

const [runs = 12, port = 4653] = process.argv.slice(2).map(Number)

const main = Effect.gen(function* () {
  const pageFiles = yield* PageFiles.read(PageFiles.builtPage)
  const site = yield* serve({ host: "127.0.0.1", port, pageFiles, version: "0.2.0" })
  console.log(Access.urlOf(site))
  return yield* Effect.never
}).pipe(Effect.scoped, Effect.provide([NodeFileSystem.layer, fixtures(runs)]))

Effect.runFork(main)
