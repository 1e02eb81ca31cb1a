// A program: examines the backend that its first argument names, for the seconds of its second, and
// speaks the language of its third.
import * as Effect from "effect/Effect"
import { use } from "../language/Language.js"

const [name, seconds, language] = process.argv.slice(2)
// Before what makes texts is loaded.
await use(language === "zh" ? "zh" : "en")
const { probe } = await import("./BackendProbe.js")
const { backendNames } = await import("./BackendName.js")
const found = await Effect.runPromise(
  probe(
    backendNames.find((known) => known === name)!,
    Number(seconds)
  )
)
process.stdout.write(JSON.stringify(found), () => process.exit(0))
