import { Button } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { DeadLink } from './dead-link.tsx'
import { GateForm } from './gate-form.tsx'
import { GatePage } from './gate-page.tsx'
import classes from './gate-page.module.css'
import { NewPasswordFields } from './new-password-fields.tsx'
import { NotSignedIn } from './not-signed-in.tsx'
import { useChoosePassword, useIsLinkGood } from './password-link.ts'
import { isWholeLinkToken, passwordMistakes, type SetUpMistakes } from './set-up-mistakes.ts'
import { textOf } from './sign-in-page.tsx'

/** Where a password link leads: an invitation, or the way back in (ES-16). The token stands behind `#`, out of every log's sight. */
export function PasswordPage() {
  const linkToken = useLocation({ select: (location) => location.hash })
  useDocumentTitle('Choose a password · Postern')
  return (
    <GatePage title="Choose a password">
      {isWholeLinkToken(linkToken) ? (
        <PasswordChoice key={linkToken} linkToken={linkToken} />
      ) : (
        <NoLink title="This link is not complete">
          Such a link ends in <code>#</code> and a token.
        </NoLink>
      )}
    </GatePage>
  )
}

function PasswordChoice({ linkToken }: { linkToken: string }) {
  const choose = useChoosePassword()
  // Where that cannot be told, the form stands there, and choosing tells.
  const link = useIsLinkGood(linkToken, choose.isIdle)
  if (choose.data)
    return <NotSignedIn done="Your password is chosen, and the link has done its work." problem={choose.data} />
  if (link.isLoading) return <SkeletonRows label="Looking at the link" rows={3} />
  if (link.data === false)
    return (
      <NoLink title="This link is no good any more">
        It was used already, is too old, or a newer one took its place.
      </NoLink>
    )
  return <PasswordForm linkToken={linkToken} choose={choose} />
}

function PasswordForm({ linkToken, choose }: { linkToken: string; choose: ReturnType<typeof useChoosePassword> }) {
  const navigate = useNavigate()
  const [mistakes, setMistakes] = useState<SetUpMistakes>({})

  function submit(form: FormData) {
    const password = textOf(form, 'password')
    const found = passwordMistakes({ password, repeated: textOf(form, 'repeated') })
    setMistakes(found)
    if (Object.keys(found).length > 0) return
    choose.mutate(
      { linkToken, password },
      {
        onSuccess: (problem) => {
          if (problem === undefined) void navigate({ to: '/executions', replace: true })
        },
      },
    )
  }

  return (
    <>
      <p className={classes['lead']}>The link works once. Wherever you are signed in now, you are signed out by it.</p>
      <GateForm isJudgedHere onSend={submit}>
        {choose.isError && <ProblemAlert error={choose.error} />}
        <NewPasswordFields mistakes={mistakes} isFirst />
        <Button type="submit" loading={choose.isPending}>
          Choose the password and sign in
        </Button>
      </GateForm>
    </>
  )
}

function NoLink({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <DeadLink title={title}>
      {children} <Link to="/forgotten-password">Ask for a new one</Link>, or ask an administrator.
    </DeadLink>
  )
}
