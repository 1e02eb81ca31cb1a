/** What can ask a command to stop, with the number that the exit code tells (128 more). */
export const numbers = { SIGHUP: 1, SIGINT: 2, SIGPIPE: 13, SIGTERM: 15 } as const
export type Signal = keyof typeof numbers

/** Those that other processes and the terminal send. */
export const caught = ["SIGINT", "SIGTERM", "SIGHUP"] as const

/** The exit code that tells which signal ended a command. */
export const exitCode = (signal: Signal): number => 128 + numbers[signal]
