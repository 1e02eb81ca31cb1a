import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as tf from "holdfast/tf"
import { describe, expect, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { Run, Stage } from "holdfast"
import * as Checkpointer from "../../src/training/Checkpointer.js"
import { TypeId } from "../../src/training/Run.js"
import * as Device from "../../src/backends/webgpu/Device.js"
import * as WebGpu from "../../src/backends/WebGpu.js"
import * as Updates from "../../src/backends/Updates.js"
import * as Readback from "../../src/backends/Readback.js"
import { type BackendName } from "../../src/backends/Backend.js"
import { builtIn, chain } from "../../src/training/Optimizer.js"
import { distance, tensor, use, withWrongGradient } from "./backends.js"
import { gradientsOn, largestError, slopesInDoubles, slopesOf, valueOn } from "./gradientCheck.js"
import { checkpointIn, pipelineOf, session, temporaryFolder } from "../support/session.js"
import { layerCases } from "./layerCases.js"
import { refusal, subjectOf, titleOf } from "./layerCheck.js"

const isAsked = process.env["HOLDFAST_TEST_WEBGPU"] === "1"

/** The rows of the table: the layers that are refused, and why. */
const refusals: Array<string> = []
let checked = 0

// A software adapter takes a minute where a graphics processor takes none.
const options = { timeout: 600_000 }

describe.skipIf(!isAsked)("on WebGPU (run with HOLDFAST_TEST_WEBGPU=1)", options, () => {
  for (const given of layerCases) {
    it(
      titleOf(given),
      async () => {
        const refused = await refusal("webgpu", given)
        checked += 1
        if (refused !== undefined) {
          refusals.push(`| ${given.layer} | ${given.used} | ${refused.detail} |`)
          return
        }
        const value = await valueOn("cpu", subjectOf(given))
        expect(await valueOn("webgpu", subjectOf(given))).toBeCloseTo(value, 3)
        const slopes = await slopesInDoubles(subjectOf(given))
        const gradients = await gradientsOn("webgpu", subjectOf(given))
        expect(largestError(slopesOf(gradients), slopes, gradients)).toBeLessThan(1e-5)
      },
      120_000
    )
  }

  it("fails to read what was computed after a fault, and starts again", async () => {
    await use("webgpu")
    // The stock kernel transposes on its own, by a shader that does not compile for integers.
    const fault = () => tf.tidy(() => tf.argMax(tf.ones([2, 3, 4], "int32"), 0))
    const error = await Effect.runPromise(Effect.flip(Readback.values([fault()])))
    expect(error.reason).toBe("Failed")
    expect(error.message).toContain("type mismatch")
    const sound = () => Readback.scalars(() => ({ two: tf.add(1, 1) as tf.Scalar }))
    expect((await Effect.runPromise(Effect.flip(sound()))).reason).toBe("Failed")
    await use("webgpu")
    expect(await Effect.runPromise(sound())).toEqual({ two: 2 })
  })

  it("does not start where a gradient comes out wrong", async () => {
    await use("webgpu")
    await withWrongGradient("webgpu", async () => {
      Device.markFaulty("so that another is opened")
      const error = await Effect.runPromise(Effect.flip(WebGpu.start()))
      expect(error.message).toContain("its gradients are wrong by")
    })
    await use("webgpu")
  })

  it("copies integers as they are, and adds up more than a shader can bind", async () => {
    await use("webgpu")
    const large = tf.range(0, 24, 1, "int32").mul(tf.scalar(100_000_007, "int32"))
    const tensors = tf.tidy(() => {
      const volume = tf.reshape(large, [2, 3, 4])
      return [
        tf.transpose(volume, [2, 0, 1]),
        tf.cast(tf.greater(volume, 0), "float32"),
        tf.addN(Array.from({ length: 20 }, () => tf.ones([2])))
      ]
    })
    const [moved, positive, sum] = await Effect.runPromise(Readback.values(tensors))
    const values = (await Effect.runPromise(Readback.values([large])))[0]!
    const expected = Array.from({ length: 24 }, (_, i) => values[(i % 6) * 4 + Math.floor(i / 6)]!)
    expect([...moved!]).toEqual(expected)
    expect(positive).toEqual(Float32Array.from(values, (value) => (value > 0 ? 1 : 0)))
    expect([...sum!]).toEqual([20, 20])
  })

  it("reduces integers and truth values as integers, over any axes", async () => {
    await use("webgpu")
    const size = 2 * 3 * 4 * 5
    const given = Array.from({ length: size }, (_, i) => ((i * 7919) % 4099) * 4111 - 8_000_001)
    const results = () =>
      tf.tidy(() => {
        const x = tf.tensor(given, [2, 3, 4, 5], "int32")
        const isLarge = tf.greater(x, 5_000_000)
        return [undefined, [0], [1, 2], [0, 3], [3]].flatMap((axes) =>
          [true, false].flatMap((keepDims) => [
            tf.sum(x, axes, keepDims),
            // On the CPU, too, in single precision where they are large.
            tf.prod(tf.mod(x, tf.scalar(3, "int32")), axes, keepDims),
            tf.max(x, axes, keepDims),
            tf.min(x, axes, keepDims),
            tf.all(isLarge, axes, keepDims),
            tf.any(isLarge, axes, keepDims),
            tf.sum(isLarge, axes, keepDims)
          ])
        )
      })
    const onGpu = results()
    const values = await Effect.runPromise(Readback.values(onGpu))
    const found = onGpu.map(({ dtype, shape }, i) => ({ dtype, shape, values: [...values[i]!] }))
    await use("cpu")
    const expected = results().map((one) => ({
      dtype: one.dtype,
      shape: one.shape,
      values: [...one.dataSync()]
    }))
    expect(found).toEqual(expected)
  })

  it("updates weights as plain JavaScript does", async () => {
    const trainedOn = async (name: BackendName, optimizer: { readonly name: string }) => {
      await use(name)
      const weight = tf.variable(tensor([5, 13], 1))
      const { name: kind, ...fields } = optimizer
      const rule = builtIn.find(({ name }) => name === kind)!.make(fields)
      const { apply, stateDict } = chain(rule)(new Map([["w", weight]]))
      for (const seed of [2, 3, 4]) apply(new Map([["w", tensor([5, 13], seed)]]), 0.05)
      const states = Object.entries(stateDict().tensors)
      const read = Readback.values([weight, ...states.map(([, state]) => state)])
      return (await Effect.runPromise(read)).map((values) => [...values])
    }
    const weight_decay = 0.03
    for (const optimizer of [
      { name: "adam", weight_decay },
      { name: "adamw", weight_decay },
      { name: "sgd", momentum: 0, weight_decay },
      { name: "sgd", momentum: 0.9, weight_decay },
      { name: "sgd", momentum: 0.9, nesterov: true, weight_decay },
      { name: "rmsprop", weight_decay },
      { name: "rmsprop", momentum: 0.9, weight_decay },
      { name: "nadam", weight_decay, decoupled_weight_decay: true },
      { name: "nadam", weight_decay },
      { name: "adamax", weight_decay },
      { name: "adagrad", weight_decay, initial_accumulator_value: 0.1, lr_decay: 0.1 },
      { name: "adadelta", weight_decay },
      { name: "lion", weight_decay },
      { name: "lamb", weight_decay }
    ]) {
      const onGpu = await trainedOn("webgpu", optimizer)
      const expected = await trainedOn("cpu", optimizer)
      expect(onGpu.length).toBe(expected.length)
      onGpu.forEach((values, i) => expect(distance(values, expected[i]!)).toBeLessThan(1e-6))
    }
  })

  it("moves an average toward the weights as plain JavaScript does", async () => {
    const moved = async (name: BackendName) => {
      await use(name)
      const [mean, value] = [tensor([5, 13], 1), tensor([5, 13], 2)]
      const next =
        Updates.toward({ mean, value }, { share: 0.1 }) ?? mean.add(value.sub(mean).mul(0.1))
      return [...(await Effect.runPromise(Readback.values([next])))[0]!]
    }
    expect(distance(await moved("webgpu"), await moved("cpu"))).toBeLessThan(1e-6)
  })

  it("ends a run whose device fails before a save has read it, and leaves what was saved", () =>
    Effect.gen(function* () {
      yield* Effect.promise(() => use("webgpu"))
      const folder = yield* temporaryFolder
      const unplugged = Stage.make("unplugged", {
        description: "unplug the device in the second epoch",
        run: (run: Run.Run) =>
          Effect.gen(function* () {
            if ((yield* Run.position(run)).epoch === 1) {
              yield* Effect.orDie(Checkpointer.drain(run[TypeId]))
              Device.markFaulty("it was unplugged")
            }
            return run
          })
      })
      const { exit } = yield* session({
        folder,
        backend: "webgpu",
        training: { save_interval: 1 },
        pipeline: pipelineOf({ extra: unplugged })
      })
      const told = Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "nothing"
      expect(told).toContain("webgpu has failed; its latest results are invalid")
      expect(told).toContain("cannot be saved: the state of the run is lost")
      expect(told).toContain("it was unplugged")
      expect((yield* checkpointIn(folder)).meta.epoch).toBe(1)
      yield* Effect.promise(() => use("webgpu"))
      const again = yield* session({ folder, backend: "webgpu" })
      expect(again.exit._tag).toBe("Success")
      expect((yield* checkpointIn(folder)).meta.epoch).toBe(4)
    }).pipe(Effect.scoped, Effect.runPromise))

  it("is as the documentation says", async ({ skip }) => {
    skip(checked < layerCases.length, "not all layers were checked")
    const file = fileURLToPath(new URL("../../docs/backends.md", import.meta.url))
    const table = ["| layer | use | refused, for |", "|---|---|---|", ...refusals].join("\n")
    const document = readFileSync(file, "utf8").replace(
      /(<!-- webgpu: .*? -->\n).*?(<!-- \/webgpu -->)/s,
      (_, start: string, end: string) =>
        `${start}\n${checked - refusals.length} of ${checked} train. These do not:\n\n${table}\n\n${end}`
    )
    await expect(document).toMatchFileSnapshot(file)
  })
})
