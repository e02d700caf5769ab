import type { GroupField } from '@postern/intel'

/** How a person reads a field of a group; instants are UTC. */
export const groupFieldWords: Readonly<Record<GroupField, string>> = {
  status: 'Status',
  eventDate: 'Took place',
  publishDate: 'Published',
  firstSeen: 'First seen',
  lastSeen: 'Last seen',
  eventType: 'Kind of event',
  fileName: 'File name',
  fileType: 'Kind of signature',
  fileText: 'Rules',
  subject: 'Subject',
  from: 'From',
  to: 'To',
  header: 'Header',
  body: 'Body',
}

/** In the order of a form and of a page. */
export const groupDates = ['eventDate', 'publishDate', 'firstSeen', 'lastSeen'] as const satisfies GroupField[]
export const groupLines = [
  'status',
  'eventType',
  'fileName',
  'fileType',
  'subject',
  'from',
  'to',
] as const satisfies GroupField[]
export const groupLongTexts = ['fileText', 'header', 'body'] as const satisfies GroupField[]
