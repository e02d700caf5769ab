import type { IconName } from '../elements/icon.tsx'

interface ConsolePage {
  to: string
  /** In the navigation, and in the crumbs of the pages below it. */
  name: string
  icon: IconName
  /** Keys that lead there, one after the other. */
  keys: readonly string[]
  /** What the keys do, for the dialog of shortcuts. */
  does: string
}

/** The pages of the navigation in its order, by the name of their shortcut. The rail and the dialog of shortcuts are drawn from it. */
export const pages = {
  executions: { to: '/executions', name: 'Executions', icon: 'runs', keys: ['g', 'e'], does: 'Go to the executions' },
  indicators: {
    to: '/indicators',
    name: 'Indicators',
    icon: 'indicators',
    keys: ['g', 'i'],
    does: 'Go to the indicators',
  },
  jobs: { to: '/jobs', name: 'Jobs', icon: 'job', keys: ['g', 'j'], does: 'Go to the jobs' },
  receipts: { to: '/receipts', name: 'Receipts', icon: 'receipt', keys: ['g', 'r'], does: 'Go to the receipts' },
  environments: {
    to: '/environments',
    name: 'Environments',
    icon: 'servers',
    keys: ['g', 's'],
    does: 'Go to the environments and their servers',
  },
} as const satisfies Record<string, ConsolePage>

export type PageName = keyof typeof pages

// The keys of an object that is written above: there can be no others.
export const pageNames = Object.keys(pages) as PageName[]

/** The address of a page of the navigation. */
export type PagePath = (typeof pages)[PageName]['to']
