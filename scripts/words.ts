/** Lists retired wordings, in the whole project or in the paths given: npm run words [PATH…] */
import { files, findInFile } from "./words/find.js"

const roots = process.argv.slice(2)
const found = files(roots.length === 0 ? undefined : roots).flatMap(findInFile)
for (const line of found) console.log(line)
process.exitCode = found.length === 0 ? 0 : 1
