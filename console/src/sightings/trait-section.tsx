import { Button } from '@mantine/core'
import type { SightingTrait } from '@postern/protocol'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import { Icon } from '../elements/icon.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'
import { AddTraitDialog } from './add-trait-dialog.tsx'
import classes from './sightings.module.css'

interface TraitSectionProps {
  traits: readonly SightingTrait[]
  /** What they are compared with, in words. */
  comparedWith: string
  collectionId: string | undefined
}

/** What sighted values share, and how much commoner it is among them. */
export function TraitSection({ traits: all, comparedWith, collectionId }: TraitSectionProps) {
  const traits = all.filter(isCommoner)
  const mayAdd = useMay('curate')
  const [added, setAdded] = useState<SightingTrait>()
  const columns = mayAdd ? [...figures, addColumn(setAdded)] : figures
  return (
    <Section
      title="What they share"
      summary={
        traits.length === 0 ? undefined : `Compared with ${comparedWith}; a lift of 3 means three times as common`
      }
    >
      {traits.length === 0 ? (
        <EmptyState title="Sighted values share nothing that is commoner among them" />
      ) : (
        <VirtualTable
          label="What they share"
          columns={columns}
          rows={traits}
          rowKey={({ kind, of, name }) => `${kind} ${of ?? ''} ${name}`}
          {...(mayAdd && { onOpen: setAdded })}
        />
      )}
      {added && <AddTraitDialog trait={added} collectionId={collectionId} onClose={() => setAdded(undefined)} />}
    </Section>
  )
}

/** Only here, or by a lift that is shown as more than 1.0: what is as common elsewhere says nothing of what was seen. */
function isCommoner({ lift }: SightingTrait): boolean {
  return lift === null || Number(lift.toFixed(1)) > 1
}

const kindWords: Record<SightingTrait['kind'], string> = {
  tag: 'Tag',
  group: 'Group',
  attribute: 'Attribute',
  owner: 'Owner',
  type: 'Type',
}

const figures: readonly Column<SightingTrait>[] = [
  {
    key: 'lift',
    header: 'Lift',
    width: '98px',
    align: 'end',
    render: ({ lift }) => (
      <span className={classes['lift']} title={lift === null ? 'Nothing else has it' : undefined}>
        {lift === null ? 'only here' : lift.toFixed(lift < 10 ? 1 : 0)}
      </span>
    ),
  },
  { key: 'kind', header: 'Kind', width: '92px', render: ({ kind }) => <span>{kindWords[kind]}</span> },
  {
    key: 'name',
    header: 'Trait',
    width: 'minmax(180px, 3fr)',
    isPlain: true,
    render: ({ name, of }) => (
      <div>
        <ShortText text={name} />
        {of !== null && <ShortText text={of} isSoft />}
      </div>
    ),
  },
  {
    key: 'sighted',
    header: 'Sighted',
    width: '128px',
    align: 'end',
    render: ({ sighted, sightedShare }) => (
      <span>
        {formatCount(sighted)} ({percent(sightedShare)})
      </span>
    ),
  },
  {
    key: 'all',
    header: 'Of all',
    width: '84px',
    align: 'end',
    isSecondary: true,
    render: ({ collectionShare }) => <span>{percent(collectionShare)}</span>,
  },
]

function addColumn(onAdd: (trait: SightingTrait) => void): Column<SightingTrait> {
  return {
    key: 'add',
    header: '',
    width: '92px',
    isPlain: true,
    render: (trait) => (
      <Button
        size="compact-xs"
        variant="default"
        tabIndex={-1}
        leftSection={<Icon name="plus" size={12} />}
        title="Add it to a data collection"
        onClick={() => onAdd(trait)}
      >
        Add …
      </Button>
    ),
  }
}

function percent(share: number): string {
  const shown = share * 100
  if (shown > 0 && shown < 0.1) return '< 0.1 %'
  return `${shown < 10 ? shown.toFixed(1) : Math.round(shown)} %`
}
