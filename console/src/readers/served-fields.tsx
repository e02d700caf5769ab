import type { TlpLevel } from '@postern/intel'
import { useQuery } from '@tanstack/react-query'
import { collectionQueries } from '../api/collection-queries.ts'
import { ownerQueries } from '../api/owner-queries.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { nameChoices, notChosen, tlpChoices } from '../elements/choices.ts'

interface ServedFieldProps<Value extends string> {
  value: Value
  onChange: (value: Value) => void
  hint?: string | undefined
}

/** What of the library is served. */
export type SourceKind = 'collection' | 'owner'

/** The data collection or the owner that is served, by its name. */
export function SourceField({ kind, ...field }: ServedFieldProps<string> & { kind: SourceKind }) {
  const collections = useQuery({ ...collectionQueries.choices(), enabled: kind === 'collection' }).data ?? []
  const owners = useQuery({ ...ownerQueries.choices(), enabled: kind === 'owner' }).data ?? []
  const sources = kind === 'collection' ? collections : owners
  // What is served already is chosen before the others are there to choose from.
  const chosen = field.value === '' || sources.some(({ name }) => name === field.value) ? [] : [{ name: field.value }]
  return (
    <ChoiceField
      {...field}
      name={kind}
      label={kind === 'collection' ? 'Data collection' : 'Owner'}
      isRequired
      choices={[...(field.value === '' ? [notChosen] : []), ...nameChoices([...chosen, ...sources])]}
    />
  )
}

/** The narrowest audience that something may be marked for and still be served. */
export function TlpMaxField(field: ServedFieldProps<TlpLevel>) {
  return <ChoiceField {...field} name="tlpMax" label="TLP up to" choices={tlpChoices} />
}
