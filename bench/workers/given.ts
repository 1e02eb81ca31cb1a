/** The value of `--name` on the command line. */
export const flag = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? fallback : Number(process.argv[at + 1])
}

/** The networks that the command line names, or else `fallback`, each with a batch where it has one: NETWORK[:BATCH]. */
export const networks = (fallback: ReadonlyArray<string>) => {
  const named = process.argv.slice(2).filter((one) => /^[a-z]+[12]?d?(:\d+)?$/.test(one))
  return (named.length > 0 ? named : fallback).map((one) => {
    const [network = "", batch = "32"] = one.split(":")
    return { network, batch: Number(batch) }
  })
}
