/** Large contents lie in the database in chunks of this size, so that every hub has them (D14). */
const chunkBytes = 1024 * 1024

/** Numbered from 0. */
export function* chunksOf(content: Buffer): Generator<{ number: number; content: Buffer }> {
  for (let number = 0; number * chunkBytes < content.length; number += 1)
    yield { number, content: content.subarray(number * chunkBytes, (number + 1) * chunkBytes) }
}

/** The content again, one chunk in memory at a time. @param bytes of all of it */
export async function* readChunks(
  bytes: number,
  read: (number: number) => Promise<{ content: Buffer }>,
): AsyncGenerator<Buffer> {
  for (let number = 0; number * chunkBytes < bytes; number += 1) yield (await read(number)).content
}
