import type { IndicatorLink } from '@postern/protocol'
import { useNavigate } from '@tanstack/react-router'
import { CopyButton } from '../elements/copy-button.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { indicatorTypeLabel } from './indicator-faces.ts'
import classes from './indicator-page.module.css'

/** Other indicators that owners join with this one: for a file first of all its other hashes. */
export function LinkSection({ type, links }: { type: string; links: readonly IndicatorLink[] }) {
  const navigate = useNavigate()
  return (
    <Section
      title={type === 'File' ? 'Hashes of the same file, and other indicators' : 'Joined indicators'}
      summary={links.length === 0 ? 'No owner joins it with another' : formatCountOf(links.length, 'indicator')}
    >
      {links.length > 0 && (
        <VirtualTable
          label="Joined indicators"
          columns={columns}
          rows={links}
          rowKey={({ id, kind }) => `${kind} ${id}`}
          onOpen={({ id }) => void navigate({ to: '/indicators/$indicatorId', params: { indicatorId: id } })}
        />
      )}
    </Section>
  )
}

const columns: readonly Column<IndicatorLink>[] = [
  { key: 'kind', header: 'Joined as', width: '124px', render: ({ kind }) => <PlainText text={kind} /> },
  {
    key: 'type',
    header: 'Type',
    width: '112px',
    render: ({ type }) => <span>{indicatorTypeLabel(type)}</span>,
  },
  {
    key: 'value',
    header: 'Value',
    width: 'minmax(200px, 3fr)',
    isPlain: true,
    render: ({ id, value }) => (
      <span className={classes['linkValue']}>
        <NameLink to="/indicators/$indicatorId" params={{ indicatorId: id }} text={value} isCode />
        <CopyButton text={value} label="Copy the value" isSkipped />
      </span>
    ),
  },
  {
    key: 'owners',
    header: 'Says',
    width: 'minmax(110px, 1fr)',
    render: ({ owners }) => <PlainText text={owners.map(plainText).join(', ')} />,
  },
]
