import type { ReaderGrants } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { readerQueries } from '../api/reader-queries.ts'
import { Checks } from '../elements/check.tsx'
import { idChoices } from '../elements/choices.ts'
import { plainText } from '../format/text-pieces.ts'

export type Grants = { [Key in keyof ReaderGrants]-?: NonNullable<ReaderGrants[Key]> }

/** What a reader may fetch, and into which TAXII collections it may write. */
export function GrantFields({ grants, onChange }: { grants: Grants; onChange: (grants: Grants) => void }) {
  const lists = useQuery(readerQueries.listChoices()).data ?? []
  const collections = useQuery(readerQueries.taxiiChoices()).data ?? []
  const chosen = (right: 'canRead' | 'canWrite') =>
    grants.taxiiCollections.filter((grant) => grant[right]).map(({ id }) => id)
  function choose(right: 'canRead' | 'canWrite', ids: readonly string[]) {
    const all = new Set([...grants.taxiiCollections.map(({ id }) => id), ...ids])
    const taxiiCollections = [...all].map((id) => {
      const before = grants.taxiiCollections.find((grant) => grant.id === id)
      return { id, canRead: before?.canRead ?? false, canWrite: before?.canWrite ?? false, [right]: ids.includes(id) }
    })
    onChange({ ...grants, taxiiCollections: taxiiCollections.filter(({ canRead, canWrite }) => canRead || canWrite) })
  }
  const writable = collections.filter(({ canWrite }) => canWrite)
  return (
    <>
      <Checks
        name="lists"
        legend="Firewall lists that it may fetch"
        choices={idChoices(lists)}
        chosen={grants.lists}
        onChange={(ids) => onChange({ ...grants, lists: ids })}
        empty="There is no firewall list yet."
      />
      <Checks
        name="taxiiCollections"
        legend="TAXII collections that it may read"
        choices={collections.map(({ id, title }) => ({ value: id, label: plainText(title) }))}
        chosen={chosen('canRead')}
        onChange={(ids) => choose('canRead', ids)}
        empty="There is no TAXII collection yet."
      />
      {writable.length > 0 && (
        <Checks
          name="taxiiCollections.canWrite"
          legend="TAXII collections that it may write"
          choices={writable.map(({ id, title }) => ({ value: id, label: plainText(title) }))}
          chosen={chosen('canWrite')}
          onChange={(ids) => choose('canWrite', ids)}
        />
      )}
    </>
  )
}
