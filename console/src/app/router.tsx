import type { QueryClient } from '@tanstack/react-query'
import { createRoute, createRouter, parseSearchWith, redirect, stringifySearchWith } from '@tanstack/react-router'
import { ForgottenPasswordPage } from '../access/forgotten-password-page.tsx'
import { PasswordPage } from '../access/password-page.tsx'
import { returnPath } from '../access/return-path.ts'
import { SetUpPage } from '../access/set-up-page.tsx'
import { SignInPage } from '../access/sign-in-page.tsx'
import { connectionRoutes } from './connection-routes.ts'
import { BrokenPage, MissingContent, MissingPage, PendingPage } from './fallback-pages.tsx'
import { libraryRoutes } from './library-routes.ts'
import { rootRoute, signedInRoute } from './signed-in-route.tsx'
import { validSearch } from './valid-search.ts'
import { workRoutes } from './work-routes.ts'

const setUpRoute = createRoute({ getParentRoute: () => rootRoute, path: '/setup', component: SetUpPage })

const passwordRoute = createRoute({ getParentRoute: () => rootRoute, path: '/password', component: PasswordPage })

const forgottenPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgotten-password',
  component: ForgottenPasswordPage,
})

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: validSearch<{ from?: string }>((search) => {
    const from = returnPath(search['from'])
    return from ? { from } : {}
  }),
  component: SignInPage,
})

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/executions', replace: true })
  },
})

/** Every address that is none of the others: it keeps the navigation. */
const unknownRoute = createRoute({ getParentRoute: () => signedInRoute, path: '$', component: MissingContent })

const routeTree = rootRoute.addChildren([
  setUpRoute,
  passwordRoute,
  forgottenPasswordRoute,
  signInRoute,
  signedInRoute.addChildren([homeRoute, ...workRoutes, ...libraryRoutes, ...connectionRoutes, unknownRoute]),
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
