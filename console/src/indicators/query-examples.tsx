import { Button } from '@mantine/core'
import { MenuPopover } from '../elements/menu-popover.tsx'
import classes from './query-box.module.css'
import type { QueryExample } from './query-example-list.ts'

interface QueryExamplesProps {
  examples: readonly QueryExample[]
  onChoose: (tql: string) => void
}

/** A list of examples over the page: choosing one searches for it. */
export function QueryExamples({ examples, onChoose }: QueryExamplesProps) {
  return (
    <MenuPopover
      label="Examples of queries"
      isWide
      items={examples.map(({ tql, means }) => ({
        key: tql,
        content: (
          <span className={classes['example']}>
            <code>{tql}</code>
            {means}
          </span>
        ),
        act: () => onChoose(tql),
      }))}
      button={(props) => (
        <Button {...props} size="sm" variant="default">
          Examples
        </Button>
      )}
    />
  )
}
