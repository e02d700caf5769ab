import { useQuery } from '@tanstack/react-query'
import { type NameKind, nameQueries } from '../api/name-queries.ts'

/** Characters of a beginning that the hub takes. */
const startLengthMax = 128

interface KnownNamesProps {
  /** For the `list` of the field. */
  id: string
  kind: NameKind
  /** What is typed so far. */
  start: string
}

/** Names that the library knows, offered below a field in which any name may be typed. */
export function KnownNames({ id, kind, start }: KnownNamesProps) {
  const names = useQuery(nameQueries.beginning(kind, start.trim().slice(0, startLengthMax))).data ?? []
  return (
    <datalist id={id}>
      {names.map((name) => (
        <option key={name} value={name} />
      ))}
    </datalist>
  )
}
