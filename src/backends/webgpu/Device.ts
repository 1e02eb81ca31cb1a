import * as tf from "../../tf.js"
import * as Effect from "effect/Effect"
import { t } from "../../language/Text.js"
import { BackendError } from "../BackendError.js"

/** What is used of an adapter, as the package `webgpu` gives it; its types may not be there. */
export interface Adapter {
  readonly info: {
    readonly vendor: string
    readonly device: string
    /** Of the driver. */
    readonly description: string
    readonly isFallbackAdapter: boolean
  }
  readonly limits: Readonly<Record<string, number>>
  readonly requestDevice: (wanted: object) => Promise<GpuDevice>
}

interface GpuDevice {
  readonly lost: Promise<{ readonly message: string }>
  readonly addEventListener: (type: string, listener: (event: ErrorEvent) => void) => void
  readonly pushErrorScope: (filter: string) => void
  readonly popErrorScope: () => Promise<GpuError | null>
}

interface GpuError {
  readonly message: string
}

interface ErrorEvent {
  readonly error: GpuError
  readonly preventDefault: () => void
}

/** The device that TensorFlow.js computes on, and the first thing that went wrong on it. */
interface Opened {
  readonly adapter: Adapter
  readonly device: GpuDevice
  fault: string | undefined
}

let opened: Opened | undefined

/** Whether there is a device on which nothing has gone wrong. */
export const isSound = (): boolean => opened !== undefined && opened.fault === undefined

/** What the device is, and its driver, for people. */
export const description = (): string => {
  const { description, device, isFallbackAdapter, vendor } = opened!.adapter.info
  const names = [device || vendor || t`a device without a name`, description]
  return [...names, isFallbackAdapter ? t`a software adapter` : ""].filter(Boolean).join(", ")
}

/** What TensorFlow.js asks of a device, as far as the adapter has it. */
const limits = [
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxStorageBufferBindingSize",
  "maxBufferSize",
  "maxComputeWorkgroupSizeX",
  "maxComputeInvocationsPerWorkgroup"
]

/**
 * Opens the adapter's device. Nothing that goes wrong on a GPU throws: whatever is computed after
 * is garbage, so the first fault is kept, and every later reading fails with it.
 */
export const open = async (adapter: Adapter): Promise<object> => {
  const device = await adapter.requestDevice({
    requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]]))
  })
  const own: Opened = { adapter, device, fault: undefined }
  const note = (fault: string) => void (own.fault ??= fault)
  device.addEventListener("uncapturederror", (event) => {
    event.preventDefault()
    note(firstLine(event.error))
  })
  void device.lost.then((loss) => note(t`the device was lost: ${firstLine(loss)}`))
  opened = own
  return device
}

/** Marks the device as faulty, so that every later read fails. */
export const markFaulty = (fault: string): void => {
  if (opened !== undefined) opened.fault ??= fault
}

/** Waits for the values of tensors, and fails if anything has gone wrong before they came. */
export const read = <A extends tf.Tensor>(
  tensors: ReadonlyArray<A>
): Effect.Effect<ReadonlyArray<Float32Array | Int32Array | Uint8Array>, BackendError> =>
  Effect.tryPromise({
    try: () => Promise.all(tensors.map((tensor) => tensor.data())),
    catch: (error) => failed(opened?.fault ?? firstLine(error as Error))
  }).pipe(Effect.filterOrFail(isSound, () => failed(opened?.fault ?? t`its device is gone`)))

const failed = (detail: string) => new BackendError({ reason: "Failed", subject: "webgpu", detail })

const filters = ["validation", "out-of-memory", "internal"]

/**
 * What the GPU objects to in what `body`, which is synchronous, has it do; or else what `body` says
 * itself. It is no fault of the device.
 */
export const objectionTo = (body: () => string | undefined): Effect.Effect<string | undefined> =>
  Effect.promise(async () => {
    const { device } = opened!
    for (const filter of filters) device.pushErrorScope(filter)
    const own = body()
    // Commands are checked when they are submitted, and reading what comes last submits them all.
    const last = tf.add(1, 1)
    const submitted = last.data()
    const errors = await Promise.all(filters.map(() => device.popErrorScope()))
    const lost = await submitted.then(() => undefined, firstLine)
    last.dispose()
    const error = errors.find((error) => error !== null)
    return own ?? (error ? firstLine(error) : lost)
  })

const firstLine = ({ message }: { readonly message: string }): string =>
  message.split("\n")[0]!.trim()
