/**
 * Types whose `labels` STIX 2.0 demands and draws from a vocabulary (part 2), each with the property that has these words in 2.1, where
 * `labels` are free.
 */
export const typeWords: ReadonlyMap<string, string> = new Map([
  ['indicator', 'indicator_types'],
  ['malware', 'malware_types'],
  ['report', 'report_types'],
  ['threat-actor', 'threat_actor_types'],
  ['tool', 'tool_types'],
])
