import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

/** Every file of a package carries this time. The parts are local, since a zip's own field holds local time without a zone. */
function fixedTime(): Date {
  return new Date(2026, 0, 1, 0, 0, 0)
}

/**
 * Zips files in the order they are given. Nothing in it depends on when, where or in which time zone it is made. Files are
 * stored and not deflated: what deflate writes differs from one build of zlib to the next, and so would the SHA-256.
 */
export async function zip(files: Iterable<readonly [path: string, content: Uint8Array]>): Promise<Buffer> {
  const archive = new ZipFile()
  for (const [path, content] of files) {
    archive.addBuffer(Buffer.from(content), path, {
      mtime: fixedTime(),
      mode: 0o100644,
      compress: false,
      forceDosTimestamp: true,
    })
  }
  archive.end()
  return await buffer(archive.outputStream)
}
