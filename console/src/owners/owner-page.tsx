import { type ChangeOwner, Owner, type OwnerDetail } from '@postern/protocol'
import { quoteTql } from '@postern/intel'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useMay } from '../access/rights.ts'
import { api } from '../api/api.ts'
import { ownerKeys, ownerQueries } from '../api/owner-queries.ts'
import { paths } from '../api/paths.ts'
import { useWrite } from '../api/use-write.ts'
import { pages } from '../app/pages.ts'
import { ActionMenu } from '../elements/action-menu.tsx'
import { ChoiceField } from '../elements/choice-field.tsx'
import { wordChoices } from '../elements/choices.ts'
import { Chip } from '../elements/chip.tsx'
import { Count, Counts } from '../elements/count.tsx'
import { DeleteByNameDialog } from '../elements/delete-by-name-dialog.tsx'
import { DetailHead } from '../elements/detail-head.tsx'
import { DetailPage } from '../elements/detail-page.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import classes from '../elements/form.module.css'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { DeprecationSection } from './deprecation-section.tsx'
import { ownerKindWords, type StatusDefault, statusDefaultWords } from './owner-words.ts'
import { ownerFaceOf } from './owner-faces.ts'

/** How often the counts of an owner that is being removed are asked for, in milliseconds. */
const removalPollMs = 3000

/** One owner: what it has in the library, how its word is taken, and how it ages. */
export function OwnerPage() {
  const { ownerId } = useParams({ from: '/signed-in/owners/$ownerId' })
  const query = useQuery({
    ...ownerQueries.one(ownerId),
    refetchInterval: ({ state }) => (state.data && state.data.removalStartedAt !== null ? removalPollMs : false),
  })
  return (
    <DetailPage
      noun="owner"
      list={pages.owners}
      id={ownerId}
      nameOf={({ name }) => name}
      query={query}
      whyGone="it may have been removed"
    >
      {(owner) => (
        <>
          <OwnerHead owner={owner} />
          <Counts label="In the library">
            <Count value={owner.indicatorCount} label="Indicators asserted" />
            <Count value={owner.groupCount} label="Groups" />
          </Counts>
          <OwnerFacts owner={owner} />
          <DeprecationSection ownerId={owner.id} />
        </>
      )}
    </DetailPage>
  )
}

function OwnerHead({ owner }: { owner: OwnerDetail }) {
  const navigate = useNavigate()
  const mayWrite = useMay('write')
  const [asks, setAsks] = useState(false)
  const remove = useWrite({
    write: () => api(paths.owner(owner.id), { method: 'DELETE' }),
    said: 'The owner is being removed',
    touches: [ownerKeys.all],
    onDone: () => void navigate({ to: '/owners' }),
  })
  return (
    <DetailHead
      over={<Chip>{owner.kind}</Chip>}
      name={owner.name}
      face={ownerFaceOf(owner)}
      actions={
        mayWrite &&
        owner.removalStartedAt === null && (
          <ActionMenu
            label={`Actions for ${plainText(owner.name)}`}
            actions={[{ name: 'Delete …', icon: 'cross', isDangerous: true, act: () => setAsks(true) }]}
          />
        )
      }
    >
      {asks && (
        <DeleteByNameDialog noun="owner" name={owner.name} onClose={() => setAsks(false)} action={remove}>
          <p>
            All that it asserts goes with it: its assertions on {formatCountOf(owner.indicatorCount, 'indicator')} and
            its {formatCountOf(owner.groupCount, 'group')}. What other owners assert stays. Data collections follow, and
            with the next exports the controls.
          </p>
        </DeleteByNameDialog>
      )}
    </DetailHead>
  )
}

function OwnerFacts({ owner }: { owner: OwnerDetail }) {
  return (
    <section className={`${classes['card']} ${classes['fields']}`} aria-label="The owner">
      <Facts label="Facts" isWide>
        <Fact name="Owner since">
          <Timestamp instant={owner.createdAt} />
        </Fact>
        <Fact name="Last batch">
          {owner.lastBatchAt === null ? 'None yet' : <Timestamp instant={owner.lastBatchAt} />}
        </Fact>
        <Fact name="What it says" isLong>
          <Link to="/indicators" search={{ tql: `ownerName = ${quoteTql(owner.name)}` }}>
            Its indicators
          </Link>
          {', '}
          <Link to="/groups" search={{ tql: `ownerName = ${quoteTql(owner.name)}` }}>
            its groups
          </Link>
          {', '}
          <Link to="/kept-texts" search={{ owner: owner.id }}>
            its STIX objects
          </Link>
        </Fact>
      </Facts>
      <OwnerSettings owner={owner} />
    </section>
  )
}

function OwnerSettings({ owner }: { owner: OwnerDetail }) {
  const mayWrite = useMay('write')
  const change = useWrite({
    write: (body: ChangeOwner) => api(paths.owner(owner.id), { method: 'PATCH', body, reply: Owner }),
    said: 'The owner is changed',
    touches: [ownerKeys.all],
  })
  const isFixed = !mayWrite || owner.removalStartedAt !== null || change.isPending
  return (
    <div className={classes['fields']}>
      <div className={classes['row']}>
        <ChoiceField
          name="statusDefault"
          label="Status of what it asserts without saying one"
          isReadOnly={isFixed}
          // The API takes no other.
          value={owner.statusDefault as StatusDefault}
          choices={wordChoices(statusDefaultWords)}
          onChange={(statusDefault) => change.mutate({ statusDefault })}
        />
        <ChoiceField
          name="kind"
          label="Kind"
          isReadOnly={isFixed}
          value={owner.kind}
          choices={wordChoices(ownerKindWords)}
          onChange={(kind) => change.mutate({ kind })}
        />
      </div>
      {change.isError && <ProblemAlert what="The owner was not changed" error={change.error} />}
    </div>
  )
}
