import * as Effect from "effect/Effect"
import * as MemoryStore from "../../src/checkpointing/store/MemoryStore.js"
import { contract } from "./contract.js"

let folders = 0

contract(
  "in memory",
  MemoryStore.layer,
  Effect.sync(() => `folder-${folders++}`)
)
