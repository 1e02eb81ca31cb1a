import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as CheckpointFile from "../../src/checkpointing/format/CheckpointFile.js"
import { sample } from "../checkpointing/sample.js"

const python = spawnSync("python3", ["--version"])

/** The program of a README that reads a checkpoint with nothing but Python. */
const program = (readme: string): string =>
  /runs this\. -->\n\n```python\n([\s\S]*?)```/.exec(readFileSync(readme, "utf8"))![1]!

/** The program that reads a long history, of the checkpoint at `path`. */
const historyProgram = (readme: string, path: string): string =>
  readFileSync(readme, "utf8")
    .split("```python\n")
    .map((part) => part.split("```")[0]!)
    .find((part) => part.includes("train_history_columns"))!
    .replace("checkpoints/best_model.safetensors", path)

/** As much of the safetensors package as it uses. */
const safetensors = `
import json, struct
class safe_open:
    def __init__(self, path, framework):
        with open(path, "rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            self.header, self.data = json.loads(file.read(length)), file.read()
    def __enter__(self): return self
    def __exit__(self, *rest): pass
    def metadata(self): return self.header["__metadata__"]
    def get_tensor(self, name):
        begin, end = self.header[name]["data_offsets"]
        class Tensor:
            def tolist(_): return list(struct.unpack(f"<{(end - begin) // 8}d", self.data[begin:end]))
        return Tensor()
`

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

  it.each(["README.md", "README.zh-CN.md"])("%s: reads the whole of a long history", (readme) => {
    const fixture = fileURLToPath(
      new URL("../checkpointing/fixtures/version-4.safetensors", import.meta.url)
    )
    const folder = mkdtempSync(join(tmpdir(), "holdfast-python-"))
    writeFileSync(join(folder, "safetensors.py"), safetensors)
    const { status, stderr, stdout } = spawnSync(
      "python3",
      ["-c", `${historyProgram(readme, fixture)}\nprint(json.dumps(history))`],
      { encoding: "utf8", env: { ...process.env, PYTHONPATH: folder } }
    )
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
    const history = JSON.parse(stdout.replaceAll("NaN", "0")) as ReadonlyArray<unknown>
    expect(history).toHaveLength(1100)
    expect(history[9]).toMatchObject({ epoch: 10, val_loss: 1 / 10, seconds: 1 })
    expect(history[1099]).toMatchObject({ epoch: 1100, val_loss: 1 / 1100 })
    // The program that needs nothing reads it, too.
    const plain = spawnSync("python3", ["-c", program(readme), fixture], { encoding: "utf8" })
    expect(plain.stderr).toBe("")
    expect(plain.stdout).toContain(`train_history.epoch [1024] ${(1024 * 1025) / 2}`)
  })

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
