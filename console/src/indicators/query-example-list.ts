export interface QueryExample {
  tql: string
  means: string
}

/** Queries that show what can be asked, from the simplest on; each is valid as it stands. */
export const queryExamples = [
  { tql: 'summary = "evil[.]example[.]com"', means: 'One value, in any spelling' },
  { tql: 'typeName in ("Address", "CIDR") and rating >= 3', means: 'Addresses and networks, rated 3 or more' },
  { tql: 'summary like "%.example.com"', means: 'A part of the value' },
  { tql: 'dateAdded >= "NOW() - 7 DAYS" and confidence > 75', means: 'New this week, and trusted' },
  { tql: 'hasTag(name = "ransomware") and not ownerName = "My team"', means: 'A tag, from others than us' },
  { tql: 'hasGroup(typeName = "Event" and name contains "phishing")', means: 'Seen in an event' },
  { tql: 'securityLabel = "TLP:RED" or indicatorActive = false', means: 'What is not exported' },
] as const
