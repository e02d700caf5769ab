import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
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
import { EnvironmentPage } from '../environments/environment-page.tsx'
import { EnvironmentsPage } from '../environments/environments-page.tsx'
import { ExecutionPage } from '../executions/execution-page.tsx'
import { type ExecutionSearch, readExecutionSearch } from '../executions/execution-search.ts'
import { ExecutionsPage } from '../executions/executions-page.tsx'
import { type ExecutionsSearch, readExecutionsSearch } from '../executions/executions-search.ts'
import { IndicatorPage } from '../indicators/indicator-page.tsx'
import { IndicatorsPage } from '../indicators/indicators-page.tsx'
import { type IndicatorsSearch, readIndicatorsSearch } from '../indicators/indicators-search.ts'
import { EditJobPage } from '../jobs/edit-job-page.tsx'
import { JobPage } from '../jobs/job-page.tsx'
import { JobsPage } from '../jobs/jobs-page.tsx'
import { type JobsSearch, readJobsSearch } from '../jobs/jobs-search.ts'
import { NewJobPage } from '../jobs/new-job-page.tsx'
import { ReceiptPage } from '../receipts/receipt-page.tsx'
import { ReceiptsPage } from '../receipts/receipts-page.tsx'
import { readReceiptsSearch, type ReceiptsSearch } from '../receipts/receipts-search.ts'
import { AppShell } from './app-shell.tsx'
import { BrokenPage, MissingPage, PendingPage } from './fallback-pages.tsx'
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
  component: EnvironmentsPage,
})

const environmentRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/environments/$environmentId',
  remountDeps: ({ params }) => params,
  component: EnvironmentPage,
})

const jobsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/jobs',
  validateSearch: validSearch<JobsSearch>(readJobsSearch),
  component: JobsPage,
})

const newJobRoute = createRoute({ getParentRoute: () => signedInRoute, path: '/jobs/new', component: NewJobPage })

const jobRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/jobs/$jobId',
  remountDeps: ({ params }) => params,
  component: JobPage,
})

const editJobRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/jobs/$jobId/edit',
  remountDeps: ({ params }) => params,
  component: EditJobPage,
})

const receiptsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/receipts',
  validateSearch: validSearch<ReceiptsSearch>(readReceiptsSearch),
  component: ReceiptsPage,
})

const receiptRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/receipts/$receiptId',
  remountDeps: ({ params }) => params,
  component: ReceiptPage,
})

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
