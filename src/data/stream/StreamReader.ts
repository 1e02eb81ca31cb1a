import { t } from "../../language/Text.js"
import type { Rng, StreamEpoch } from "../Dataset.js"

/** Examples in their order, which may be read once. */
export type Source<A> = Iterable<A> | AsyncIterable<A>

/** Where the examples of a split come from. */
export interface StreamSource<A> {
  /** The examples of an epoch, from number `from` on if it seeks, else all of them. */
  readonly open: (epoch: number, from: number) => Source<A>
  readonly seeks: boolean
  /** Whether it gives the same examples again when the same epoch is opened again. */
  readonly repeats: boolean
  /** How many examples of it an epoch takes; Infinity: all. */
  readonly length: number
  /** How many examples are shuffled among each other; 1: none. */
  readonly shuffle: number
}

/** Which examples are read: `count` of them from number `from` of an epoch on. */
export interface StreamRequest {
  readonly from: number
  readonly count: number
  /** Undefined: those of the first epoch, as they come. */
  readonly epoch: StreamEpoch | undefined
}

/** Examples, fewer than asked for at the end, and whether none follows. */
export interface ReadExamples<A> {
  readonly examples: ReadonlyArray<A>
  readonly isLast: boolean
}

/** A stream that ended before it had as many examples as it was said to have. */
export class EndedEarly extends Error {}

interface Opened<A> {
  readonly key: string
  readonly next: () => IteratorResult<A> | Promise<IteratorResult<A>>
  readonly close: () => void
  readonly rng: ((block: number) => Rng) | null
  /** Examples that are read, and those of them that are given out. */
  ready: Array<A>
  given: number
  /** The number of the example that is given out next, and of the one that is read next. */
  at: number
  read: number
  isEnded: boolean
}

/** So many examples are skipped between two yields to the event loop. */
const pace = 4096

/**
 * Reads a stream by position. What it gives is a function of the request, if the source gives the same
 * examples again: where a request does not follow the one before, the epoch is opened again, and what comes
 * before is skipped. Shuffled are blocks of `shuffle` examples, each by random numbers of its own, so that
 * a position is found again without those before its block. One request at a time.
 */
export class StreamReader<A> {
  private opened: Opened<A> | null = null

  constructor(private readonly source: StreamSource<A>) {}

  /** Examples of an epoch. If it fails or is abandoned, the next request opens the epoch again. */
  async read(request: StreamRequest, signal: AbortSignal): Promise<ReadExamples<A>> {
    const { count, epoch, from } = request
    const isFull = epoch?.fullBatches === true
    // A source that is waited for may answer when nobody asks any more.
    const abandon = () => this.close()
    signal.addEventListener("abort", abandon)
    let opened: Opened<A>
    try {
      opened = await this.openAt(request, signal)
      // One more, or where only full batches count, another batch: else nobody knows that this is the last.
      const wanted = count + (isFull ? count : 1)
      while (!opened.isEnded && opened.ready.length - opened.given < wanted) {
        await this.readBlock(opened)
        signal.throwIfAborted()
      }
    } catch (error) {
      if (!signal.aborted) this.close()
      throw error
    } finally {
      signal.removeEventListener("abort", abandon)
    }
    const available = opened.ready.length - opened.given
    const taken = isFull && available < count ? 0 : Math.min(count, available)
    const examples = opened.ready.slice(opened.given, opened.given + taken)
    opened.given += taken
    opened.at = from + taken
    if (opened.given > pace) {
      opened.ready = opened.ready.slice(opened.given)
      opened.given = 0
    }
    const left = available - taken
    return { examples, isLast: opened.isEnded && (isFull ? left < count : left === 0) }
  }

  /** Closes the source, which then is opened again by the next request. */
  close(): void {
    this.opened?.close()
    this.opened = null
  }

  private async openAt({ epoch, from }: StreamRequest, signal: AbortSignal): Promise<Opened<A>> {
    const { repeats, seeks, shuffle } = this.source
    const number = epoch?.epoch ?? 0
    const isShuffled = shuffle > 1 && epoch !== undefined
    const key = `${number} ${isShuffled}`
    const current = this.opened
    // What does not repeat continues, in the next epoch as well.
    if (current !== null && !repeats && !(current.isEnded && from === 0)) {
      return Object.assign(current, { at: from })
    }
    if (current !== null && current.key === key && current.at === from) return current
    this.close()
    const start = isShuffled ? from - (from % shuffle) : from
    const iterator = iteratorOf(this.source.open(number, seeks ? start : 0))
    const opened: Opened<A> = {
      key,
      next: () => iterator.next(),
      close: () => void closing(iterator),
      rng: isShuffled ? epoch.rng : null,
      ready: [],
      given: 0,
      at: from,
      read: seeks ? start : 0,
      isEnded: false
    }
    this.opened = opened
    if (!repeats) return Object.assign(opened, { read: from })
    while (opened.read < start && !opened.isEnded) {
      await this.next(opened)
      if (opened.read % pace === 0) await new Promise((resolve) => setImmediate(resolve))
      signal.throwIfAborted()
    }
    while (opened.ready.length < from - start && !opened.isEnded) await this.readBlock(opened)
    opened.given = Math.min(opened.ready.length, from - start)
    return opened
  }

  /** Reads the next block, and shuffles it. */
  private async readBlock(opened: Opened<A>): Promise<void> {
    const size = opened.rng === null ? 1 : this.source.shuffle
    const number = Math.floor(opened.read / size)
    const block: Array<A> = []
    while (block.length < size) {
      const next = await this.next(opened)
      if (next === null) break
      block.push(next.value)
    }
    if (opened.rng !== null && block.length > 1) shuffled(block, opened.rng(number))
    for (const example of block) opened.ready.push(example)
  }

  private async next(opened: Opened<A>): Promise<{ readonly value: A } | null> {
    const { length } = this.source
    if (opened.read >= length) {
      opened.isEnded = true
      return null
    }
    const step = opened.next()
    // Examples that are there are not waited for.
    const { done, value } = step instanceof Promise ? await step : step
    if (done === true) {
      opened.isEnded = true
      if (Number.isFinite(length)) {
        throw new EndedEarly(
          t`it ended after ${opened.read} examples, where its length says ${length}`
        )
      }
      return null
    }
    opened.read++
    return { value }
  }
}

const iteratorOf = <A>(source: Source<A>): Iterator<A> | AsyncIterator<A> =>
  Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()

/** Lets a source free what it holds; nobody waits for it. */
const closing = async (iterator: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> => {
  try {
    await iterator.return?.()
  } catch {
    // It is no longer needed.
  }
}

const shuffled = <A>(block: Array<A>, rng: Rng): void => {
  for (let i = block.length - 1; i > 0; i--) {
    const j = Math.floor(rng() * (i + 1))
    ;[block[i], block[j]] = [block[j]!, block[i]!]
  }
}
