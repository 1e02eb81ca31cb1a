import { join } from "node:path"
import ts from "typescript"
import { expect, it } from "vitest"

const root = new URL("../../", import.meta.url).pathname

/** What the compiler says of each of some programs, as files beside the pipelines. */
const compile = (programs: ReadonlyArray<string>): ReadonlyArray<string> => {
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, root)
  const sources = new Map(
    programs.map((code, i) => [join(root, "pipelines", `wrong-${i}.ts`), code])
  )
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (name) => sources.has(name) || fileExists(name)
  host.readFile = (name) => sources.get(name) ?? readFile(name)
  const unused = { noUnusedLocals: false, noUnusedParameters: false }
  const program = ts.createProgram([...sources.keys()], { ...options, ...unused }, host)
  return [...sources.keys()].flatMap((name) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(name))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"))
  )
}

it("a wrong order of stages is an error of a few lines, with types by their names", () => {
  const wrong = (
    stages: string
  ) => `import { Objective, Optimizer, Pipeline, Scheduler, Stages } from "holdfast"
import { SpeakerFolder } from "holdfast/audio"
import { SpeakerConfig } from "./speaker/SpeakerConfig.js"
import { speakerNet } from "./speaker/speakerNet.js"
const config = Stages.loadConfig(SpeakerConfig)
const data = Stages.loadDataset((config: SpeakerConfig) => SpeakerFolder.speakerFolder(config))
const restore = Stages.restoreOrInit({
  model: speakerNet,
  objective: Objective.classification,
  optimizer: Optimizer.fromConfig,
  scheduler: Scheduler.fromConfig
})
export const wrong = ${stages}
`
  const errors = compile(
    [
      'Pipeline.make("x", config, restore)',
      'Pipeline.make("x", config, data, Stages.epochs(Stages.trainEpoch))',
      'Pipeline.make("x", data, config)',
      'Pipeline.make("x", config, data, Stages.evaluate("test"), restore)',
      "Stages.epochs(Stages.trainEpoch, data)"
    ].map(wrong)
  )
  expect(errors.length).toBe(5)
  for (const error of errors) {
    expect(error).not.toContain("{ readonly")
    expect(error.length).toBeLessThan(500)
  }
  expect(errors[0]).toContain("'Prepared<SpeakerConfig, ")
  expect(errors[4]).toContain("EpochStage<unknown, unknown")
}, 60_000)
