import { readFileSync } from "node:fs"

/** A process, as far as it matters here. */
export interface Process {
  readonly parent: number
  /** Its process group. */
  readonly group: number
  readonly command: string
}

/** What a package runner sets in the environment of what it starts. */
const marks = ["npm_command", "npm_lifecycle_event", "npm_config_user_agent"]

/** The command of a package runner: `npm exec holdfast`, `node /usr/bin/npx`, `pnpm exec …`. */
const runner = /(^|[/\\\s])(npm|npx|pnpm|pnpx|yarn|yarnpkg|bun|bunx)(-cli)?(\.c?js)?(\s|$)/

/** The shell that such a runner starts for the command. */
const shell = /^(\S*\/)?(sh|bash|dash|ash|zsh)\s+-c\s/

/**
 * Whether process `id` is the child of npm, npx or their like, or of the shell that these start.
 * They end on SIGTERM without handing it on.
 *
 * A child in a process group of its own (`setsid`) was deliberately set free, and a mark in the
 * environment may come from far above: from `npm run`, say, that has started the user's editor.
 * Where processes cannot be looked at, as on macOS, the marks decide.
 */
export const isRunners = (
  id: number,
  environment: Readonly<Record<string, string | undefined>>,
  look: (id: number) => Process | null = fromProc
): boolean => {
  if (!marks.some((mark) => environment[mark] !== undefined)) return false
  const own = look(id)
  if (own === null) return true
  const parent = look(own.parent)
  if (parent === null || parent.group !== own.group) return false
  if (runner.test(parent.command)) return true
  return shell.test(parent.command) && runner.test(look(parent.parent)?.command ?? "")
}

const fromProc = (id: number): Process | null => {
  try {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8")
    // The name before them, in parentheses, may hold anything.
    const [, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const command = readFileSync(`/proc/${id}/cmdline`, "utf8").replaceAll("\0", " ")
    return { parent: Number(parent), group: Number(group), command }
  } catch {
    return null
  }
}
