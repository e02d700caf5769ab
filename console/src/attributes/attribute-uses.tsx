import { quoteTql } from '@postern/intel'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { attributeQueries } from '../api/attribute-queries.ts'
import { formatTotalOf } from '../format/quantities.ts'

/** What has attributes of a type, with the way there. */
export function AttributeUses({ name, onLeave }: { name: string; onLeave: () => void }) {
  const tql = `hasAttribute(typeName = ${quoteTql(name)})`
  const { data, isError } = useQuery(attributeQueries.uses(tql))
  if (isError) return <p>Where it is used could not be read.</p>
  if (!data) return <p>Looking where it is used …</p>
  const { indicators, hasGroups } = data
  const count = indicators?.count ?? 0
  if (count === 0 && !hasGroups) return <p>Nothing in the library has such an attribute.</p>
  return (
    <p>
      Used by{' '}
      {count > 0 && (
        <Link to="/indicators" search={{ tql }} onClick={onLeave}>
          {indicators && formatTotalOf(indicators, 'indicator').toLowerCase()}
        </Link>
      )}
      {count > 0 && hasGroups && ' and '}
      {hasGroups && (
        <Link to="/groups" search={{ tql }} onClick={onLeave}>
          groups
        </Link>
      )}
      .
    </p>
  )
}
