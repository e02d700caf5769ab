import { Button } from '@mantine/core'
import type { NotificationRule } from '@postern/protocol'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { notificationKeys, notificationQueries } from '../api/notification-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { actionColumn } from '../elements/action-column.tsx'
import { DeleteDialog } from '../elements/delete-dialog.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import { Icon } from '../elements/icon.tsx'
import { Notice } from '../elements/notice.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { notificationFaces } from './notification-faces.ts'
import { RuleDialog } from './rule-dialog.tsx'

/** Rules: of what, and who. */
export function RuleSection() {
  const rules = useInfiniteQuery(notificationQueries.rules())
  const mayWrite = useMay('write')
  const [edited, setEdited] = useState<NotificationRule | 'new'>()
  const [deleted, setDeleted] = useState<NotificationRule>()
  return (
    <Section
      title="Rules"
      summary="The first mail comes at once, then at most one in 15 minutes with all that happened since"
      actions={
        mayWrite && (
          <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setEdited('new')}>
            New rule
          </Button>
        )
      }
    >
      {mayWrite && <NoMail />}
      <PagedTable
        label="Rules"
        query={rules}
        columns={[...columns, ...(mayWrite ? [ruleActions({ onEdit: setEdited, onDelete: setDeleted })] : [])]}
        rowKey={({ id }) => id}
        {...(mayWrite && { onOpen: setEdited })}
        empty={
          <EmptyState title="Nobody is told">
            A rule names what it watches, a job, an environment or all of them, what it tells of, and whom.
          </EmptyState>
        }
      />
      {edited && <RuleDialog rule={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />}
      {deleted && <DeleteRule rule={deleted} onClose={() => setDeleted(undefined)} />}
    </Section>
  )
}

/** Rules without mail tell nobody. */
function NoMail() {
  const settings = useQuery(notificationQueries.mailSettings())
  if (settings.data === undefined || settings.data.content.smtpHost !== '') return null
  return (
    <Notice isSigned label="Mail is not set up">
      <p>This hub has no mail server: rules tell nobody until an administrator gives one under Settings, Mail.</p>
    </Notice>
  )
}

function DeleteRule({ rule, onClose }: { rule: NotificationRule; onClose: () => void }) {
  const remove = useWrite({
    write: () => api(paths.notificationRule(rule.id), { method: 'DELETE' }),
    said: 'The rule is deleted',
    touches: [notificationKeys.rules],
    onDone: onClose,
  })
  return (
    <DeleteDialog noun="rule" onClose={onClose} action={remove}>
      <PlainText text={rule.recipients.join(', ')} /> will not be told by it any more. What is the matter stays shown.
    </DeleteDialog>
  )
}

function ruleActions({
  onEdit,
  onDelete,
}: {
  onEdit: (rule: NotificationRule) => void
  onDelete: (rule: NotificationRule) => void
}): Column<NotificationRule> {
  return actionColumn(
    () => 'What to do with the rule',
    (rule) => [
      { name: 'Change', icon: 'pencil', act: () => onEdit(rule) },
      { name: 'Delete', icon: 'cross', isDangerous: true, act: () => onDelete(rule) },
    ],
  )
}

const columns: readonly Column<NotificationRule>[] = [
  {
    key: 'watches',
    header: 'Of',
    width: 'minmax(140px, 1.5fr)',
    isPlain: true,
    render: (rule) => (
      <strong>
        <PlainText text={watchedWords(rule)} />
      </strong>
    ),
  },
  {
    key: 'kinds',
    header: 'Tells of',
    width: 'minmax(160px, 2fr)',
    render: ({ kinds }) => <ShortText text={kinds.map((kind) => notificationFaces[kind].word).join(', ')} />,
  },
  {
    key: 'recipients',
    header: 'Whom',
    width: 'minmax(160px, 2fr)',
    render: ({ recipients }) => <ShortText text={recipients.join(', ')} />,
  },
  {
    key: 'by',
    header: 'Made by',
    width: 'minmax(90px, 1fr)',
    isSecondary: true,
    render: ({ createdBy }) => <ShortText text={createdBy} />,
  },
]

function watchedWords({ job, environment }: NotificationRule): string {
  if (job) return `Job ${job.name}`
  return environment ? `Environment ${environment.name}` : 'The whole organization'
}
