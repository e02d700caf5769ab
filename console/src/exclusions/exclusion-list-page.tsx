import { Button } from '@mantine/core'
import { type ChangeExclusionList, ExclusionList } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { changedFields } from '../api/changed-fields.ts'
import { exclusionKeys, exclusionQueries } from '../api/exclusion-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { pages } from '../app/pages.ts'
import { ActionMenu } from '../elements/action-menu.tsx'
import { Chip } from '../elements/chip.tsx'
import { DeleteDialog } from '../elements/delete-dialog.tsx'
import { Count, Counts } from '../elements/count.tsx'
import { DetailHead } from '../elements/detail-head.tsx'
import { DetailPage } from '../elements/detail-page.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { Icon } from '../elements/icon.tsx'
import { leftEmpty } from '../elements/left-empty.ts'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { plainText } from '../format/text-pieces.ts'
import { indicatorTypeLabel } from '../indicators/indicator-faces.ts'
import { EntrySection } from './entry-section.tsx'
import { exclusionKindWords, matchingWords, whereWords } from './exclusion-words.ts'
import { exclusionFaceOf } from './exclusion-faces.ts'
import { HitSection, hitSectionId } from './hit-section.tsx'
import { type ListDraft, ListFields } from './list-fields.tsx'

/** One list: what it does and where, how much it hits, and its entries. */
export function ExclusionListPage() {
  const { listId } = useParams({ from: '/signed-in/exclusion-lists/$listId' })
  const query = useQuery(exclusionQueries.one(listId))
  return (
    <DetailPage noun="exclusion list" list={pages.exclusionLists} id={listId} nameOf={({ name }) => name} query={query}>
      {(list) => (
        <>
          <ListHead list={list} />
          <Counts label="Figures">
            <Count value={list.entryCount} label="Entries" />
            <Count
              value={list.hitCount}
              label="Indicators that it hits now"
              leadsTo={hitSectionId}
              hint="Counted over the whole library; after a change the count follows in steps"
            />
          </Counts>
          <ListFacts list={list} />
          <HitSection list={list} />
          <EntrySection list={list} />
        </>
      )}
    </DetailPage>
  )
}

function useChangeList(listId: string, said: string, onDone: () => void = () => {}) {
  return useWrite({
    write: (body: ChangeExclusionList) =>
      api(paths.exclusionList(listId), { method: 'PATCH', body, reply: ExclusionList }),
    said,
    touches: [exclusionKeys.all],
    onDone,
  })
}

function ListHead({ list }: { list: ExclusionList }) {
  const mayWrite = useMay('write')
  const toggle = useChangeList(list.id, list.isEnabled ? 'The list is off' : 'The list is on')
  return (
    <DetailHead
      over={<Chip>{exclusionKindWords[list.kind]}</Chip>}
      name={list.name}
      face={exclusionFaceOf(list)}
      about={list.description}
      actions={
        mayWrite && (
          <>
            <Button
              variant="default"
              leftSection={<Icon name={list.isEnabled ? 'pause' : 'play'} size={14} />}
              loading={toggle.isPending}
              onClick={() => toggle.mutate({ isEnabled: !list.isEnabled })}
            >
              {list.isEnabled ? 'Switch off' : 'Switch on'}
            </Button>
            <ListMenu list={list} />
          </>
        )
      }
    >
      {toggle.isError && <ProblemAlert error={toggle.error} />}
    </DetailHead>
  )
}

function ListMenu({ list }: { list: ExclusionList }) {
  const navigate = useNavigate()
  const [asks, setAsks] = useState<'edit' | 'delete'>()
  const remove = useWrite({
    write: () => api(paths.exclusionList(list.id), { method: 'DELETE' }),
    said: 'The list is deleted',
    touches: [exclusionKeys.lists],
    onDone: () => void navigate({ to: '/exclusion-lists' }),
  })
  return (
    <>
      <ActionMenu
        label={`Actions for ${plainText(list.name)}`}
        actions={[
          { name: 'Edit …', icon: 'pencil', act: () => setAsks('edit') },
          { name: 'Delete …', icon: 'cross', isDangerous: true, act: () => setAsks('delete') },
        ]}
      />
      {asks === 'edit' && <EditListDialog list={list} onClose={() => setAsks(undefined)} />}
      {asks === 'delete' && (
        <DeleteDialog noun="list" onClose={() => setAsks(undefined)} action={remove}>
          <p>
            What{' '}
            <strong>
              <PlainText text={list.name} />
            </strong>{' '}
            kept out is let through again: with the next export it may go to controls. To keep the entries, switch the
            list off instead.
          </p>
        </DeleteDialog>
      )}
    </>
  )
}

function EditListDialog({ list, onClose }: { list: ExclusionList; onClose: () => void }) {
  // The page may read the list anew while this is open.
  const [before] = useState(() => draftOf(list))
  const [draft, setDraft] = useState(before)
  const save = useChangeList(list.id, 'The list is changed', onClose)
  return (
    <FormDialog
      title="Edit the list"
      confirm="Save the list"
      mistakes={leftEmpty({ name: [draft.name, 'Give it a name.'] })}
      onClose={onClose}
      action={{ ...save, mutate: () => save.mutate(changedFields(bodyOf(before), bodyOf(draft))) }}
    >
      <ListFields draft={draft} isKindFixed onChange={setDraft} />
    </FormDialog>
  )
}

function draftOf({ name, description, kind, indicatorTypes, mode, atImport, atExport }: ExclusionList): ListDraft {
  return {
    name,
    description: description ?? '',
    kind,
    indicatorTypes: indicatorTypes ?? [],
    mode,
    atImport,
    atExport,
  }
}

function bodyOf(draft: ListDraft): ChangeExclusionList {
  return {
    name: draft.name.trim(),
    description: draft.description.trim() === '' ? null : draft.description.trim(),
    indicatorTypes: draft.indicatorTypes.length === 0 ? null : draft.indicatorTypes,
    atImport: draft.atImport,
    // A protected list blocks exports by what it is; saying so again is refused by nobody and needed by nobody.
    ...(draft.kind !== 'protected' && { mode: draft.mode, atExport: draft.atExport }),
  }
}

function ListFacts({ list }: { list: ExclusionList }) {
  return (
    <section className={form['card']} aria-label="The list">
      <Facts label="Facts" isWide>
        <Fact name="Where">{whereWords(list)}</Fact>
        <Fact name="Changed">
          <Timestamp instant={list.changedAt} />
        </Fact>
        {list.mispVersion !== null && <Fact name="Version of MISP">{list.mispVersion}</Fact>}
        <Fact name="How entries match" isLong>
          {matchingWords[list.matching]}
        </Fact>
        <Fact name="Types" isLong>
          {list.indicatorTypes === null
            ? 'Every type that its entries can be'
            : list.indicatorTypes.map(indicatorTypeLabel).join(', ')}
        </Fact>
      </Facts>
    </section>
  )
}
