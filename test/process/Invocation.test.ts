import { describe, expect, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { again, quote, resume } from "../../src/process/Invocation.js"

const call = (...args: ReadonlyArray<string>) => ({
  argv: ["/usr/bin/node", "/opt/bin/holdfast", ...args],
  environment: { PATH: "/usr/bin:/opt/bin" },
  script: "../opt/bin/holdfast"
})

describe("Invocation.resume", () => {
  it("drops the options about where to start", () => {
    const args = [
      "run",
      "p.ts",
      "--set",
      "a=1",
      "--resume",
      "best",
      "--allow-dataset-change",
      "--force",
      "x"
    ]
    expect(resume(call(...args))).toBe("holdfast run p.ts --set a=1 x --resume latest")
    expect(resume(call("run", "--resume=never", "p.ts"))).toBe("holdfast run p.ts --resume latest")
    expect(resume(call("run", "p.ts"))).toBe("holdfast run p.ts --resume latest")
  })

  it("keeps the pipeline's own options", () => {
    expect(resume(call("run", "p.ts", "--", "--resume", "x"))).toBe(
      "holdfast run p.ts --resume latest -- --resume x"
    )
  })
})

describe("Invocation.again", () => {
  it("is what was typed", () => {
    expect(again(call("run", "p.ts", "--resume", "best"))).toBe("holdfast run p.ts --resume best")
  })

  it("starts the program as it was started", () => {
    const typed = call("show", "p.ts")
    expect(again({ ...typed, environment: { ...typed.environment, npm_command: "exec" } })).toBe(
      "npx holdfast show p.ts"
    )
    expect(again({ ...typed, environment: {} })).toBe("node ../opt/bin/holdfast show p.ts")
    const script = { ...typed, argv: ["/usr/bin/node", "/x/dist/cli/bin.js", "show", "p.ts"] }
    expect(again({ ...script, script: "dist/cli/bin.js" })).toBe("node dist/cli/bin.js show p.ts")
  })
})

describe("Invocation.quote", () => {
  it("writes words that a shell reads back", () => {
    const words = ["plain", "a b", "it's", "$HOME", "*", "", "data.root=../x", 'say "hi"\\', "说"]
    const read = execFileSync("sh", ["-c", `printf '%s\\n' ${words.map(quote).join(" ")}`], {
      encoding: "utf8"
    })
    expect(read).toBe(words.map((word) => `${word}\n`).join(""))
    expect(quote("data.root=../x")).toBe("data.root=../x")
  })
})
