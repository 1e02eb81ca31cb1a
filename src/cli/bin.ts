#!/usr/bin/env node
import * as Peers from "./Peers.js"

// Nothing that imports Effect may be loaded before this: with another version, loading it fails, and
// the error names neither.
const problem = Peers.ownProblem()
if (problem === null) await import("./start.js")
else {
  process.stderr.write(`error: ${problem}\n`)
  process.exitCode = 1
}
