import type { ExclusionList } from '@postern/protocol'
import { Check, Checks } from '../elements/check.tsx'
import { ChoiceField } from '../elements/choice-field.tsx'
import { type Choice, indicatorTypeChoices } from '../elements/choices.ts'
import { fieldsOf } from '../elements/fields-of.ts'
import classes from '../elements/form.module.css'
import { DescriptionField, NameField } from '../elements/text-field.tsx'

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

const kindChoices: readonly Choice<ExclusionList['kind']>[] = [
  { value: 'own', label: 'Own list' },
  { value: 'protected', label: 'Protected assets: never exported, whatever else is said' },
]

const modeChoices: readonly Choice<ExclusionList['mode']>[] = [
  { value: 'block', label: 'Block: keep it out' },
  { value: 'inform', label: 'Inform: mark it, keep nothing out' },
]

export function ListFields({ draft, isKindFixed, onChange }: ListFieldsProps) {
  const field = fieldsOf(draft, onChange)
  const change = (changes: Partial<ListDraft>) => onChange({ ...draft, ...changes })
  const isProtected = draft.kind === 'protected'
  return (
    <>
      <NameField {...field('name')} lengthMax={200} />
      <DescriptionField {...field('description')} />
      {!isKindFixed && (
        <ChoiceField
          name="kind"
          label="Kind"
          value={draft.kind}
          choices={kindChoices}
          onChange={(kind) => change(kind === 'protected' ? { kind, mode: 'block', atExport: true } : { kind })}
        />
      )}
      {isProtected ? (
        <p className={classes['hint']}>
          What a list of protected assets holds is never exported. It cannot inform only, and a plan that adds one of
          its values is refused.
        </p>
      ) : (
        <ChoiceField {...field('mode')} label="What a hit does" choices={modeChoices} />
      )}
      <fieldset className={classes['group']}>
        <legend>Where it applies</legend>
        <div className={classes['checks']}>
          <Check
            name="atImport"
            label="At import: refused with the reason in the ledger"
            checked={draft.atImport}
            onChange={(atImport) => change({ atImport })}
          />
          <Check
            name="atExport"
            label="At export: left out of plans, lists and TAXII"
            checked={draft.atExport}
            disabled={isProtected}
            onChange={(atExport) => change({ atExport })}
          />
        </div>
      </fieldset>
      <Checks
        name="indicatorTypes"
        legend="Types that it judges"
        hint="None ticked means every type that its entries can be."
        choices={indicatorTypeChoices}
        chosen={draft.indicatorTypes}
        onChange={(indicatorTypes) => change({ indicatorTypes })}
      />
    </>
  )
}
