import * as Effect from "effect/Effect"
import { program } from "./program.js"

const result = await Effect.runPromise(program("checkpoints/programmatic"))
process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
