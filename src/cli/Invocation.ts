/** How this process was called, as far as it tells how to call it again. */
export interface Invocation {
  /** `process.argv`: Node, the script, the arguments. */
  readonly argv: ReadonlyArray<string>
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The script's path as the user would write it from here. */
  readonly script: string
}

/** A word as a POSIX shell reads it back. */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** What to type for `holdfast`: its name where the shell finds it, else the way it was called. */
const program = ({ argv, environment, script }: Invocation): string => {
  if (environment["npm_command"] !== undefined) return "npx holdfast"
  const [, folder, name] = /^(.*)\/([^/]*)$/.exec(argv[1] ?? "") ?? []
  return name === "holdfast" && environment["PATH"]?.split(":").includes(folder ?? "") === true
    ? "holdfast"
    : `node ${quote(script)}`
}

/** The command as it was typed. */
export const again = (invocation: Invocation): string =>
  [program(invocation), ...invocation.argv.slice(2).map(quote)].join(" ")

/** The command that goes on from the latest checkpoint, however this run was told to start. */
export const goOn = (invocation: Invocation): string => {
  const args = invocation.argv.slice(2)
  const end = args.includes("--") ? args.indexOf("--") : args.length
  const kept = args
    .slice(0, end)
    .filter(
      (arg, i) =>
        arg !== "--resume" &&
        args[i - 1] !== "--resume" &&
        !arg.startsWith("--resume=") &&
        arg !== "--allow-dataset-change"
    )
  return [
    program(invocation),
    ...[...kept, "--resume", "latest", ...args.slice(end)].map(quote)
  ].join(" ")
}
