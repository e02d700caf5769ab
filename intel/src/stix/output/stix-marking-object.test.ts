import { expect, test } from 'vitest'
import { stixLabelMarkings, tlpMarkingDefinitions } from '../../index.ts'

test.each(['2.0', '2.1'] as const)(
  'LIB-6: in STIX %s a label with a slip in its level is marked RED beside its own words',
  (specVersion) => {
    const red = tlpMarkingDefinitions('RED', specVersion)
    const { refs, definitions } = stixLabelMarkings(['TLP:REDD'], specVersion)
    expect(definitions.slice(0, -1)).toEqual(red)
    expect(definitions.at(-1)).toMatchObject({ definition_type: 'statement', definition: { statement: 'TLP:REDD' } })
    expect(refs).toEqual(definitions.map(({ id }) => id))
    expect(stixLabelMarkings(['Ours alone'], specVersion).definitions).toHaveLength(1)
  },
)
