import type { App, InstallParameter } from '@postern/protocol'
import { EmptyState } from '../elements/empty-state.tsx'
import { LongText } from '../elements/long-text.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { type Column, VirtualTable } from '../elements/virtual-table.tsx'
import { linesOf, shownParameters } from '../jobs/parameter-kind.ts'

/** What a job of an app fills in. */
export function AppParameters({ app }: { app: App }) {
  const parameters = shownParameters(app.parameters)
  return (
    <Section title="Parameters" summary="What a job of it fills in; its owner and its control are fields of the job.">
      {parameters.length === 0 ? (
        <EmptyState title="It takes none" />
      ) : (
        <VirtualTable
          label="Parameters"
          columns={columnsFor(app.collectionParameters)}
          rows={parameters}
          rowKey={({ name }) => name}
        />
      )}
    </Section>
  )
}

function columnsFor(collectionParameters: readonly string[]): readonly Column<InstallParameter>[] {
  return [
    {
      key: 'name',
      header: 'Parameter',
      width: 'minmax(160px, 2fr)',
      isPlain: true,
      render: ({ name, label }) => (
        <div>
          {label !== undefined && (
            <div>
              <LongText text={label} />
            </div>
          )}
          <code>{name}</code>
        </div>
      ),
    },
    {
      key: 'needs',
      header: 'What it is',
      width: 'minmax(140px, 1fr)',
      render: (parameter) => <span>{whatItIs(parameter, collectionParameters)}</span>,
    },
    {
      key: 'default',
      header: 'Default',
      width: 'minmax(110px, 1fr)',
      isSecondary: true,
      render: (parameter) => <PlainText text={linesOf(parameter.default ?? undefined).join(', ') || '–'} />,
    },
    {
      key: 'note',
      header: 'Meaning',
      width: 'minmax(180px, 3fr)',
      render: ({ note }) => <LongText text={note ?? ''} />,
    },
  ]
}

function whatItIs(
  { name, required, encrypt, type }: InstallParameter,
  collectionParameters: readonly string[],
): string {
  const words = [
    encrypt === true ? 'secret' : collectionParameters.includes(name) ? 'data collection' : kindWord(type),
    ...(required === true ? ['required'] : []),
  ]
  return words.join(', ')
}

function kindWord(type: string | undefined): string {
  const words: Record<string, string> = {
    boolean: 'yes or no',
    choice: 'one of several',
    editchoice: 'one of several, or another',
    multichoice: 'several of several',
    keyvaluelist: 'pairs of names and values',
  }
  return words[type?.toLowerCase() ?? ''] ?? 'text'
}
