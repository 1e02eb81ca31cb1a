import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

export default defineConfig({
  resolve: { alias: { holdfast: fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
  test: {
    include: ["test/**/*.test.ts"],
    // For what hangs; how long a test takes says something of the machine only.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ["default", "./test/support/tally.ts"]
  }
})
