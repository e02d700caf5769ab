import { viewSearch } from '../app/view-search.ts'

/** Which part is open, as it stands in the address: `?view=tester`. */
export const exclusionsSearch = viewSearch('view', ['lists', 'tester'])
