import { Link } from '@tanstack/react-router'
import classes from './indicator-page.module.css'

/** In place of an indicator that the hub does not know, or that no owner of this organization asserts any more. */
export function MissingIndicator() {
  return (
    <section className={classes['missing']}>
      <h1>There is no such indicator</h1>
      <p>The address may be mistyped, no owner may assert it any more, or you may not see it.</p>
      <p>
        <Link to="/indicators">Back to the indicators</Link>
      </p>
    </section>
  )
}
