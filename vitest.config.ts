import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import packageJson from "./package.json" with { type: "json" }

/** The package's entry points, by the sources that they are compiled from. */
const alias = Object.entries(packageJson.exports).flatMap(([entry, file]) =>
  file === null || typeof file === "string"
    ? []
    : [
        {
          find: new RegExp(`^holdfast${entry.slice(1)}$`),
          replacement: fileURLToPath(
            new URL(file.default.replace("./dist", "./src").replace(/js$/, "ts"), import.meta.url)
          )
        }
      ]
)

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["test/**/*.test.ts"],
    // For what hangs; how long a test takes says something of the machine only.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ["default", "./test/support/tally.ts"]
  }
})
