import type { Indicator } from '@postern/protocol'
import { Chip } from '../elements/chip.tsx'
import { CopyButton } from '../elements/copy-button.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Rating } from '../elements/rating.tsx'
import { ShortTime } from '../elements/short-time.tsx'
import { TagList } from '../elements/tag-list.tsx'
import { TlpLabel } from '../elements/tlp-label.tsx'
import type { Column } from '../elements/virtual-table.tsx'
import { plainText } from '../format/text-pieces.ts'
import { indicatorFace, indicatorTypeLabel } from './indicator-faces.ts'
import classes from './indicators-page.module.css'

/** The value leads to the indicator's own page, by its id; what the value says is never an address (S13). */
export const indicatorColumns: readonly Column<Indicator>[] = [
  {
    key: 'type',
    header: 'Type',
    width: '100px',
    render: ({ type }) => <span className={classes['type']}>{indicatorTypeLabel(type)}</span>,
  },
  {
    key: 'value',
    header: 'Value',
    width: 'minmax(184px, 3fr)',
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
  { key: 'tlp', header: 'TLP', width: '116px', render: ({ tlp }) => <TlpLabel level={tlp} isShort /> },
  {
    key: 'owners',
    header: 'Owners',
    width: 'minmax(96px, 2fr)',
    render: ({ owners }) => <Owners owners={owners} />,
  },
  {
    key: 'tags',
    header: 'Tags',
    width: 'minmax(96px, 1.3fr)',
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

function ValueCell({ indicator }: { indicator: Indicator }) {
  const { id, value, active } = indicator
  const { word, meaning } = indicatorFace(indicator)
  return (
    <span className={classes['valueCell']}>
      <NameLink to="/indicators/$indicatorId" params={{ indicatorId: id }} text={value} isCode />
      {!active && <Chip title={meaning}>{word}</Chip>}
      <CopyButton text={value} label="Copy the value" isSkipped />
    </span>
  )
}

/** The first one is read where the column has room for it, and how many there are besides in any case. */
function Owners({ owners }: { owners: readonly string[] }) {
  const [first, ...others] = owners
  return (
    <span className={classes['owners']} title={owners.map(plainText).join('\n')}>
      {first !== undefined && (
        <span>
          <PlainText text={first} />
        </span>
      )}
      {others.length > 0 && <span className={classes['soft']}>+{others.length}</span>}
    </span>
  )
}

function confidenceTitle(confidence: number | null): string {
  return confidence === null ? 'No owner says how sure it is' : `Confidence ${confidence} of 100`
}
