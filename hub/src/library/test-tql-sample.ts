import type { TestLibrary } from './test-library.ts'

/** The hashes of the sample's file. */
export const hashes = ['a'.repeat(32), 'b'.repeat(40)]
/** A value of the sample with what quoting gets wrong. */
export const mutex = 'Say "hi" \\ `x`'

/** What two owners say, each its own of one host: something for every operator and kind of value of TQL. */
export async function sendTqlSample(library: TestLibrary): Promise<void> {
  await library.send('Alpha', {
    group: [
      { type: 'Campaign', name: 'Night Owl', xid: 'c1', tag: [{ name: 'apt' }] },
      { type: 'Report', name: 'Quarterly 100%', xid: 'r1', associatedGroupXid: ['c1'] },
    ],
    indicator: [
      {
        type: 'Host',
        summary: 'a.example.com',
        rating: 1,
        confidence: 10,
        tag: [{ name: 'phish' }, { name: 'new' }],
        securityLabel: [{ name: 'TLP:AMBER' }],
        associatedGroups: [{ groupXid: 'c1' }],
      },
      {
        type: 'Host',
        summary: 'b_c.example.net',
        rating: 5,
        confidence: 90,
        tag: [{ name: 'c2' }],
        firstSeen: '2026-01-01T00:00:00Z',
        attribute: [{ type: 'Description', value: 'Beacon' }],
      },
      { type: 'URL', summary: 'http://bxc.example.net/50%25', active: false },
      { type: 'Address', summary: '192.0.2.10', rating: 3, associatedGroups: [{ groupXid: 'r1' }] },
      { type: 'Address', summary: '2001:db8::10' },
      { type: 'File', summary: hashes.join(' : '), size: 17 },
    ],
  })
  await library.send('Beta', {
    indicator: [
      { type: 'Host', summary: 'a.example.com', rating: 5, confidence: 95, tag: [{ name: 'seen' }] },
      { type: 'Mutex', summary: mutex, status: 'Review' },
    ],
  })
}

/** Values of the indicators that a query finds, sorted. */
export async function valuesFound({ library, person }: TestLibrary, tql: string): Promise<string[]> {
  const { data } = await library.search(person, { tql, limit: 100 })
  return data.map((each) => each.value).sort()
}
