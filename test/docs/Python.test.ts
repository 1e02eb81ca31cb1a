import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as CheckpointFile from "../../src/checkpoint/CheckpointFile.js"
import { sample } from "../checkpoint/sample.js"

const python = spawnSync("python3", ["--version"])

/** The program of a README that reads a checkpoint with nothing but Python. */
const program = (readme: string): string =>
  /runs this\. -->\n\n```python\n([\s\S]*?)```/.exec(readFileSync(readme, "utf8"))![1]!

const saved = Effect.gen(function* () {
  const file = join(mkdtempSync(join(tmpdir(), "holdfast-python-")), "epoch.safetensors")
  yield* CheckpointFile.write(file, sample(3))
  return file
}).pipe(Effect.provide(NodeFileSystem.layer))

describe.skipIf(python.status !== 0)("the Python in the README", () => {
  it.live.each(["README.md", "README.zh-CN.md"])("%s: reads and verifies a checkpoint", (readme) =>
    Effect.gen(function* () {
      const { status, stderr, stdout } = spawnSync(
        "python3",
        ["-c", program(readme), yield* saved],
        {
          encoding: "utf8"
        }
      )
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
      const lines = stdout.split("\n")
      expect(lines[0]).toBe("epoch 3")
      expect(lines).toContain("model_state_dict.levels [1, 2] 258")
      expect(lines).toContain("model_state_dict.mask [3] 2")
      expect(lines).toContain("model_state_dict.__proto__ [0, 4] 0")
      expect(lines).toContain("optimizer_state_dict.step [] 3")
      const kernel = lines.find((line) => line.startsWith("model_state_dict.dense/kernel [64] "))!
      const sum = Array.from({ length: 64 }, (_, i) => Math.sin(3 + i)).reduce((a, b) => a + b)
      expect(Number(kernel.split(" ").at(-1))).toBeCloseTo(sum, 4)
    })
  )

  it.live("notices a flipped bit", () =>
    Effect.gen(function* () {
      const file = yield* saved
      const flip =
        "import sys; f=open(sys.argv[1],'r+b'); f.seek(-1,2); b=f.read(1)[0]; f.seek(-1,2); f.write(bytes([b^1])); f.close()"
      expect(spawnSync("python3", ["-c", flip, file]).status).toBe(0)
      const { status, stderr } = spawnSync("python3", ["-c", program("README.md"), file], {
        encoding: "utf8"
      })
      expect(status).toBe(1)
      expect(stderr).toContain("AssertionError: model_state_dict.")
    })
  )
})
