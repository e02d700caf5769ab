import { Link } from '@tanstack/react-router'
import type { Tone } from '../../elements/state-badge.tsx'
import { formatCount } from '../../format/quantities.ts'
import type { LedgerPart } from '../execution-search.ts'
import classes from './ledger-section.module.css'
import { ledgerParts } from './part-counts.ts'

const faces: Record<LedgerPart, { word: string; tone?: Tone; hint: string }> = {
  refused: { word: 'Refused', tone: 'bad', hint: 'Not taken into the library; each with its reason' },
  unmapped: { word: 'Unmapped', tone: 'notice', hint: 'What the source said and the app has no place for' },
  created: { word: 'Created', tone: 'good', hint: 'New in the library' },
  updated: { word: 'Updated', tone: 'busy', hint: 'Known, and something about it changed' },
  unchanged: { word: 'Unchanged', hint: 'Known, and all of it was known' },
  deleted: { word: 'Deleted', hint: 'Taken out; a tombstone stays' },
}

/** The counts, each of which opens the items behind it. */
export function LedgerParts({ counts, current }: { counts: Record<LedgerPart, number>; current: LedgerPart }) {
  return (
    <nav aria-label="Parts of the ledger" className={classes['parts']}>
      {ledgerParts.map((part) => {
        const { word, tone, hint } = faces[part]
        return (
          <Link
            key={part}
            from="/executions/$executionId"
            to="."
            search={(search) => ({ ...search, part })}
            replace
            resetScroll={false}
            className={classes['part']}
            aria-current={part === current ? 'true' : undefined}
            data-tone={counts[part] === 0 ? undefined : tone}
            data-zero={counts[part] === 0 || undefined}
            title={hint}
          >
            <span className={classes['figure']}>{formatCount(counts[part])}</span>
            <span className={classes['word']}>{word}</span>
          </Link>
        )
      })}
    </nav>
  )
}
