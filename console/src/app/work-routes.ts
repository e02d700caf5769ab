import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { ExecutionPage } from '../executions/execution-page.tsx'
import { type ExecutionSearch, readExecutionSearch } from '../executions/execution-search.ts'
import { ExecutionsPage } from '../executions/executions-page.tsx'
import { type ExecutionsSearch, readExecutionsSearch } from '../executions/executions-search.ts'
import { type JobsSearch, readJobsSearch } from '../jobs/jobs-search.ts'
import { notificationsSearch } from '../notifications/notifications-search.ts'
import { readReceiptsSearch, type ReceiptsSearch } from '../receipts/receipts-search.ts'
import { validSearch } from './valid-search.ts'
import { signedInRoute } from './signed-in-route.tsx'

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

const notificationsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/notifications',
  validateSearch: validSearch(notificationsSearch.read),
  component: lazyRouteComponent(() => import('../notifications/notifications-page.tsx'), 'NotificationsPage'),
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

/** Pages of what is done: executions, jobs, receipts. */
export const workRoutes = [
  executionsRoute,
  executionRoute,
  notificationsRoute,
  jobsRoute,
  newJobRoute,
  jobRoute,
  editJobRoute,
  receiptsRoute,
  receiptRoute,
] as const
