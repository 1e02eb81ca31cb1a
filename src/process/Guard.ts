import type { Signal } from "./Signal.js"

/** Milliseconds: a signal this soon after the first is the same Ctrl+C, relayed by npm. */
const echo = 1000

/** Milliseconds after which a slow stop says that it is stopping. */
const patience = 500

/** The longest that a timer of Node can wait, in milliseconds. */
const longest = 2 ** 31 - 1

/** How long a stop may take, and what to say. Can be sent to another thread. */
export interface Terms {
  /** Seconds from SIGTERM to the end. */
  readonly grace: number
  /** Whether the exit code after SIGTERM asks to run the command again. */
  readonly requeue: boolean
  /** What to say when stopping after SIGINT is slow. */
  readonly stopping: string
  /** What to say when the grace is over. */
  readonly outOfTime: string
}

/** What a guard does to the process. */
export interface Hands {
  readonly say: (text: string) => void
  /** Ends the process at once. */
  readonly end: (signal: Signal) => void
}

/**
 * Makes sure that a command stops when asked to: answers Ctrl+C, ends the process on a second signal
 * more than a second after the first, and when the grace period after SIGTERM is over.
 */
export class Guard {
  private first: Signal | null = null
  private since = 0
  private answer: NodeJS.Timeout | undefined
  private deadline: NodeJS.Timeout | undefined

  constructor(
    public terms: Terms,
    private readonly hands: Hands
  ) {}

  /** The signal that is stopping the command, if any. */
  get stopping(): Signal | null {
    return this.first
  }

  /** Handles a signal that has just arrived. */
  receive(signal: Signal): void {
    if (this.begin(signal) || this.first === null) return
    if (performance.now() - this.since > echo) this.hands.end(this.first)
    // Whichever signal came first: the sender of SIGTERM will not wait forever.
    else if (signal === "SIGTERM") this.limit()
  }

  /** Records `signal` as the one that stops the command; false if there was one before. */
  begin(signal: Signal): boolean {
    if (this.first !== null) return false
    this.first = signal
    this.since = performance.now()
    if (signal === "SIGTERM") this.limit()
    if (signal === "SIGINT") {
      this.answer = setTimeout(() => this.hands.say(this.terms.stopping), patience)
      this.answer.unref()
    }
    return true
  }

  /** Stops guarding the process: another guard takes over. */
  dispose(): void {
    clearTimeout(this.answer)
    clearTimeout(this.deadline)
  }

  private limit(): void {
    this.deadline ??= setTimeout(
      () => {
        this.hands.say(this.terms.outOfTime)
        this.hands.end("SIGTERM")
      },
      Math.min(this.terms.grace * 1000, longest)
    ).unref()
  }
}
