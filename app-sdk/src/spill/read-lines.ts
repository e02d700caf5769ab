/**
 * Splits bytes into lines at LF, whatever the chunks, and gives the lines of each chunk together: one wait for many lines. A last
 * line without its LF is given too.
 * @param lineBytesMax bound on one line. @throws Error beyond it.
 */
export async function* readLineBlocks(chunks: AsyncIterable<Buffer>, lineBytesMax: number): AsyncGenerator<Buffer[]> {
  let pending: Buffer[] = []
  let pendingBytes = 0
  for await (const chunk of chunks) {
    const lines: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      const piece = chunk.subarray(start, end)
      lines.push(pending.length === 0 ? piece : Buffer.concat([...pending, piece]))
      pending = []
      pendingBytes = 0
      start = end + 1
    }
    if (start < chunk.length) pending.push(chunk.subarray(start))
    pendingBytes += chunk.length - start
    if (pendingBytes > lineBytesMax) throw new Error(`a line is longer than ${lineBytesMax} bytes`)
    if (lines.length > 0) yield lines
  }
  if (pendingBytes > 0) yield [Buffer.concat(pending)]
}
