import type { IconName } from '../elements/icon.tsx'

/** What pages of the rail have in common. */
type Section = 'Work' | 'Library' | 'Connections' | 'Administration'

interface ConsolePage {
  section: Section
  to: string
  /** In the navigation, and in the crumbs of the pages below it. */
  name: string
  icon: IconName
  /** Keys that lead there, one after the other. */
  keys: readonly string[]
  /** Where it leads whoever may not change what the hub is connected to (`write`); absent: to the same. */
  toWithoutWrite?: string
  /** What the keys do, for the dialog of shortcuts. */
  does: string
}

/**
 * The pages of the navigation in its order, by the name of their shortcut. The rail and the dialog of shortcuts are drawn from it;
 * pages of one section stand together.
 */
export const pages = {
  executions: {
    section: 'Work',
    to: '/executions',
    name: 'Executions',
    icon: 'runs',
    keys: ['g', 'e'],
    does: 'Go to the executions',
  },
  jobs: { section: 'Work', to: '/jobs', name: 'Jobs', icon: 'job', keys: ['g', 'j'], does: 'Go to the jobs' },
  receipts: {
    section: 'Work',
    to: '/receipts',
    name: 'Receipts',
    icon: 'receipt',
    keys: ['g', 'r'],
    does: 'Go to the receipts',
  },
  notifications: {
    section: 'Work',
    to: '/notifications',
    name: 'Notifications',
    icon: 'bell',
    keys: ['g', 'm'],
    does: 'Go to the notifications and who is told',
  },
  indicators: {
    section: 'Library',
    to: '/indicators',
    name: 'Indicators',
    icon: 'indicators',
    keys: ['g', 'i'],
    does: 'Go to the indicators',
  },
  groups: {
    section: 'Library',
    to: '/groups',
    name: 'Groups',
    icon: 'groups',
    keys: ['g', 'g'],
    does: 'Go to the groups: events, reports, actors',
  },
  collections: {
    section: 'Library',
    to: '/collections',
    name: 'Data collections',
    icon: 'collection',
    keys: ['g', 'c'],
    does: 'Go to the data collections',
  },
  owners: {
    section: 'Library',
    to: '/owners',
    name: 'Owners',
    icon: 'owner',
    keys: ['g', 'o'],
    does: 'Go to the owners and their rules',
  },
  attributeTypes: {
    section: 'Library',
    to: '/attribute-types',
    name: 'Attribute types',
    icon: 'attribute',
    keys: ['g', 't'],
    does: 'Go to the attribute types and their rules',
  },
  exclusionLists: {
    section: 'Library',
    to: '/exclusion-lists',
    name: 'Exclusion lists',
    icon: 'barred',
    keys: ['g', 'x'],
    does: 'Go to the exclusion lists and their tester',
  },
  sightingAnalysis: {
    section: 'Library',
    to: '/sighting-analysis',
    name: 'Sightings',
    icon: 'chart',
    keys: ['g', 'a'],
    does: 'Go to the analysis of sightings',
  },
  explain: {
    section: 'Library',
    to: '/explain',
    name: 'Explain',
    icon: 'question',
    keys: ['g', 'w'],
    does: 'Ask why a value is on a control, or why not',
  },
  readers: {
    section: 'Connections',
    to: '/readers',
    name: 'Readers and lists',
    icon: 'reader',
    keys: ['g', 'l'],
    does: 'Go to the readers, firewall lists and TAXII',
  },
  environments: {
    section: 'Connections',
    to: '/environments',
    name: 'Environments',
    icon: 'servers',
    keys: ['g', 's'],
    does: 'Go to the environments and their servers',
  },
  apps: { section: 'Connections', to: '/apps', name: 'Apps', icon: 'app', keys: ['g', 'p'], does: 'Go to the apps' },
  settings: {
    section: 'Administration',
    to: '/settings',
    name: 'Settings',
    icon: 'settings',
    keys: ['g', 'n'],
    toWithoutWrite: '/settings/mail',
    does: 'Go to the settings: names of the hub, mail, users, keys',
  },
} as const satisfies Record<string, ConsolePage>

export type PageName = keyof typeof pages

/** Where a page is for this person: of the settings, who may not write has only their own mail address. */
export function pathFor(page: PageName, mayWrite: boolean) {
  const place = pages[page]
  return mayWrite || !('toWithoutWrite' in place) ? place.to : place.toWithoutWrite
}

// The keys of an object that is written above: there can be no others.
export const pageNames = Object.keys(pages) as PageName[]

/** The address of a page of the navigation. */
export type PagePath = (typeof pages)[PageName]['to']
