import { viewSearch } from '../app/view-search.ts'

/** Which part is open, as it stands in the address: `?view=rules`. */
export const notificationsSearch = viewSearch('view', ['open', 'closed', 'rules'])
