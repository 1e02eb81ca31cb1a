import { describe, expect, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Config from "../../src/Config.js"
import { ConfigError } from "../../src/config/ConfigError.js"
import * as Overrides from "../../src/config/Overrides.js"
import { ExampleConfig, minimal } from "./ExampleConfig.js"

const decode = (json: unknown, ...overrides: ReadonlyArray<string>) =>
  Config.decode(ExampleConfig, json, {
    path: "config.json",
    overrides: overrides.map((text) => Either.getOrThrow(Overrides.parse(text)))
  })

/** The message that `json` is refused with. */
const refusal = (json: unknown, ...overrides: ReadonlyArray<string>): string => {
  const result = decode(json, ...overrides)
  return Either.isLeft(result) ? result.left.message : "accepted"
}

const training = (fields: object) => ({
  ...minimal,
  training: { ...minimal.training, ...fields }
})

describe("Config.decode", () => {
  it("fills in every default", () => {
    expect(Either.getOrThrow(decode({ $schema: "./config.schema.json", ...minimal }))).toEqual({
      $schema: "./config.schema.json",
      training: {
        checkpoint_dir: "checkpoints",
        checkpoint_mirror: null,
        mirror_timeout: 60,
        save_interval: 10,
        keep_last: 2,
        keep_best: 1,
        keep_best_by: null,
        keep_every: null,
        resume_from: null,
        backend: "auto",
        init_from: null,
        num_epochs: 3,
        batch_size: 32,
        learning_rate: 0.001,
        seed: 7,
        optimizer: {
          name: "adam",
          beta_1: 0.9,
          beta_2: 0.999,
          epsilon: 1e-8,
          weight_decay: 0,
          amsgrad: false
        },
        scheduler: { name: "constant" },
        on_divergence: { name: "stop", limit: 1e19 },
        gradient_accumulation_steps: 1,
        gradient_clip: null,
        warmup_steps: 0,
        validation_interval: null,
        lock_timeout: 30,
        run_log: true,
        log_gradient_norm: null,
        drop_last: false,
        early_stopping: null,
        label_smoothing: 0,
        mixup: 0,
        class_weights: null,
        metrics: [],
        sampler: { name: "shuffle" },
        observers: [],
        warmup: null,
        gradient_noise: null,
        parameter_groups: [],
        ema: null,
        swa: null,
        shards: 1,
        data_workers: "auto"
      },
      model: { num_classes: 8, channels: [16, 32], dropout: 0.2 },
      data: { root: null, split: { test_pattern: null, fraction: 0.1 } }
    })
  })

  it.each([
    ["stop", { limit: 1e19 }],
    ["skip", { max_skips: 10, limit: 1e19 }],
    ["restore", { factor: 0.5, max_restores: 3, limit: 1e19 }],
    ["ignore", {}]
  ])("takes the policy %s by its name alone, too", (name, defaults) => {
    for (const on_divergence of [name, { name }]) {
      const config = Either.getOrThrow(decode(training({ on_divergence })))
      expect(config.training.on_divergence).toEqual({ name, ...defaults })
    }
  })

  it.each([
    { save_interval: 5 },
    { save_interval: "5 epochs" },
    { save_interval: "500 steps" },
    { save_interval: "1 step" },
    { save_interval: "30 seconds" },
    { save_interval: "2 hours" },
    { save_interval: [2, "1 hour"] }
  ])("takes %j as it is", (given) => {
    expect(Either.getOrThrow(decode(training(given))).training).toMatchObject(given)
  })

  it.each([
    { save_interval: 0 },
    { save_interval: "0 steps" },
    { save_interval: "10" },
    { save_interval: "10 min" },
    { save_interval: "1.5 hours" },
    { save_interval: [] }
  ])("refuses %j", (given) => {
    expect(Either.isLeft(decode(training(given)))).toBe(true)
  })

  it.each([
    [
      { name: "adam" },
      { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0, amsgrad: false }
    ],
    [
      { name: "adamw" },
      { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, weight_decay: 0.01, amsgrad: false }
    ],
    [{ name: "sgd" }, { momentum: 0, dampening: 0, nesterov: false, weight_decay: 0 }],
    [
      { name: "rmsprop" },
      { alpha: 0.99, momentum: 0, epsilon: 1e-8, centered: false, weight_decay: 0 }
    ]
  ])("fills in the defaults of the optimizer %j", (optimizer, defaults) => {
    const config = Either.getOrThrow(decode(training({ optimizer })))
    expect(config.training.optimizer).toEqual({ ...optimizer, ...defaults })
  })

  it.each([
    [{ name: "cosine" }, { warmup_epochs: 0, min_learning_rate: 0, unit: "epoch" }],
    [
      { name: "step", step_size: 5 },
      { gamma: 0.1, unit: "epoch" }
    ],
    [{ name: "exponential", gamma: 0.9 }, { unit: "epoch" }],
    [
      { name: "plateau" },
      { metric: "val_loss", mode: "min", factor: 0.1, patience: 10, min_learning_rate: 0 }
    ]
  ])("fills in the defaults of the scheduler %j", (scheduler, defaults) => {
    const config = Either.getOrThrow(decode(training({ scheduler })))
    expect(config.training.scheduler).toEqual({ ...scheduler, ...defaults })
  })

  it("fails with a ConfigError that lists its problems", () => {
    const error = Either.getOrThrow(Either.flip(decode(training({ seed: -1 }))))
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.reason).toEqual({
      _tag: "Invalid",
      file: "config.json",
      problems: [
        {
          kind: "NotAllowed",
          path: "training.seed",
          found: "-1",
          allowed: "an integer of at least 0",
          meant: null,
          overridden: false
        }
      ]
    })
  })

  it("names every missing section", () => {
    expect(refusal({})).toMatchInlineSnapshot(`
      "config.json is not valid:
        training: missing; allowed: an object
        model: missing; allowed: an object
        data: missing; allowed: an object"
    `)
  })

  it("refuses what is no object", () => {
    expect(refusal([])).toMatchInlineSnapshot(`
      "config.json is not valid:
        the configuration: found []; allowed: an object"
    `)
  })

  it("names all problems at once, at every depth", () => {
    expect(
      refusal({
        training: { num_epochs: 0, batch_size: 2.5, learning_rate: "fast", save_interval: null },
        model: { num_classes: 1, channels: [0, "a"], dropout: 0.95 },
        data: { root: "", split: { test_pattern: "x", fraction: 1 } }
      })
    ).toMatchInlineSnapshot(`
      "config.json is not valid:
        training.save_interval: found null; allowed: an integer of at least 1, a string matching ^[1-9][0-9]* (epoch|step|second|minute|hour)s?$ or a list of at least 1
        training.num_epochs: found 0; allowed: an integer of at least 1
        training.batch_size: found 2.5; allowed: an integer of at least 1
        training.learning_rate: found "fast"; allowed: a number greater than 0
        training.seed: missing; allowed: an integer of at least 0
        model.num_classes: found 1; allowed: an integer of at least 2
        model.channels.0: found 0; allowed: an integer greater than 0
        model.channels.1: found "a"; allowed: an integer greater than 0
        model.dropout: found 0.95; allowed: a number of at least 0 and at most 0.9
        data.root: found ""; allowed: a non-empty string or null
        data.split.test_pattern: found "x"; allowed: a string matching ^\\^ or null
        data.split.fraction: found 1; allowed: a number greater than 0 and less than 1"
    `)
  })

  it("names an unknown field and the one that was meant", () => {
    expect(
      refusal({
        ...training({ epochs: 5, numEpochs: 5, batchsize: 5, warp: { speed: 9 } }),
        data: { root: null, split: { test_pattern: null, fractoin: 0.2 } },
        trainig: {}
      })
    ).toMatchInlineSnapshot(`
      "config.json is not valid:
        trainig: unknown field (found {}); did you mean training?
        training.epochs: unknown field (found 5); did you mean num_epochs?
        training.numEpochs: unknown field (found 5); did you mean num_epochs?
        training.batchsize: unknown field (found 5); did you mean batch_size?
        training.warp: unknown field (found {"speed":9}); allowed: checkpoint_dir, checkpoint_mirror, mirror_timeout, save_interval, keep_last, keep_best, keep_best_by, keep_every, resume_from, backend, init_from, num_epochs, batch_size, learning_rate, seed, on_divergence, gradient_accumulation_steps, shards, gradient_noise, parameter_groups, ema, swa, warmup_steps, warmup, early_stopping, validation_interval, lock_timeout, run_log, log_gradient_norm, data_workers, drop_last, label_smoothing, mixup, class_weights, optimizer, gradient_clip, scheduler, metrics, sampler, observers
        data.split.fractoin: unknown field (found 0.2); did you mean fraction?"
    `)
  })

  it("speaks of the optimizer that was named", () => {
    expect(refusal(training({ optimizer: { name: "sgd", beta_1: 0.9, momentum: 1 } })))
      .toMatchInlineSnapshot(`
        "config.json is not valid:
          training.optimizer: found {"name":"sgd","beta_1":0.9,"momentum":1}; allowed: "adam", "adamw", "sgd", "rmsprop", "nadam", "adamax", "adagrad", "adadelta", "lion" or "lamb""
      `)
  })

  it("lists the names that a union knows", () => {
    expect(
      refusal(training({ optimizer: { name: "adagrad", beta_1: 2 }, scheduler: { gamma: 0.5 } }))
    ).toMatchInlineSnapshot(`
      "config.json is not valid:
        training.optimizer.beta_1: unknown field (found 2); allowed: name, lr_decay, initial_accumulator_value, epsilon, weight_decay (where name is "adagrad")
        training.scheduler.name: missing; allowed: "constant", "cosine", "step", "exponential", "plateau", "one_cycle", "linear", "polynomial", "cosine_restarts", "piecewise" or "table""
    `)
  })

  it("says that a union takes an object", () => {
    expect(refusal(training({ optimizer: "adam", scheduler: null }))).toMatchInlineSnapshot(`
      "config.json is not valid:
        training.scheduler: found null; allowed: "constant", "cosine", "step", "exponential", "plateau", "one_cycle", "linear", "polynomial", "cosine_restarts", "piecewise" or "table""
    `)
  })

  it("reports a rule between two fields at the field", () => {
    expect(refusal(training({ optimizer: { name: "sgd", nesterov: true } })))
      .toMatchInlineSnapshot(`
        "config.json is not valid:
          training.optimizer.nesterov: found true; allowed: false, or true with a momentum above 0 and without dampening"
      `)
  })

  it("shortens what it found", () => {
    expect(refusal(training({ seed: "0123456789".repeat(20) }))).toMatchInlineSnapshot(`
      "config.json is not valid:
        training.seed: found "0123456789012345678901234567890123456789012345678901234567…; allowed: an integer of at least 0"
    `)
  })

  it("blames --set for what came from there, and the file for the rest", () => {
    expect(
      refusal(
        training({ seed: "x" }),
        "training.num_epochs=many",
        "training.optimizer.name=adm",
        "training.warp.speed=9",
        'training.scheduler={"name":"step"}',
        "data=3"
      )
    ).toMatchInlineSnapshot(`
      "config.json is not valid:
        training.seed: found "x"; allowed: an integer of at least 0
      --set is not valid:
        training.warp: unknown field (found {"speed":9}); allowed: checkpoint_dir, checkpoint_mirror, mirror_timeout, save_interval, keep_last, keep_best, keep_best_by, keep_every, resume_from, backend, init_from, num_epochs, batch_size, learning_rate, seed, on_divergence, gradient_accumulation_steps, shards, gradient_noise, parameter_groups, ema, swa, warmup_steps, warmup, early_stopping, validation_interval, lock_timeout, run_log, log_gradient_norm, data_workers, drop_last, label_smoothing, mixup, class_weights, optimizer, gradient_clip, scheduler, metrics, sampler, observers
        training.num_epochs: found "many"; allowed: an integer of at least 1
        training.optimizer.name: found "adm"; allowed: "adam", "adamw", "sgd", "rmsprop", "nadam", "adamax", "adagrad", "adadelta", "lion" or "lamb"; did you mean adam?
        training.scheduler.step_size: missing; allowed: an integer of at least 1
        data: found 3; allowed: an object"
    `)
  })

  it("accepts a file that --set puts right", () => {
    const config = Either.getOrThrow(decode(training({ seed: "x" }), "training.seed=8"))
    expect(config.training.seed).toBe(8)
  })

  it("refuses infinity, which JSON can hold as 1e999", () => {
    expect(refusal(training({ learning_rate: JSON.parse("1e999") }))).toContain(
      "training.learning_rate: found Infinity; allowed: a number greater than 0"
    )
  })
})
