import * as NodeFileSystem from "../../src/io/NodeFileSystem.js"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as CheckpointFile from "../support/checkpointFile.js"
import { Resumption } from "../../src/checkpointing/resume/Resumption.js"
import { inspect } from "../../src/cli/commands/Inspect.js"
import { list } from "../../src/cli/commands/List.js"
import { pin } from "../../src/cli/commands/Pin.js"
import * as ResumePrompt from "../../src/cli/ResumePrompt.js"
import * as ExitReport from "../../src/cli/ExitReport.js"
import { verify } from "../../src/cli/commands/Verify.js"
import type { Event } from "../../src/events/Event.js"
import * as RenderEvent from "../../src/terminal/RenderEvent.js"
import { Output } from "../../src/terminal/Output.js"
import type { Command } from "../../src/cli/Command.js"
import { printed } from "./command.js"
import { damage } from "../checkpointing/damage.js"
import { sample, tensor } from "../checkpointing/sample.js"
import { recorder, setting } from "../terminal/sample.js"

/** Sets a title, clears the screen, goes back, forges a line, turns the text around. */
const evil = "\x1b]0;X\x07\x1b[2J\r\x9b1A\u202eevil\nepoch-0009.safetensors  intact"
const huge = "y".repeat(1_000_000)

// oxlint-disable-next-line no-control-regex
const commands = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202e]/

const hostile = sample(1, 0.5, {
  run_id: evil,
  backend: evil,
  stopped: huge,
  dataset: { ...sample(1).meta.dataset, name: evil },
  best: { metric: evil, mode: "min", value: 0.5, epoch: 1 },
  train_history: [{ epoch: 1, learning_rate: 1, seconds: 1, [evil]: 0.5 }],
  config: { [evil]: huge }
})

const folder = Effect.gen(function* () {
  const path = mkdtempSync(join(tmpdir(), "holdfast-hostile-"))
  const tensors = new Map([...hostile.tensors, [evil, tensor(1, 2)], [huge, tensor(1, 2)]])
  const file = join(path, "hostile.safetensors")
  yield* CheckpointFile.write(file, { ...hostile, tensors })
  const damaged = join(path, "\x1b]0;Y\x07\nx.safetensors")
  yield* CheckpointFile.write(damaged, { ...hostile, tensors: new Map([[evil, tensor(1, 2)]]) })
  yield* damage(damaged)
  writeFileSync(join(path, "\x1b[1A\nfake  intact.safetensors"), "PK\x03\x04 no checkpoint")
  return { path, file, damaged }
})

/** What a command prints, and the error with which it ends as people see it. */
const shown = (command: Command, ...words: ReadonlyArray<string>) =>
  Effect.map(printed(command, words), ({ error, text }) =>
    error === null ? text : text + ExitReport.fromExit(Exit.fail(error), null).text
  )

describe("what files say, shown to people", () => {
  it.effect("contains no terminal commands, forges no line, and is bounded", () =>
    Effect.gen(function* () {
      const { damaged, file, path } = yield* folder
      const texts = {
        list: yield* shown(list, path),
        verify: yield* shown(verify, path),
        inspect: yield* shown(inspect, file),
        damaged: yield* shown(inspect, damaged),
        pin: yield* shown(pin, file),
        none: yield* shown(list, join(path, evil))
      }
      for (const [name, text] of Object.entries(texts)) {
        expect(text, name).not.toMatch(commands)
        expect(text, name).not.toMatch(/^epoch-0009|^fake|^x\.safetensors/m)
        expect(text.length, name).toBeLessThan(20_000)
      }
      expect(texts.inspect).toMatch(/^run +\\x1b\]0;X\\x07/m)
      expect(texts.list).toContain("\\x1b[1A\\nfake")
      expect(texts.damaged).toContain("not as they were saved: \\x1b]0;X")
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.effect("is unchanged in JSON", () =>
    Effect.gen(function* () {
      const { file } = yield* folder
      const text = yield* shown(inspect, file, "--json")
      expect(text).not.toMatch(commands)
      expect(JSON.parse(text)).toMatchObject({ run_id: evil, stopped: huge })
    }).pipe(Effect.provide(NodeFileSystem.layer))
  )

  it.effect("escapes the question whether to resume, too", () =>
    Effect.gen(function* () {
      const output = yield* recorder
      const fiber = yield* Effect.fork(
        Effect.flatMap(Resumption, ({ ask }) =>
          ask({ path: evil, epoch: 1, step: 0, bestValLoss: 1, savedAt: evil })
        ).pipe(
          Effect.provide(
            ResumePrompt.layer({
              flag: Option.none(),
              allowDatasetChange: false,
              force: false
            })
          ),
          Effect.provide(output.layer)
        )
      )
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(fiber)
      const text = (yield* output.written).map(([, one]) => one).join("")
      expect(text).toContain("Found an earlier run: \\x1b]0;X")
      expect(text).not.toMatch(commands)
      expect(text).not.toMatch(/^epoch-0009/m)
    })
  )

  it.effect("in warnings and what happens in a run", () =>
    Effect.gen(function* () {
      const { layer, written } = yield* recorder
      const events: ReadonlyArray<Event> = [
        { _tag: "Notice", level: "warning", message: `skipped: ${evil}${huge}` },
        { _tag: "AlreadyFinished", epoch: 1, epochs: 2, stopped: evil + huge, stopped_by: evil },
        { _tag: "EarlierRunArchived", path: evil },
        {
          _tag: "ConfigChanged",
          changes: [{ path: evil, before: evil, after: huge, wins: "config" }]
        }
      ]
      yield* Effect.gen(function* () {
        const output = yield* Output
        for (const event of events) {
          yield* RenderEvent.write(output, RenderEvent.fromEvent(event, setting(null), null))
        }
      }).pipe(Effect.provide(layer))
      const text = (yield* written).map(([, one]) => one).join("")
      expect(text).not.toMatch(commands)
      expect(text.length).toBeLessThan(20_000)
    })
  )

  it("in errors", () => {
    const { text } = ExitReport.fromExit(Exit.fail(new Error(`${evil}${huge}`)), null)
    expect(text).not.toMatch(commands)
    expect(text.length).toBeLessThan(10_000)
  })
})
