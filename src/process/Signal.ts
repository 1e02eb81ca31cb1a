/** The signals that stop a command, with their numbers; the exit code is 128 plus the number. */
export const numbers = { SIGHUP: 1, SIGINT: 2, SIGPIPE: 13, SIGTERM: 15 } as const
export type Signal = keyof typeof numbers

/** Those that are caught: other processes and the terminal send them. */
export const caught = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** The exit code for "run again later" (EX_TEMPFAIL): nothing has to be changed first. */
export const temporary = 75

/** The exit code of a command that `signal` ended; `requeue`: SIGTERM asks to run it again later. */
export const exitCode = (signal: Signal, requeue = false): number =>
  requeue && signal === "SIGTERM" ? temporary : 128 + numbers[signal]
