import type { GroupDetail, GroupRelation } from '@postern/protocol'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { groupQueries } from '../api/group-queries.ts'
import { indicatorQueries } from '../api/indicator-queries.ts'
import { pages } from '../app/pages.ts'
import { AttributeList } from '../elements/attribute-list.tsx'
import { Chip } from '../elements/chip.tsx'
import { DetailHead } from '../elements/detail-head.tsx'
import { DetailPage } from '../elements/detail-page.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import classes from '../elements/form.module.css'
import { LongText } from '../elements/long-text.tsx'
import { NameLink } from '../elements/name-link.tsx'
import { PagedTable } from '../elements/paged-table.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { TagList } from '../elements/tag-list.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { TlpLabel } from '../elements/tlp-label.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { indicatorColumns } from '../indicators/indicator-columns.tsx'
import { groupTypeLabel } from './group-type-label.ts'

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
                  of <PlainText text={shown.ownerName} />
                </span>
              </>
            }
            name={shown.name}
          />
          <GroupFacts group={shown} />
          {shown.attributes.length > 0 && (
            <Section title="Attributes" summary={formatCountOf(shown.attributes.length, 'attribute')}>
              <div className={classes['card']}>
                <AttributeList attributes={shown.attributes} isPlain />
              </div>
            </Section>
          )}
          <Relations relations={shown.relations} />
          <GroupIndicators group={shown} />
        </>
      )}
    </DetailPage>
  )
}

function GroupFacts({ group }: { group: GroupDetail }) {
  const dates: readonly [string, string | null][] = [
    ['Took place', group.eventDate],
    ['Published', group.publishDate],
    ['First seen', group.firstSeen],
    ['Last seen', group.lastSeen],
  ]
  return (
    <section className={classes['card']} aria-label="The group">
      <Facts label="Facts" isWide>
        <Fact name="TLP">
          <TlpLabel level={group.tlp} />
        </Fact>
        {group.status !== null && (
          <Fact name="Status">
            <PlainText text={group.status} />
          </Fact>
        )}
        {dates.map(
          ([name, instant]) =>
            instant !== null && (
              <Fact key={name} name={name}>
                <Timestamp instant={instant} relative={false} />
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
        {group.securityLabels.length > 0 && (
          <Fact name="Security labels" isLong>
            <TagList tags={group.securityLabels} />
          </Fact>
        )}
      </Facts>
    </section>
  )
}

function Relations({ relations }: { relations: readonly GroupRelation[] }) {
  const navigate = useNavigate()
  return (
    <Section
      title="Related groups"
      summary={relations.length === 0 ? 'Its owner relates it to none' : formatCountOf(relations.length, 'relation')}
    >
      {relations.length > 0 && (
        <VirtualTable
          label="Related groups"
          columns={relationColumns}
          rows={relations}
          rowKey={({ id, kind, direction }) => `${direction} ${kind} ${id}`}
          onOpen={({ id }) => void navigate({ to: '/groups/$groupId', params: { groupId: id } })}
        />
      )}
    </Section>
  )
}

const relationColumns: readonly Column<GroupRelation>[] = [
  {
    key: 'kind',
    header: 'How',
    width: 'minmax(150px, 1fr)',
    render: ({ kind, direction }) => (
      <span>
        {direction === 'incoming' ? '← ' : '→ '}
        <PlainText text={kind} />
        <span className="only-heard">{direction === 'incoming' ? ', by the other' : ', to the other'}</span>
      </span>
    ),
  },
  { key: 'type', header: 'Type', width: '140px', render: ({ type }) => <span>{groupTypeLabel(type)}</span> },
  {
    key: 'name',
    header: 'Name',
    width: 'minmax(200px, 3fr)',
    isPlain: true,
    render: ({ id, name }) => <NameLink to="/groups/$groupId" params={{ groupId: id }} text={name} />,
  },
]

/** Found by the same query that anybody would write. */
function GroupIndicators({ group }: { group: GroupDetail }) {
  const navigate = useNavigate()
  const tql = `associatedGroup = ${group.id}`
  const indicators = useInfiniteQuery(indicatorQueries.list(tql))
  return (
    <Section title="Indicators" summary={formatCountOf(group.indicatorCount, 'indicator')}>
      <PagedTable
        label="Indicators"
        query={indicators}
        columns={indicatorColumns}
        rowKey={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: '/indicators/$indicatorId', params: { indicatorId: id } })}
        empty={<EmptyState title="No indicator belongs to it" />}
      />
    </Section>
  )
}
