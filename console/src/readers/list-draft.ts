import type { TlpLevel } from '@postern/intel'
import type { ChangeFirewallList, CreateFirewallList, FirewallList } from '@postern/protocol'
import type { FieldProblems } from '../api/field-problems.ts'
import { leftEmpty } from '../elements/left-empty.ts'
import { entriesOf } from '../format/entries-of.ts'
import { tlpLevelOf } from './tlp-level-of.ts'

/** A firewall list as it is typed; figures are left empty where there is no limit. */
export interface ListDraft {
  name: string
  collection: string
  format: FirewallList['format']
  indicatorTypes: string[]
  tlpMax: TlpLevel
  valuesMax: string
  shrinkPercentMax: string
  ipv4PrefixMin: string
  ipv6PrefixMin: string
  isPublic: boolean
  openNetworks: string
}

/** What cannot be sent as it stands. */
export function mistakesOf(draft: ListDraft): FieldProblems {
  const isUpTo = (figures: string, most: number) => figures !== '' && Number(figures) <= most
  return {
    ...leftEmpty({ name: [draft.name, 'Give it a name.'], collection: [draft.collection, 'Choose what it serves.'] }),
    ...(!isUpTo(draft.shrinkPercentMax, 100) && { shrinkPercentMax: 'It may shrink by 0 to 100 percent.' }),
    ...(!isUpTo(draft.ipv4PrefixMin, 32) && { ipv4PrefixMin: 'An IPv4 network is /0 to /32 wide.' }),
    ...(!isUpTo(draft.ipv6PrefixMin, 128) && { ipv6PrefixMin: 'An IPv6 network is /0 to /128 wide.' }),
  }
}

export function draftOf(list: FirewallList | undefined): ListDraft {
  return {
    name: list?.name ?? '',
    collection: list?.collectionName ?? '',
    format: list?.format ?? 'text',
    indicatorTypes: list?.indicatorTypes ?? [],
    tlpMax: tlpLevelOf(list?.tlpMax ?? 'AMBER'),
    valuesMax: list?.valuesMax == null ? '' : String(list.valuesMax),
    shrinkPercentMax: String(list?.shrinkPercentMax ?? 50),
    ipv4PrefixMin: String(list?.ipv4PrefixMin ?? 16),
    ipv6PrefixMin: String(list?.ipv6PrefixMin ?? 32),
    isPublic: list?.isPublic ?? false,
    openNetworks: list?.openNetworks.join(' ') ?? '',
  }
}

export function bodyOfNew(draft: ListDraft): CreateFirewallList {
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
export function bodyOfChange(draft: ListDraft): ChangeFirewallList {
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
    openNetworks: entriesOf(draft.openNetworks),
  }
}
