import { PasswordInput } from '@mantine/core'
import type { SetUpMistakes } from './set-up-mistakes.ts'

/** A password that somebody chooses, twice. */
export function NewPasswordFields({ mistakes, isFirst = false }: { mistakes: SetUpMistakes; isFirst?: boolean }) {
  return (
    <>
      <PasswordInput
        name="password"
        label="Password"
        description="12 to 200 characters. A few random words are good. Not your user name; nothing else is asked."
        autoComplete="new-password"
        error={mistakes.password}
        autoFocus={isFirst}
      />
      <PasswordInput name="repeated" label="Password again" autoComplete="new-password" error={mistakes.repeated} />
    </>
  )
}
