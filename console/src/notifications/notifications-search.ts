import * as z from 'zod/mini'

export const notificationViews = ['open', 'closed', 'rules'] as const
export type NotificationView = (typeof notificationViews)[number]

/** Which part is open, as it stands in the address: `?view=rules`. */
export interface NotificationsSearch {
  view?: NotificationView
}

const View = z.enum(notificationViews)

/** Reads it from the address; what makes no sense is left out. */
export function readNotificationsSearch(search: Record<string, unknown>): NotificationsSearch {
  const view = z.safeParse(View, search['view']).data
  return view && view !== 'open' ? { view } : {}
}
