/** What is the matter, and who is told (D33). */
export const notificationLimits = {
  /** Of one organization. */
  rulesMax: 500,
  /** Closed notifications are shown so long. */
  closedDays: 90,
  /** Notifications that one turn takes to their recipients; turns come every second. */
  notificationsATurnMax: 2000,
  /** Recipients whose mail one turn writes. */
  recipientsATurnMax: 200,
} as const
