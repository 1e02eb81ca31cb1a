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

/** Starts processes or a compiler, or replaces what modules share. */
const e2e = [
  "test/e2e/**/*.test.ts",
  "test/{backends,checkpointing,cli,docs,language,project,tfjs,types,ui}/**/*.e2e.test.ts"
]
/** Trains or saves for seconds. */
const sessions = ["test/examples/**/*.test.ts", "test/**/*.e2e.test.ts"]
/** For as long as `HOLDFAST_SOAK_MINUTES` says. */
const soak = ["test/**/*.soak.test.ts"]
/** Looks at every part of the page in Chromium, for minutes: `npm run test:browser`. */
const browser = ["test/ui/**/*.browser.test.ts"]

/**
 * The name of a file says how long it takes: `X.test.ts` milliseconds, `X.e2e.test.ts` seconds. Without
 * `isolate`, modules are loaded once for many files: TensorFlow.js and Effect take longer than most tests.
 */
const projects = {
  unit: {
    include: ["test/**/*.test.ts"],
    exclude: [...e2e, ...sessions, ...soak, ...browser],
    isolate: false
  },
  sessions: { include: sessions, exclude: [...e2e, ...soak, ...browser], isolate: false },
  e2e: { include: e2e, exclude: soak },
  soak: { include: soak },
  browser: { include: [...browser, "test/ui/Page.e2e.test.ts"] }
}

export default defineConfig({
  resolve: { alias },
  test: {
    projects: Object.entries(projects).map(([name, files]) => ({
      extends: true,
      test: { name, ...files }
    })),
    // By default one core stays idle, of two as well.
    maxWorkers: "100%",
    // For what hangs; how long a test takes says something of the machine only.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ["default", "./test/support/tally.ts"]
  }
})
