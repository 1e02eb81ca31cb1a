/**
 * Names who is talking into the microphone, by a speaker model that `holdfast export` has written to
 * model/. Features are those of training, computed here by the same code.
 */
import { LogMel, Resample, Windows } from "holdfast/features"
import * as tf from "holdfast/tf"

/** How often the speaker is named, in milliseconds. */
const every = 500

/** So many predictions are averaged: about a sentence. */
const averaged = 4

/** Below this deviation, -46 dB of full scale, nobody is talking. */
const silence = 0.005

const element = (id) => document.getElementById(id)
const button = element("listen")

/** The last `seconds` of the microphone, and its sample rate. */
const microphone = async (seconds) => {
  const stream = await navigator.mediaDevices.getUserMedia({
    // The model has learnt from plain recordings.
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  })
  const context = new AudioContext()
  const worklet = `registerProcessor("recorder", class extends AudioWorkletProcessor {
    process([[channel]]) {
      if (channel) this.port.postMessage(channel)
      return true
    }
  })`
  const url = URL.createObjectURL(new Blob([worklet], { type: "text/javascript" }))
  await context.audioWorklet.addModule(url)
  const recorder = new AudioWorkletNode(context, "recorder")
  const samples = new Float32Array(Math.ceil(seconds * context.sampleRate))
  let heard = 0
  recorder.port.addEventListener("message", ({ data }) => {
    samples.copyWithin(0, data.length)
    samples.set(data, samples.length - data.length)
    heard += data.length
  })
  recorder.port.start()
  context.createMediaStreamSource(stream).connect(recorder)
  return { samples, rate: context.sampleRate, isFull: () => heard >= samples.length }
}

/** The model, and what makes an input of samples at some rate. */
const load = async () => {
  await tf.setBackend("cpu")
  const [model, inference] = await Promise.all([
    tf.loadLayersModel("model/model.json"),
    fetch("model/inference.json").then((response) => response.json())
  ])
  const { frames, hop, hop_ms, mels, sample_rate, window, window_ms } = inference.preprocessing
  const options = { sampleRate: sample_rate, mels, windowMs: window_ms, hopMs: hop_ms }
  const logMel = LogMel.make(options)
  const input = (samples, rate) => {
    const features = logMel(Resample.make(rate, sample_rate)(samples))
    const target = new Float32Array(frames * mels)
    Windows.copyWindow(features, mels, 0, frames, target, 0)
    return target
  }
  const predict = (values) =>
    tf.tidy(() => {
      const logits = model.predict(tf.tensor(values, [1, frames, mels]))
      return [...tf.softmax(logits).dataSync()]
    })
  // A little more than a window, since what is resampled loses a frame at its ends.
  const seconds = ((frames + 1) * hop + window) / sample_rate
  return { classes: inference.outputs[0].classes, input, predict, seconds }
}

const deviation = (samples) => {
  const mean = samples.reduce((sum, x) => sum + x, 0) / samples.length
  return Math.sqrt(samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / samples.length)
}

const percent = (probability) => `${Math.round(100 * probability)} %`

const show = (classes, probabilities) => {
  const best = probabilities.indexOf(Math.max(...probabilities))
  element("speaker").textContent = classes[best]
  element("speakers").replaceChildren(
    ...classes.map((name, i) => {
      const item = document.createElement("li")
      const label = Object.assign(document.createElement("span"), { textContent: name })
      const meter = Object.assign(document.createElement("meter"), { value: probabilities[i] })
      const output = Object.assign(document.createElement("output"), {
        value: percent(probabilities[i])
      })
      item.append(label, meter, output)
      return item
    })
  )
}

const listen = async () => {
  const { classes, input, predict, seconds } = await load()
  const { isFull, rate, samples } = await microphone(seconds)
  let last = []
  button.textContent = "Listening …"
  setInterval(() => {
    if (!isFull()) return
    if (deviation(samples) < silence) {
      last = []
      element("speaker").textContent = "…"
      return
    }
    last = [...last, predict(input(samples, rate))].slice(-averaged)
    const mean = classes.map((_, i) => last.reduce((sum, one) => sum + one[i], 0) / last.length)
    show(classes, mean)
  }, every)
}

button.addEventListener("click", () => {
  button.disabled = true
  listen().catch((error) => {
    button.disabled = false
    element("note").textContent = `${error.message} (is there a model in model/, and a microphone?)`
  })
})
