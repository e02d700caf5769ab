import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { type ReadersSearch, readReadersSearch } from '../readers/readers-search.ts'
import { validSearch } from './valid-search.ts'
import { signedInRoute } from './signed-in-route.tsx'

const readersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/readers',
  validateSearch: validSearch<ReadersSearch>(readReadersSearch),
  component: lazyRouteComponent(() => import('../readers/readers-page.tsx'), 'ReadersPage'),
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

const appsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/apps',
  component: lazyRouteComponent(() => import('../apps/apps-page.tsx'), 'AppsPage'),
})

const appRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/apps/$appId',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../apps/app-page.tsx'), 'AppPage'),
})

/** Pages of what the hub is connected to, and of the apps that connect it. */
export const connectionRoutes = [readersRoute, environmentsRoute, environmentRoute, appsRoute, appRoute] as const
