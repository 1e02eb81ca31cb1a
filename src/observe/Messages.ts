import type { Candidate } from "../checkpoint/Resumption.js"
import type { Place } from "./Event.js"
import * as Format from "./Format.js"

/** The questions and closing messages of the CLI, in one language. */
export interface Messages {
  /** Whether to go on from `candidate`; ends where the answer is typed. */
  readonly goOn: (candidate: Candidate) => string
  /** After an answer that is neither yes nor no. */
  readonly yesOrNo: string
  /** What starts an affirmative or a negative answer, in lower case. */
  readonly yes: ReadonlyArray<string>
  readonly no: ReadonlyArray<string>
  readonly goingOn: (from: Place & { readonly path: string }, noTerminal: boolean) => string
  readonly archived: (path: string, after: Place | null) => string
  /** While the step and the save that a signal interrupted are finished. */
  readonly stopping: string
  /** When the npm or npx that has started this process has ended, with SIGTERM most likely. */
  readonly orphaned: string
  /** When the seconds are over that stopping may take. */
  readonly outOfTime: (seconds: number) => string
  readonly saved: (options: {
    readonly place: Place
    readonly path: string
    readonly signal: string | null
    readonly command: string
  }) => string
  readonly stoppedUnsaved: (signal: string | null, command: string) => string
  readonly alreadyFinished: (options: {
    readonly epoch: number
    readonly epochs: number
    readonly stopped: string | null
    readonly stoppedBy: string | null
  }) => string
  readonly finished: (options: {
    readonly epoch: number
    readonly stopped: string | null
    readonly seconds: number
    readonly best: {
      readonly metric: string
      readonly value: number
      readonly epoch: number
    } | null
  }) => string
}

const english: Messages = {
  goOn: (candidate) =>
    `An earlier run was found: ${candidate.path}\n` +
    `  ${afterInEnglish(candidate)}, saved ${Format.time(candidate.savedAt)}\n` +
    (candidate.bestValLoss === null
      ? "  not validated yet\n"
      : `  best validation loss ${Format.number(candidate.bestValLoss)}\n`) +
    (candidate.finite !== false
      ? ""
      : "  its weights are NaN or infinite: it will learn nothing more\n") +
    `Go on from there? [Y/n] `,
  yesOrNo: "Please answer y or n. [Y/n] ",
  yes: ["y", "yes"],
  no: ["n", "no"],
  goingOn: (from, noTerminal) =>
    `${noTerminal ? "no terminal to ask on: " : ""}going on from ${from.path}, ` +
    afterInEnglish(from),
  archived: (path, after) =>
    after === null
      ? `the earlier checkpoints were moved to ${path}`
      : `the checkpoints ${afterInEnglish(after)} were moved to ${path}`,
  stopping: "stopping after this step, then saving; Ctrl+C again quits without saving",
  orphaned:
    "npx has ended, and does not pass SIGTERM on: stopping and saving as after SIGTERM\n" +
    "in services and containers run node_modules/.bin/holdfast, which gets signals itself",
  outOfTime: (seconds) =>
    `the ${seconds} s that --grace allows are over: ended with work unfinished`,
  saved: ({ command, path, place, signal }) =>
    `stopped${signal === null ? "" : ` by ${signal}`} ${afterInEnglish(place)}; ` +
    `saved in ${path}\ngo on with: ${command}`,
  stoppedUnsaved: (signal, command) =>
    `stopped${signal === null ? "" : ` by ${signal}`} before training began; nothing to save\n` +
    `run it again with: ${command}`,
  alreadyFinished: ({ epoch, epochs, stopped, stoppedBy }) =>
    `already at the end, after epoch ${epoch}: ${stopped ?? `training.num_epochs is ${epochs}`}\n` +
    `to train on, raise ${stoppedBy === null ? "" : `the patience of ${stoppedBy} or `}` +
    `training.num_epochs, or go back to the best epoch with other settings: --resume best`,
  finished: ({ best, epoch, seconds, stopped }) =>
    `finished after epoch ${epoch}, ${Format.duration(seconds)}` +
    (stopped === null ? "" : `, early: ${stopped}`) +
    (best === null ? "" : `; best ${Format.metric(best.metric, best.value)} in epoch ${best.epoch}`)
}

const chinese: Messages = {
  goOn: (candidate) =>
    `发现之前的训练：${candidate.path}\n` +
    `  ${afterInChinese(candidate)}，保存于 ${Format.time(candidate.savedAt)}\n` +
    (candidate.bestValLoss === null
      ? "  尚未验证\n"
      : `  最佳验证损失 ${Format.number(candidate.bestValLoss)}\n`) +
    (candidate.finite !== false ? "" : "  其权重为 NaN 或无穷大：继续训练不会再学到任何东西\n") +
    `从该处继续吗？[Y/n] `,
  yesOrNo: "请回答 y（是）或 n（否）。[Y/n] ",
  yes: ["y", "yes", "是", "好"],
  no: ["n", "no", "否", "不"],
  goingOn: (from, noTerminal) =>
    `${noTerminal ? "没有可供提问的终端：" : ""}从 ${from.path} 继续，${afterInChinese(from)}`,
  archived: (path, after) =>
    after === null
      ? `之前的检查点已移至 ${path}`
      : `该处（${afterInChinese(after)}）之后的检查点已移至 ${path}`,
  stopping: "完成当前步骤并保存后停止；再按一次 Ctrl+C 立即退出，不保存",
  orphaned:
    "npx 已退出，且不会转发 SIGTERM：按收到 SIGTERM 处理，停止并保存\n" +
    "在服务和容器中请直接运行 node_modules/.bin/holdfast，由它自己接收信号",
  outOfTime: (seconds) => `已超过 --grace 允许的 ${seconds} 秒：在未完成时结束`,
  saved: ({ command, path, place, signal }) =>
    `${signal === null ? "" : `收到 ${signal}，`}已停止，${afterInChinese(place)}；` +
    `已保存到 ${path}\n继续训练：${command}`,
  stoppedUnsaved: (signal, command) =>
    `${signal === null ? "" : `收到 ${signal}，`}已在训练开始前停止；没有内容需要保存\n重新运行：${command}`,
  alreadyFinished: ({ epoch, epochs, stopped, stoppedBy }) =>
    `训练已在第 ${epoch} 轮之后结束：${stopped ?? `training.num_epochs 为 ${epochs}`}\n` +
    `要继续训练，请调大${stoppedBy === null ? "" : ` ${stoppedBy} 的 patience 或`} training.num_epochs，` +
    `或修改其他设置后用 --resume best 回到最佳轮次`,
  finished: ({ best, epoch, seconds, stopped }) =>
    `训练完成，共 ${epoch} 轮，用时 ${Format.duration(seconds)}` +
    (stopped === null ? "" : `，提前结束：${stopped}`) +
    (best === null ? "" : `；最佳 ${Format.metric(best.metric, best.value)}，在第 ${best.epoch} 轮`)
}

/** "after epoch 3", "after epoch 3 and 12 steps more": what is done, not what is under way. */
const afterInEnglish = ({ epoch, step }: Place): string =>
  epoch === 0
    ? `after ${step} ${step === 1 ? "step" : "steps"} of the first epoch`
    : `after epoch ${epoch}` +
      (step === 0 ? "" : ` and ${step} ${step === 1 ? "step" : "steps"} more`)

const afterInChinese = ({ epoch, step }: Place): string =>
  `已完成 ${epoch} 轮` + (step === 0 ? "" : `又 ${step} 步`)

/** The languages that the CLI speaks. */
export const languages = { en: english, zh: chinese }
export type Language = keyof typeof languages

/** The language of the environment: the first that is set of LC_ALL, LC_MESSAGES and LANG. */
export const language = (environment: Readonly<Record<string, string | undefined>>): Language =>
  ["LC_ALL", "LC_MESSAGES", "LANG"]
    .map((name) => environment[name] ?? "")
    .find((locale) => locale !== "")
    ?.toLowerCase()
    .startsWith("zh")
    ? "zh"
    : "en"

/** What an answer to a yes-or-no question means; null where that is not clear. Enter is yes. */
export const answer = (messages: Messages, typed: string): boolean | null => {
  const word = typed.trim().toLowerCase()
  if (word === "" || messages.yes.includes(word)) return true
  return messages.no.includes(word) ? false : null
}
