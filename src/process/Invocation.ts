import * as Context from "effect/Context"

/** How this process was started. */
export class Invocation extends Context.Tag("holdfast/Invocation")<Invocation, Call>() {}

/** What it takes to start this process again. */
export interface Call {
  /** `process.argv`: Node, the script, the arguments. */
  readonly argv: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The script's path as the user would write it from here. */
  readonly script: string
}

/** A word quoted for a POSIX shell. */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** What to type for `holdfast`: its name if the shell finds it, else how it was started. */
const program = ({ argv, environment, script }: Call): string => {
  if (environment["npm_command"] !== undefined) return "npx holdfast"
  const [, folder, name] = /^(.*)\/([^/]*)$/.exec(argv[1] ?? "") ?? []
  return name === "holdfast" && environment["PATH"]?.split(":").includes(folder ?? "") === true
    ? "holdfast"
    : `node ${quote(script)}`
}

/** The command as it was typed. */
export const again = (call: Call): string =>
  [program(call), ...call.argv.slice(2).map(quote)].join(" ")

/** Options that hold for one process, not for the one that resumes: those with a value, and flags. */
const once = {
  values: ["--resume", "--until-epoch"],
  flags: ["--allow-dataset-change", "--force"]
}

/** The command that resumes from a checkpoint, however this run was started. */
export const resume = (call: Call, from = "latest"): string => {
  const args = call.argv.slice(2)
  const end = args.includes("--") ? args.indexOf("--") : args.length
  const kept = args
    .slice(0, end)
    .filter(
      (arg, i) =>
        !once.flags.includes(arg) &&
        !once.values.some(
          (option) => arg === option || args[i - 1] === option || arg.startsWith(`${option}=`)
        )
    )
  return [program(call), ...[...kept, "--resume", from, ...args.slice(end)].map(quote)].join(" ")
}
