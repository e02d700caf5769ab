import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { readServerSearch, type ServerSearch } from '../environments/server-search.ts'
import { readersSearch } from '../readers/readers-search.ts'
import { validSearch } from './valid-search.ts'
import { signedInRoute } from './signed-in-route.tsx'

const readersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/readers',
  validateSearch: validSearch(readersSearch.read),
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

const serverRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/environments/$environmentId/servers/$serverXid',
  validateSearch: validSearch<ServerSearch>(readServerSearch),
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(() => import('../environments/server-page.tsx'), 'ServerPage'),
})

const serverSettingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/environments/$environmentId/servers/$serverXid/settings',
  remountDeps: ({ params }) => params,
  component: lazyRouteComponent(
    () => import('../environments/settings/server-settings-page.tsx'),
    'ServerSettingsPage',
  ),
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

const settingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('../settings/settings-page.tsx'), 'SettingsPage'),
})

const mailSettingsRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings/mail',
  component: lazyRouteComponent(() => import('../mail/mail-settings-page.tsx'), 'MailSettingsPage'),
})

const usersRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings/users',
  component: lazyRouteComponent(() => import('../users/users-page.tsx'), 'UsersPage'),
})

const keysRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/settings/keys',
  component: lazyRouteComponent(() => import('../keys/keys-page.tsx'), 'KeysPage'),
})

/** Pages of what the hub is connected to, and of the apps that connect it. */
export const connectionRoutes = [
  readersRoute,
  environmentsRoute,
  environmentRoute,
  serverRoute,
  serverSettingsRoute,
  appsRoute,
  appRoute,
  settingsRoute,
  mailSettingsRoute,
  usersRoute,
  keysRoute,
] as const
