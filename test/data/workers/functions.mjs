/** Functions that tests call in worker threads. */
let calls = 0

/** Squares of numbers, moved back. */
export const squares = (numbers, transfer) => {
  const result = numbers.map((x) => x * x)
  transfer(result.buffer)
  return result
}

export const slowly = async ({ milliseconds, value }) => {
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
  return value
}

export const countCalls = () => ++calls

export const throws = (what) => {
  throw new RangeError(what)
}

/** Ends the thread in its first call; `marker` is shared by all threads. */
export const exitsOnce = (marker) => {
  if (Atomics.add(marker, 0, 1) === 0) process.exit(3)
  return "survived"
}

export const exits = () => process.exit(7)

export const hangs = () => {
  for (;;) calls++
}

export const eats = () => {
  const eaten = []
  for (;;) eaten.push(Array.from({ length: 1000 }, () => eaten.length / 3))
}

export const uncloneable = () => () => 1

/** Gives the numbers below `count` in pieces, and their number; ends the thread once after the second piece. */
export const counting = async ({ count, marker }, _, give) => {
  for (let i = 0; i < count; i++) {
    await give(Float64Array.of(i))
    if (i === 1 && marker && Atomics.add(marker, 0, 1) === 0) process.exit(3)
  }
  return count
}
