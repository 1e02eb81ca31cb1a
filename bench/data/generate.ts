/**
 * Makes large data for bench/data/measure.ts, the same each time:
 *
 *   npx tsx bench/data/generate.ts images FOLDER 1000000    PNG and JPEG of 32 × 32 in 100 folders
 *   npx tsx bench/data/generate.ts csv FILE 10              a table of so many gigabytes
 */
import jpeg from "jpeg-js"
import { createWriteStream, existsSync, mkdirSync, writeFileSync } from "node:fs"
import { once } from "node:events"
import { dirname, join } from "node:path"
import { deflateSync } from "node:zlib"
import * as Random from "../../src/training/Random.js"
import { pngChunk } from "../../test/support/pngChunk.js"

const side = 32
const folders = 100

/** A disc on a slope; place, size and colors follow from its number. */
const pixels = (number: number): Uint8Array => {
  const hash = Math.imul(number + 1, 0x9e3779b1) >>> 0
  const part = (shift: number) => ((hash >>> shift) & 31) / 31
  const [x, y, radius] = [side * part(0), side * part(5), 4 + 12 * part(10)]
  const data = new Uint8Array(side * side * 3)
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const isInside = (column - x) ** 2 + (row - y) ** 2 < radius * radius
      const light = 64 + 4 * column + 2 * row
      for (let c = 0; c < 3; c++) {
        data[(row * side + column) * 3 + c] = light * part(isInside ? 15 + c : 20 + 2 * c)
      }
    }
  }
  return data
}

const header = Buffer.alloc(13)
header.writeUInt32BE(side, 0)
header.writeUInt32BE(side, 4)
header.set([8, 2], 8)

const png = (data: Uint8Array): Uint8Array => {
  const rows = Buffer.alloc(side * (3 * side + 1))
  for (let row = 0; row < side; row++) {
    rows.set(data.subarray(row * 3 * side, (row + 1) * 3 * side), row * (3 * side + 1) + 1)
  }
  return Buffer.concat([
    Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10),
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(rows, { level: 1 })),
    pngChunk("IEND", new Uint8Array(0))
  ])
}

/** Some JPEG files; each that is written has its number in a comment. */
const photos = Array.from({ length: 256 }, (_, number) => {
  const rgb = pixels(number)
  const data = Uint8Array.from({ length: side * side * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : rgb[(i >> 2) * 3 + (i % 4)]!
  )
  return jpeg.encode({ width: side, height: side, data }, 85).data
})

const photo = (number: number): Uint8Array => {
  const photo = photos[number % photos.length]!
  const comment = Buffer.from([0xff, 0xfe, 0, 6, 0, 0, 0, 0])
  comment.writeUInt32BE(number, 4)
  return Buffer.concat([photo.subarray(0, 2), comment, photo.subarray(2)])
}

const images = (root: string, count: number) => {
  const folderOf = (i: number) => join(root, `class-${String(i % folders).padStart(2, "0")}`)
  for (let i = 0; i < folders; i++) mkdirSync(folderOf(i), { recursive: true })
  for (let i = 0; i < count; i++) {
    const isJpeg = i % 4 === 3
    const file = join(folderOf(i), `${String(i).padStart(7, "0")}.${isJpeg ? "jpg" : "png"}`)
    if (!existsSync(file)) writeFileSync(file, isJpeg ? photo(i) : png(pixels(i)))
    if (i % 50_000 === 0) process.stdout.write(`${i}\n`)
  }
}

const districts = ["Altona", "Bergedorf", "Eimsbüttel", "Harburg", "Mitte", "Nord", "Wandsbek"]

const csv = async (file: string, gigabytes: number) => {
  mkdirSync(dirname(file), { recursive: true })
  const output = createWriteStream(file)
  const rng = Random.generator(Random.make(1), "csv")
  output.write("id,area,rooms,floor,distance,district,balcony,offered,note,rent\n")
  let bytes = 0
  for (let id = 0; bytes < gigabytes * 1e9;) {
    let text = ""
    for (const end = id + 4096; id < end; id++) {
      const area = 20 + 150 * rng()
      const district = Math.floor(7 * rng())
      const day = String(1 + Math.floor(28 * rng())).padStart(2, "0")
      text +=
        `${id},${area.toFixed(2)},${1 + Math.floor(area / 30)},${Math.floor(9 * rng())},${(20 * rng()).toFixed(4)},` +
        `${districts[district]},${rng() < 0.5 ? "yes" : "no"},2026-0${1 + Math.floor(9 * rng())}-${day},` +
        `"quiet, ""as new"", key ${Math.floor(1e6 * rng())}",${(300 + 14 * area + 60 * district + 200 * rng()).toFixed(2)}\n`
    }
    bytes += Buffer.byteLength(text)
    if (!output.write(text)) await once(output, "drain")
  }
  output.end()
  await once(output, "close")
}

const [what, path, amount] = process.argv.slice(2)
if (what === "images") images(path!, Number(amount))
else if (what === "csv") await csv(path!, Number(amount))
else throw new Error("say images or csv, where, and how much")
