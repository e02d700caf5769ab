import classes from './rating.module.css'

const ratingMax = 5

/** A threat rating from 0 to 5 as dots and figure; a dash where nobody rated it. */
export function Rating({ rating }: { rating: number | null }) {
  if (rating === null) return <span title="Not rated">–</span>
  const full = Math.round(rating)
  return (
    <span className={classes['rating']} title={`Rating ${rating} of ${ratingMax}`}>
      <span className={classes['dots']} aria-hidden="true">
        {Array.from({ length: ratingMax }, (_, index) => (
          <span key={index} className={classes['dot']} data-full={index < full || undefined} />
        ))}
      </span>
      {rating}
    </span>
  )
}
