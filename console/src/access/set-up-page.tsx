import { Button } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { setupLinkMinutes } from '@postern/protocol'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { DeadLink } from './dead-link.tsx'
import { GateForm } from './gate-form.tsx'
import { GatePage } from './gate-page.tsx'
import classes from './gate-page.module.css'
import { NameInput } from './name-input.tsx'
import { NewPasswordFields } from './new-password-fields.tsx'
import { NotSignedIn } from './not-signed-in.tsx'
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
        The link works once, for {setupLinkMinutes} minutes. What you choose here is known to nobody else.
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
      {
        onSuccess: (problem) => {
          if (problem === undefined) void navigate({ to: '/executions', replace: true })
        },
      },
    )
  }

  if (setUp.data)
    return <NotSignedIn done="The administrator is made, and the link has done its work." problem={setUp.data} />
  return (
    <GateForm isJudgedHere onSend={submit}>
      {setUp.isError && <ProblemAlert error={setUp.error} />}
      <NameInput name="username" label="User name" error={mistakes.username} />
      <NewPasswordFields mistakes={mistakes} />
      <Button type="submit" loading={setUp.isPending}>
        Make administrator and sign in
      </Button>
    </GateForm>
  )
}

function NoToken() {
  return (
    <GatePage title="Set up">
      <DeadLink title="This link is not complete">
        A set-up link ends in <code>#</code> and a token. Run <code>postern setup-link</code> on the hub’s machine for a
        new one.
      </DeadLink>
    </GatePage>
  )
}
