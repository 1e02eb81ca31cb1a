import { backendNames } from "../backends/BackendName.js"
import { t } from "../language/Text.js"
import type { Help } from "./Help.js"

/** What Holdfast is, in a line. */
export const summary = t`Training with TensorFlow.js that stops at any moment and goes on exactly`

const pipeline = ["pipeline", t`the pipeline's file, TypeScript or JavaScript`] as const
const json = (what: string) => ["--json", t`print ${what} as JSON`] as const
const backends = backendNames.join(", ")
const help = ["--help, -h", t`this help`] as const

/** The commands, by name. What parses them lies in files of their own, loaded when needed. */
export const commands = {
  run: {
    summary: t`Run a pipeline, going on from where an earlier run was stopped`,
    usage: "holdfast run [options] <pipeline> [args…]",
    examples: [
      ["holdfast run pipelines/speaker.ts", t`train; Ctrl+C saves and stops`],
      ["holdfast run pipelines/speaker.ts --resume latest", t`go on without being asked`],
      ["holdfast run pipelines/speaker.ts --set training.num_epochs=150", t`change the config`],
      ["holdfast run pipelines/identify.ts someone.wav", t`arguments for the pipeline`]
    ],
    arguments: [
      pipeline,
      ["args", t`what the pipeline is to be told, files say; options only after --`]
    ],
    options: [
      [
        "--config PATH",
        t`the configuration, by default config.json here, else the one beside the pipeline or in a folder above it`
      ],
      ["--set PATH=VALUE", t`set a field of the configuration; may be repeated`],
      [
        "--resume WHAT",
        t`latest, best or a path: go on from that checkpoint; never: start from scratch; ask: as without the option`
      ],
      ["--allow-dataset-change", t`go on with data other than the checkpoint's`],
      [
        "--backend NAME",
        t`compute on ${backends}; by default what HOLDFAST_BACKEND says, or the fastest there is but webgpu`
      ],
      [
        "--grace SECONDS",
        t`stop within so many after SIGTERM, by default 25; then the process ends, whatever is still going on`
      ],
      [
        "--force",
        t`take over a folder of checkpoints from another host's process at once, if you know it to be gone; else that is done when it has not renewed its lock for 30 seconds`
      ],
      ["--quiet", t`show warnings and results only`],
      ["--json", t`print a JSON object an event`],
      help
    ],
    signals: [
      ["SIGINT, SIGTERM, SIGHUP", t`save and stop; again, a second later: quit at once`],
      ["SIGUSR1", t`save after this training step, and go on`]
    ],
    notes: t`npx and npm do not pass SIGTERM on: start node_modules/.bin/holdfast itself in services and containers.`
  },
  show: {
    summary: t`Draw the stages of a pipeline without running any`,
    usage: "holdfast show [options] <pipeline>",
    examples: [["holdfast show pipelines/speaker.ts", t`the tree of its stages`]],
    arguments: [pipeline],
    options: [json(t`the tree`), help]
  },
  list: {
    summary: t`List the checkpoints in a folder, the newest first`,
    usage: "holdfast list [options] [folder]",
    examples: [["holdfast list", t`the checkpoints of config.json's default folder`]],
    arguments: [["folder", t`the folder, by default checkpoints`]],
    options: [json(t`the list`), help],
    notes: t`It reads no more than their headers: verify looks at every byte.`
  },
  inspect: {
    summary: t`Show what is in a checkpoint: position, metrics, tensors, config`,
    usage: "holdfast inspect [options] <checkpoint>",
    examples: [
      ["holdfast inspect checkpoints/best_model.safetensors", t`what is in it`],
      ["holdfast inspect checkpoints/best_model.safetensors --json", t`the same, for programs`]
    ],
    arguments: [["checkpoint", t`the checkpoint's file`]],
    options: [json(t`everything but the tensors' values`), help]
  },
  verify: {
    summary: t`Check every byte of a checkpoint, or of each in a folder`,
    usage: "holdfast verify [options] <path>",
    examples: [
      ["holdfast verify checkpoints", t`each checkpoint in the folder`],
      ["holdfast verify checkpoints/best_model.safetensors", t`this one`]
    ],
    arguments: [["path", t`a checkpoint's file, or a folder of them`]],
    options: [json(t`what was found`), help],
    notes: t`It exits with 1 if any is damaged or cannot be read.`
  },
  pin: {
    summary: t`Keep a checkpoint for ever, whatever keep_last and the like say`,
    usage: "holdfast pin <checkpoint>",
    examples: [["holdfast pin checkpoints/best_model.safetensors", t`what is the best now`]],
    arguments: [["checkpoint", t`the checkpoint's file, by any of its names`]],
    options: [help]
  },
  unpin: {
    summary: t`Let a pinned checkpoint go when its time has come`,
    usage: "holdfast unpin <checkpoint>",
    examples: [["holdfast unpin checkpoints/epoch-0012-step-000000.safetensors", t`that one`]],
    arguments: [["checkpoint", t`the checkpoint's file, by any of its names`]],
    options: [help]
  },
  doctor: {
    summary: t`Check the available backends: correctness of gradients, and speed`,
    usage: "holdfast doctor [options]",
    examples: [
      ["holdfast doctor", t`the backends of this machine, and the one chosen`],
      ["holdfast doctor --backend tensorflow", t`whether this one can be had`]
    ],
    arguments: [],
    options: [
      [
        "--backend NAME",
        t`the backend to ask for: ${backends}; by default what HOLDFAST_BACKEND says`
      ],
      json(t`what was found`),
      help
    ],
    notes: t`It takes up to ten seconds, and exits with 1 if the backend that a run would take computes wrong gradients or cannot be had.`
  },
  help: {
    summary: t`Show the help on a command`,
    usage: "holdfast help [command]",
    examples: [["holdfast help run", t`the same as holdfast run --help`]],
    arguments: [["command", t`the command; without one, all of them`]],
    options: [help]
  },
  version: {
    summary: t`Print the version`,
    usage: "holdfast version",
    examples: [["holdfast version", t`the same as holdfast --version`]],
    arguments: [],
    options: [help]
  },
  completions: {
    summary: t`Print a script that completes commands and options in a shell`,
    usage: "holdfast completions <shell>",
    examples: [
      ["holdfast completions bash >> ~/.bashrc", t`for bash`],
      ["holdfast completions zsh >> ~/.zshrc", t`for zsh, after compinit`],
      ["holdfast completions fish > ~/.config/fish/completions/holdfast.fish", t`for fish`]
    ],
    arguments: [["shell", t`bash, zsh or fish`]],
    options: [help]
  }
} as const satisfies Readonly<Record<string, Help>>

/** The names of the commands. */
export type CommandName = keyof typeof commands

/** Whether there is a command of this name. */
export const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name)
