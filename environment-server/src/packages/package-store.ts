import { type ExecuteCommand, isProgramName, limits, PackageFault, paths, shownName } from '@postern/protocol'
import { type KeyObject, randomBytes } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { writeAtomically } from '../home/atomic-file.ts'
import { backOffMs, pause } from '../hub-link/back-off.ts'
import type { HubHttp } from '../hub-link/hub-http.ts'
import { isRetryable } from '../hub-link/retryable.ts'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { contentDigest, stateDigest } from './tree-digest.ts'
import { unpack } from './unpack.ts'
import { packageProblem } from './verify-package.ts'

type App = ExecuteCommand['app']

const backOff = { firstMs: 500, longestMs: 20_000 }
const triesMax = 8
const downloadMsMax = 10 * 60_000

/** What was unpacked, written last: a folder without its marker was never finished. */
const Marker = z.object({
  packageSha256: z.string(),
  content: z.string(),
  /** The publisher's key whose signature was found good over these bytes; older releases did not note it. */
  publisherKeyId: z.optional(z.string()),
})
type Marker = z.infer<typeof Marker>

/** The packages that this server has: fetched when first executed, checked, unpacked once, reused (ES-5, ES-22). */
export class PackageStore {
  readonly #folder: string
  readonly #http: HubHttp
  readonly #token: () => string
  readonly #publisherKeys: () => ReadonlyMap<string, KeyObject>
  readonly #log: ServerLog
  readonly #stop: AbortSignal
  /** State digests of folders whose content this process has checked. */
  readonly #checked = new Map<string, string>()
  /** One fetch of a package at a time, however many executions wait for it. */
  readonly #underWay = new Map<string, { keyId: string; folder: Promise<string> }>()

  constructor(parts: {
    folder: string
    http: HubHttp
    token: () => string
    publisherKeys: () => ReadonlyMap<string, KeyObject>
    log: ServerLog
    /** Ends fetches when the server stops. */
    stop: AbortSignal
  }) {
    this.#folder = parts.folder
    this.#http = parts.http
    this.#token = parts.token
    this.#publisherKeys = parts.publisherKeys
    this.#log = parts.log
    this.#stop = parts.stop
    for (const name of existsSync(this.#folder) ? readdirSync(this.#folder) : []) {
      if (name.startsWith('.incoming-')) removeReadOnly(join(this.#folder, name))
    }
  }

  /** The app's folder, ready to run. Throws PackageFault where the package is at fault, Error where it cannot be had. */
  async ensure(app: App, signal: AbortSignal): Promise<string> {
    if (!isProgramName(app.programName)) {
      throw new PackageFault(`its program name ${shownName(app.programName)} is no folder name.`)
    }
    const { keyId } = app.packageSignature
    // It may have ended since the command was taken.
    if (!this.#publisherKeys().has(keyId))
      throw new PackageFault(`its publisher ${keyId} is not one that this server trusts.`)
    const ready = this.#ready(app)
    if (ready) return ready
    const key = `${app.programName} ${app.packageSha256}`
    const fetching = this.#underWay.get(key)
    if (fetching !== undefined && fetching.keyId !== keyId) {
      // What comes is judged by another signature: this one's turn is after it, whatever became of that.
      await Promise.race([fetching.folder.catch(() => undefined), rejectedBy(signal)])
      return await this.ensure(app, signal)
    }
    const folder = fetching?.folder ?? this.#fetchAndUnpack(app).finally(() => this.#underWay.delete(key))
    this.#underWay.set(key, { keyId, folder })
    // The fetch goes on for others, and for the next time, when the one that began it is ended.
    return Promise.race([folder, rejectedBy(signal)])
  }

  #ready(app: App): string | undefined {
    const { target, marker } = this.#places(app)
    if (!existsSync(marker)) return undefined
    const state = existsSync(target) ? stateDigest(target) : ''
    const known = readMarker(marker)
    const isWhole =
      state !== '' &&
      known?.packageSha256 === app.packageSha256 &&
      (this.#checked.get(target) === state || contentDigest(target) === known.content)
    if (isWhole) {
      this.#checked.set(target, state)
      // By another key than the command says: that one's signature is still to be seen, over the bytes.
      return known.publisherKeyId === app.packageSignature.keyId ? target : undefined
    }
    this.#log(
      'error',
      `The unpacked app ${app.programName} was changed on this machine. It is thrown away and fetched again.`,
    )
    rmSync(marker, { force: true })
    this.#discard(target)
    return undefined
  }

  /** Moved aside first: that works also where someone else's files in it cannot be removed. */
  #discard(target: string): void {
    if (!existsSync(target)) return
    const aside = join(this.#folder, `.discarded-${randomBytes(6).toString('hex')}`)
    chmodSync(target, 0o755)
    renameSync(target, aside)
    try {
      removeReadOnly(aside)
    } catch (error) {
      this.#log('warn', `${aside} cannot be removed: ${errorText(error)}`)
    }
  }

  async #fetchAndUnpack(app: App): Promise<string> {
    const bytes = await this.#fetch(app, this.#stop)
    const problem = packageProblem(bytes, app, this.#publisherKeys())
    if (problem) throw new PackageFault(`${problem}.`)
    const { target, marker } = this.#places(app)
    const unpacked = existsSync(target) ? readMarker(marker) : undefined
    if (unpacked !== undefined) {
      // Whole, and only signed anew; what runs from it runs on.
      writeMarker(marker, { ...unpacked, publisherKeyId: app.packageSignature.keyId })
      return target
    }
    const incoming = mkdtempSync(join(this.#folder, '.incoming-'))
    try {
      await unpack(bytes, app.programName, incoming)
      makeReadOnly(incoming)
      const content = contentDigest(incoming)
      rmSync(marker, { force: true })
      this.#discard(target)
      mkdirSync(join(target, '..'), { recursive: true })
      // Who may come this far, the folders above say: a user that apps run as, where there is one.
      chmodSync(join(target, '..'), 0o711)
      // Moving a folder rewrites its `..`, which a read-only one does not allow.
      chmodSync(incoming, 0o755)
      renameSync(incoming, target)
      chmodSync(target, 0o555)
      const publisherKeyId = app.packageSignature.keyId
      writeMarker(marker, { packageSha256: app.packageSha256, content, publisherKeyId })
      this.#checked.set(target, stateDigest(target))
      return target
    } catch (error) {
      removeReadOnly(incoming)
      throw error
    }
  }

  async #fetch(app: App, signal: AbortSignal): Promise<Buffer> {
    if (app.packageBytes > limits.packageBytesMax)
      throw new PackageFault(`it has more than ${limits.packageBytesMax} bytes.`)
    for (let attempt = 0; ; attempt += 1) {
      let problem: string
      try {
        const response = await this.#http.send({
          method: 'GET',
          path: paths.package(app.packageSha256),
          token: this.#token(),
          responseBytesMax: app.packageBytes,
          timeoutMs: downloadMsMax,
          signal,
        })
        if (response.status === 200) return response.body
        problem = `the hub answered ${response.status}`
        if (!isRetryable(response.status)) throw new PackageFault(`${problem} instead of it.`)
      } catch (error) {
        if (signal.aborted || error instanceof PackageFault) throw error
        problem = errorText(error)
      }
      if (attempt + 1 >= triesMax) throw new Error(`the package of ${app.programName} could not be fetched: ${problem}`)
      this.#log('warn', `The package of ${app.programName} could not be fetched (${problem}); trying again.`)
      await pause(backOffMs(attempt, backOff), signal)
    }
  }

  #places(app: App): { target: string; marker: string } {
    const target = join(this.#folder, app.programName, app.packageSha256)
    return { target, marker: `${target}.json` }
  }
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  const end = () => reject(signal.reason)
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  // Whoever lost the race has nobody left to tell.
  promise.catch(() => undefined)
  return promise
}

/** Unreadable is as good as changed: the caller fetches the package again. */
function readMarker(path: string): Marker | undefined {
  try {
    return z.safeParse(Marker, JSON.parse(readFileSync(path, 'utf8'))).data
  } catch {
    return undefined
  }
}

function writeMarker(path: string, marker: Marker): void {
  writeAtomically(path, JSON.stringify(marker))
}

/** Read-only, and open to the users that apps run as, whatever the server's umask has taken away. */
function makeReadOnly(folder: string): void {
  eachFolder(folder, 0o555)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    chmodSync(path, (lstatSync(path).mode & 0o100) === 0 ? 0o444 : 0o555)
  }
}

/** Read-only folders must be opened again before what is in them can be removed. */
export function removeReadOnly(folder: string): void {
  if (!existsSync(folder)) return
  eachFolder(folder, 0o755)
  rmSync(folder, { recursive: true, force: true })
}

function eachFolder(folder: string, mode: number): void {
  if ((mode & 0o200) !== 0) chmodSync(folder, mode)
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (lstatSync(path).isDirectory()) eachFolder(path, mode)
  }
  chmodSync(folder, mode)
}
