import { ApiProblem } from '../api/api.ts'
import classes from './missing.module.css'

/**
 * In place of a thing that the hub does not know, or does not show to this person: trying again would not help.
 * @param children the link back to where such things are listed
 */
export function Missing({ what, children }: { what: string; children: React.ReactNode }) {
  return (
    <section className={classes['missing']}>
      <h1>There is no such {what}</h1>
      <p>The address may be mistyped, the {what} may be gone, or you may not see it.</p>
      <p>{children}</p>
    </section>
  )
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === 'not-found'
}
