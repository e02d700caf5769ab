import type { HubTarget } from '@postern/cli'
import { hostileCorpus } from '@postern/intel'
import { sendIndicators } from '../send-indicators.ts'

/** Indicators and groups of two owners: 21 of Team, four of them tagged and in a report; and so many campaigns of Archive. */
export async function sendLibrary(hub: HubTarget, campaigns: number): Promise<void> {
  await sendIndicators(hub, 'Team', {
    indicator: [
      ...Array.from({ length: 20 }, (_, number) => ({
        type: 'Host',
        summary: `c2-${number}.example.org`,
        rating: 1 + (number % 5),
        confidence: 60,
        tag: [{ name: number < 4 ? 'Emotet' : 'Other' }],
        associatedGroups: number < 4 ? [{ groupXid: 'report-1' }] : [],
      })),
      { type: 'Address', summary: '192.0.2.55', rating: 4 },
    ],
    group: [
      {
        type: 'Report',
        name: 'The autumn wave',
        xid: 'report-1',
        eventDate: '2026-11-01T00:00:00Z',
        tag: [{ name: 'Emotet' }],
        attribute: [
          { type: 'Description', value: 'It came back with a new loader', source: 'https://intel.example.com/17' },
        ],
        associatedGroupXid: ['actor-1'],
      },
      { type: 'Adversary', name: 'Mealybug', xid: 'actor-1' },
      ...hostileCorpus.map(({ text }, number) => ({ type: 'Event', name: text, xid: `hostile-${number}` })),
    ],
  })
  await sendIndicators(hub, 'Archive', {
    indicator: [{ type: 'Address', summary: '198.51.100.99' }],
    group: Array.from({ length: campaigns }, (_, number) => ({
      type: 'Campaign',
      name: `Campaign ${String(number).padStart(5, '0')}`,
      xid: `many-${number}`,
    })),
  })
}
