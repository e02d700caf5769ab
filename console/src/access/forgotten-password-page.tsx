import { Button } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import { passwordLinkTimes, type RequestPasswordLink } from '@postern/protocol'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { Notice } from '../elements/notice.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { GateForm } from './gate-form.tsx'
import { GatePage } from './gate-page.tsx'
import classes from './gate-page.module.css'
import { NameInput } from './name-input.tsx'
import { textOf } from './sign-in-page.tsx'

/** The way back in for who forgot the password (ES-16). It says nothing of who is known here; the hub does not either. */
export function ForgottenPasswordPage() {
  const ask = useMutation({
    mutationKey: ['session', 'forgotten-password'],
    mutationFn: (request: RequestPasswordLink) => api(paths.passwordRequests, { method: 'POST', body: request }),
  })
  useDocumentTitle('Forgotten password · Postern')
  return (
    <GatePage title="Forgotten password">
      {ask.isSuccess ? (
        <Notice tone="good" role="status">
          If there is such an account, and it has a mail address, a link is on its way. It works once, for{' '}
          {passwordLinkTimes.resetMinutes} minutes. Nothing came? Ask again in {passwordLinkTimes.mailedAgainMinutes}{' '}
          minutes, or ask an administrator for a link.
        </Notice>
      ) : (
        <GateForm onSend={(form) => ask.mutate({ name: textOf(form, 'name').trim() })}>
          {ask.isError && <ProblemAlert error={ask.error} />}
          <NameInput name="name" label="User name or mail address" isRequired />
          <Button type="submit" loading={ask.isPending}>
            Mail me a link
          </Button>
        </GateForm>
      )}
      <p className={classes['help']}>
        <Link to="/sign-in">Back to signing in</Link>
      </p>
    </GatePage>
  )
}
