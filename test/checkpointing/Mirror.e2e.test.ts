import * as MemoryStorage from "../../src/checkpointing/store/MemoryStorage.js"
import { contract } from "./contract.js"

contract("memory, with a mirror", {
  make: MemoryStorage.make,
  mirror: (folder) => `mirrors/${folder}`
})
