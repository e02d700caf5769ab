import { Skeleton } from '@mantine/core'
import classes from './skeleton-rows.module.css'

/** Where rows will stand. Readers hear the label; the bars are decoration. */
export function SkeletonRows({ label, rows = 8 }: { label: string; rows?: number }) {
  return (
    <div role="status" aria-label={label} className={classes['rows']}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={15} width={`${92 - ((row * 37) % 40)}%`} radius={4} />
      ))}
    </div>
  )
}
