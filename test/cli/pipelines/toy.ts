/** As many steps of 20 ms as its first argument says; then it fails as its second says. */
import * as Effect from "effect/Effect"
import { CommandLine, emit, Pipeline, Stage } from "holdfast"

const begin = Stage.make("begin", {
  description: "read the arguments",
  run: () => Effect.map(CommandLine, ({ args }) => args)
})

const inner = Stage.make("inner", { description: "a part of it", run: Effect.succeed<number> })

const work = Stage.make("work", {
  description: "step by step",
  children: [inner],
  run: ([steps, end, ...rest]: ReadonlyArray<string>) =>
    Effect.gen(function* () {
      yield* Effect.addFinalizer(() => emit({ _tag: "Notice", level: "info", message: "flushed" }))
      for (let step = 1; step <= Number(steps); step++) {
        yield* Effect.sleep(20)
        yield* emit({
          _tag: "StepFinished",
          phase: "train",
          epoch: 1,
          epochs: 1,
          step,
          steps: Number(steps),
          loss: 1 / step,
          examples: 8
        })
      }
      if (end === "die") throw new TypeError("an oversight")
      yield* emit({ _tag: "Result", text: `left: ${rest.join(" ")}`, value: rest })
    })
})

export default Pipeline.make("toy", begin, work)
