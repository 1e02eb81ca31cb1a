import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NodePath from "node:path"
import { Output } from "../terminal/Output.js"
import { letHeapGrow } from "../process/HeapGrowth.js"
import { Invocation } from "../process/Invocation.js"
import { main } from "./Main.js"
import { runMain } from "./RunMain.js"
import { Inbox } from "../process/Signals.js"

letHeapGrow()

const { argv, env } = process
const inbox = new Inbox()
const invocation = {
  argv,
  environment: env,
  script: NodePath.relative("", argv[1] ?? "")
}

main.pipe(
  Effect.provide(Layer.mergeAll(Layer.succeed(Invocation, invocation), inbox.layer, Output.layer)),
  (command) => runMain(command, inbox)
)
