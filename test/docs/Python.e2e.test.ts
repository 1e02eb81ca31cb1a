import { describe, expect, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const python = spawnSync("python3", ["--version"])

/** The program that reads a long history, of the checkpoint at `path`. */
const historyProgram = (page: string, path: string): string =>
  readFileSync(page, "utf8")
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

describe.skipIf(python.status !== 0)("the Python in docs/checkpoints.md", () => {
  it.each(["docs/checkpoints.md", "docs/zh/checkpoints.md"])(
    "%s: reads a complete long history",
    (page) => {
      const fixture = fileURLToPath(
        new URL("../checkpointing/fixtures/version-4.safetensors", import.meta.url)
      )
      const folder = mkdtempSync(join(tmpdir(), "holdfast-python-"))
      writeFileSync(join(folder, "safetensors.py"), safetensors)
      const { status, stderr, stdout } = spawnSync(
        "python3",
        ["-c", `${historyProgram(page, fixture)}\nprint(json.dumps(history))`],
        { encoding: "utf8", env: { ...process.env, PYTHONPATH: folder } }
      )
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" })
      const history = JSON.parse(stdout.replaceAll("NaN", "0")) as ReadonlyArray<unknown>
      expect(history).toHaveLength(1100)
      expect(history[9]).toMatchObject({ epoch: 10, val_loss: 1 / 10, seconds: 1 })
      expect(history[1099]).toMatchObject({ epoch: 1100, val_loss: 1 / 1100 })
    }
  )
})
