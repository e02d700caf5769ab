import { Button } from '@mantine/core'
import { isInForce } from '@postern/intel'
import type { Assertion, IndicatorDetail } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { AttributeList } from '../elements/attribute-list.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import { Icon } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Rating } from '../elements/rating.tsx'
import { Section } from '../elements/section.tsx'
import { SecurityLabels } from '../elements/security-labels.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { TagList } from '../elements/tag-list.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { EditAssertionDialog } from './edit-assertion-dialog.tsx'
import { inForceWords } from './in-force-words.ts'
import { faceInForce, statusWords } from './indicator-faces.ts'
import classes from './indicator-page.module.css'
import { OriginLine } from './origin-line.tsx'
import { RemoveAssertionDialog } from './remove-assertion-dialog.tsx'

/** Who says what of it, and what is in force of it: one card an owner, with where that owner has it from. */
export function AssertionList({ indicator }: { indicator: IndicatorDetail }) {
  const { assertions } = indicator
  return (
    <Section
      title="Provenance"
      summary={`${formatCountOf(assertions.length, 'owner')} ${assertions.length === 1 ? 'asserts' : 'assert'} it`}
    >
      {assertions.length === 0 && <EmptyState title="No owner that you may read asserts it" />}
      {assertions.map((assertion) => (
        <AssertionCard key={assertion.id} indicator={indicator} assertion={assertion} />
      ))}
    </Section>
  )
}

interface OfOwner {
  indicator: IndicatorDetail
  assertion: Assertion
}

function AssertionCard({ indicator, assertion }: OfOwner) {
  const { said } = assertion
  const inForce = inForceWords(assertion, indicator.decision)
  return (
    <article className={classes['card']} aria-label={`Assertion of ${plainText(assertion.ownerName)}`}>
      <header className={classes['ownerLine']}>
        <h3>
          <Link to="/owners/$ownerId" params={{ ownerId: assertion.ownerId }}>
            <PlainText text={assertion.ownerName} />
          </Link>
        </h3>
        <StateBadge face={{ ...faceInForce(assertion), meaning: meaningOf(assertion) }} />
        <SecurityLabels labels={assertion.securityLabels} />
        <AssertionActions indicator={indicator} assertion={assertion} />
      </header>
      <OriginLine assertion={assertion} />
      <Facts label="What this owner says" isWide>
        <Fact name="Rating">
          <Rating rating={said.rating} />
        </Fact>
        <Fact name="Confidence">{said.confidence === null ? '–' : `${said.confidence} of 100`}</Fact>
        <Fact name="Status">{statusWords(said)}</Fact>
        <Fact name="First seen">
          <Seen instant={assertion.firstSeen} />
        </Fact>
        <Fact name="Last seen">
          <Seen instant={assertion.lastSeen} />
        </Fact>
        <Fact name="Expires">
          <Seen instant={said.expiresAt} />
        </Fact>
        {assertion.tags.length > 0 && (
          <Fact name="Tags" isLong>
            <TagList tags={assertion.tags} />
          </Fact>
        )}
      </Facts>
      {inForce.length > 0 && (
        <p className={classes['instead']}>
          <strong>That is the owner’s word. In force instead:</strong> <PlainText text={inForce} />
        </p>
      )}
      {assertion.attributes.length > 0 && <AttributeList attributes={assertion.attributes} />}
    </article>
  )
}

/** What a person can do about one owner's word. */
function AssertionActions(of: OfOwner) {
  const mayWrite = useMay('curate')
  const [opened, setOpened] = useState<'edit' | 'remove'>()
  if (!mayWrite) return null
  const close = () => setOpened(undefined)
  return (
    <div className={classes['ownerButtons']}>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<Icon name="pencil" size={13} />}
        onClick={() => setOpened('edit')}
      >
        Edit …
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<Icon name="cross" size={12} />}
        onClick={() => setOpened('remove')}
      >
        Remove …
      </Button>
      {opened === 'edit' && <EditAssertionDialog {...of} onClose={close} />}
      {opened === 'remove' && <RemoveAssertionDialog {...of} onClose={close} />}
    </div>
  )
}

function Seen({ instant }: { instant: string | null }) {
  return instant === null ? <span title="Not said">–</span> : <Timestamp instant={instant} relative={false} />
}

function meaningOf(assertion: Assertion): string {
  return `In force as ${statusWords(assertion)}: ${isInForce(assertion) ? 'it may be exported' : 'on this owner’s word it is not exported'}`
}
