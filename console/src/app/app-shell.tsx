import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router'
import { Fragment, useEffect, useRef, useState } from 'react'
import { useMay } from '../access/rights.ts'
import { useSignOut } from '../access/session.ts'
import { hubQueries } from '../api/hub-queries.ts'
import { useAnnounce } from '../elements/announcer.tsx'
import { Icon } from '../elements/icon.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import classes from './app-shell.module.css'
import { GateLogo } from './gate-logo.tsx'
import { LiveIndicator } from './live-indicator.tsx'
import { pathFor, type PageName, pageNames, pages } from './pages.ts'
import { ShortcutsDialog } from './shortcuts-dialog.tsx'
import { useShortcut } from './shortcuts.ts'
import { ThemeToggle } from './theme-toggle.tsx'

/** What surrounds every page behind the session: the rail with the pages, who one is, and the skip link before it all. */
export function AppShell() {
  useFocusOnNewPage()
  return (
    <div className={classes['shell']}>
      <a className={classes['skip']} href="#content" onClick={focusContent}>
        Skip to the content
      </a>
      <header className={classes['rail']}>
        <Link to="/executions" className={classes['brand']}>
          <GateLogo />
          <span>Postern</span>
        </Link>
        <Pages />
        <Tools />
      </header>
      <main id="content" tabIndex={-1} className={classes['content']}>
        <Outlet />
      </main>
    </div>
  )
}

function Pages() {
  const nav = useRef<HTMLElement>(null)
  const pathname = useLocation({ select: (location) => location.pathname })
  // Where the pages are wider or higher than the window has room for, the one that is open is brought to its middle.
  useEffect(() => {
    const open = nav.current?.querySelector<HTMLElement>('[aria-current=page]')
    if (!nav.current || !open) return
    const [frame, page] = [nav.current.getBoundingClientRect(), open.getBoundingClientRect()]
    nav.current.scrollLeft += page.left - frame.left - (frame.width - page.width) / 2
    nav.current.scrollTop += page.top - frame.top - (frame.height - page.height) / 2
  }, [pathname])
  return (
    <nav ref={nav} aria-label="Pages" className={classes['pages']}>
      {pageNames.map((page, index) => {
        const { section } = pages[page]
        const before = pageNames[index - 1]
        return (
          <Fragment key={page}>
            {(before === undefined || pages[before].section !== section) && (
              <span className={classes['section']} aria-hidden="true">
                {section}
              </span>
            )}
            <PageLink page={page} />
          </Fragment>
        )
      })}
    </nav>
  )
}

/** A page of the rail; its keys lead there as well. */
function PageLink({ page }: { page: PageName }) {
  const { name, icon } = pages[page]
  const to = pathFor(page, useMay('write'))
  const navigate = useNavigate()
  useShortcut(page, () => void navigate({ to }))
  return (
    <Link to={to} className={classes['page']} activeProps={{ 'aria-current': 'page' }}>
      <Icon name={icon} />
      {name}
    </Link>
  )
}

function Tools() {
  const me = useQuery(hubQueries.me())
  const [helpOpen, setHelpOpen] = useState(false)
  useShortcut('help', () => setHelpOpen(true))
  return (
    <div className={classes['tools']}>
      <LiveIndicator />
      <ThemeToggle />
      <button type="button" className={classes['tool']} onClick={() => setHelpOpen(true)} title="Keyboard shortcuts">
        <Icon name="keyboard" />
        <span className={classes['toolWord']}>Keyboard</span>
      </button>
      <div className={classes['who']}>
        {me.data && (
          <p className={classes['name']} title={me.data.role ?? undefined}>
            <PlainText text={me.data.name} />
            <span className={classes['role']}>{me.data.role ? me.data.role.replaceAll('-', ' ') : me.data.kind}</span>
          </p>
        )}
        <SignOutButton />
      </div>
      <ShortcutsDialog open={helpOpen} onClose={() => setHelpOpen(false)} />
    </div>
  )
}

function SignOutButton() {
  const navigate = useNavigate()
  const announce = useAnnounce()
  const signOut = useSignOut()
  return (
    <button
      type="button"
      className={classes['tool']}
      title="Sign out"
      disabled={signOut.isPending}
      onClick={() =>
        signOut.mutate(undefined, {
          onSuccess: () => void navigate({ to: '/sign-in' }),
          onError: () => announce('Signing out failed: the hub does not answer'),
        })
      }
    >
      <Icon name="leave" />
      <span className={classes['toolWord']}>{signOut.isError ? 'Failed, try again' : 'Sign out'}</span>
    </button>
  )
}

/** Another page begins at its content: otherwise the focus would be lost with the link that led there. */
function useFocusOnNewPage() {
  const pathname = useLocation({ select: (location) => location.pathname })
  const shown = useRef(pathname)
  useEffect(() => {
    if (shown.current === pathname) return
    shown.current = pathname
    document.querySelector<HTMLElement>('#content')?.focus({ preventScroll: true })
  }, [pathname])
}

/** The router owns the address, so the skip link moves the focus itself and leaves the address alone. */
function focusContent(event: React.MouseEvent) {
  event.preventDefault()
  document.querySelector<HTMLElement>('#content')?.focus()
}
