import { Link } from '@tanstack/react-router'
import { Notice } from '../elements/notice.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import classes from './gate-page.module.css'

/** What a link was for is done; signing in right after it failed. @param done what is done, as a sentence */
export function NotSignedIn({ done, problem }: { done: string; problem: Error }) {
  return (
    <div className={classes['form']}>
      <Notice tone="good" role="status">
        {done}
      </Notice>
      <ProblemAlert error={problem} title="You could not be signed in yet" />
      <p className={classes['help']}>
        <Link to="/sign-in">Sign in</Link>
      </p>
    </div>
  )
}
