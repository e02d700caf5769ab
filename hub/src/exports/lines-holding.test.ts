import { expect, test } from 'vitest'
import { linesHolding } from './lines-holding.ts'

const lines = ['["add","Host","a.example"]', '["add","Host","b.example"]', '["left-out","Host","a.example","ü: no"]']

async function found(text: string, chunkBytes: number, end: string): Promise<string[]> {
  const bytes = Buffer.from(lines.join('\n') + end)
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
  }
  const all: string[] = []
  for await (const line of linesHolding(chunks(), text)) all.push(line)
  return all
}

test('lines that hold a text are found whole, each once, wherever the chunks that they come in are cut', async () => {
  for (const end of ['\n', ''])
    for (let chunkBytes = 1; chunkBytes <= 90; chunkBytes++) {
      expect(await found('"a.example"', chunkBytes, end)).toEqual([lines[0], lines[2]])
      expect(await found('ü', chunkBytes, end)).toEqual([lines[2]])
      expect(await found('"Host"', chunkBytes, end)).toEqual(lines)
      expect(await found('"c.example"', chunkBytes, end)).toEqual([])
    }
})
