/** What thinning reads of a step. */
export interface ThinnedStep {
  readonly global_step: number
  readonly loss: number
  readonly gradient_norm?: number
  readonly data_wait_ms: number
  readonly step_ms: number
  readonly data_wait_ms_max?: number
  readonly step_ms_max?: number
}

/** A log of up to this many steps keeps all. */
const most = 16_384

/** Beyond that, steps are in at most this many buckets. */
const mostBuckets = 4096

/** How many steps a bucket has in a log that ends with step `last`: a power of two. */
export const bucketSize = (last: number): number => {
  if (last <= most) return 1
  let size = 1
  while (size * mostBuckets < last) size *= 2
  return size
}

/** Which bucket a step is in. Steps are numbered from 1. */
export const bucketOf = (globalStep: number, size: number): number =>
  Math.floor((globalStep - 1) / size)

/**
 * The steps, in order, without those that no curve needs: of each bucket of `size` steps stay the first
 * and the last, those with the lowest and the highest loss, and the one with the greatest gradient norm;
 * of several alike, the earliest. A loss that is not a number counts as the highest. The last carries
 * the longest times of its bucket. First, last, lowest and highest draw the same curve as all points do
 * (M4: Jugel et al., VLDB 2014).
 *
 * A function of the steps alone, and associative: what is thinned early, finer or piece by piece, and
 * then again with what follows, is what thinning all at once gives.
 */
export const thin = <S extends ThinnedStep>(
  steps: ReadonlyArray<S>,
  size: number
): ReadonlyArray<S> => {
  if (size === 1) return steps
  const kept: Array<S> = []
  for (let from = 0; from < steps.length;) {
    const bucket = bucketOf(steps[from]!.global_step, size)
    let to = from + 1
    while (to < steps.length && bucketOf(steps[to]!.global_step, size) === bucket) to++
    kept.push(...thinBucket(steps, from, to))
    from = to
  }
  return kept
}

const rank = (value: number): number => (Number.isNaN(value) ? Infinity : value)

const thinBucket = <S extends ThinnedStep>(
  steps: ReadonlyArray<S>,
  from: number,
  to: number
): ReadonlyArray<S> => {
  const last = to - 1
  let [low, high, norm] = [from, from, -1]
  let [wait, time] = [0, 0]
  for (let i = from; i < to; i++) {
    const one = steps[i]!
    if (rank(one.loss) < rank(steps[low]!.loss)) low = i
    if (rank(one.loss) > rank(steps[high]!.loss)) high = i
    if (
      one.gradient_norm !== undefined &&
      (norm < 0 || rank(one.gradient_norm) > rank(steps[norm]!.gradient_norm!))
    ) {
      norm = i
    }
    wait = Math.max(wait, one.data_wait_ms_max ?? one.data_wait_ms)
    time = Math.max(time, one.step_ms_max ?? one.step_ms)
  }
  const indices = new Set([from, low, high, ...(norm < 0 ? [] : [norm]), last])
  return [...indices]
    .sort((a, b) => a - b)
    .map((i) =>
      i === last
        ? { ...steps[i]!, data_wait_ms_max: wait, step_ms_max: time }
        : withoutPeaks(steps[i]!)
    )
}

/** Its bucket is now part of another, whose last step carries the peaks. */
const withoutPeaks = <S extends ThinnedStep>(step: S): S => {
  if (step.step_ms_max === undefined) return step
  const { data_wait_ms_max: _wait, step_ms_max: _time, ...rest } = step
  return rest as S
}
