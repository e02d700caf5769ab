import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, Outlet, redirect } from '@tanstack/react-router'
import { ApiProblem } from '../api/api.ts'
import { hubQueries } from '../api/hub-queries.ts'
import { AppShell } from './app-shell.tsx'
import { MissingPage } from './fallback-pages.tsx'

export const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: MissingPage,
})

/** Everything behind the session. Who has none is led to the sign-in page, and back afterwards. */
export const signedInRoute = createRoute({
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
