import { describe, it } from "@effect/vitest"
import { storeContract } from "holdfast/testing"
import * as MemoryStorage from "../../src/checkpointing/store/MemoryStorage.js"
import { contract } from "./contract.js"
import { soak } from "./simulated.js"

contract("memory", { make: MemoryStorage.make })

const mirrored = storeContract({
  make: MemoryStorage.make,
  mirror: (folder) => `mirrors/${folder}`
})

describe("CheckpointStore on memory, with a mirror", () => {
  // Those that let every operation fail once take seconds; `npm run test:s3` has them.
  for (const one of mirrored.filter(
    ({ name }) => soak > 0 || !name.includes("any operation fails")
  )) {
    it.live(one.name, () => one.run)
  }
})
