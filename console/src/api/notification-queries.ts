import { MailPage, MailSettings, NotificationPage, NotificationRulePage, OwnMailAddress } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { api, apiTagged } from './api.ts'
import { paged } from './paged.ts'
import { paths } from './paths.ts'

/** What reads of notifications, and of the mail that tells of them, begin with. */
export const notificationKeys = {
  notifications: ['notifications'],
  rules: ['notification-rules'],
  mailSettings: ['mail-settings'],
  mails: ['mails'],
  ownAddress: ['own-mail-address'],
} as const

/** Notifications come while nobody touches the page. */
const readAnewMs = 10_000

export const notificationQueries = {
  list: (state: 'open' | 'closed' | undefined) => ({
    ...paged([...notificationKeys.notifications, state], paths.notifications, NotificationPage, { state }),
    refetchInterval: readAnewMs,
  }),
  rules: () => paged(notificationKeys.rules, paths.notificationRules, NotificationRulePage),
  mails: () => ({ ...paged(notificationKeys.mails, paths.mails, MailPage), refetchInterval: readAnewMs }),
  mailSettings: () =>
    queryOptions({
      queryKey: notificationKeys.mailSettings,
      queryFn: ({ signal }) => apiTagged(paths.mailSettings, { reply: MailSettings, signal }),
    }),
  ownAddress: () =>
    queryOptions({
      queryKey: notificationKeys.ownAddress,
      queryFn: ({ signal }) => api(paths.ownMailAddress, { reply: OwnMailAddress, signal }),
    }),
} as const
