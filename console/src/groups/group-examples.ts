/** Queries that show what can be asked of groups, from the simplest on; each is valid as it stands. */
export const groupExamples = [
  { tql: 'name contains "phishing"', means: 'A part of the name' },
  { tql: 'typeName in ("Report", "Event")', means: 'Reports and events' },
  { tql: 'eventDate >= "NOW() - 30 DAYS"', means: 'Took place in the last 30 days' },
  { tql: 'hasTag(name startswith "T1566")', means: 'Tagged with a technique of ATT&CK' },
  { tql: 'hasIndicator(typeName = "Host" and rating >= 4)', means: 'Holds a host that is rated 4 or more' },
] as const
