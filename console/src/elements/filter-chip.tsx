import { Button } from '@mantine/core'
import classes from './filter-chip.module.css'
import { Icon } from './icon.tsx'

interface FilterChipProps {
  /** What a list is narrowed to, as `Day: 2026-11-20`. */
  children: React.ReactNode
  /** What is shown without it, as `Show every day`. */
  title: string
  onRemove: () => void
}

/** A filter that came with the address and has no field of its own; pressing it takes it away. */
export function FilterChip({ children, title, onRemove }: FilterChipProps) {
  return (
    <Button
      size="xs"
      variant="default"
      className={classes['chip']}
      rightSection={<Icon name="cross" size={12} />}
      title={title}
      onClick={onRemove}
    >
      <span className={classes['words']}>
        {children}
        <span className="only-heard"> (take this filter away)</span>
      </span>
    </Button>
  )
}
