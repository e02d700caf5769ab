import { viewSearch } from '../app/view-search.ts'

/** How indicators are added, as it stands in the address: `?as=text`. */
export const addSearch = viewSearch('as', ['value', 'text', 'stix'])
