import { Button, NativeSelect, TextInput } from '@mantine/core'
import { type ChangeFirewallList, CreateFirewallList, FirewallList, listFormats, paths } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { readerKeys } from '../api/reader-queries.ts'
import { collectionQueries } from '../api/collection-queries.ts'
import { api } from '../api/api.ts'
import { useWrite } from '../api/use-write.ts'
import { Check, Checks } from '../elements/check.tsx'
import { indicatorTypeChoices, tlpChoices } from '../elements/choices.ts'
import { DeleteDialog } from '../elements/delete-dialog.tsx'
import { FiguresInput } from '../elements/figures-input.tsx'
import form from '../elements/form.module.css'
import { FormDialog } from '../elements/form-dialog.tsx'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { formatCount } from '../format/quantities.ts'
import { plainText } from '../format/text-pieces.ts'
import { listFormatWords } from './list-words.ts'
import { networksOf } from './network-lines.ts'

interface ListDraft {
  name: string
  collection: string
  format: FirewallList['format']
  indicatorTypes: string[]
  tlpMax: string
  valuesMax: string
  shrinkPercentMax: string
  ipv4PrefixMin: string
  ipv6PrefixMin: string
  isPublic: boolean
  openNetworks: string
}

/** Makes a firewall list, or changes one; where a version is held back, it is released here. */
export function ListDialog({ list, onClose }: { list?: FirewallList; onClose: () => void }) {
  const [draft, setDraft] = useState<ListDraft>(() => draftOf(list))
  const [asks, setAsks] = useState(false)
  const collections = useQuery(collectionQueries.choices()).data ?? []
  const mistake = mistakeOf(draft)
  const change = (changes: Partial<ListDraft>) => setDraft({ ...draft, ...changes })
  const path = list === undefined ? paths.firewallLists : paths.firewallList(encodeURIComponent(list.id))
  const save = useWrite({
    write: () =>
      list === undefined
        ? api(path, { method: 'POST', body: bodyOfNew(draft), reply: FirewallList })
        : api(path, { method: 'PATCH', body: bodyOfChange(draft), reply: FirewallList }),
    said: 'The list is saved',
    touches: [readerKeys.lists],
    onDone: onClose,
  })
  const remove = useWrite({
    write: () => api(path, { method: 'DELETE' }),
    said: 'The list is deleted',
    touches: [readerKeys.lists, readerKeys.readers],
    onDone: onClose,
  })
  if (asks) {
    return (
      <DeleteDialog noun="list" onClose={onClose} action={remove}>
        <p>
          Its address is answered as if it had never been; firewalls keep what they fetched last, as each of them does.
        </p>
      </DeleteDialog>
    )
  }
  return (
    <FormDialog
      title={list === undefined ? 'New firewall list' : `List ${plainText(list.name)}`}
      confirm={list === undefined ? 'Make the list' : 'Save the list'}
      isReady={draft.name !== '' && draft.collection !== '' && mistake === undefined}
      onClose={onClose}
      action={save}
    >
      {list?.held && <Held list={list} held={list.held} onClose={onClose} />}
      <TextInput
        label="Name"
        description="The last part of its address, /lists/<name>. Letters, digits, _ and -."
        required
        maxLength={64}
        data-focus-first
        value={draft.name}
        onChange={(event) => change({ name: event.currentTarget.value.replaceAll(/[^\w-]/g, '') })}
      />
      <div className={form['row']}>
        <NativeSelect
          label="Data collection"
          required
          value={draft.collection}
          onChange={(event) => change({ collection: event.currentTarget.value })}
          data={[
            { value: '', label: 'Choose …' },
            ...collections.map(({ name }) => ({ value: name, label: plainText(name) })),
          ]}
        />
        <NativeSelect
          label="Format"
          value={draft.format}
          onChange={(event) => {
            const format = listFormats.find((each) => each === event.currentTarget.value)
            if (format) change({ format })
          }}
          data={listFormats.map((format) => ({ value: format, label: listFormatWords[format] }))}
        />
      </div>
      <Checks
        legend="Types"
        hint="None ticked means every type that the format can say."
        choices={indicatorTypeChoices}
        chosen={draft.indicatorTypes}
        onChange={(indicatorTypes) => change({ indicatorTypes })}
      />
      <div className={form['row']}>
        <NativeSelect
          label="TLP up to"
          value={draft.tlpMax}
          onChange={(event) => change({ tlpMax: event.currentTarget.value })}
          data={tlpChoices}
        />
        <FiguresInput
          label="Values at most"
          placeholder="No limit"
          maxLength={9}
          value={draft.valuesMax}
          onChange={(valuesMax) => change({ valuesMax })}
        />
        <FiguresInput
          label="May shrink by, in percent"
          maxLength={3}
          value={draft.shrinkPercentMax}
          onChange={(shrinkPercentMax) => change({ shrinkPercentMax })}
        />
      </div>
      <div className={form['row']}>
        <FiguresInput
          label="Widest IPv4 network: /"
          maxLength={2}
          value={draft.ipv4PrefixMin}
          onChange={(ipv4PrefixMin) => change({ ipv4PrefixMin })}
        />
        <FiguresInput
          label="Widest IPv6 network: /"
          maxLength={3}
          value={draft.ipv6PrefixMin}
          onChange={(ipv6PrefixMin) => change({ ipv6PrefixMin })}
        />
      </div>
      <p className={form['hint']}>A network that is wider stays out of the list, and is counted.</p>
      <TextInput
        label="Networks that need no credential"
        description="As 192.0.2.0/24, parted by spaces; empty for none."
        className={form['code'] ?? ''}
        value={draft.openNetworks}
        onChange={(event) => change({ openNetworks: event.currentTarget.value })}
      />
      <Check
        label={
          <span className={form['danger']}>Public: anyone who reaches the hub may fetch it, without a credential</span>
        }
        checked={draft.isPublic}
        onChange={(isPublic) => change({ isPublic })}
      />
      {mistake && <p className={form['hint']}>{mistake}</p>}
      {list && (
        <div className={form['row']}>
          <Button variant="subtle" color="brick" size="xs" onClick={() => setAsks(true)}>
            Delete the list …
          </Button>
        </div>
      )}
    </FormDialog>
  )
}

interface HeldProps {
  list: FirewallList
  held: NonNullable<FirewallList['held']>
  onClose: () => void
}

function Held({ list, held, onClose }: HeldProps) {
  const release = useWrite({
    write: () =>
      api(paths.firewallListRelease(encodeURIComponent(list.id)), {
        method: 'POST',
        body: { version: held.version },
        reply: FirewallList,
      }),
    said: 'The version is released',
    touches: [readerKeys.lists],
    onDone: onClose,
  })
  return (
    <Notice isStacked>
      <p>
        <strong>Version {formatCount(held.version)} is held back.</strong> <PlainText text={held.reason} />{' '}
        {list.servedVersion === 0
          ? 'Nothing is served.'
          : `Version ${formatCount(list.servedVersion)} with ${formatCount(list.servedCount)} values goes on being served.`}
      </p>
      {release.isError && <ProblemAlert error={release.error} />}
      <div className={form['row']}>
        <Button size="xs" loading={release.isPending} onClick={() => release.mutate()}>
          Release version {formatCount(held.version)}
        </Button>
      </div>
    </Notice>
  )
}

function mistakeOf({ shrinkPercentMax, ipv4PrefixMin, ipv6PrefixMin }: ListDraft): string | undefined {
  if (shrinkPercentMax === '' || Number(shrinkPercentMax) > 100) return 'It may shrink by 0 to 100 percent.'
  if (ipv4PrefixMin === '' || Number(ipv4PrefixMin) > 32) return 'An IPv4 network is /0 to /32 wide.'
  if (ipv6PrefixMin === '' || Number(ipv6PrefixMin) > 128) return 'An IPv6 network is /0 to /128 wide.'
  return undefined
}

function draftOf(list: FirewallList | undefined): ListDraft {
  return {
    name: list?.name ?? '',
    collection: list?.collectionName ?? '',
    format: list?.format ?? 'text',
    indicatorTypes: list?.indicatorTypes ?? [],
    tlpMax: list?.tlpMax ?? 'AMBER',
    valuesMax: list?.valuesMax == null ? '' : String(list.valuesMax),
    shrinkPercentMax: String(list?.shrinkPercentMax ?? 50),
    ipv4PrefixMin: String(list?.ipv4PrefixMin ?? 16),
    ipv6PrefixMin: String(list?.ipv6PrefixMin ?? 32),
    isPublic: list?.isPublic ?? false,
    openNetworks: list?.openNetworks.join(' ') ?? '',
  }
}

function bodyOfNew(draft: ListDraft): CreateFirewallList {
  const { indicatorTypes, valuesMax, ...rest } = bodyOfChange(draft)
  return {
    ...rest,
    name: draft.name,
    collection: draft.collection,
    format: draft.format,
    ...(indicatorTypes && { indicatorTypes }),
    ...(valuesMax && { valuesMax }),
  }
}

/** Null takes a limit, or the choice of types, away. */
function bodyOfChange(draft: ListDraft): ChangeFirewallList {
  return {
    name: draft.name,
    collection: draft.collection,
    format: draft.format,
    indicatorTypes: draft.indicatorTypes.length > 0 ? draft.indicatorTypes : null,
    tlpMax: draft.tlpMax,
    valuesMax: draft.valuesMax === '' ? null : Number(draft.valuesMax),
    shrinkPercentMax: Number(draft.shrinkPercentMax),
    ipv4PrefixMin: Number(draft.ipv4PrefixMin),
    ipv6PrefixMin: Number(draft.ipv6PrefixMin),
    isPublic: draft.isPublic,
    openNetworks: networksOf(draft.openNetworks),
  }
}
