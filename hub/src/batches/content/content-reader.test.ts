import { AttributeRules } from '@postern/intel'
import { expect, test } from 'vitest'
import { batchModes } from '../batch-modes.ts'
import { ContentReader } from './content-reader.ts'

const modes = batchModes({ action: 'Create', owner: 'any' })
const exclusions = { organizationId: '1', revision: '0', matcher: undefined, compiled: undefined }
const attributes = { organizationId: '1', revision: '0', rules: [], compiled: new AttributeRules([]) }

/** JSON that the thread reads by its length. */
function hosts(count: number, tag: string): Buffer<ArrayBuffer> {
  const indicator = Array.from({ length: count }, (_, number) => ({
    type: 'Host',
    summary: `${number}.example`,
    tag: [{ name: tag }],
  }))
  return Buffer.from(JSON.stringify({ indicator }))
}

test('S14: a content that outgrows the thread is too large, what waits behind it is put off, and the next is read', async () => {
  const reader = new ContentReader(32)
  async function kindsOf(json: Buffer<ArrayBuffer>): Promise<string[]> {
    const kinds: string[] = []
    for await (const { kind } of reader.read(json, modes, exclusions, attributes)) kinds.push(kind)
    return kinds
  }
  try {
    const [large, small] = [hosts(100_000, 'a'), hosts(5, 'long '.repeat(50_000))]
    const again = Buffer.from(small)
    const both = await Promise.allSettled([kindsOf(large), kindsOf(small)])
    expect(both).toMatchObject([{ reason: { code: 'too-large' } }, { reason: { code: 'unavailable' } }])
    expect([large.length, small.length], 'handed over, not copied').toEqual([0, 0])
    expect(await kindsOf(again)).toEqual(['batch', 'indicators', 'ledger'])
  } finally {
    await reader.close()
  }
})
