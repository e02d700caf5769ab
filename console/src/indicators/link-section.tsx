import { Button } from '@mantine/core'
import type { IndicatorDetail, IndicatorLink } from '@postern/protocol'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { actionColumn } from '../elements/action-column.tsx'
import { CopyButton } from '../elements/copy-button.tsx'
import { Icon } from '../elements/icon.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { indicatorTypeLabel } from './indicator-faces.ts'
import classes from './indicator-page.module.css'
import { LinkHashDialog, SeparateDialog } from './link-dialogs.tsx'
import { SeparationTable } from './separation-table.tsx'

/** Other indicators that owners join with this one: for a file first of all its other hashes. */
export function LinkSection({ indicator }: { indicator: IndicatorDetail }) {
  const navigate = useNavigate()
  const mayWrite = useMay('curate')
  const [isLinking, setLinking] = useState(false)
  const [separated, setSeparated] = useState<IndicatorLink>()
  const { type, links } = indicator
  return (
    <Section
      title={type === 'File' ? 'Hashes of the same file, and other indicators' : 'Joined indicators'}
      summary={links.length === 0 ? 'No owner joins it with another' : formatCountOf(links.length, 'indicator')}
      actions={
        mayWrite &&
        type === 'File' && (
          <Button
            size="xs"
            variant="default"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => setLinking(true)}
          >
            Link another hash of this file …
          </Button>
        )
      }
    >
      {links.length > 0 && (
        <VirtualTable
          label="Joined indicators"
          columns={mayWrite ? [...columns, separateColumn(setSeparated)] : columns}
          rows={links}
          rowKey={({ id, kind }) => `${kind} ${id}`}
          onOpen={({ id }) => void navigate({ to: '/indicators/$indicatorId', params: { indicatorId: id } })}
        />
      )}
      <SeparationTable indicator={indicator} />
      {isLinking && <LinkHashDialog indicator={indicator} onClose={() => setLinking(false)} />}
      {separated && <SeparateDialog indicator={indicator} link={separated} onClose={() => setSeparated(undefined)} />}
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

function separateColumn(onSeparate: (link: IndicatorLink) => void): Column<IndicatorLink> {
  return actionColumn(
    ({ value }) => `What to do with the link to ${plainText(value)}`,
    (link) => [{ name: 'Separate …', icon: 'cross', isDangerous: true, act: () => onSeparate(link) }],
  )
}
