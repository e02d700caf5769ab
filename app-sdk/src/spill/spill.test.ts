import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { anyCharacter } from '@postern/intel/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compareUtf8 } from './compare-utf8.ts'
import { readLineBlocks } from './read-lines.ts'
import { SortedSpill } from './sorted-spill.ts'

const isSoak = process.env['POSTERN_SOAK'] === '1'
const text = fc.string({ unit: anyCharacter }).map((value) => value.replaceAll(/[\r\n]/g, '').toWellFormed())

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spill-test-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('D4: strings compare as their UTF-8 bytes do', () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(Math.sign(compareUtf8(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
    { numRuns: isSoak ? 100_000 : 2_000 },
  )
})

test('D4: more rows than fit into memory come back sorted, each with what it carried, equal keys in their order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(text, text), { maxLength: 300 }),
      fc.integer({ min: 64, max: 4_096 }),
      async (rows, bytesInMemory) => {
        const spill = new SortedSpill(folder, bytesInMemory)
        for (const [key, carried] of rows) await spill.add(key, carried)
        const wanted = rows
          .map((row, index) => ({ row, index }))
          .toSorted((a, b) => Buffer.compare(Buffer.from(a.row[0]), Buffer.from(b.row[0])) || a.index - b.index)
        for (let pass = 0; pass < 2; pass += 1) expect(await all(spill.rows())).toEqual(wanted.map(({ row }) => row))
        await spill.dispose()
      },
    ),
    { numRuns: isSoak ? 4_000 : 40 },
  )
  expect(await readdir(folder)).toEqual([])
})

test('D4: more runs than are merged at once are merged in rounds', async () => {
  const spill = new SortedSpill(folder, 200)
  const keys = Array.from({ length: 1_000 }, (_, index) => String((index * 7_919) % 1_000).padStart(4, '0'))
  for (const key of keys) await spill.add(key)
  expect((await all(spill.rows())).map(([key]) => key)).toEqual(keys.toSorted())
  await spill.dispose()
})

test('lines are split wherever the chunks end, and an endless one is refused', async () => {
  const chunks = ['a', 'b\nc', '\n\nd', 'e'].map((chunk) => Buffer.from(chunk))
  expect((await all(readLineBlocks(stream(chunks), 10))).flat().map(String)).toEqual(['ab', 'c', '', 'de'])
  await expect(all(readLineBlocks(stream([Buffer.alloc(20)]), 10))).rejects.toThrow('longer than 10 bytes')
})

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = []
  for await (const item of items) list.push(item)
  return list
}

async function* stream(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks
}
