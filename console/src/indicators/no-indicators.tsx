import { Button } from '@mantine/core'
import { asksMuchOfOneOwner, oneOwnerRule } from '@postern/intel'
import { Link } from '@tanstack/react-router'
import { useMay } from '../access/rights.ts'
import { CopyButton } from '../elements/copy-button.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import classes from './indicators-page.module.css'

const importCommand = 'postern import indicators.txt --owner "My team"'

interface NoIndicatorsProps {
  tql: string | undefined
  /** Whether the hub said what the query says by mistake, probably. */
  isReasonTold: boolean
  onClear: () => void
}

export function NoIndicators({ tql, isReasonTold, onClear }: NoIndicatorsProps) {
  const mayAdd = useMay('curate')
  if (tql === undefined) {
    return (
      <EmptyState title="The library is empty">
        <p>
          Indicators come with <Link to="/jobs">the job of a feed</Link>,{' '}
          {mayAdd ? <Link to="/indicators/add">by hand</Link> : 'by hand'}, through the API, or from a text file with
          one value a line:
        </p>
        <p className={classes['command']}>
          <code>{importCommand}</code>
          <CopyButton text={importCommand} label="Copy the command" />
        </p>
      </EmptyState>
    )
  }
  return (
    <EmptyState title="No indicator fits this query">
      {!isReasonTold && asksMuchOfOneOwner(tql) && <p>{oneOwnerRule}</p>}
      <p className={classes['command']}>
        <Button size="xs" variant="default" onClick={onClear}>
          Show all indicators
        </Button>
      </p>
    </EmptyState>
  )
}
