// Another process that saves without a pause, in the way that it was last told: `beside.ts PATH MEBIBYTES`.
import * as Effect from "effect/Effect"
import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { saveOf, type Way } from "./save.js"

const [path, mebibytes] = process.argv.slice(2)
const saves = {
  direct: saveOf(path!, Number(mebibytes), "direct"),
  cached: saveOf(path!, Number(mebibytes), "cached")
}
let way: Way = "direct"
process.on("message", (told: Way) => (way = told))
process.on("disconnect", () => process.exit())
await Effect.runPromise(
  Effect.forever(Effect.suspend(() => saves[way])).pipe(Effect.provide(NodeFileSystem.layer))
)
