import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { EmptyState } from '../elements/empty-state.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { GatePage } from './gate-page.tsx'
import classes from './gate-page.module.css'
import { useSetUp } from './session.ts'
import { textOf } from './sign-in-page.tsx'
import { type SetUpMistakes, setUpMistakes } from './set-up-mistakes.ts'

/** Makes an administrator: the first one, or one more where nobody can sign in any longer. The token stands behind `#`, so that it never reaches a server's log or a proxy (D16). */
export function SetUpPage() {
  const setupToken = useLocation({ select: (location) => location.hash })
  useDocumentTitle('Set up · Postern')
  if (setupToken === '') return <NoToken />
  return (
    <GatePage title="Make an administrator">
      <p className={classes['lead']}>
        The link works once, for 30 minutes. What you choose here is known to nobody else.
      </p>
      <SetUpForm setupToken={setupToken} />
    </GatePage>
  )
}

function SetUpForm({ setupToken }: { setupToken: string }) {
  const navigate = useNavigate()
  const setUp = useSetUp()
  const [mistakes, setMistakes] = useState<SetUpMistakes>({})

  function submit(form: FormData) {
    const username = textOf(form, 'username')
    const password = textOf(form, 'password')
    const found = setUpMistakes({ username, password, repeated: textOf(form, 'repeated') })
    setMistakes(found)
    if (Object.keys(found).length > 0) return
    setUp.mutate(
      { setupToken, username, password },
      { onSuccess: () => void navigate({ to: '/executions', replace: true }) },
    )
  }

  return (
    <form
      noValidate
      className={classes['form']}
      onSubmit={(event) => {
        event.preventDefault()
        submit(new FormData(event.currentTarget))
      }}
    >
      {setUp.isError && <ProblemAlert error={setUp.error} />}
      <TextInput
        name="username"
        label="User name"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        error={mistakes.username}
        autoFocus
      />
      <PasswordInput
        name="password"
        label="Password"
        description="12 to 200 characters. A few random words are good; nothing else is asked."
        autoComplete="new-password"
        error={mistakes.password}
      />
      <PasswordInput name="repeated" label="Password again" autoComplete="new-password" error={mistakes.repeated} />
      <Button type="submit" loading={setUp.isPending}>
        Make administrator and sign in
      </Button>
    </form>
  )
}

function NoToken() {
  return (
    <GatePage title="Set up">
      <EmptyState title="This link is not complete">
        <p>
          A set-up link ends in <code>#</code> and a token. Run <code>postern setup-link</code> on the hub’s machine for
          a new one.
        </p>
      </EmptyState>
    </GatePage>
  )
}
