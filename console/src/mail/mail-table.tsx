import type { Mail } from '@postern/protocol'
import { useInfiniteQuery } from '@tanstack/react-query'
import { notificationQueries } from '../api/notification-queries.ts'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { PagedTable } from '../elements/paged-table.tsx'
import { Section } from '../elements/section.tsx'
import { ShortText } from '../elements/short-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import type { ExplainedFace } from '../elements/state-badge.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import type { Column } from '../elements/virtual-table.tsx'

const faces: Record<Mail['state'], ExplainedFace> = {
  waiting: { tone: 'busy', icon: 'clock', word: 'Waiting', meaning: 'It is tried again for a day.' },
  sent: { tone: 'good', icon: 'tick', word: 'Sent', meaning: 'The mail server took it.' },
  'given-up': {
    tone: 'bad',
    icon: 'cross',
    word: 'Given up',
    meaning: 'The mail server refused it for good, or took it for no day long.',
  },
}

/** What was sent, what waits, and what could not be sent, with the mail server's own words. */
export function MailTable() {
  const mails = useInfiniteQuery(notificationQueries.mails())
  return (
    <Section title="Mails" summary="What was sent, waits, or could not be sent in the last 30 days">
      <PagedTable
        label="Mails"
        query={mails}
        columns={columns}
        rowKey={({ id }) => id}
        empty={<EmptyState title="No mail yet">Mails that rules send stand here, with what became of them.</EmptyState>}
      />
    </Section>
  )
}

const columns: readonly Column<Mail>[] = [
  stateColumn(({ state }) => faces[state], '110px'),
  { key: 'to', header: 'To', width: 'minmax(150px, 1.4fr)', render: ({ to }) => <ShortText text={to} /> },
  {
    key: 'subject',
    header: 'Subject',
    width: 'minmax(180px, 2fr)',
    isPlain: true,
    render: ({ subject }) => <ShortText text={subject} />,
  },
  { key: 'at', header: 'Written', width: '96px', render: ({ createdAt }) => <ShortTime instant={createdAt} /> },
  { key: 'tries', header: 'Tries', width: '64px', isSecondary: true, render: ({ tries }) => <span>{tries}</span> },
  {
    key: 'said',
    header: 'Answer',
    width: 'minmax(160px, 3fr)',
    isSecondary: true,
    render: ({ said }) =>
      said === '' ? <span className={form['soft']}>Not tried yet</span> : <ShortText text={said} />,
  },
]
