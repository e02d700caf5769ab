import { NativeSelect, Textarea, TextInput } from '@mantine/core'
import type { ExclusionList } from '@postern/protocol'
import { Check, Checks } from '../elements/check.tsx'
import { indicatorTypeChoices } from '../elements/choices.ts'
import classes from '../elements/form.module.css'

/** What can be said of a list, beside its entries. */
export interface ListDraft {
  name: string
  description: string
  kind: ExclusionList['kind']
  /** None means every type that its entries can be. */
  indicatorTypes: string[]
  mode: ExclusionList['mode']
  atImport: boolean
  atExport: boolean
}

interface ListFieldsProps {
  draft: ListDraft
  isKindFixed: boolean
  onChange: (draft: ListDraft) => void
}

export function ListFields({ draft, isKindFixed, onChange }: ListFieldsProps) {
  const change = (changes: Partial<ListDraft>) => onChange({ ...draft, ...changes })
  const isProtected = draft.kind === 'protected'
  return (
    <>
      <TextInput
        label="Name"
        required
        maxLength={200}
        data-focus-first
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <Textarea
        label="Description"
        rows={2}
        maxLength={2000}
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
      />
      {!isKindFixed && (
        <NativeSelect
          label="Kind"
          value={draft.kind}
          onChange={(event) =>
            change(
              event.currentTarget.value === 'protected'
                ? { kind: 'protected', mode: 'block', atExport: true }
                : { kind: 'own' },
            )
          }
          data={[
            { value: 'own', label: 'Own list' },
            { value: 'protected', label: 'Protected assets: never exported, whatever else is said' },
          ]}
        />
      )}
      {isProtected ? (
        <p className={classes['hint']}>
          What a list of protected assets holds is never exported. It cannot inform only, and a plan that adds one of
          its values is refused.
        </p>
      ) : (
        <NativeSelect
          label="What a hit does"
          value={draft.mode}
          onChange={(event) => change({ mode: event.currentTarget.value === 'block' ? 'block' : 'inform' })}
          data={[
            { value: 'block', label: 'Block: keep it out' },
            { value: 'inform', label: 'Inform: mark it, keep nothing out' },
          ]}
        />
      )}
      <fieldset className={classes['group']}>
        <legend>Where it applies</legend>
        <div className={classes['checks']}>
          <Check
            label="At import: refused with the reason in the ledger"
            checked={draft.atImport}
            onChange={(atImport) => change({ atImport })}
          />
          <Check
            label="At export: left out of plans, lists and TAXII"
            checked={draft.atExport}
            disabled={isProtected}
            onChange={(atExport) => change({ atExport })}
          />
        </div>
      </fieldset>
      <Checks
        legend="Types that it judges"
        hint="None ticked means every type that its entries can be."
        choices={indicatorTypeChoices}
        chosen={draft.indicatorTypes}
        onChange={(indicatorTypes) => change({ indicatorTypes })}
      />
    </>
  )
}
