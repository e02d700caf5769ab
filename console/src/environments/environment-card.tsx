import type { Environment } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { PlainText } from '../elements/plain-text.tsx'
import { formatCount, formatCountOf } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { EnvironmentActions } from './environment-actions.tsx'
import classes from './environments.module.css'
import { InspectionAllowed } from './inspected-tls-dialog.tsx'
import { byPresence, readiness } from './presence-faces.ts'
import { ServerItem } from './server-item.tsx'

/** Servers that a card shows; the environment's own page has all of them. */
const serversShown = 5

export function EnvironmentCard({ environment }: { environment: Environment }) {
  const servers = byPresence(environment.servers.filter(({ presence }) => presence !== 'revoked'))
  const revoked = environment.servers.length - servers.length
  const hidden = servers.length - serversShown
  return (
    <article className={classes['card']} aria-label={plainText(environment.name)}>
      <header className={classes['cardHead']}>
        <h2 className={classes['cardName']} title={plainText(environment.name)}>
          <Link to="/environments/$environmentId" params={{ environmentId: environment.id }}>
            <PlainText text={environment.name} />
          </Link>
        </h2>
        <EnvironmentActions environment={environment} />
        <p className={classes['cardState']}>{readiness(environment.servers)}</p>
        {environment.ownerName !== null && (
          <p className={classes['cardState']}>
            Owner: <PlainText text={environment.ownerName} />
          </p>
        )}
        {environment.allowInspectedTls && (
          <p className={classes['cardState']}>
            <InspectionAllowed className={classes['notice']} />
          </p>
        )}
      </header>
      <Work environment={environment} />
      <ul className={classes['servers']} aria-label={`Servers of ${plainText(environment.name)}`}>
        {servers.slice(0, serversShown).map((server) => (
          <ServerItem key={server.serverXid} environmentId={environment.id} server={server} />
        ))}
      </ul>
      {(hidden > 0 || revoked > 0) && (
        <footer className={classes['cardFoot']}>
          <Link to="/environments/$environmentId" params={{ environmentId: environment.id }}>
            {[hidden > 0 && `${formatCountOf(hidden, 'more server')}`, revoked > 0 && `${formatCount(revoked)} revoked`]
              .filter(Boolean)
              .join(', ')}
          </Link>
        </footer>
      )}
    </article>
  )
}

/** What is under way here, and what it waits for. */
export function Work({ environment }: { environment: Environment }) {
  const figures = [
    ['Queued', environment.executionsQueued],
    ['Running', environment.executionsRunning],
  ] as const
  return (
    <dl className={classes['work']} aria-label="Executions">
      {figures.map(([name, count]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd data-zero={count === 0 ? true : undefined}>{formatCount(count)}</dd>
        </Fragment>
      ))}
    </dl>
  )
}
