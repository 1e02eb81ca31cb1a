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

const e2e = ["test/{e2e,examples}/**/*.test.ts", "test/**/*.e2e.test.ts"]
const soak = ["test/**/*.soak.test.ts"]

/**
 * `unit`: within one process, half a minute in all. `e2e`: starts processes or a compiler, or trains for
 * seconds. `soak`: for as long as `HOLDFAST_SOAK_MINUTES` says. The name of a file says which it is.
 */
const projects = {
  // Modules are loaded once for all of them: loading TensorFlow.js and Effect takes longer than the tests.
  unit: { include: ["test/**/*.test.ts"], exclude: [...e2e, ...soak], isolate: false },
  e2e: { include: e2e, exclude: soak, isolate: false },
  soak: { include: soak }
}

export default defineConfig({
  resolve: { alias },
  test: {
    projects: Object.entries(projects).map(([name, files]) => ({
      extends: true,
      test: { name, ...files }
    })),
    // For what hangs; how long a test takes says something of the machine only.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ["default", "./test/support/tally.ts"]
  }
})
