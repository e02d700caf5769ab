/** The seventeen group types, spelt as ThreatConnect's API spells them. */
export const groupTypes = [
  'Adversary',
  'Attack Pattern',
  'Campaign',
  'Course of Action',
  'Document',
  'Email',
  'Event',
  'Incident',
  'Intrusion Set',
  'Malware',
  'Report',
  'Signature',
  'Tactic',
  'Task',
  'Threat',
  'Tool',
  'Vulnerability',
] as const
export type GroupType = (typeof groupTypes)[number]

/** What a group may have beside its name, under the names that batches have for it. */
export type GroupField =
  | 'status'
  | 'eventDate'
  | 'publishDate'
  | 'firstSeen'
  | 'lastSeen'
  | 'eventType'
  | 'fileName'
  | 'fileType'
  | 'fileText'
  | 'subject'
  | 'from'
  | 'to'
  | 'header'
  | 'body'

export interface GroupTypeFacts {
  /** Last part of the path `/api/v2/groups/<branch>`. */
  readonly apiBranch: string
  /** What people write of a group of the type; sources may say more of one. */
  readonly fields: readonly GroupField[]
}

const seen = ['firstSeen', 'lastSeen'] as const

/** What is particular to each group type. */
export const groupTypeFacts: Readonly<Record<GroupType, GroupTypeFacts>> = {
  Adversary: { apiBranch: 'adversaries', fields: seen },
  'Attack Pattern': { apiBranch: 'attackPatterns', fields: seen },
  Campaign: { apiBranch: 'campaigns', fields: seen },
  'Course of Action': { apiBranch: 'coursesOfAction', fields: [] },
  Document: { apiBranch: 'documents', fields: ['fileName', 'publishDate'] },
  Email: { apiBranch: 'emails', fields: ['subject', 'to', 'header', 'body', 'from'] },
  Event: { apiBranch: 'events', fields: ['eventType', 'eventDate', 'status'] },
  Incident: { apiBranch: 'incidents', fields: ['eventDate', 'status'] },
  'Intrusion Set': { apiBranch: 'intrusionSets', fields: seen },
  Malware: { apiBranch: 'malware', fields: seen },
  Report: { apiBranch: 'reports', fields: ['publishDate', 'fileName', 'status'] },
  Signature: { apiBranch: 'signatures', fields: ['fileName', 'fileType', 'fileText'] },
  Tactic: { apiBranch: 'tactics', fields: [] },
  Task: { apiBranch: 'tasks', fields: ['status'] },
  Threat: { apiBranch: 'threats', fields: seen },
  Tool: { apiBranch: 'tools', fields: seen },
  Vulnerability: { apiBranch: 'vulnerabilities', fields: ['publishDate'] },
}

const byFoldedName: ReadonlyMap<string, GroupType> = new Map(groupTypes.map((type) => [type.toLowerCase(), type]))

/** Reads a group type's name in any case; `undefined` for a name that is none of the seventeen. */
export function parseGroupType(text: string): GroupType | undefined {
  return byFoldedName.get(text.trim().toLowerCase())
}
