/** Why a request failed: `fetch failed` says nothing, its cause does: `connect ECONNREFUSED 127.0.0.1:5000`. */
export const reasonOf = (error: unknown): string | null => {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one.cause === undefined && one.message !== "") return one.message
  }
  return null
}
