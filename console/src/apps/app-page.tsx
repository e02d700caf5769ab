import type { App } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { appQueries } from '../api/app-queries.ts'
import { pages } from '../app/pages.ts'
import { CopyButton } from '../elements/copy-button.tsx'
import { DetailHead } from '../elements/detail-head.tsx'
import { DetailPage } from '../elements/detail-page.tsx'
import { Fact, Facts } from '../elements/facts.tsx'
import form from '../elements/form.module.css'
import { PlainText } from '../elements/plain-text.tsx'
import { Timestamp } from '../elements/timestamp.tsx'
import { appKindWords } from '../executions/execution-words.ts'
import { formatBytes } from '../format/quantities.ts'
import { AppJobs } from './app-jobs.tsx'
import { AppParameters } from './app-parameters.tsx'

/** One app: who vouches for it, what it asks for, and the jobs that run it. */
export function AppPage() {
  const { appId } = useParams({ from: '/signed-in/apps/$appId' })
  const query = useQuery(appQueries.one(appId))
  return (
    <DetailPage noun="app" list={pages.apps} id={appId} nameOf={({ displayName }) => displayName} query={query}>
      {(app) => (
        <>
          <DetailHead over={appKindWords[app.kind]} name={app.displayName} about={app.note} />
          <AppFacts app={app} />
          <AppJobs appId={app.id} />
          <AppParameters app={app} />
        </>
      )}
    </DetailPage>
  )
}

function AppFacts({ app: { programName, programLanguage, current } }: { app: App }) {
  return (
    <section className={form['card']} aria-label="The app">
      <Facts label="Facts">
        <Fact name="Version">
          <PlainText text={current.programVersion} />
        </Fact>
        <Fact name="Installed">
          <Timestamp instant={current.installedAt} />
        </Fact>
        <Fact name="Program name">
          <code>
            <PlainText text={programName} />
          </code>
        </Fact>
        <Fact name="Language">
          <PlainText text={programLanguage} />
        </Fact>
        <Fact name="Vouched for by">
          <PlainText text={current.vouchedBy} />
        </Fact>
        <Fact name="Key of the publisher">
          <code>
            <PlainText text={current.publisherKeyId} />
          </code>
        </Fact>
        <Fact name="Package">{formatBytes(current.packageBytes)}</Fact>
        <Fact name="SHA-256 of the package" isLong>
          <span className={form['inline']}>
            <code>{current.packageSha256}</code>
            <CopyButton text={current.packageSha256} label="Copy the SHA-256" />
          </span>
        </Fact>
      </Facts>
    </section>
  )
}
