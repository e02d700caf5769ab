import { createMemoryHistory, createRootRoute, createRoute, createRouter } from '@tanstack/react-router'
import { expect, test } from 'vitest'
import { returnPath } from '../access/return-path.ts'
import { validSearch } from './valid-search.ts'

/** What a page gets of an address, by the router itself. */
function searchOf(address: string): unknown {
  const rootRoute = createRootRoute()
  const page = createRoute({
    getParentRoute: () => rootRoute,
    path: '/sign-in',
    validateSearch: validSearch((search) => {
      const from = returnPath(search['from'])
      return from ? { from } : {}
    }),
  })
  const history = createMemoryHistory({ initialEntries: [address] })
  const router = createRouter({ routeTree: rootRoute.addChildren([page]), history })
  return router.matchRoutes(router.latestLocation).at(-1)?.search
}

test('S13: a page gets what its reader lets through', () => {
  expect(searchOf('/sign-in?from=%2Fexecutions%2F7')).toEqual({ from: '/executions/7' })
})

test.each(['https://evil.example.com/', '//evil.example.com/', '/\\evil.example.com', 'javascript:alert(1)'])(
  'S13: a page never gets %s, which its reader left out',
  (from) => {
    expect(searchOf(`/sign-in?from=${encodeURIComponent(from)}&other=x`)).toEqual({})
  },
)

test('an id that looks like a number is read as the text that stands in the address', () => {
  const read = validSearch<{ job?: unknown }>((search) => ({ job: search['job'] }))
  expect(read({ job: 17 })).toEqual({ job: '17' })
  expect(read({ job: true })).toEqual({ job: 'true' })
})
