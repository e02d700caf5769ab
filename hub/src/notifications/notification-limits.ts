/** What is the matter, and who is told (D33). */
export const notificationLimits = {
  /** Of one organization. */
  rulesMax: 500,
  /** Closed notifications are shown so long. */
  closedDays: 90,
  /** Certificates are told of so many days before they end; servers renew theirs 30 days before, so something keeps them from it. */
  certificateDays: 14,
  /** Notifications that one turn takes to their recipients; turns come every second. */
  notificationsATurnMax: 2000,
  /** Recipients whose mail one turn writes. */
  recipientsATurnMax: 200,
} as const
