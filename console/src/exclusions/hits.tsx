import type { Exclusion } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import form from '../elements/form.module.css'
import { LongText } from '../elements/long-text.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import classes from './exclusions.module.css'

/** Each list that hits, with the entry that does, and what follows. */
export function Hits({ exclusions }: { exclusions: readonly Exclusion[] }) {
  if (exclusions.length === 0) return <span>–</span>
  return (
    <ul className={classes['hits']}>
      {exclusions.map((hit) => (
        <li key={`${hit.listId} ${hit.entry}`}>
          <Link to="/exclusion-lists/$listId" params={{ listId: hit.listId }}>
            <PlainText text={hit.listName} />
          </Link>{' '}
          by{' '}
          <code>
            <LongText text={hit.entry} />
          </code>
          <span className={form['soft']}>: {hitWords(hit)}</span>
        </li>
      ))}
    </ul>
  )
}

/** What follows from a hit. */
export function hitWords({ mode, atImport, atExport, kind }: Exclusion): string {
  if (kind === 'protected') return 'never exported'
  if (mode === 'inform') return 'informs only'
  if (atImport && atExport) return 'neither imported nor exported'
  if (atImport) return 'not imported'
  return atExport ? 'not exported' : 'applies nowhere'
}
