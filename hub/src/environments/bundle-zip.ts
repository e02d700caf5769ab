import type { Readable } from 'node:stream'
import type { BundleSettings, BundleTrust, ServerFileSignature } from '@postern/protocol'
import { ZipFile } from 'yazl'
import type { BundleRuntime } from './runtimes/runtimes.ts'
import { type BundleFile, serverFileName } from './server-files.ts'

/** The server file and who signed it (D7); the signature lies beside it as `postern-envsvr.mjs.sig`. */
export type SignedServerFile = { content: Buffer; signature: ServerFileSignature }

export type Bundle = SignedServerFile & {
  settings: BundleSettings
  trust: BundleTrust
  files: BundleFile[]
  /** Absent when the machine has a Node of its own. */
  runtime: BundleRuntime | undefined
  madeAt: Date
}

const modes = { script: 0o100755, file: 0o100644, secret: 0o100600, folder: 0o040755, secretFolder: 0o040700 }

/** `postern-envsvr-bundle.zip`: everything for a new installation, below `postern-envsvr/` (ES-3). Modes are fixed here. */
export function bundleZip(bundle: Bundle): Readable {
  const top = 'postern-envsvr'
  const hidden = `${top}/.postern-envsvr`
  const mtime = bundle.madeAt
  const zip = new ZipFile()
  zip.addEmptyDirectory(`${top}/`, { mtime, mode: modes.folder })
  for (const folder of ['', '/keystore', '/exchange', '/exchange/programs', '/exchange/jobs']) {
    zip.addEmptyDirectory(`${hidden}${folder}/`, { mtime, mode: modes.secretFolder })
  }
  zip.addBuffer(jsonOf(bundle.settings), `${hidden}/settings.json`, { mtime, mode: modes.secret })
  zip.addBuffer(jsonOf(bundle.trust), `${hidden}/keystore/trust.json`, { mtime, mode: modes.secret })
  for (const { name, path, isScript } of bundle.files) {
    zip.addFile(path, `${top}/${name}`, { mtime, mode: isScript ? modes.script : modes.file })
  }
  addServerFile(zip, `${top}/`, bundle, mtime)
  if (bundle.runtime !== undefined) addRuntime(zip, `${top}/runtime/`, bundle.runtime, mtime)
  return finish(zip)
}

/** `postern-envsvr.zip`: the server file alone, to upgrade by (ES-2, ES-20). */
export function serverZip(server: SignedServerFile, madeAt: Date): Readable {
  const zip = new ZipFile()
  addServerFile(zip, '', server, madeAt)
  return finish(zip)
}

/** Half the time of the usual level, for 6 % more bytes: whoever downloads waits for it. */
const runtimeCompressionLevel = 3

function addRuntime(zip: ZipFile, folder: string, runtime: BundleRuntime, mtime: Date): void {
  const { openExecutable, bytes: size, licence } = runtime
  const options = { mtime, mode: modes.script, size, compressionLevel: runtimeCompressionLevel }
  zip.addReadStreamLazy(`${folder}node`, options, (give) => {
    const executable = openExecutable()
    const output = outputOf(zip)
    executable.on('error', (error) => output.destroy(error))
    // Who downloads may leave.
    output.once('close', () => executable.destroy())
    give(null, executable)
  })
  if (licence !== undefined) zip.addBuffer(licence, `${folder}LICENSE`, { mtime, mode: modes.file })
}

function addServerFile(zip: ZipFile, folder: string, { content, signature }: SignedServerFile, mtime: Date): void {
  zip.addBuffer(content, `${folder}${serverFileName}`, { mtime, mode: modes.file })
  zip.addBuffer(jsonOf(signature), `${folder}${serverFileName}.sig`, { mtime, mode: modes.file })
}

function outputOf(zip: ZipFile): Readable {
  // yazl's output is a PassThrough; its types promise less.
  return zip.outputStream as Readable
}

function finish(zip: ZipFile): Readable {
  const output = outputOf(zip)
  zip.on('error', (error: Error) => output.destroy(error))
  zip.end()
  return output
}

function jsonOf(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`)
}
