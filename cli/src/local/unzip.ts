import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'

/** Unpacks a download of our own hub into `folder`, with the modes it carries. Names that lead elsewhere are refused. */
export async function unzip(bytes: Buffer, folder: string): Promise<void> {
  const zip = await yauzl.fromBufferPromise(bytes, { strictFileNames: true })
  for await (const entry of zip.eachEntry()) {
    const target = join(folder, normalize(entry.fileName))
    if (!target.startsWith(`${normalize(folder)}/`))
      throw new Error(`the archive holds ${entry.fileName}, which leads out of it`)
    const mode = (entry.externalFileAttributes >>> 16) & 0o777
    if (entry.fileName.endsWith('/')) {
      mkdirSync(target, { recursive: true, mode: mode === 0 ? 0o755 : mode })
      continue
    }
    mkdirSync(dirname(target), { recursive: true })
    await pipeline(
      await zip.openReadStreamPromise(entry),
      createWriteStream(target, { mode: mode === 0 ? 0o644 : mode }),
    )
  }
}
