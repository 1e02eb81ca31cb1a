import type { Signal } from "./Signal.js"

/** One Ctrl+C can arrive twice, from the terminal and relayed by npm: milliseconds to ignore. */
const echo = 1000

/** Milliseconds after which a stop that takes its time says so. */
const patience = 500

/** The longest that a timer of Node can wait, in milliseconds. */
const longest = 2 ** 31 - 1

/** How long a stop may take, and what to say; can be sent to another thread. */
export interface Terms {
  /** Seconds from SIGTERM to the end. */
  readonly grace: number
  /** What to say when stopping after SIGINT takes its time. */
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
 * Sees to it that a command which was asked to stop does: answers Ctrl+C, ends the process on a
 * second signal more than a second after the first, and when the grace after SIGTERM is over.
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

  /** The signal that is stopping the command, once one has come. */
  get stopping(): Signal | null {
    return this.first
  }

  /** Takes a signal that has just come. */
  receive(signal: Signal): void {
    if (this.begin(signal) || this.first === null) return
    if (performance.now() - this.since > echo) this.hands.end(this.first)
    // Whatever came first: who sends SIGTERM does not wait forever.
    else if (signal === "SIGTERM") this.limit()
  }

  /** Takes `signal` for what stops the command; false if one has come before. */
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

  /** Leaves the process to another guard. */
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
