import { afterAll, describe, expect, it } from "@effect/vitest"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { use } from "../../src/language/Language.js"
import { type Ended, holdfast, start, bin } from "./holdfast.js"

// Modules create texts while they load.
await use("zh")
const { commands } = await import("../../src/cli/Commands.js")
const { displayWidth } = await import("../../src/terminal/Table.js")
const { inProcess } = await import("./inProcess.js")

const folder = mkdtempSync(join(tmpdir(), "holdfast-"))
afterAll(() => rmSync(folder, { recursive: true }))

const env = { LC_ALL: "zh_CN.UTF-8", LC_MESSAGES: "", HOLDFAST_BACKEND: "" }
const zh = (...args: ReadonlyArray<string>): Promise<Ended> => holdfast(args, { env })

/** Not sentences: commands, options and their values, names of backends, statuses and metrics. */
const names =
  /(holdfast|npm) [ -~]*|--[\w-]+ [\w./=-]+|tensorflow, webgpu, wasm, cpu|running, finished, interrupted, stopped|(train|val|best) (loss|accuracy)/g

/** Lines that are English: two adjacent words of letters. */
const english = ({ err, out }: Ended): ReadonlyArray<string> =>
  `${out}\n${err}`
    .split("\n")
    .filter((line) => /[a-z]{2,}[,;:.]? [a-z]{2,}/.test(line.replaceAll(names, "")))

const settings = {
  "training.checkpoint_dir": join(folder, "checkpoints"),
  "data.cache_dir": join(folder, "cache"),
  "data.synthetic.folder": join(folder, "voices"),
  "data.synthetic.speakers": 3,
  "data.synthetic.utterances": 10,
  "training.save_interval": 1
}

const run = (...options: ReadonlyArray<string>) => [
  "run",
  "pipelines/speaker.ts",
  ...Object.entries(settings).flatMap(([path, value]) => ["--set", `${path}=${value}`]),
  ...options
]

describe("holdfast in Chinese", () => {
  it("helps in Chinese, within 80 columns", async () => {
    const words = [["--help"], ...[...commands.keys()].map((name) => [name, "--help"])]
    // As a process says it.
    expect(await inProcess(words[0]!)).toEqual(await zh(...words[0]!))
    for (const helped of await Promise.all(words.map((args) => inProcess(args)))) {
      expect(english(helped)).toEqual([])
      expect(helped.out).toMatch(/用法：/)
      for (const line of helped.out.split("\n")) {
        expect(displayWidth(line), line).toBeLessThanOrEqual(80)
      }
    }
  })

  it("says what is wrong", async () => {
    const broken = join(folder, "broken.json")
    writeFileSync(broken, '{ "training": { "num_epochs": }')
    const wrong: ReadonlyArray<readonly [args: ReadonlyArray<string>, text: string]> = [
      [["lst"], "错误：没有命令 lst；是否想输入 list？"],
      [["run"], "缺少参数 <pipeline>"],
      [["list", "a", "b"], "多余的参数 b"],
      [["run", "p.ts", "--gracee"], "没有选项 --gracee；是否想输入 --grace？"],
      [["run", "p.ts", "--grace", "soon"], "--grace 的值 soon 无效；应为大于 0 的秒数"],
      [["list", "checkpints"], "checkpints 不存在（请检查路径）\n是否想输入 checkpoints？"],
      [["inspect", "package.json"], "不是 Holdfast 的检查点：开头不是 safetensors 格式"],
      [["run", "nope.ts"], "文件不存在"]
    ]
    const inPipelines: typeof wrong = [
      [run("--config", broken), "不是 JSON：应为值"],
      [run("--set", "training.num_epochs=0"), "当前为 0；允许：整数 ≥ 1"],
      [run("--set", "training.optimizer=adm"), "是否想输入 adam？"],
      [run("--resume", "best"), "没有完好的"]
    ]
    const check = ([args, text]: (typeof wrong)[number], ended: Ended) => {
      expect(ended.code).not.toBe(0)
      expect(ended.err).toContain(text)
      expect(english(ended), args.join(" ")).toEqual([])
    }
    for (const one of wrong) await check(one, await inProcess(one[0]))
    await Promise.all(inPipelines.map(async (one) => check(one, await zh(...one[0]))))
  })

  it("trains, stops, resumes, lists and inspects in Chinese, and answers programs in English", async () => {
    const training = start([bin, ...run("--set", "training.num_epochs=100000")], { env })
    await training.shows("已保存")
    training.kill("SIGINT")
    const stopped = await training.ended
    expect(stopped.code).toBe(130)
    expect(stopped.out).toMatch(/收到 SIGINT，已在(第 \d+ 轮第 \d+ 步|完成 \d+ 轮后)停止，已保存 /)
    expect(english(stopped)).toEqual([])

    const listed = await zh("list", settings["training.checkpoint_dir"])
    expect(listed.out).toContain("文件头完好")
    const [last = ""] = /epoch-\d+-step-\d+\.safetensors/.exec(listed.out) ?? []
    const done = Number(/\d+/.exec(last))
    const resumed = await zh(...run("--set", `training.num_epochs=${done + 2}`))
    expect(resumed.out).toContain("恢复训练")
    expect(resumed.out).toContain("训练完成")
    const best = join(settings["training.checkpoint_dir"], "best_model.safetensors")
    const others = [
      await inProcess(["verify", settings["training.checkpoint_dir"]]),
      await inProcess(["inspect", best]),
      await inProcess(["pin", best]),
      await zh("show", "pipelines/speaker.ts")
    ]
    for (const ended of [listed, resumed, ...others]) {
      expect(ended.code).toBe(0)
      expect(english(ended)).toEqual([])
    }

    for (const args of [["list", "checkpints"], ["doctor"]]) {
      const { err, out } = await zh(...args, "--json")
      expect(`${out}${err}`).not.toMatch(/\p{Script=Han}/u)
    }
  })
})
