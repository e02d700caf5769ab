import { FirewallListPage, paths, ReaderPage, TaxiiCollectionSettingsPage, TaxiiRootPage } from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { paged } from './paged.ts'
import { readAll } from './read-all.ts'

export const readerQueries = {
  readers: () => paged(['readers'], paths.readers, ReaderPage),
  lists: () => paged(['firewall-lists'], paths.firewallLists, FirewallListPage),
  roots: () => paged(['taxii-roots'], paths.taxiiRoots, TaxiiRootPage),
  taxiiCollections: () => paged(['taxii-collections'], paths.taxiiCollections, TaxiiCollectionSettingsPage),

  /** What a reader can be granted. */
  listChoices: () =>
    queryOptions({
      queryKey: ['firewall-lists', 'choices'],
      queryFn: ({ signal }) => readAll(paths.firewallLists, FirewallListPage, signal),
    }),
  taxiiChoices: () =>
    queryOptions({
      queryKey: ['taxii-collections', 'choices'],
      queryFn: ({ signal }) => readAll(paths.taxiiCollections, TaxiiCollectionSettingsPage, signal),
    }),
  rootChoices: () =>
    queryOptions({
      queryKey: ['taxii-roots', 'choices'],
      queryFn: ({ signal }) => readAll(paths.taxiiRoots, TaxiiRootPage, signal),
    }),
} as const
