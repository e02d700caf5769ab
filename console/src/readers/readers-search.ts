import { viewSearch } from '../app/view-search.ts'

/** Which part is open, as it stands in the address: `?view=lists`. */
export const readersSearch = viewSearch('view', ['readers', 'lists', 'taxii'])
