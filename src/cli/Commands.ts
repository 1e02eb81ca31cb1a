import { backendNames } from "../backend/BackendName.js"
import type { Help } from "./Help.js"

/** What Holdfast is, in a line. */
export const summary = "Training with TensorFlow.js that stops at any moment and goes on exactly"

const pipeline = ["pipeline", "the pipeline's file, TypeScript or JavaScript"] as const
const json = (what: string) => ["--json", `print ${what} as JSON`] as const
const backends = backendNames.join(", ")
const help = ["--help, -h", "this help"] as const

/** The commands, by name. What parses them lies in files of their own, loaded when needed. */
export const commands = {
  run: {
    summary: "Run a pipeline, going on from where an earlier run was stopped",
    usage: "holdfast run [options] <pipeline> [args…]",
    examples: [
      ["holdfast run pipelines/speaker.ts", "train; Ctrl+C saves and stops"],
      ["holdfast run pipelines/speaker.ts --resume latest", "go on without being asked"],
      ["holdfast run pipelines/speaker.ts --set training.num_epochs=150", "change the config"],
      ["holdfast run pipelines/identify.ts someone.wav", "arguments for the pipeline"]
    ],
    arguments: [
      pipeline,
      ["args", "what the pipeline is to be told, files say; options only after --"]
    ],
    options: [
      ["--config PATH", "the configuration, by default config.json here, else the"],
      ["", "one beside the pipeline or in a folder above it"],
      ["--set PATH=VALUE", "set a field of the configuration; may be repeated"],
      ["--resume WHAT", "latest, best or a path: go on from that checkpoint;"],
      ["", "never: start from scratch; ask: as without the option"],
      ["--allow-dataset-change", "go on with data other than the checkpoint's"],
      ["--backend NAME", `compute on ${backends};`],
      ["", "by default what HOLDFAST_BACKEND says, or the fastest"],
      ["", "there is but webgpu"],
      ["--grace SECONDS", "stop within so many after SIGTERM, by default 25; then"],
      ["", "the process ends, whatever is still going on"],
      ["--force", "take over a folder of checkpoints from another host's"],
      ["", "process at once, if you know it to be gone; else that is"],
      ["", "done when it has not renewed its lock for 30 seconds"],
      ["--quiet", "show warnings and results only"],
      ["--json", "print a JSON object an event"],
      help
    ],
    signals: [
      ["SIGINT, SIGTERM, SIGHUP", "save and stop; again, a second later: quit at once"],
      ["SIGUSR1", "save after this training step, and go on"]
    ],
    notes:
      "npx and npm do not pass SIGTERM on: start node_modules/.bin/holdfast itself in\n" +
      "services and containers."
  },
  show: {
    summary: "Draw the stages of a pipeline without running any",
    usage: "holdfast show [options] <pipeline>",
    examples: [["holdfast show pipelines/speaker.ts", "the tree of its stages"]],
    arguments: [pipeline],
    options: [json("the tree"), help]
  },
  list: {
    summary: "List the checkpoints in a folder, the newest first",
    usage: "holdfast list [options] [folder]",
    examples: [["holdfast list", "the checkpoints of config.json's default folder"]],
    arguments: [["folder", "the folder, by default checkpoints"]],
    options: [json("the list"), help],
    notes: "It reads no more than their headers: verify looks at every byte."
  },
  inspect: {
    summary: "Show what is in a checkpoint: position, metrics, tensors, config",
    usage: "holdfast inspect [options] <checkpoint>",
    examples: [
      ["holdfast inspect checkpoints/best_model.safetensors", "what is in it"],
      ["holdfast inspect checkpoints/best_model.safetensors --json", "the same, for programs"]
    ],
    arguments: [["checkpoint", "the checkpoint's file"]],
    options: [json("everything but the tensors' values"), help]
  },
  verify: {
    summary: "Check every byte of a checkpoint, or of each in a folder",
    usage: "holdfast verify [options] <path>",
    examples: [
      ["holdfast verify checkpoints", "each checkpoint in the folder"],
      ["holdfast verify checkpoints/best_model.safetensors", "this one"]
    ],
    arguments: [["path", "a checkpoint's file, or a folder of them"]],
    options: [json("what was found"), help],
    notes: "It exits with 1 if any is damaged or cannot be read."
  },
  pin: {
    summary: "Keep a checkpoint for ever, whatever keep_last and the like say",
    usage: "holdfast pin <checkpoint>",
    examples: [["holdfast pin checkpoints/best_model.safetensors", "what is the best now"]],
    arguments: [["checkpoint", "the checkpoint's file, by any of its names"]],
    options: [help]
  },
  unpin: {
    summary: "Let a pinned checkpoint go when its time has come",
    usage: "holdfast unpin <checkpoint>",
    examples: [["holdfast unpin checkpoints/epoch-0012-step-000000.safetensors", "that one"]],
    arguments: [["checkpoint", "the checkpoint's file, by any of its names"]],
    options: [help]
  },
  doctor: {
    summary: "Check the available backends: correctness of gradients, and speed",
    usage: "holdfast doctor [options]",
    examples: [
      ["holdfast doctor", "the backends of this machine, and the one chosen"],
      ["holdfast doctor --backend tensorflow", "whether this one can be had"]
    ],
    arguments: [],
    options: [
      ["--backend NAME", `the backend to ask for: ${backends};`],
      ["", "by default what HOLDFAST_BACKEND says"],
      json("what was found"),
      help
    ],
    notes:
      "It takes up to ten seconds, and exits with 1 if the backend that a run would\n" +
      "take computes wrong gradients or cannot be had."
  },
  help: {
    summary: "Show the help on a command",
    usage: "holdfast help [command]",
    examples: [["holdfast help run", "the same as holdfast run --help"]],
    arguments: [["command", "the command; without one, all of them"]],
    options: [help]
  },
  version: {
    summary: "Print the version",
    usage: "holdfast version",
    examples: [["holdfast version", "the same as holdfast --version"]],
    arguments: [],
    options: [help]
  },
  completions: {
    summary: "Print a script that completes commands and options in a shell",
    usage: "holdfast completions <shell>",
    examples: [
      ["holdfast completions bash >> ~/.bashrc", "for bash"],
      ["holdfast completions zsh >> ~/.zshrc", "for zsh, after compinit"],
      ["holdfast completions fish > ~/.config/fish/completions/holdfast.fish", "for fish"]
    ],
    arguments: [["shell", "bash, zsh or fish"]],
    options: [help]
  }
} as const satisfies Readonly<Record<string, Help>>

/** The names of the commands. */
export type CommandName = keyof typeof commands

/** Whether there is a command of this name. */
export const isCommand = (name: string): name is CommandName => Object.hasOwn(commands, name)
