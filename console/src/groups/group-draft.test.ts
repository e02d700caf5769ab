import type { GroupDetail } from '@postern/protocol'
import { expect, test } from 'vitest'
import { draftOfGroup, editedOf, groupOf, mistakesOfGroup, newGroup } from './group-draft.ts'

const stored = editedOf({
  id: '1',
  type: 'Incident',
  name: 'Case 17',
  xid: 'case-17',
  ownerId: '2',
  ownerName: 'Team',
  status: 'Open',
  tlp: 'AMBER',
  tags: ['phishing'],
  eventDate: '2026-03-01T10:20:30.123Z',
  indicatorCount: 3,
  addedAt: '2026-03-01T00:00:00.000Z',
  modifiedAt: '2026-03-01T00:00:00.000Z',
  securityLabels: ['TLP:AMBER'],
  firstSeen: null,
  lastSeen: null,
  publishDate: null,
  attributes: [{ type: 'Description', value: 'What happened', source: null, displayed: true, pinned: false }],
  eventType: null,
  fileName: 'lure.eml',
  fileType: null,
  fileText: null,
  subject: null,
  from: null,
  to: null,
  header: null,
  body: null,
  relations: [],
  stixId: null,
} satisfies GroupDetail)

test('LIB-1: a group that was opened and not touched is sent as it is, with the seconds that no field shows', () => {
  expect(groupOf(draftOfGroup(stored), stored)).toEqual(stored)
})

test('LIB-1: what is emptied is not said any more, and a time that is typed is UTC', () => {
  const draft = { ...draftOfGroup(stored), status: ' ', fileName: '', eventDate: '2026-03-02T11:00', tags: [] }
  expect(groupOf(draft, stored)).toEqual({
    ...stored,
    status: null,
    fileName: null,
    eventDate: '2026-03-02T11:00:00.000Z',
    tags: [],
  })
  expect(groupOf({ ...draft, eventDate: '' }, stored)).toMatchObject({ eventDate: null })
})

test('LIB-1: a group without a name is told so, and one with a name may be sent', () => {
  expect(mistakesOfGroup(newGroup)).toEqual({ name: 'Give it a name.' })
  expect(mistakesOfGroup({ ...newGroup, name: 'x' })).toEqual({})
})
