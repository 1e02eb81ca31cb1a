import { readFileSync } from "node:fs"

/** What matters of a process here. */
export interface Process {
  readonly parent: number
  /** Its process group. */
  readonly group: number
  readonly command: string
}

/** What a package runner sets in the environment of a process that it starts. */
const marks = ["npm_command", "npm_lifecycle_event", "npm_config_user_agent"]

/** The command of a package runner: `npm exec holdfast`, `node /usr/bin/npx`, `pnpm exec …`. */
const runner = /(^|[/\\\s])(npm|npx|pnpm|pnpx|yarn|yarnpkg|bun|bunx)(-cli)?(\.c?js)?(\s|$)/

/** The shell that such a runner starts for the command. */
const shell = /^(\S*\/)?(sh|bash|dash|ash|zsh)\s+-c\s/

/** A process whose ancestors are looked up. */
export interface Child {
  readonly id: number
  readonly parent: number
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * The ancestors of a process up to the package runner (npm, npx, …) that started it: the runner, or
 * the shell in between and the runner. Null without a runner.
 *
 * A child in its own process group (`setsid`) was detached deliberately, and a mark in the environment
 * may come from far above: from an `npm run` that started the user's editor, say. Where processes
 * cannot be inspected, as on macOS, the marks decide.
 */
export const runnerOf = (
  { environment, id, parent }: Child,
  look: (id: number) => Process | null = fromProc
): ReadonlyArray<number> | null => {
  if (!marks.some((mark) => environment[mark] !== undefined)) return null
  const own = look(id)
  if (own === null) return [parent]
  const above = look(parent)
  if (above === null || above.group !== own.group) return null
  if (!shell.test(above.command)) return runner.test(above.command) ? [parent] : null
  return runner.test(look(above.parent)?.command ?? "") ? [parent, above.parent] : null
}

/**
 * Whether one of the ancestors has ended, so that its child has another parent: npm and npx end on
 * SIGTERM without forwarding it.
 */
export const isGone = (
  [first, second]: ReadonlyArray<number>,
  parent: number,
  look: (id: number) => Process | null = fromProc
): boolean => {
  if (first !== parent) return true
  // A process that cannot be inspected right now is not gone.
  return second !== undefined && (look(first)?.parent ?? second) !== second
}

function fromProc(id: number): Process | null {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8")
    // The name before them, in parentheses, may contain anything.
    const [, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const command = readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ")
    return { parent: Number(parent), group: Number(group), command }
  } catch {
    return null
  }
}
