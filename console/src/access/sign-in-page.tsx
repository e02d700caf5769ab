import { Button, PasswordInput } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useRef } from 'react'
import { ApiProblem } from '../api/api.ts'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { GateForm } from './gate-form.tsx'
import { GatePage } from './gate-page.tsx'
import classes from './gate-page.module.css'
import { NameInput } from './name-input.tsx'
import { returnPath } from './return-path.ts'
import { useSignIn } from './session.ts'

export function SignInPage() {
  const { from } = useSearch({ from: '/sign-in' })
  const navigate = useNavigate()
  const signIn = useSignIn()
  const password = useRef<HTMLInputElement>(null)
  useDocumentTitle('Sign in · Postern')

  function submit(form: FormData) {
    signIn.mutate(
      { username: textOf(form, 'username'), password: textOf(form, 'password') },
      {
        // Judged again where it counts: an address of another site would be left to here, with a fresh session.
        onSuccess: () => void navigate({ href: returnPath(from) ?? '/executions', replace: true }),
        onError: () => password.current?.select(),
      },
    )
  }

  return (
    <GatePage title="Sign in">
      {from && !signIn.isError && <p className={classes['lead']}>You go on where you were.</p>}
      <GateForm onSend={submit}>
        {signIn.isError && <ProblemAlert error={signIn.error} title={titleOf(signIn.error)} />}
        <NameInput name="username" label="User name" isRequired />
        <PasswordInput
          ref={password}
          name="password"
          label="Password"
          autoComplete="current-password"
          maxLength={200}
          required
          withAsterisk={false}
        />
        <Button type="submit" loading={signIn.isPending}>
          Sign in
        </Button>
      </GateForm>
      <p className={classes['help']}>
        <Link to="/forgotten-password">Forgotten password?</Link>
        <br />
        No account yet? An administrator makes one. The very first administrator comes from a set-up link: run{' '}
        <code>postern setup-link</code> on the hub’s machine.
      </p>
    </GatePage>
  )
}

/** The hub calls it *unauthenticated*, and tells nobody whether it was the name or the password. */
function titleOf(error: Error): string | undefined {
  return error instanceof ApiProblem && error.code === 'unauthenticated' ? 'You could not be signed in' : undefined
}

/** A text field of a form; a field is never a file here. */
export function textOf(form: FormData, field: string): string {
  const value = form.get(field)
  return typeof value === 'string' ? value : ''
}
