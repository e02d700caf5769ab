import { parseTlp } from '@postern/intel'
import type { GroupDetail } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { groupQueries } from '../api/group-queries.ts'
import { pages } from '../app/pages.ts'
import { AttributeList } from '../elements/attribute-list.tsx'
import { Chip } from '../elements/chip.tsx'
import { DetailHead } from '../elements/detail-head.tsx'
import { DetailPage } from '../elements/detail-page.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import classes from '../elements/form.module.css'
import { LongText } from '../elements/long-text.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { SecurityLabels } from '../elements/security-labels.tsx'
import { TagList } from '../elements/tag-list.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { TlpLabel } from '../elements/tlp-label.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { groupDates, groupFieldWords, groupLines, groupLongTexts } from './group-field-words.ts'
import { GroupIndicators } from './group-indicators.tsx'
import { GroupMenu } from './group-menu.tsx'
import { groupTypeLabel } from './group-type-label.ts'
import { RelationSection } from './relation-section.tsx'

/** One group: what its owner says of it, how it stands to others, and the indicators that belong to it. */
export function GroupPage() {
  const { groupId } = useParams({ from: '/signed-in/groups/$groupId' })
  const query = useQuery(groupQueries.one(groupId))
  return (
    <DetailPage
      noun="group"
      list={pages.groups}
      id={groupId}
      nameOf={({ name }) => name}
      query={query}
      whyGone="its owner may have taken it back"
    >
      {(shown) => (
        <>
          <DetailHead
            over={
              <>
                <Chip>{groupTypeLabel(shown.type)}</Chip>
                <span>
                  of{' '}
                  <Link to="/owners/$ownerId" params={{ ownerId: shown.ownerId }}>
                    <PlainText text={shown.ownerName} />
                  </Link>
                </span>
              </>
            }
            name={shown.name}
            actions={<GroupMenu group={shown} />}
          />
          <GroupFacts group={shown} />
          {shown.attributes.length > 0 && (
            <Section title="Attributes" summary={formatCountOf(shown.attributes.length, 'attribute')}>
              <div className={classes['card']}>
                <AttributeList attributes={shown.attributes} isPlain />
              </div>
            </Section>
          )}
          {/* Where no indicator belongs to it, the window below is theirs. */}
          <div className={shown.indicatorCount === 0 ? classes['alone'] : undefined}>
            <RelationSection group={shown} />
          </div>
          <GroupIndicators group={shown} />
        </>
      )}
    </DetailPage>
  )
}

function GroupFacts({ group }: { group: GroupDetail }) {
  // The level has a line of its own.
  const labels = group.securityLabels.filter((label) => parseTlp(label) !== group.tlp)
  return (
    <section className={classes['card']} aria-label="The group">
      <Facts label="Facts" isWide>
        <Fact name="TLP">
          <TlpLabel level={group.tlp} />
        </Fact>
        {groupLines.map(
          (field) =>
            group[field] !== null && (
              <Fact key={field} name={groupFieldWords[field]}>
                <PlainText text={group[field]} />
              </Fact>
            ),
        )}
        {groupDates.map(
          (field) =>
            group[field] !== null && (
              <Fact key={field} name={groupFieldWords[field]}>
                <Timestamp instant={group[field]} relative={false} />
              </Fact>
            ),
        )}
        <Fact name="Added">
          <Timestamp instant={group.addedAt} />
        </Fact>
        <Fact name="Modified">
          <Timestamp instant={group.modifiedAt} />
        </Fact>
        <Fact name="Id at the source" isLong>
          <code>
            <LongText text={group.xid} />
          </code>
        </Fact>
        {group.stixId !== null && group.stixId !== group.xid && (
          <Fact name="STIX object" isLong>
            <code>
              <LongText text={group.stixId} />
            </code>
          </Fact>
        )}
        {group.tags.length > 0 && (
          <Fact name="Tags" isLong>
            <TagList tags={group.tags} />
          </Fact>
        )}
        {labels.length > 0 && (
          <Fact name="Security labels" isLong>
            <SecurityLabels labels={labels} />
          </Fact>
        )}
        {groupLongTexts.map(
          (field) =>
            group[field] !== null && (
              <Fact key={field} name={groupFieldWords[field]} isLong>
                <LongText text={group[field]} copiesAddresses />
              </Fact>
            ),
        )}
      </Facts>
    </section>
  )
}
