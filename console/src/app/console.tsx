import { MantineProvider } from '@mantine/core'
import { consolePages } from '@postern/protocol'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useState } from 'react'
import { LiveContext } from '../api/live.ts'
import { LiveConnection } from '../api/live-connection.ts'
import { Announcer } from '../elements/announcer.tsx'
import { createQueryClient } from './query-client.ts'
import { createConsoleRouter } from './router.tsx'
import { styleNonce } from './style-nonce.ts'
import { theme, variables } from './theme.ts'

/** The whole console: everything that lives as long as the page does is made here. */
export function Console() {
  const [parts] = useState(() => {
    const live = new LiveConnection()
    const queryClient = createQueryClient(leadToSignIn)
    const router = createConsoleRouter(queryClient)
    function leadToSignIn() {
      // Several requests may learn of the session's end at once; only the first knows where the person was.
      if (router.latestLocation.pathname === consolePages.signIn) return
      void router.navigate({ to: '/sign-in', search: { from: router.latestLocation.href } })
    }
    return { live, queryClient, router }
  })
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      getStyleNonce={styleNonce}
    >
      <QueryClientProvider client={parts.queryClient}>
        <LiveContext value={parts.live}>
          <Announcer>
            <RouterProvider router={parts.router} />
          </Announcer>
        </LiveContext>
      </QueryClientProvider>
    </MantineProvider>
  )
}
