import type { IndicatorMembership } from '@postern/protocol'
import { useNavigate } from '@tanstack/react-router'
import { LongText } from '../elements/long-text.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import type { BadgeFace } from '../elements/state-badge.tsx'
import { stateColumn } from '../elements/state-column.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCount } from '../format/quantities.ts'
import { misfitWords } from './misfit-words.ts'

export function CollectionTable({ collections }: { collections: readonly IndicatorMembership[] }) {
  const navigate = useNavigate()
  return (
    <VirtualTable
      label="In data collections"
      columns={columns}
      rows={collections}
      rowKey={({ collectionId }) => collectionId}
      onOpen={({ collectionId }) => void navigate({ to: '/collections/$collectionId', params: { collectionId } })}
    />
  )
}

/** Of what keeps it out: some four lines of the narrow column. */
const termCharactersMax = 80

const faces: Record<IndicatorMembership['state'], BadgeFace> = {
  member: { tone: 'good', icon: 'tick', word: 'Member' },
  departed: { tone: 'notice', icon: 'minus', word: 'Left' },
  never: { tone: 'open', icon: 'minus', word: 'Not in it' },
}

const columns: readonly Column<IndicatorMembership>[] = [
  stateColumn(({ state }) => faces[state], '124px'),
  {
    key: 'name',
    header: 'Data collection',
    width: 'minmax(150px, 2fr)',
    isPlain: true,
    render: ({ collectionId, collectionName }) => (
      <NameLink to="/collections/$collectionId" params={{ collectionId }} text={collectionName} />
    ),
  },
  {
    key: 'owners',
    header: 'Asserted by',
    width: 'minmax(120px, 2fr)',
    render: ({ owners, misfits }) => {
      if (owners.length > 0) return <PlainText text={owners.join(', ')} />
      const [first] = misfits
      if (first === undefined) return <span>–</span>
      return (
        <span title={misfitWords({ owners, misfits }).trim()}>
          Not: <LongText text={first.terms.join('; ')} charactersMax={termCharactersMax} />
        </span>
      )
    },
  },
  {
    key: 'stay',
    header: 'Versions',
    width: 'minmax(150px, 1.5fr)',
    render: (membership) => <span>{stayWords(membership)}</span>,
  },
  {
    key: 'since',
    header: 'Since',
    width: '178px',
    render: ({ since, state }) =>
      since === null || state === 'never' ? <span>–</span> : <Timestamp instant={since} />,
  },
  {
    key: 'refreshed',
    header: 'Last refresh',
    width: '104px',
    isSecondary: true,
    render: ({ refreshedAt }) =>
      refreshedAt === null ? (
        <span title="It has not looked at the library yet">Never</span>
      ) : (
        <ShortTime instant={refreshedAt} />
      ),
  },
]

function stayWords({ state, version, sinceVersion, untilVersion }: IndicatorMembership): string {
  const now = `now version ${formatCount(version)}`
  if (state === 'never' || sinceVersion === null) return version === 0 ? 'No version yet' : `In no kept version, ${now}`
  if (state === 'member') return `Since version ${formatCount(sinceVersion)}, ${now}`
  return `From version ${formatCount(sinceVersion)} until before ${formatCount(untilVersion ?? version)}, ${now}`
}
