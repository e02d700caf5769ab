import type { TqlObject } from './tql-expression.ts'

/**
 * Why ThreatConnect's keyword finds nothing here, for keywords of its documentation that this library has nothing for; `undefined`
 * for words that are no keyword there either. A query that uses one is refused by name rather than finding nothing.
 *
 * @param word in lower case without underscores, as `foldKeyword` gives it
 */
export function absentTqlKeyword(object: TqlObject, word: string): string | undefined {
  const own = absentOfObject[object]?.get(word)
  if (own !== undefined) return own
  if (object !== 'indicator' && object !== 'group') return undefined
  return absent.get(word) ?? enrichments.find(([form]) => form.test(word))?.[1]
}

const noCases = 'this library keeps no cases, artifacts, workflows and notes'
const noVictims = 'this library keeps no victims and their assets'
const noRequirements = 'this library keeps no intelligence requirements'
const noScore = 'ThreatConnect computes that score in its cloud; compare rating, confidence or observationCount'
const noPlaces = 'this library knows no network’s country, city or registrant; ask by tag or attribute'

const absent: ReadonlyMap<string, string> = new Map(
  Object.entries({
    hascase: noCases,
    hasartifact: noCases,
    hastask: noCases,
    hasnote: noCases,
    hasworkflow: noCases,
    associatedcase: noCases,
    associatedartifact: noCases,
    associatedtask: noCases,
    hasvictim: noVictims,
    hasvictimasset: noVictims,
    associatedvictim: noVictims,
    associatedvictimasset: noVictims,
    hasintelrequirement: noRequirements,
    hasintelquery: noRequirements,
    threatassessscore: noScore,
    calscore: noScore,
    addressasn: noPlaces,
    addresscidr: 'this library keeps networks as indicators of their own; compare summary',
    addresscity: noPlaces,
    addresscountrycode: noPlaces,
    addresscountryname: noPlaces,
    addressregisteringorg: noPlaces,
    addressstate: noPlaces,
    addresstimezone: noPlaces,
    trackedusers: 'this library does not follow who looks at what',
    observedusers: 'this library does not follow who looks at what',
    createdby: 'what an owner says comes from its batches; compare ownerName',
    hascustomassociation: 'associations of every kind are found by hasIndicator and associatedIndicator',
    dateobserved: 'compare lastObserved',
  }),
)

const absentOfObject: Readonly<Partial<Record<TqlObject, ReadonlyMap<string, string>>>> = {
  tag: new Map([
    ['description', 'tags have names only here'],
    ['lastused', 'it is not kept when a tag was last used'],
    ['hascase', noCases],
    ['hasvictim', noVictims],
  ]),
  attribute: new Map([['hassecuritylabel', 'labels stand on what has the attribute; ask for them there']]),
}

/** Keywords of services that ThreatConnect enriches indicators with: `vtMaliciousCount`, `riskIqLastUpdated`, … */
const enrichments: readonly (readonly [form: RegExp, reason: string])[] = [
  [/^(?:vt|dt|riskiq|abuseipdb|urlscan|shodan|farsight)[a-z0-9]/, 'no enrichment service fills this library'],
]
