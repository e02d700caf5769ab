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

export interface GroupTypeFacts {
  /** Last part of the path `/api/v2/groups/<branch>`. */
  readonly apiBranch: string
}

/** The `/api/v2` branch of each group type. */
export const groupTypeFacts: Readonly<Record<GroupType, GroupTypeFacts>> = {
  Adversary: { apiBranch: 'adversaries' },
  'Attack Pattern': { apiBranch: 'attackPatterns' },
  Campaign: { apiBranch: 'campaigns' },
  'Course of Action': { apiBranch: 'coursesOfAction' },
  Document: { apiBranch: 'documents' },
  Email: { apiBranch: 'emails' },
  Event: { apiBranch: 'events' },
  Incident: { apiBranch: 'incidents' },
  'Intrusion Set': { apiBranch: 'intrusionSets' },
  Malware: { apiBranch: 'malware' },
  Report: { apiBranch: 'reports' },
  Signature: { apiBranch: 'signatures' },
  Tactic: { apiBranch: 'tactics' },
  Task: { apiBranch: 'tasks' },
  Threat: { apiBranch: 'threats' },
  Tool: { apiBranch: 'tools' },
  Vulnerability: { apiBranch: 'vulnerabilities' },
}

const byFoldedName: ReadonlyMap<string, GroupType> = new Map(groupTypes.map((type) => [type.toLowerCase(), type]))

/** Reads a group type's name in any case; `undefined` for a name that is none of the seventeen. */
export function parseGroupType(text: string): GroupType | undefined {
  return byFoldedName.get(text.trim().toLowerCase())
}
