/** What one type of object has to have in one version of STIX. Types without a rule are custom ones. */
export interface ObjectRule {
  readonly required: readonly string[]
  /** A cyber observable of 2.1: it has no version of its own, and needs no `created`. */
  readonly isObservable?: true
  /** At least one of these. */
  readonly oneOf?: readonly string[]
}

const common: Readonly<Record<string, ObjectRule>> = {
  'attack-pattern': { required: ['name'] },
  campaign: { required: ['name'] },
  'course-of-action': { required: ['name'] },
  'intrusion-set': { required: ['name'] },
  'marking-definition': { required: [], oneOf: ['definition', 'extensions'] },
  relationship: { required: ['relationship_type', 'source_ref', 'target_ref'] },
  sighting: { required: ['sighting_of_ref'] },
  vulnerability: { required: ['name'] },
}

/** STIX 2.0 part 2: in it `labels` are what 2.1 calls `indicator_types` and the like. */
const of20: Readonly<Record<string, ObjectRule>> = {
  ...common,
  identity: { required: ['name', 'identity_class'] },
  indicator: { required: ['labels', 'pattern', 'valid_from'] },
  malware: { required: ['labels', 'name'] },
  'observed-data': { required: ['first_observed', 'last_observed', 'number_observed', 'objects'] },
  report: { required: ['labels', 'name', 'published', 'object_refs'] },
  'threat-actor': { required: ['labels', 'name'] },
  tool: { required: ['labels', 'name'] },
}

/** STIX 2.1 parts 4 to 7. */
const of21: Readonly<Record<string, ObjectRule>> = {
  ...common,
  'extension-definition': { required: ['created_by_ref', 'name', 'schema', 'version', 'extension_types'] },
  grouping: { required: ['context', 'object_refs'] },
  identity: { required: ['name'] },
  incident: { required: ['name'] },
  indicator: { required: ['pattern', 'pattern_type', 'valid_from'] },
  infrastructure: { required: ['name'] },
  'language-content': { required: ['object_ref', 'contents'] },
  location: { required: [], oneOf: ['region', 'country', 'latitude'] },
  malware: { required: ['is_family'] },
  'malware-analysis': { required: ['product'], oneOf: ['result', 'analysis_sco_refs'] },
  note: { required: ['content', 'object_refs'] },
  'observed-data': {
    required: ['first_observed', 'last_observed', 'number_observed'],
    oneOf: ['objects', 'object_refs'],
  },
  opinion: { required: ['opinion', 'object_refs'] },
  report: { required: ['name', 'published', 'object_refs'] },
  'threat-actor': { required: ['name'] },
  tool: { required: ['name'] },

  artifact: observable([], ['payload_bin', 'url']),
  'autonomous-system': observable(['number']),
  directory: observable(['path']),
  'domain-name': observable(['value']),
  'email-addr': observable(['value']),
  'email-message': observable(['is_multipart']),
  file: observable([], ['hashes', 'name']),
  'ipv4-addr': observable(['value']),
  'ipv6-addr': observable(['value']),
  'mac-addr': observable(['value']),
  mutex: observable(['name']),
  'network-traffic': observable(['protocols'], ['src_ref', 'dst_ref']),
  process: observable([]),
  software: observable(['name']),
  url: observable(['value']),
  'user-account': observable([]),
  'windows-registry-key': observable([]),
  'x509-certificate': observable([]),
}

function observable(required: readonly string[], oneOf?: readonly string[]): ObjectRule {
  return { required, isObservable: true, ...(oneOf === undefined ? {} : { oneOf }) }
}

const rules = {
  '2.0': new Map(Object.entries(of20)),
  '2.1': new Map(Object.entries(of21)),
}

/** The rule of a type; undefined for a custom one. */
export function objectRule(type: string, specVersion: '2.0' | '2.1'): ObjectRule | undefined {
  return rules[specVersion].get(type)
}
