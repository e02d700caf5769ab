import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  parseSearchWith,
  redirect,
  stringifySearchWith,
} from '@tanstack/react-router'
import { returnPath } from '../access/return-path.ts'
import { SetUpPage } from '../access/set-up-page.tsx'
import { SignInPage } from '../access/sign-in-page.tsx'
import { ApiProblem } from '../api/api.ts'
import { hubQueries } from '../api/hub-queries.ts'
import { ExecutionPage } from '../executions/execution-page.tsx'
import { type ExecutionSearch, readExecutionSearch } from '../executions/execution-search.ts'
import { ExecutionsPage } from '../executions/executions-page.tsx'
import { type ExecutionsSearch, readExecutionsSearch } from '../executions/executions-search.ts'
import { IndicatorPage } from '../indicators/indicator-page.tsx'
import { IndicatorsPage } from '../indicators/indicators-page.tsx'
import { type IndicatorsSearch, readIndicatorsSearch } from '../indicators/indicators-search.ts'
import { type JobsSearch, readJobsSearch } from '../jobs/jobs-search.ts'
import { readReceiptsSearch, type ReceiptsSearch } from '../receipts/receipts-search.ts'
import { type AnalysisSearch, readAnalysisSearch } from '../sightings/analysis-search.ts'
import { type ExplainSearch, readExplainSearch } from '../explain/explain-search.ts'
import { type ReadersSearch, readReadersSearch } from '../readers/readers-search.ts'
import { AppShell } from './app-shell.tsx'
import { BrokenPage, MissingContent, MissingPage, PendingPage } from './fallback-pages.tsx'
import { validSearch } from './valid-search.ts'

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: MissingPage,
})

const setUpRoute = createRoute({ getParentRoute: () => rootRoute, path: '/setup', component: SetUpPage })

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: validSearch<{ from?: string }>((search) => {
    const from = returnPath(search['from'])
    return from ? { from } : {}
  }),
  component: SignInPage,
})

/** Everything behind the session. Who has none is led to the sign-in page, and back afterwards. */
const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(hubQueries.me())
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'unauthenticated') {
        throw redirect({ to: '/sign-in', search: { from: location.href } })
      }
      throw error
    }
  },
  component: AppShell,
})

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/executions', replace: true })
  },
})

const executionsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/executions',
  validateSearch: validSearch<ExecutionsSearch>(readExecutionsSearch),
  component: ExecutionsPage,
})

const executionRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/executions/$executionId',
  validateSearch: validSearch<ExecutionSearch>(readExecutionSearch),
  // Another execution is another page: nothing of the one before may linger.
  remountDeps: ({ params }) => params,
  component: ExecutionPage,
})

const indicatorsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/indicators',
  validateSearch: validSearch<IndicatorsSearch>(readIndicatorsSearch),
  component: IndicatorsPage,
})

const indicatorRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/indicators/$indicatorId',
  remountDeps: ({ params }) => params,
  component: IndicatorPage,
})

const environmentsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/environments',
  component: lazyRouteComponent(() => import('../environments/environments-page.tsx'), 'EnvironmentsPage'),
})

const environmentRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/environments/$environmentId',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../environments/environment-page.tsx'), 'EnvironmentPage'),
})

const jobsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/jobs',
  validateSearch: validSearch<JobsSearch>(readJobsSearch),
  component: lazyRouteComponent(() => import('../jobs/jobs-page.tsx'), 'JobsPage'),
})

const newJobRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/jobs/new',
  component: lazyRouteComponent(() => import('../jobs/new-job-page.tsx'), 'NewJobPage'),
})

const jobRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/jobs/$jobId',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../jobs/job-page.tsx'), 'JobPage'),
})

const editJobRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/jobs/$jobId/edit',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../jobs/edit-job-page.tsx'), 'EditJobPage'),
})

const receiptsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/receipts',
  validateSearch: validSearch<ReceiptsSearch>(readReceiptsSearch),
  component: lazyRouteComponent(() => import('../receipts/receipts-page.tsx'), 'ReceiptsPage'),
})

const receiptRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/receipts/$receiptId',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../receipts/receipt-page.tsx'), 'ReceiptPage'),
})

const groupsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/groups',
  validateSearch: validSearch<IndicatorsSearch>(readIndicatorsSearch),
  component: lazyRouteComponent(() => import('../groups/groups-page.tsx'), 'GroupsPage'),
})

const groupRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/groups/$groupId',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../groups/group-page.tsx'), 'GroupPage'),
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

const exclusionListsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/exclusion-lists',
  component: lazyRouteComponent(() => import('../exclusions/exclusion-lists-page.tsx'), 'ExclusionListsPage'),
})

const exclusionListRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/exclusion-lists/$listId',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../exclusions/exclusion-list-page.tsx'), 'ExclusionListPage'),
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

const readersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/readers',
  validateSearch: validSearch<ReadersSearch>(readReadersSearch),
  component: lazyRouteComponent(() => import('../readers/readers-page.tsx'), 'ReadersPage'),
})

/** Every address that is none of the others: it keeps the navigation. */
const unknownRoute = createRoute({ getParentRoute: () => signedInRoute, path: '$', component: MissingContent })

const routeTree = rootRoute.addChildren([
  setUpRoute,
  signInRoute,
  signedInRoute.addChildren([
    homeRoute,
    executionsRoute,
    executionRoute,
    indicatorsRoute,
    indicatorRoute,
    environmentsRoute,
    environmentRoute,
    jobsRoute,
    newJobRoute,
    jobRoute,
    editJobRoute,
    receiptsRoute,
    receiptRoute,
    groupsRoute,
    groupRoute,
    ownersRoute,
    ownerRoute,
    exclusionListsRoute,
    exclusionListRoute,
    collectionsRoute,
    newCollectionRoute,
    collectionRoute,
    editCollectionRoute,
    sightingAnalysisRoute,
    explainRoute,
    readersRoute,
    unknownRoute,
  ]),
])

export function createConsoleRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    // Search parameters are plain strings: an id that looks like a number stays what it is.
    parseSearch: parseSearchWith((value) => value),
    stringifySearch: stringifySearchWith(String),
    scrollRestoration: true,
    defaultPendingComponent: PendingPage,
    defaultPendingMs: 300,
    defaultErrorComponent: BrokenPage,
    defaultNotFoundComponent: MissingPage,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>
  }
}
