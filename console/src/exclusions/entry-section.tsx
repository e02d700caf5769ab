import { Button, Textarea } from '@mantine/core'
import { type ExclusionEntry, ExclusionEntryPage, ExclusionList, limits } from '@postern/protocol'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { apiTagged, ApiProblem, type Tagged } from '../api/api.ts'
import { exclusionKeys, exclusionQueries } from '../api/exclusion-queries.ts'
import { paths } from '../api/paths.ts'
import { readAllTagged } from '../api/read-all.ts'
import { otherThanOutdated, useEdited } from '../api/use-edited.ts'
import { useWrite } from '../api/use-write.ts'
import { ChangedMeanwhile } from '../elements/changed-meanwhile.tsx'
import { Check } from '../elements/check.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { Icon } from '../elements/icon.tsx'
import { LongText } from '../elements/long-text.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { formatCount, formatCountOf } from '../format/quantities.ts'
import { entriesOfText, textOfEntries } from './entry-lines.ts'
import classes from './exclusions.module.css'

/** Entries that are edited as one text at most; longer lists are written through the API. */
const editedEntriesMax = 5 * limits.pageRowsMax

export function EntrySection({ list }: { list: ExclusionList }) {
  const entries = useInfiniteQuery(exclusionQueries.entries(list.id))
  const mayWrite = useMay('write')
  const [isEditing, setEditing] = useState(false)
  const isOwn = list.kind !== 'misp'
  const isShort = list.entryCount <= editedEntriesMax
  return (
    <Section
      title="Entries"
      summary={isOwn ? formatCountOf(list.entryCount, 'entry', 'entries') : 'As MISP publishes them'}
      actions={
        mayWrite &&
        isOwn &&
        isShort && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="pencil" size={14} />}
            onClick={() => setEditing(true)}
          >
            Edit the entries
          </Button>
        )
      }
    >
      {isOwn && !isShort && (
        <p className={form['hint']}>
          More than {formatCount(editedEntriesMax)} entries are not edited as text here: write them through the API.
        </p>
      )}
      <PagedTable
        label="Entries"
        query={entries}
        columns={columns}
        rowKey={({ entry }) => entry}
        total={list.entryCount}
        empty={<EmptyState title="No entry yet">An empty list hits nothing.</EmptyState>}
      />
      {isEditing && <EditEntriesDialog list={list} onClose={() => setEditing(false)} />}
    </Section>
  )
}

const columns: readonly Column<ExclusionEntry>[] = [
  {
    key: 'entry',
    header: 'Entry',
    width: 'minmax(180px, 2fr)',
    isPlain: true,
    render: ({ entry }) => (
      <code>
        <LongText text={entry} />
      </code>
    ),
  },
  {
    key: 'note',
    header: 'Note',
    width: 'minmax(140px, 2fr)',
    render: ({ note }) => (note === null || note === '' ? <span>–</span> : <LongText text={note} />),
  },
]

/** Before they are read; nothing is typed over it. */
const notRead: Tagged<ExclusionEntry[]> = { content: [], tag: undefined }

function EditEntriesDialog({ list, onClose }: { list: ExclusionList; onClose: () => void }) {
  const stored = useQuery({
    queryKey: [...exclusionKeys.all, list.id, 'all-entries'],
    queryFn: ({ signal }) => readAllTagged<ExclusionEntry>(paths.exclusionEntries(list.id), ExclusionEntryPage, signal),
    staleTime: 0,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  const edited = useEdited(stored.data ?? notRead, textOfEntries)
  const { draft: text, setDraft: setText, ifMatch } = edited
  const entries = entriesOfText(text)
  const [isConfirmed, setConfirmed] = useState(false)
  const save = useWrite({
    write: () =>
      apiTagged(paths.exclusionEntries(list.id), {
        method: 'PUT',
        body: { entries, confirm: isConfirmed },
        reply: ExclusionList,
        ifMatch,
      }),
    said: 'The entries are saved',
    touches: [exclusionKeys.all],
    onDone: onClose,
  })
  return (
    <FormDialog
      title="Entries of the list"
      confirm={`Save ${formatCountOf(entries.length, 'entry', 'entries')}`}
      isReady={stored.data !== undefined}
      isWide
      refusedTitle="The entries were not saved"
      answer={
        <>
          {save.error instanceof ApiProblem && save.error.code === 'unconfirmed' && (
            <Check name="confirm" label="This is meant" checked={isConfirmed} onChange={setConfirmed} />
          )}
          {edited.isOutdated && <ChangedMeanwhile what="the entries" edited={edited} onDecided={save.reset} />}
        </>
      }
      onClose={onClose}
      action={{ ...save, error: otherThanOutdated(save.error, edited.isOutdated) }}
    >
      {stored.isPending && <SkeletonRows label="Loading the entries" rows={4} />}
      {stored.isError && <ProblemAlert what="The entries" error={stored.error} onRetry={() => void stored.refetch()} />}
      {stored.data && (
        <Textarea
          name="entries"
          label="Entries"
          description="One a line; a note may follow after # . A value exactly, * as a wildcard, .example.com for a domain and all below it, networks as 192.0.2.0/24. All are saved, or none."
          className={classes['entries'] ?? ''}
          // The entries come after the dialog is open.
          autoFocus
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
    </FormDialog>
  )
}
