import { ReadableStream } from 'node:stream/web'
import { createTarDecoder } from 'modern-tar'
import { withShortMetadata } from './short-metadata.ts'
import { TarFault } from './tar-fault.ts'

export type TarEntry = {
  /** As it stands in the archive. Nobody has judged it. */
  name: string
  kind: 'file' | 'folder' | 'hard link' | 'symbolic link'
  /** Where a link leads to, as it stands in the archive. */
  target: string
  /** Of a file's content. */
  bytes: number
  /** To be read before the next entry is asked for, or not at all. */
  content: AsyncIterable<Buffer>
}

const kinds: Readonly<Record<string, TarEntry['kind']>> = {
  file: 'file',
  directory: 'folder',
  link: 'hard link',
  symlink: 'symbolic link',
}

/**
 * The entries of a tar archive as it comes. Nothing is unpacked.
 * @throws TarFault where it is none, is damaged, or ends too early
 */
export async function* tarEntries(archive: AsyncIterable<Buffer>): AsyncGenerator<TarEntry> {
  const entries = ReadableStream.from(withShortMetadata(archive)).pipeThrough(createTarDecoder({ strict: true }))
  for await (const { header, body } of faultsOf(entries)) {
    const kind = kinds[header.type ?? 'file']
    if (kind === undefined) throw new TarFault('it holds what is neither a file, a folder nor a link.')
    yield { name: header.name, kind, target: header.linkname ?? '', bytes: header.size, content: contentOf(body) }
    // What nobody has read of it is passed over by reading: to cancel it would end that of whichever entry modern-tar is at.
    for await (const _ of contentOf(body));
  }
}

async function* contentOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const { buffer, byteOffset, byteLength } of faultsOf(body.values({ preventCancel: true })))
    yield Buffer.from(buffer, byteOffset, byteLength)
}

/** The reader of archives throws errors without a name or a code; whatever the archive comes from keeps its own. */
async function* faultsOf<Part>(parts: AsyncIterable<Part>): AsyncGenerator<Part> {
  try {
    yield* parts
  } catch (error) {
    const isReaders = error instanceof Error && error.name === 'Error' && !('code' in error)
    throw isReaders ? new TarFault(`it is damaged, or no tar archive: ${error.message}`, { cause: error }) : error
  }
}
