import type { MailSettings } from '@postern/protocol'
import { expect, test } from 'vitest'
import { changedMailSettings, draftOf, forgetsPassword } from './mail-draft.ts'

const settings: MailSettings = {
  smtpHost: 'mail.example.org',
  smtpPort: 587,
  smtpSecurity: 'starttls',
  smtpUsername: 'postern',
  isPasswordSet: true,
  smtpFrom: 'postern@example.org',
  smtpCaCertificates: '',
}

test('ES-16: a password is sent only where one was typed, and nothing where nothing changed', () => {
  const draft = draftOf(settings)
  expect(changedMailSettings(settings, draft)).toBe(undefined)
  expect(changedMailSettings(settings, { ...draft, smtpHost: ' mail.example.org ' })).toBe(undefined)
  expect(changedMailSettings(settings, { ...draft, smtpPort: '465' })).toMatchObject({ smtpPort: 465 })
  expect(changedMailSettings(settings, { ...draft, smtpPort: '465' })).not.toHaveProperty('smtpPassword')
  expect(changedMailSettings(settings, { ...draft, smtpPassword: ' as typed ' })).toMatchObject({
    smtpPassword: ' as typed ',
  })
  expect(changedMailSettings(settings, { ...draft, smtpFrom: '', smtpPort: '25' })).toBe(undefined)
  expect(forgetsPassword(settings, draft)).toBe(false)
  expect(forgetsPassword(settings, { ...draft, smtpUsername: 'other' })).toBe(true)
})
