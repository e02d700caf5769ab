import { tlpLevels, type TlpLevel } from '../tlp.ts'
import { stixId } from './stix-id.ts'

/** The versions of STIX that are JSON. */
export type StixSpecVersion = '2.0' | '2.1'

/** A marking definition as it stands in a bundle. */
export interface StixMarkingDefinition {
  readonly type: 'marking-definition'
  readonly id: `marking-definition--${string}`
  readonly [property: string]: unknown
}

/**
 * Ids of the markings that say a level. 2.1 has one for each level of TLP 2.0 (OASIS' extension); 2.0 has TLP 1.0, whose AMBER may be
 * shared with clients. AMBER+STRICT is RED there with a statement beside it, so that a reader who knows nothing of it shares too little
 * rather than too much.
 */
export function tlpMarkingRefs(level: TlpLevel, specVersion: StixSpecVersion): readonly string[] {
  return refs[specVersion][level]
}

/** The definitions that these ids stand for; a bundle that refers to them holds them. */
export function tlpMarkingDefinitions(level: TlpLevel, specVersion: StixSpecVersion): readonly StixMarkingDefinition[] {
  if (specVersion === '2.1') return [tlp20Definition(level)]
  const amberStrict = level === 'AMBER+STRICT' ? [amberStrictAsRed] : []
  return [tlp10Definition(tlp10Level(level)), ...amberStrict]
}

/** The level that the id of a marking definition says by itself: those of TLP 1.0 and 2.0, and ours for AMBER+STRICT in 2.0. */
export function tlpOfMarkingRef(markingRef: string): TlpLevel | undefined {
  return levelOfRef.get(markingRef)
}

function tlp20Definition(level: TlpLevel): StixMarkingDefinition {
  return {
    type: 'marking-definition',
    spec_version: '2.1',
    id: tlp20Ids[level],
    created: '2022-10-01T00:00:00.000Z',
    name: `TLP:${level}`,
    extensions: { [tlp20Extension]: { extension_type: 'property-extension', tlp_2_0: level.toLowerCase() } },
  }
}

type Tlp10Level = 'CLEAR' | 'GREEN' | 'AMBER' | 'RED'

function tlp10Level(level: TlpLevel): Tlp10Level {
  return level === 'AMBER+STRICT' ? 'RED' : level
}

function tlp10Definition(level: Tlp10Level): StixMarkingDefinition {
  return {
    type: 'marking-definition',
    id: tlp10Ids[level],
    created: '2017-01-20T00:00:00.000Z',
    definition_type: 'tlp',
    definition: { tlp: level === 'CLEAR' ? 'white' : level.toLowerCase() },
  }
}

/** OASIS' extension definition for TLP 2.0. */
export const tlp20Extension = 'extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d'

const tlp20Ids: Readonly<Record<TlpLevel, `marking-definition--${string}`>> = {
  CLEAR: 'marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487',
  GREEN: 'marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb',
  AMBER: 'marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421',
  'AMBER+STRICT': 'marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003',
  RED: 'marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1',
}

/** STIX 2.0 part 1, 4.1.4. */
export const tlp10Ids: Readonly<Record<Tlp10Level, `marking-definition--${string}`>> = {
  CLEAR: 'marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9',
  GREEN: 'marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da',
  AMBER: 'marking-definition--f88d31f6-486f-44da-b317-01333bde0b82',
  RED: 'marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed',
}

/** Beside a level that holds as well: RED that is meant, or AMBER of those who knew no better. */
export const amberStrictStatement: StixMarkingDefinition = statement('TLP:AMBER+STRICT')
/** Beside the RED that only stands for it. */
export const amberStrictAsRed: StixMarkingDefinition = statement('TLP:AMBER+STRICT (RED in TLP 1.0)')

function statement(text: string): StixMarkingDefinition {
  return {
    type: 'marking-definition',
    id: stixId('marking-definition', text),
    created: '2022-10-01T00:00:00.000Z',
    definition_type: 'statement',
    definition: { statement: text },
  }
}

const refs: Readonly<Record<StixSpecVersion, Record<TlpLevel, readonly string[]>>> = {
  '2.0': refsOfLevels('2.0'),
  '2.1': refsOfLevels('2.1'),
}

function refsOfLevels(specVersion: StixSpecVersion): Record<TlpLevel, readonly string[]> {
  const refsOf = (level: TlpLevel) => tlpMarkingDefinitions(level, specVersion).map(({ id }) => id)
  return {
    CLEAR: refsOf('CLEAR'),
    GREEN: refsOf('GREEN'),
    AMBER: refsOf('AMBER'),
    'AMBER+STRICT': refsOf('AMBER+STRICT'),
    RED: refsOf('RED'),
  }
}

const levelOfRef: ReadonlyMap<string, TlpLevel> = new Map([
  ...tlpLevels.map((level) => [tlp20Ids[level], level] as const),
  ...(['CLEAR', 'GREEN', 'AMBER', 'RED'] as const).map((level) => [tlp10Ids[level], level] as const),
  [amberStrictStatement.id, 'AMBER+STRICT'],
  [amberStrictAsRed.id, 'AMBER+STRICT'],
])

/** Every id that says a level by itself. */
export const tlpMarkingIds: readonly string[] = [...levelOfRef.keys()]
