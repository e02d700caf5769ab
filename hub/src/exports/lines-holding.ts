const lineFeed = 10

/** Those lines of a long text that hold another text: a search in the bytes, several times as quick as reading line by line. */
export async function* linesHolding(chunks: AsyncIterable<Buffer>, text: string): AsyncGenerator<string> {
  const sought = Buffer.from(text)
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const block = Buffer.concat([rest, chunk])
    const end = block.lastIndexOf(lineFeed) + 1
    yield* wholeLinesHolding(block.subarray(0, end), sought)
    rest = block.subarray(end)
  }
  yield* wholeLinesHolding(Buffer.concat([rest, Buffer.of(lineFeed)]), sought)
}

function* wholeLinesHolding(block: Buffer, sought: Buffer): Generator<string> {
  let at = block.indexOf(sought)
  while (at !== -1) {
    const end = block.indexOf(lineFeed, at)
    yield block.toString('utf8', block.lastIndexOf(lineFeed, at) + 1, end)
    at = block.indexOf(sought, end)
  }
}
