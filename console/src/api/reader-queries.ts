import {
  FirewallListPage,
  LeftOutValuePage,
  ReaderPage,
  TaxiiCollectionSettingsPage,
  TaxiiRootPage,
} from '@postern/protocol'
import { queryOptions } from '@tanstack/react-query'
import { paged } from './paged.ts'
import { paths } from './paths.ts'
import { readAll } from './read-all.ts'

/** What reads of readers, and of what they fetch, begin with. */
export const readerKeys = {
  readers: ['readers'],
  lists: ['firewall-lists'],
  roots: ['taxii-roots'],
  taxiiCollections: ['taxii-collections'],
} as const

export const readerQueries = {
  readers: () => paged(readerKeys.readers, paths.readers, ReaderPage),
  lists: () => paged(readerKeys.lists, paths.firewallLists, FirewallListPage),
  /** Values that the version which a list serves lacks. */
  leftOut: (listId: string, served: number) =>
    paged([...readerKeys.lists, listId, 'left-out', served], paths.firewallListLeftOut(listId), LeftOutValuePage),
  roots: () => paged(readerKeys.roots, paths.taxiiRoots, TaxiiRootPage),
  taxiiCollections: () => paged(readerKeys.taxiiCollections, paths.taxiiCollections, TaxiiCollectionSettingsPage),

  /** What a reader can be granted. */
  listChoices: () =>
    queryOptions({
      queryKey: [...readerKeys.lists, 'choices'],
      queryFn: ({ signal }) => readAll(paths.firewallLists, FirewallListPage, signal),
    }),
  taxiiChoices: () =>
    queryOptions({
      queryKey: [...readerKeys.taxiiCollections, 'choices'],
      queryFn: ({ signal }) => readAll(paths.taxiiCollections, TaxiiCollectionSettingsPage, signal),
    }),
  rootChoices: () =>
    queryOptions({
      queryKey: [...readerKeys.roots, 'choices'],
      queryFn: ({ signal }) => readAll(paths.taxiiRoots, TaxiiRootPage, signal),
    }),
} as const
