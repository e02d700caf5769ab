import { useDocumentTitle } from '@mantine/hooks'
import { RotatedPurpose } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../access/rights.ts'
import { hubKeyQueries } from '../api/key-queries.ts'
import form from '../elements/form.module.css'
import { NoRight } from '../elements/no-right.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { SettingsHead } from '../settings/settings-head.tsx'
import { KeySection } from './key-section.tsx'
import { PackagesSection } from './packages-section.tsx'
import { ServersWithoutSection } from './servers-without-section.tsx'

/** Administration → Settings → Keys (ES-22): what environment servers know this hub by, and how that is followed by another. */
export function KeysPage() {
  const maySee = useMay('write')
  const keys = useQuery({ ...hubKeyQueries.keys(), enabled: maySee })
  useDocumentTitle('Settings: keys · Postern')
  return (
    <div className={form['page']}>
      <SettingsHead at="/settings/keys" lead="By which keys environment servers know what comes from this hub." />
      {!maySee && <NoRight />}
      {maySee && keys.isPending && <SkeletonRows label="Loading the keys" rows={6} />}
      {keys.isError && (
        <ProblemAlert
          what={keys.data ? 'What you see may be old' : 'The keys'}
          error={keys.error}
          onRetry={() => void keys.refetch()}
        />
      )}
      {keys.data && (
        <>
          <ServersWithoutSection {...keys.data} />
          <PackagesSection {...keys.data} />
          {RotatedPurpose.options.map((purpose) => (
            <KeySection
              key={purpose}
              purpose={purpose}
              keys={keys.data.keys.filter((key) => key.purpose === purpose)}
              isFirstRelease={keys.data.keys.every((key) => key.purpose !== 'release')}
            />
          ))}
        </>
      )}
    </div>
  )
}
