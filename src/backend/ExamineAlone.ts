// A program: examines the backend that its first argument names, for the seconds of its second.
import * as Effect from "effect/Effect"
import { ofCommand, use } from "../language/Language.js"

const [name, seconds] = process.argv.slice(2)
// Before what makes texts is loaded.
await use(ofCommand([], process.env))
const { examine } = await import("./Examination.js")
const { backendNames } = await import("./BackendName.js")
const found = await Effect.runPromise(
  examine(
    backendNames.find((known) => known === name)!,
    Number(seconds)
  )
)
process.stdout.write(JSON.stringify(found), () => process.exit(0))
