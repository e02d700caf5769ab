import type { Role } from '@postern/protocol'
import { expect, test } from 'vitest'
import { hasAdministrator } from './has-administrator.ts'

const since = '2026-01-31T12:00:00.000Z'

test.each<[Role, boolean, string | null, boolean]>([
  ['administrator', false, null, true],
  ['administrator', true, null, false],
  ['administrator', false, since, false],
  ['organization-administrator', false, null, false],
])(
  'a hub whose only user is %s (invited: %s, disabled: %s) has an administrator: %s',
  (role, isInvited, disabledAt, has) => {
    expect(hasAdministrator([{ role, isInvited, disabledAt }])).toBe(has)
    expect(hasAdministrator([])).toBe(false)
  },
)
