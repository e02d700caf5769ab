import { isInForce, parseTlp } from '@postern/intel'
import type { Assertion, Decision } from '@postern/protocol'
import { AttributeList } from '../elements/attribute-list.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Rating } from '../elements/rating.tsx'
import { Section } from '../elements/section.tsx'
import { StateBadge } from '../elements/state-badge.tsx'
import { TagList } from '../elements/tag-list.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { TlpLabel } from '../elements/tlp-label.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { inForceWords } from './in-force-words.ts'
import { faceInForce, statusWords } from './indicator-faces.ts'
import classes from './indicator-page.module.css'
import { OriginLine } from './origin-line.tsx'

interface AssertionListProps {
  assertions: readonly Assertion[]
  /** What a person fixed over all of them. */
  decision: Decision | null
}

/** Who says what of it, and what is in force of it: one card an owner, with where that owner has it from. */
export function AssertionList({ assertions, decision }: AssertionListProps) {
  return (
    <Section
      title="Provenance"
      summary={`${formatCountOf(assertions.length, 'owner')} ${assertions.length === 1 ? 'asserts' : 'assert'} it`}
    >
      {assertions.length === 0 && <EmptyState title="No owner that you may read asserts it" />}
      {assertions.map((assertion) => (
        <AssertionCard key={assertion.id} assertion={assertion} decision={decision} />
      ))}
    </Section>
  )
}

function AssertionCard({ assertion, decision }: { assertion: Assertion; decision: Decision | null }) {
  const { said } = assertion
  const inForce = inForceWords(assertion, decision)
  return (
    <article className={classes['card']} aria-label={`Assertion of ${plainText(assertion.ownerName)}`}>
      <header className={classes['ownerLine']}>
        <h3>
          <PlainText text={assertion.ownerName} />
        </h3>
        <StateBadge face={{ ...faceInForce(assertion), meaning: meaningOf(assertion) }} />
        <SecurityLabels labels={assertion.securityLabels} />
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

function SecurityLabels({ labels }: { labels: readonly string[] }) {
  return labels.map((label) => {
    const level = parseTlp(label)
    return level === undefined ? <TagList key={label} tags={[label]} /> : <TlpLabel key={label} level={level} />
  })
}

function Seen({ instant }: { instant: string | null }) {
  return instant === null ? <span title="Not said">–</span> : <Timestamp instant={instant} relative={false} />
}

function meaningOf(assertion: Assertion): string {
  return `In force as ${statusWords(assertion)}: ${isInForce(assertion) ? 'it may be exported' : 'on this owner’s word it is not exported'}`
}
