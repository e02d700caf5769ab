import type { Indicator } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { CopyButton } from '../elements/copy-button.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Rating } from '../elements/rating.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import { TagList } from '../elements/tag-list.tsx'
import { TlpLabel } from '../elements/tlp-label.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { plainText } from '../format/text-pieces.ts'
import { indicatorTypeLabel } from './indicator-faces.ts'
import classes from './indicators-page.module.css'

/** The value itself is never a link (S13): the type leads to the indicator's page. */
export const indicatorColumns: readonly Column<Indicator>[] = [
  {
    key: 'type',
    header: 'Type',
    width: '100px',
    render: ({ id, type }) => (
      <Link to="/indicators/$indicatorId" params={{ indicatorId: id }} tabIndex={-1} className={classes['type']}>
        {indicatorTypeLabel(type)}
      </Link>
    ),
  },
  {
    key: 'value',
    header: 'Value',
    width: 'minmax(184px, 3.8fr)',
    isPlain: true,
    render: (indicator) => <ValueCell indicator={indicator} />,
  },
  { key: 'rating', header: 'Rating', width: '78px', render: ({ rating }) => <Rating rating={rating} /> },
  {
    key: 'confidence',
    header: 'Conf.',
    width: '56px',
    align: 'end',
    isSecondary: true,
    render: ({ confidence }) => <span title={confidenceTitle(confidence)}>{confidence ?? '–'}</span>,
  },
  { key: 'tlp', header: 'TLP', width: '120px', render: ({ tlp }) => <TlpLabel level={tlp} isShort /> },
  {
    key: 'owners',
    header: 'Owners',
    width: 'minmax(80px, 1.1fr)',
    render: ({ owners }) => <Owners owners={owners} />,
  },
  {
    key: 'tags',
    header: 'Tags',
    width: 'minmax(80px, 1.1fr)',
    render: ({ tags }) => <TagList tags={tags} shownMax={1} />,
  },
  { key: 'added', header: 'Added', width: '88px', render: ({ addedAt }) => <ShortTime instant={addedAt} /> },
  {
    key: 'modified',
    header: 'Modified',
    width: '90px',
    isSecondary: true,
    render: ({ modifiedAt }) => <ShortTime instant={modifiedAt} />,
  },
]

function ValueCell({ indicator: { value, active } }: { indicator: Indicator }) {
  return (
    <span className={classes['valueCell']}>
      <span className={classes['value']} title={plainText(value)} data-inactive={!active || undefined}>
        <PlainText text={value} />
      </span>
      {!active && (
        <span className={classes['inactive']} title="No owner asserts it as active: it is not exported">
          Inactive
        </span>
      )}
      <CopyButton text={value} label="Copy the value" isSkipped />
    </span>
  )
}

function Owners({ owners }: { owners: readonly string[] }) {
  const [first, ...others] = owners
  return (
    <span className={classes['owners']} title={owners.map(plainText).join('\n')}>
      {first !== undefined && <PlainText text={first} />}
      {others.length > 0 && <span className={classes['soft']}> +{others.length}</span>}
    </span>
  )
}

function confidenceTitle(confidence: number | null): string {
  return confidence === null ? 'No owner says how sure it is' : `Confidence ${confidence} of 100`
}
