import { Link } from '@tanstack/react-router'
import classes from './missing-execution.module.css'

/** In place of an execution that the hub does not know, or does not show to this person: trying again would not help. */
export function MissingExecution() {
  return (
    <section className={classes['missing']}>
      <h1>There is no such execution</h1>
      <p>The address may be mistyped, the execution may be gone, or you may not see it.</p>
      <p>
        <Link to="/executions">Back to the executions</Link>
      </p>
    </section>
  )
}
