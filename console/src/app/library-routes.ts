import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { IndicatorPage } from '../indicators/indicator-page.tsx'
import { IndicatorsPage } from '../indicators/indicators-page.tsx'
import { type IndicatorsSearch, readIndicatorsSearch } from '../indicators/indicators-search.ts'
import { keptQuery } from '../indicators/query-place.ts'
import { type AnalysisSearch, readAnalysisSearch } from '../sightings/analysis-search.ts'
import { exclusionsSearch } from '../exclusions/exclusions-search.ts'
import { type ExplainSearch, readExplainSearch } from '../explain/explain-search.ts'
import type { KeptTextFilter } from '../api/kept-text-queries.ts'
import { readKeptTextsSearch } from '../kept-texts/kept-texts-search.ts'
import { addSearch } from '../additions/add-search.ts'
import { validSearch } from './valid-search.ts'
import { signedInRoute } from './signed-in-route.tsx'

const indicatorsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/indicators',
  validateSearch: validSearch<IndicatorsSearch>(readIndicatorsSearch),
  beforeLoad: keptQuery,
  component: IndicatorsPage,
})

const addIndicatorsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/indicators/add',
  validateSearch: validSearch(addSearch.read),
  component: lazyRouteComponent(() => import('../additions/add-indicators-page.tsx'), 'AddIndicatorsPage'),
})

const indicatorRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/indicators/$indicatorId',
  remountDeps: ({ params }) => params,
  component: IndicatorPage,
})

const groupsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/groups',
  validateSearch: validSearch<IndicatorsSearch>(readIndicatorsSearch),
  beforeLoad: keptQuery,
  component: lazyRouteComponent(() => import('../groups/groups-page.tsx'), 'GroupsPage'),
})

const newGroupRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/groups/new',
  component: lazyRouteComponent(() => import('../groups/new-group-page.tsx'), 'NewGroupPage'),
})

const editGroupRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/groups/$groupId/edit',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../groups/edit-group-page.tsx'), 'EditGroupPage'),
})

const groupRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/groups/$groupId',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../groups/group-page.tsx'), 'GroupPage'),
})

const keptTextsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/kept-texts',
  validateSearch: validSearch<KeptTextFilter>(readKeptTextsSearch),
  component: lazyRouteComponent(() => import('../kept-texts/kept-texts-page.tsx'), 'KeptTextsPage'),
})

const collectionsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/collections',
  component: lazyRouteComponent(() => import('../collections/collections-page.tsx'), 'CollectionsPage'),
})

const newCollectionRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/collections/new',
  validateSearch: validSearch<IndicatorsSearch>(readIndicatorsSearch),
  component: lazyRouteComponent(() => import('../collections/new-collection-page.tsx'), 'NewCollectionPage'),
})

const collectionRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/collections/$collectionId',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../collections/collection-page.tsx'), 'CollectionPage'),
})

const editCollectionRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/collections/$collectionId/edit',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../collections/edit-collection-page.tsx'), 'EditCollectionPage'),
})

const ownersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/owners',
  component: lazyRouteComponent(() => import('../owners/owners-page.tsx'), 'OwnersPage'),
})

const ownerRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/owners/$ownerId',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../owners/owner-page.tsx'), 'OwnerPage'),
})

const attributeTypesRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/attribute-types',
  component: lazyRouteComponent(() => import('../attributes/attribute-types-page.tsx'), 'AttributeTypesPage'),
})

const exclusionListsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/exclusion-lists',
  validateSearch: validSearch(exclusionsSearch.read),
  component: lazyRouteComponent(() => import('../exclusions/exclusion-lists-page.tsx'), 'ExclusionListsPage'),
})

const exclusionListRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/exclusion-lists/$listId',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../exclusions/exclusion-list-page.tsx'), 'ExclusionListPage'),
})

const sightingAnalysisRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/sighting-analysis',
  validateSearch: validSearch<AnalysisSearch>(readAnalysisSearch),
  component: lazyRouteComponent(() => import('../sightings/sighting-analysis-page.tsx'), 'SightingAnalysisPage'),
})

const explainRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/explain',
  validateSearch: validSearch<ExplainSearch>(readExplainSearch),
  component: lazyRouteComponent(() => import('../explain/explain-page.tsx'), 'ExplainPage'),
})

/** Pages of the library, and of what leaves it. */
export const libraryRoutes = [
  indicatorsRoute,
  addIndicatorsRoute,
  indicatorRoute,
  groupsRoute,
  newGroupRoute,
  groupRoute,
  editGroupRoute,
  keptTextsRoute,
  collectionsRoute,
  newCollectionRoute,
  collectionRoute,
  editCollectionRoute,
  ownersRoute,
  ownerRoute,
  attributeTypesRoute,
  exclusionListsRoute,
  exclusionListRoute,
  sightingAnalysisRoute,
  explainRoute,
] as const
