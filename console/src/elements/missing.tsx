import { Link } from '@tanstack/react-router'
import { ApiProblem } from '../api/api.ts'
import type { PagePath } from '../app/pages.ts'
import classes from './missing.module.css'

interface MissingProps {
  /** What is not there, in lower case: `job`. */
  noun: string
  /** Where such things are listed. */
  list: { to: PagePath; name: string }
  /** What may have become of it. */
  whyGone?: string
}

/** In place of a thing that the hub does not know, or does not show to this person: trying again would not help. */
export function Missing({ noun, list, whyGone = `the ${noun} may be gone` }: MissingProps) {
  return (
    <section className={classes['missing']}>
      <h1>There is no such {noun}</h1>
      <p>The address may be mistyped, {whyGone}, or you may not see it.</p>
      <p>
        <Link to={list.to}>Back to the {list.name.toLowerCase()}</Link>
      </p>
    </section>
  )
}

/** Whether the one thing that was asked for is not there. An id that is none is as unknown as one that nothing has. */
export function isNotFound(error: unknown): boolean {
  return error instanceof ApiProblem && (error.code === 'not-found' || error.code === 'invalid')
}
