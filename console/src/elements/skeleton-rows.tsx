import { Skeleton } from '@mantine/core'
import { useEffect, useState } from 'react'
import classes from './skeleton-rows.module.css'

/** Waiting after which a person is told that the waiting is not theirs to end, in milliseconds. */
const patienceMs = 5000

/** Where rows will stand. Readers hear the label; the bars are decoration. A hub that takes long is said to be slow. */
export function SkeletonRows({ label, rows = 8 }: { label: string; rows?: number }) {
  const isSlow = useIsSlow()
  return (
    <div role="status" aria-label={label} className={classes['rows']}>
      {isSlow && <p className={classes['slow']}>The hub is slow to answer. This page goes on waiting.</p>}
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={15} width={`${92 - ((row * 37) % 40)}%`} radius={4} />
      ))}
    </div>
  )
}

function useIsSlow(): boolean {
  const [isSlow, setSlow] = useState(false)
  useEffect(() => {
    const patience = setTimeout(() => setSlow(true), patienceMs)
    return () => clearTimeout(patience)
  }, [])
  return isSlow
}
