import { build } from "esbuild"
import { createReadStream, existsSync, statSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { extname, join } from "node:path"
import { chromium, type Browser, type LaunchOptions } from "playwright-core"

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json"
}

/** Serves the files of a folder on a free port. */
export const serve = (folder: string): Promise<{ readonly url: string; readonly server: Server }> =>
  new Promise((resolve) => {
    const server = createServer((request, response) => {
      const path = join(folder, new URL(request.url ?? "/", "http://localhost").pathname)
      if (!existsSync(path) || !statSync(path).isFile()) return void response.writeHead(404).end()
      response.writeHead(200, {
        "content-type": types[extname(path)] ?? "application/octet-stream"
      })
      createReadStream(path).pipe(response)
    })
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      resolve({ url: `http://127.0.0.1:${port}`, server })
    })
  })

/** Starts Chromium. */
export const launch = (options: LaunchOptions = {}): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env["HOLDFAST_CHROMIUM"] ?? "/usr/bin/chromium",
    ...options,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", ...(options.args ?? [])]
  })

interface Case {
  readonly name: string
  readonly file: string
  readonly input: ReadonlyArray<number>
  readonly shape: ReadonlyArray<number>
  readonly output: ReadonlyArray<number>
}

/** TensorFlow.js as it comes from npm, for a page: nothing of it is patched. */
const page = `
import * as tf from "@tensorflow/tfjs-core"
import "@tensorflow/tfjs-backend-cpu"
import { loadLayersModel, layers } from "@tensorflow/tfjs-layers"
import "@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js"
class StatisticsPooling extends layers.Layer {
  static className = "StatisticsPooling"
  computeOutputShape(shape) { return [shape[0], 2 * shape[2]] }
  call(inputs) {
    return tf.tidy(() => {
      const { mean, variance } = tf.moments([inputs].flat()[0], 1)
      return tf.concat([mean, tf.sqrt(tf.add(variance, 1e-5))], -1)
    })
  }
}
tf.serialization.registerClass(StatisticsPooling)
window.predict = async (url, input, shape) => {
  await tf.setBackend("cpu")
  const model = await loadLayersModel(url)
  return [...(await model.predict(tf.tensor(input, shape)).data())]
}
`

/** Loads each model in Chromium, and compares what it predicts there. */
export const predictInBrowser = async (folder: string, cases: ReadonlyArray<Case>) => {
  await build({
    stdin: { contents: page, resolveDir: process.cwd() },
    bundle: true,
    outfile: join(folder, "page.js"),
    format: "iife",
    logLevel: "error"
  })
  writeFileSync(join(folder, "index.html"), '<!doctype html><script src="page.js"></script>')
  const { server, url } = await serve(folder)
  const browser = await launch()
  const wrong: Array<string> = []
  let right = 0
  let largest = 0
  try {
    const tab = await browser.newPage()
    await tab.goto(`${url}/index.html`)
    for (const { file, input, name, output, shape } of cases) {
      const model = `${url}${file.slice(folder.length)}/model.json`
      try {
        const found = await tab.evaluate(
          ([at, input, shape]) =>
            (
              globalThis as never as { predict: (...all: Array<unknown>) => Promise<Array<number>> }
            ).predict(at, input, shape),
          [model, input, shape] as const
        )
        const difference = Math.max(...output.map((value, i) => Math.abs(value - found[i]!)))
        const scale = Math.max(1, ...output.map(Math.abs))
        if (!(difference <= 1e-5 * scale)) throw new Error(`differs by ${difference}`)
        right++
        largest = Math.max(largest, difference)
      } catch (error) {
        wrong.push(`${name}: ${String(error).slice(0, 200)}`)
      }
    }
  } finally {
    await browser.close()
    server.close()
  }
  return { right, largest, wrong }
}
