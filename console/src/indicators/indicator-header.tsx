import { Switch } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import type { IndicatorDetail } from '@postern/protocol'
import { Chip } from '../elements/chip.tsx'
import { CopyButton } from '../elements/copy-button.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import { LongText } from '../elements/long-text.tsx'
import { Rating } from '../elements/rating.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { TagList } from '../elements/tag-list.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { TlpLabel } from '../elements/tlp-label.tsx'
import { defanged } from '../format/defanged.ts'
import { formatCountOf } from '../format/quantities.ts'
import { DecisionNote } from './decision-note.tsx'
import { IndicatorActions } from './indicator-actions.tsx'
import { indicatorFace, indicatorTypeLabel } from './indicator-faces.ts'
import classes from './indicator-page.module.css'

/** What it is, and what is computed from all that owners say of it. */
export function IndicatorHeader({ indicator }: { indicator: IndicatorDetail }) {
  const [isDefanged, setDefanged] = useLocalStorage({
    key: 'postern-defanged',
    defaultValue: false,
    getInitialValueInEffect: false,
  })
  const harmless = defanged(indicator.type, indicator.value)
  const shown = isDefanged ? harmless : indicator.value
  return (
    <header className={classes['header']}>
      <div className={classes['kind']}>
        <Chip>{indicatorTypeLabel(indicator.type)}</Chip>
        <StateBadge face={indicatorFace(indicator)} />
        {harmless !== indicator.value && (
          <Switch
            size="xs"
            label="Defanged"
            checked={isDefanged}
            onChange={(event) => setDefanged(event.currentTarget.checked)}
          />
        )}
      </div>
      <div className={classes['titleLine']}>
        <h1 className={classes['title']}>
          <LongText key={shown} text={shown} />
        </h1>
        <CopyButton text={shown} label={isDefanged ? 'Copy the value, defanged' : 'Copy the value'} />
      </div>
      <IndicatorActions indicator={indicator} />
      <DecisionNote indicator={indicator} />
      <div className={classes['card']}>
        <Facts label="Facts" isWide>
          <Fact name="Rating">
            <Rating rating={indicator.rating} />
          </Fact>
          <Fact name="Confidence">
            {indicator.confidence === null ? 'Nobody says' : `${indicator.confidence} of 100`}
          </Fact>
          <Fact name="TLP">
            <TlpLabel level={indicator.tlp} />
          </Fact>
          <Fact name="Asserted by">{formatCountOf(indicator.owners.length, 'owner')}</Fact>
          <Fact name="Added">
            <Timestamp instant={indicator.addedAt} />
          </Fact>
          <Fact name="Modified">
            <Timestamp instant={indicator.modifiedAt} />
          </Fact>
          {indicator.tags.length > 0 && (
            <Fact name="Tags" isLong>
              <TagList tags={indicator.tags} />
            </Fact>
          )}
        </Facts>
      </div>
    </header>
  )
}
